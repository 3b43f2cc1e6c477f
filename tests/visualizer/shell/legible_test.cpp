// What is written can be read: on every page, in windows of several sizes and with large letters, no line is cut by the
// end of its panel, and none is over another.

#include <algorithm>

#include "support/catch.h"
#include "visualizer/desk.h"
#include "visualizer/state/layout.h"

using namespace tinymor;

namespace {

/// The lines of a picture that can be seen.
class TextCanvas : public Canvas {
 public:
  struct Line {
    std::string text;
    Box box, seen;
  };

  void text(ImVec2 at, ImU32, std::string_view text, ui::Font font) override {
    const ImVec2 size = text_size(text, font);
    const Box box{at, {at.x + size.x, at.y + size.y}}, seen = common(box, clips_.back());
    if (seen.width() > 1 && seen.height() > 1 && text.find_first_not_of(' ') != text.npos)
      lines_.push_back({std::string(text), box, seen});
  }
  void push_clip(const Box& box) override { clips_.push_back(clips_.empty() ? box : common(box, clips_.back())); }
  void pop_clip() override { clips_.pop_back(); }
  void rect(const Box&, ImU32, float) override {}
  void outline(const Box&, ImU32, float, float) override {}
  void line(ImVec2, ImVec2, ImU32, float) override {}
  void polyline(const std::vector<ImVec2>&, ImU32, float) override {}
  void triangle(ImVec2, ImVec2, ImVec2, ImU32) override {}
  void circle(ImVec2, float, ImU32) override {}
  void image(const Box&, const Image&) override {}

  /// Lists scroll, so that their last line may be cut from below.
  std::vector<std::string> cut() const {
    std::vector<std::string> out;
    for (const Line& line : lines_)
      if (line.box.width() - line.seen.width() > 2) out.push_back(line.text);
    return out;
  }
  std::vector<std::string> overlapping() const {
    std::vector<std::string> out;
    for (size_t i = 0; i < lines_.size(); ++i)
      for (size_t j = 0; j < i; ++j) {
        const Box both = common(lines_[i].seen, lines_[j].seen);
        const float lower = std::min(lines_[i].box.height(), lines_[j].box.height());
        if (both.width() > 2 && both.height() > lower * 0.3f) out.push_back(lines_[j].text + " / " + lines_[i].text);
      }
    return out;
  }

 private:
  static Box common(const Box& a, const Box& b) {
    return {{std::max(a.min.x, b.min.x), std::max(a.min.y, b.min.y)},
            {std::min(a.max.x, b.max.x), std::min(a.max.y, b.max.y)}};
  }

  std::vector<Box> clips_{{{0, 0}, {1e6f, 1e6f}}};
  std::vector<Line> lines_;
};

TextCanvas written(Headless& window) {
  TextCanvas canvas;
  const DrawingScope scope(canvas);
  window.frames(1);
  return canvas;
}

using Lines = std::vector<std::string>;

void check_all_pages(Source& source) {
  struct Size {
    int width, height;
    float zoom;
  };
  for (const Size& size : {Size{1280, 800, 1}, Size{1024, 768, 1.5f}, Size{3840, 2160, 2}}) {
    Headless window(source, size.width, size.height);
    AppState& state = window.app().state();
    state.zoom = size.zoom;
    window.frames(3);
    for (const char* panel : panel_names)
      for (const int event : {0, 3, 100}) {
        if (event > 0 && std::string_view(panel) != "loop") continue;
        state.show = panel;
        state.story.go(event);
        window.frames(8, 0.1);
        const TextCanvas lines = written(window);
        CAPTURE(size.width, panel, event);
        CHECK(lines.cut() == Lines{});
        CHECK(lines.overlapping() == Lines{});
      }
  }
}

}  // namespace

TEST_CASE("no line on any page of a run on text is cut or is over another") {
  WritingSource source;
  check_all_pages(source);
}

TEST_CASE("no line on any page of a run on images is cut or is over another") {
  RecordingSource source("images", sample_images());
  check_all_pages(source);
}
