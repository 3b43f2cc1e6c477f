// What a lesson dims, and what is drawn above that.

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "visualizer/lessons/lesson_file.h"
#include "visualizer/lessons/tutor.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

/// The pixels of a part of the newest frame.
std::vector<uint8_t> pixels(Headless& window, const Box& box) {
  const Picture picture = window.picture();
  std::vector<uint8_t> out;
  for (int y = int(box.min.y) + 2; y < int(box.max.y) - 2; ++y)
    for (int x = int(box.min.x) + 2; x < int(box.max.x) - 2; ++x)
      for (int c = 0; c < 3; ++c)
        out.push_back(picture.rgba[(size_t(y) * size_t(picture.width) + size_t(x)) * 4 + size_t(c)]);
  return out;
}

}  // namespace

TEST_CASE("the glow and the dimming of a lesson are below help, menus and dialogs") {
  struct Case {
    const char *open, *seen;
  };
  for (const Case& one : {Case{"help", "help.window"}, Case{"menu.curves", "menu.curves.fill"},
                          Case{"open", "open.path"}, Case{"learn", "lesson.choose.0"}}) {
    CAPTURE(one.open);
    std::vector<std::vector<uint8_t>> panels, opened;
    // The same card, dimming all panels but the grid, or none.
    for (const char* highlight : {"", "highlight panel.grid\n"}) {
      WritingSource source;
      Headless window(source, 1280, 800, ui::FontSource::builtin, {[](const std::string&) { return Sources(); }, {}});
      AppState& state = window.app().state();
      state.lessons = {parse_lesson(std::string("title T\ncard\nsay One.\nshow grid\n") + highlight, "t")};
      enter_lesson(state, source, 0, 0);
      window.frames(4);
      panels.push_back(pixels(window, window.app().registry().find("panel.curves")->box));
      REQUIRE(window.click(one.open));
      window.frames(4);
      const auto* item = window.app().registry().find(one.seen);
      REQUIRE(item);
      REQUIRE(item->visible);
      opened.push_back(pixels(window, item->box));
    }
    CHECK(panels[0] != panels[1]);
    CHECK(opened[0] == opened[1]);
  }
}

TEST_CASE("a lesson that is dropped onto the window begins, and takes the place of what it was before it was changed") {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "own.lesson").string();
  WritingSource source;
  Headless window(source, 1280, 800, ui::FontSource::builtin, {[](const std::string&) { return Sources(); }, {}});
  AppState& state = window.app().state();
  state.lessons = {parse_lesson("card\nsay One.\n", "01-a")};
  for (const char* text : {"card\nsay One.\ncard\nsay Two.\n", "card\nsay Three.\n"}) {
    write_file_atomically(file, text);
    window.app().drop(file);
    window.frames(3);
    REQUIRE(state.lessons.size() == 2);
    CHECK(state.tutor.lesson == 1);
    CHECK(state.tutor.step == 0);
    window.key(ImGuiKey_Space);
  }
  CHECK(state.lessons[1].steps[0].text == "Three.");
  write_file_atomically(file, "card\nsee rule is causal\n");
  window.app().drop(file);
  window.frames(3);
  CHECK_THAT(state.open.message, ContainsSubstring("own.lesson:2: see: \"is\" compares nothing"));
}

TEST_CASE("a lesson never dims the inspector, which says what it is about a token") {
  std::vector<std::vector<uint8_t>> inspectors;
  for (const char* highlight : {"", "highlight panel.grid\n"}) {
    WritingSource source;
    Headless window(source, 1280, 800);
    AppState& state = window.app().state();
    state.lessons = {parse_lesson(std::string("title T\ncard\nsay One.\nshow grid\n") + highlight, "t")};
    enter_lesson(state, source, 0, 0);
    window.frames(4);
    const auto* item = window.app().registry().find("panel.inspector");
    REQUIRE(item);
    inspectors.push_back(pixels(window, item->box));
  }
  CHECK(inspectors[0] == inspectors[1]);
}
