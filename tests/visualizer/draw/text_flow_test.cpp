#include "visualizer/draw/text_flow.h"

#include "support/catch.h"
#include "visualizer/draw/ui.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

// Fonts to measure with.
struct Fonts {
  Fonts() : source("none", Recording()), window(source, 640, 480) { window.frames(1); }
  RecordingSource source;
  Headless window;
};

int line_of(const TextFlow& flow, int token) {
  return int(flow.boxes[token].min.y);
}

}  // namespace

TEST_CASE("lines break before words, never inside one that fits") {
  const Fonts fonts;
  const std::vector<std::string> pieces = {" se", "v", "ent",  "y", ":",   " al", "l",
                                           " ve", "s", "sels", ".", " an", "d"};
  for (float width = 110; width < 300; width += 1) {
    const TextFlow flow = flow_text(pieces, width);
    for (size_t i = 0; i < pieces.size(); ++i) {
      CAPTURE(width, i);
      REQUIRE(flow.boxes[i].max.x <= width);
      const bool same_word = i > 0 && pieces[i][0] != ' ';
      if (same_word) REQUIRE(line_of(flow, int(i)) == line_of(flow, int(i) - 1));
    }
  }
}

TEST_CASE("a word wider than the panel breaks anywhere, and a newline ends its line") {
  const Fonts fonts;
  const TextFlow long_word = flow_text(std::vector<std::string>(40, "abc"), 120);
  for (const Box& box : long_word.boxes) REQUIRE(box.max.x <= 120);
  const TextFlow two_lines = flow_text({" a", "\u00b6", " b"}, 500);
  CHECK(line_of(two_lines, 0) == line_of(two_lines, 1));
  CHECK(line_of(two_lines, 2) > line_of(two_lines, 1));
}

TEST_CASE("no text takes no room") {
  const Fonts fonts;
  CHECK(flow_text({}, 100).boxes.empty());
  CHECK(flow_text({}, 100).height == 0);
}

TEST_CASE("a text takes the largest font with which it fits its room, and never less than body text") {
  const Fonts fonts;
  const std::vector<std::string> pieces(60, " word");
  float before = 0;
  for (const float side : {60.0f, 300.0f, 450.0f, 600.0f, 1500.0f}) {
    CAPTURE(side);
    const TextFlow flow = flow_text_into(pieces, {side, side});
    const float size = ui::font(flow.font)->FontSize;
    CHECK(size >= before);
    CHECK(size >= ui::em());
    if (flow.font != ui::Font::body) CHECK(flow.height <= side);
    before = size;
  }
  CHECK(before > 2 * ui::em());
}

TEST_CASE(
    "a text that is too long ends after one of its parts, else after a word, else anywhere, and with three dots") {
  const Fonts fonts;
  const std::string text = "loss by step \u00b7 causal rule \u00b7 step 2400";
  CHECK(fitted(text, 1000) == text);
  const auto cut = [](const std::string& whole, const std::string& kept) {
    return fitted(whole, text_size(kept + "...").x);
  };
  CHECK(cut(text, "loss by step \u00b7 causal rule \u00b7 st") == "loss by step \u00b7 causal rule ...");
  CHECK(cut(text, "loss by step \u00b7 ca") == "loss by step ...");
  CHECK(cut(text, "loss by st") == "loss by ...");
  CHECK(cut("forgetfulness", "forget") == "forget...");
  CHECK(cut("a forgetfulness", "a forget") == "a forget...");  // a word alone would say less
  for (float width = 0; width < 400; width += 1) {
    CAPTURE(width);
    const std::string shown = fitted(text, width);
    CHECK((shown == "..." || text_size(shown).x <= width));
  }
}

TEST_CASE("a text in lines keeps to its box, and its last line is shortened where more would follow") {
  const Fonts fonts;
  const std::string text = "point at a token: what does it see, and which tokens see it?";
  CHECK(ui::wrapped(text, 1000).size() == 1);
  for (float width = 60; width < 500; width += 7)
    for (const std::string& line : ui::wrapped(text, width)) {
      CAPTURE(width, line);
      CHECK(text_size(line).x <= width);
    }
}
