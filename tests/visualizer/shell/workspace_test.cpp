#include "visualizer/state/layout.h"

#include <set>

#include "support/catch.h"
#include "visualizer/desk.h"
#include "visualizer/shell/keys.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

TEST_CASE("every control can be seen: nothing is drawn over it") {
  Desk desk;
  std::set<std::string> seen;
  for (const char* page : {"Overview", "Generate", "Inside", "Data"}) {
    desk.state().page = page;
    desk.window.frames(3);
    const Picture picture = desk.window.picture();
    for (const auto& [name, item] : desk.window.app().registry().items()) {
      if (!item.visible || name.starts_with("panel.") || name.starts_with("sharing.set")) continue;
      std::set<uint32_t> colors;
      for (int y = int(item.box.min.y); y < int(item.box.max.y); ++y)
        for (int x = int(item.box.min.x); x < int(item.box.max.x); ++x) {
          const uint8_t* pixel = &picture.rgba[(size_t(y) * picture.width + x) * 4];
          colors.insert(uint32_t(pixel[0]) << 16 | uint32_t(pixel[1]) << 8 | pixel[2]);
        }
      CAPTURE(name);
      CHECK(colors.size() > 1);
      seen.insert(name);
    }
  }
  for (const char* name :
       {"curves.log", "grid.paper", "strip.shift", "kv.subject.1", "attention.layer.0", "gen.play", "tokens.view.1"})
    CHECK(seen.contains(name));
}

TEST_CASE("a gap between panels can be dragged, is a setting, and a double click puts it back") {
  Desk desk;
  const auto width = [&] { return desk.window.app().registry().find("panel.strip")->box.width(); };
  const float before = width();
  REQUIRE(desk.window.drag("split.0", 0.5f, 20));
  desk.window.frames(2);
  const float moved = width() - before;
  CHECK(moved > 50);
  const std::string kept = setting(desk.state(), desk.source, "splits");
  CAPTURE(kept);
  CHECK(kept.starts_with("Overview/4=0."));
  REQUIRE(desk.window.click("split.0", 2));
  desk.window.frames(2);
  CHECK(width() == before);
  apply(desk.state(), desk.source, "splits " + kept);
  desk.window.frames(2);
  CHECK(width() == Approx(before + moved).margin(2));
}

TEST_CASE("without room for tabs, arrows and a list lead to every page") {
  Desk desk(1024, 640);
  desk.state().zoom = 3;
  desk.window.frames(3);
  REQUIRE(desk.window.click("page.next"));
  CHECK(desk.shows("panel.grid"));
  REQUIRE(desk.window.click("page.previous"));
  CHECK(desk.shows("panel.strip"));
  REQUIRE(desk.window.click("page.menu"));
  REQUIRE(desk.window.click("page.8"));
  CHECK(desk.shows("panel.attention"));
}

TEST_CASE("zoom buttons and keys change the size of everything between 50 and 300 percent") {
  Desk desk;
  REQUIRE(desk.window.click("zoom.in"));
  CHECK(desk.state().zoom == Approx(1.1f));
  REQUIRE(desk.window.click("zoom.out"));
  CHECK(desk.state().zoom == Approx(1.0f));
  for (int i = 0; i < 20; ++i) zoom_key(desk.state(), '+');
  desk.window.frames(3);
  CHECK(desk.state().zoom == 3);
  CHECK(ui::em() == Approx(39));
  for (int i = 0; i < 20; ++i) zoom_key(desk.state(), '-');
  CHECK(desk.state().zoom == 0.5f);
  zoom_key(desk.state(), '0');
  CHECK(desk.state().zoom == 1);
}

TEST_CASE("F fills the window with the panel under the mouse, and F or Esc brings the others back") {
  Desk desk;
  REQUIRE(desk.window.hover("grid.cells"));
  desk.window.type("f");
  desk.window.frames(2);
  CHECK(desk.state().maximised == "grid");
  CHECK_FALSE(desk.shows("panel.strip"));
  CHECK(desk.shows("panel.grid"));
  desk.window.key(ImGuiKey_Escape);
  CHECK(desk.state().maximised.empty());
  CHECK(desk.shows("panel.strip"));
}

TEST_CASE("at every size and zoom each page can be reached and shows its panels inside the window") {
  for (const auto& [width, height] : {std::pair(1024, 640), std::pair(1920, 1080)}) {
    for (float zoom : {0.5f, 1.0f, 2.0f, 3.0f}) {
      Desk desk(width, height);
      desk.state().zoom = zoom;
      desk.window.frames(3);
      const auto all =
          pages(arrangement({float(width), float(height)}, ui::em()), {{0, 0}, {100, 100}}, ui::em(), false);
      for (size_t page = 0; page < all.size(); ++page) {
        CAPTURE(width, zoom, all[page].name);
        if (desk.shows("page.menu")) REQUIRE(desk.window.click("page.menu"));
        if (all.size() > 1) REQUIRE(desk.window.click("page." + std::to_string(page)));
        for (const Tile& tile : all[page].tiles) {
          const auto* item = desk.window.app().registry().find("panel." + tile.panel);
          REQUIRE(item);
          CHECK(item->box.min.y >= 0);
          CHECK(item->box.max.x <= float(width));
          CHECK(item->box.max.y <= float(height));
        }
      }
    }
  }
}
