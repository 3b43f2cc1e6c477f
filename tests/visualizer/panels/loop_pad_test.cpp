// A digit of one's own on the page "Loop", with the bundled run on digits.

#ifdef TINYMOR_DIGITS

#include <filesystem>

#include "datasets/digits.h"
#include "mor/checkpoint.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "trainer/loop/image_trainer.h"
#include "visualizer/runs/model_decoder.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

namespace {

const std::filesystem::path digits = TINYMOR_DIGITS;

struct PadDesk {
  explicit PadDesk(int width = 1280, int height = 800)
      : source(open_source(digits, [] {})), window(*source, width, height) {
    state().page = "Loop";
    window.frames(3);
  }

  AppState& state() { return window.app().state(); }
  const RunHistory& history() { return source->history(); }
  std::string text() { return window.app().text("loop"); }
  /// Until the model has looked at what is drawn, and tried what is asked for.
  void settle() {
    window.frames(2);
    REQUIRE(wait_for(*source, [&] {
      const Generation& now = source->generation();
      const bool trying =
          state().tried.changes_something() && !(now.outcome && now.outcome->experiment == state().tried);
      return !now.looking && !trying;
    }));
    window.frames(4, 0.3);
  }
  bool shows_drawing() { return state().shown.images >= 0 && is_drawn(history().images[size_t(state().shown.images)]); }

  std::unique_ptr<Source> source;
  Headless window;
};

}  // namespace

TEST_CASE("a digit that is drawn as a stored image is taken for what the image itself is taken for") {
  const auto model = std::make_shared<const ImageModel>(read_image_checkpoint(digits / "model.safetensors"));
  const auto decoder = image_decoder(model);
  constexpr int count = 200;
  const ImageSnapshot stored = snapshot_of(*model, make_digit_split(1, 5 * count).held_out, 0, count, 0);
  int same = 0, right = 0;
  for (const SeenImage& image : stored.images) {
    // As it is, the same image is seen in the same way.
    const SeenImage whole = decoder->look_at(image.pixels).images.at(0);
    REQUIRE(whole.predicted == image.predicted);
    REQUIRE(whole.depth == image.depth);
    REQUIRE(whole.truth == SeenImage::unknown);
    const SeenImage drawn = decoder->look_at(Sketch::of(image.pixels).pixels(stored.width)).images.at(0);
    same += drawn.predicted == image.predicted;
    right += drawn.predicted == image.truth;
  }
  CHECK(same >= count * 95 / 100);
  CHECK(right >= count * 95 / 100);
}

TEST_CASE("what the mouse draws on the pad goes through the machine at once, and the right button takes it away") {
  PadDesk desk;
  const size_t recorded = desk.history().images.size();
  REQUIRE(desk.window.drag("loop.pad", 0.3f, 0.7f));
  CHECK_FALSE(desk.state().own_image.empty());
  desk.settle();
  REQUIRE(desk.shows_drawing());
  CHECK(desk.history().images.size() == recorded + 1);
  CHECK_THAT(desk.text(), ContainsSubstring("what you drew, taken for"));
  // Only its newest state is kept.
  const Sketch line = desk.state().own_image;
  REQUIRE(desk.window.drag("loop.pad", 0.5f, 0.7f, ImGuiMouseButton_Right));
  CHECK(desk.state().own_image != line);
  CHECK(desk.state().own_image.ink(10, 14) > 0);
  CHECK(desk.state().own_image.ink(17, 14) == 0);
  desk.settle();
  CHECK(desk.history().images.size() == recorded + 1);
  REQUIRE(desk.window.click("loop.pad.eraser"));
  REQUIRE(desk.window.drag("loop.pad", 0.2f, 0.8f));
  CHECK(desk.state().own_image.empty());
}

TEST_CASE("from one's own digit there are ways back to the run's images") {
  PadDesk desk;
  for (const char* way : {"loop.own", "loop.image", "loop.pad.clear"}) {
    CAPTURE(way);
    REQUIRE(desk.window.drag("loop.pad", 0.3f, 0.7f));
    desk.settle();
    REQUIRE(desk.shows_drawing());
    REQUIRE(desk.window.click(way));
    desk.settle();
    CHECK_FALSE(desk.shows_drawing());
    CHECK_THAT(desk.text(), ContainsSubstring("a 0, taken for 0"));
  }
  CHECK(desk.state().own_image.empty());
}

TEST_CASE("an empty pad begins with the image that is shown") {
  PadDesk desk;
  desk.state().patches_image = 3;
  desk.window.frames(1);
  REQUIRE(desk.window.click("loop.own"));
  CHECK(desk.state().own_image == Sketch::of(desk.history().images.back().images[3].pixels));
  desk.settle();
  CHECK(desk.shows_drawing());
}

TEST_CASE("the keyboard draws: the arrows move the pen, Space puts it down and lifts it") {
  PadDesk desk;
  const ui::Registry& registry = desk.window.app().registry();
  for (int i = 0; i < 100 && registry.focus() != "loop.pad"; ++i) desk.window.key(ImGuiKey_Tab);
  REQUIRE(registry.focus() == "loop.pad");
  const int event = desk.state().story.event;
  const int64_t step = desk.state().shown.step;
  desk.window.key(ImGuiKey_UpArrow);
  desk.window.key(ImGuiKey_LeftArrow);
  CHECK(registry.focus() == "loop.pad");
  CHECK(desk.state().own_image.empty());
  desk.window.key(ImGuiKey_Space);
  for (int i = 0; i < 6; ++i) desk.window.key(ImGuiKey_DownArrow);
  desk.window.key(ImGuiKey_Space);
  for (int i = 0; i < 6; ++i) desk.window.key(ImGuiKey_RightArrow);
  const Sketch& drawn = desk.state().own_image;
  CHECK(drawn.ink(13, 13) == 1);
  CHECK(drawn.ink(13, 19) == 1);
  CHECK(drawn.ink(13, 8) == 0);
  CHECK(drawn.ink(18, 19) == 0);
  CHECK(desk.state().story.event >= event);
  desk.settle();
  CHECK(desk.shows_drawing());
  CHECK(desk.state().shown.step == step);
  desk.window.key(ImGuiKey_Tab);
  CHECK(registry.focus() != "loop.pad");
}

TEST_CASE("in a low window one press leads from any event of the story to the pad") {
  PadDesk desk(640, 400);
  const auto shows_pad = [&] {
    const auto* pad = desk.window.app().registry().find("loop.pad");
    return pad && pad->visible;
  };
  REQUIRE(shows_pad());
  for (const bool drawn_before : {false, true}) {
    CAPTURE(drawn_before);
    desk.state().story.step(4);
    desk.window.frames(3);
    REQUIRE_FALSE(shows_pad());
    REQUIRE(desk.window.click("loop.own"));
    desk.settle();
    CHECK(shows_pad());
    CHECK(desk.state().story.typing);
  }
  REQUIRE(desk.window.click("loop.own"));
  CHECK_FALSE(desk.state().story.typing);
}

TEST_CASE("a scene that says a drawing gives the same picture as drawing it") {
  PadDesk drawn, told;
  REQUIRE(drawn.window.drag("loop.pad", 0.3f, 0.7f));
  drawn.settle();
  apply_scene(told.state(), *told.source, scene_of(drawn.state(), *drawn.source), "scene");
  told.settle();
  CHECK(told.state().own_image == drawn.state().own_image);
  for (PadDesk* desk : {&drawn, &told}) {
    REQUIRE(desk->window.hover("top.badge"));
    desk->window.frames(6, 0.3);
  }
  CHECK(drawn.window.picture().rgba == told.window.picture().rgba);
  apply(told.state(), *told.source, "drawn none");
  told.settle();
  CHECK_FALSE(told.shows_drawing());
}

TEST_CASE("a bundled run is known however it is named: its chip opens it no second time") {
  const WorkingFolder there(digits.parent_path());
  for (const char* name : {"digits", "./digits/", "../tinymor/digits"}) {
    CAPTURE(name);
    RecordingSource source(name, [] {});
    int opened = 0;
    Headless window(source, 1280, 800, ui::FontSource::builtin,
                    {[&](const std::string&) {
                       ++opened;
                       return alone(open_source(digits, [] {}));
                     },
                     {}});
    window.app().state().page = "Loop";
    window.app().state().open.presets = {{"Other", (digits.string() + "2")}, {"Digits", digits.string()}};
    window.frames(3);
    REQUIRE(window.click("loop.preset.1"));
    CHECK(opened == 0);
    REQUIRE(window.click("loop.preset.0"));
    CHECK(opened == 1);
  }
}

TEST_CASE("the depth of a patch can be forced, and the capacity changed, also of a drawing") {
  PadDesk desk;
  REQUIRE(desk.window.drag("loop.pad", 0.3f, 0.7f));
  desk.settle();
  desk.state().pinned = TokenRef{Subject::watched, 0};  // paper, which leaves after one pass
  REQUIRE(desk.window.click("loop.depth.3"));
  desk.settle();
  CHECK_THAT(desk.text(), ContainsSubstring("Patch 1 is forced"));
  CHECK_THAT(desk.window.app().panel("loop")->caption(*desk.source, desk.state()), ContainsSubstring("what if"));
  REQUIRE(desk.window.click("loop.depth.0"));
  desk.settle();
  CHECK_THAT(desk.text(), !ContainsSubstring("forced"));
  CHECK_THAT(desk.window.drawing(), ContainsSubstring("layers per patch in the end"));
  const std::string before = desk.text();
  REQUIRE(desk.window.drag("loop.bar", 0.3f, 0.05f));
  desk.settle();
  CHECK(desk.text() != before);
}

#endif
