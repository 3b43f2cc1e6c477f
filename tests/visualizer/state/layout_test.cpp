#include "visualizer/state/layout.h"

#include <random>
#include <set>

#include "support/catch.h"
#include "visualizer/panels/panel.h"

using namespace tinymor;

namespace {

bool overlap(const Box& a, const Box& b) {
  return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

}  // namespace

TEST_CASE("in every arrangement tiles are inside the area, do not overlap, and every panel is on some page") {
  const Box area{{10, 40}, {900, 600}};
  for (Arrangement kind : {Arrangement::wide, Arrangement::normal, Arrangement::pairs, Arrangement::single}) {
    std::set<std::string> seen;
    std::vector<Page> both = pages(kind, area, 15, false);
    for (const Page& page : pages(kind, area, 15, true)) both.push_back(page);
    for (const Page& page : both) {
      for (size_t i = 0; i < page.tiles.size(); ++i) {
        const Box& box = page.tiles[i].box;
        seen.insert(page.tiles[i].panel);
        CHECK(box.min.x >= area.min.x - 0.5f);
        CHECK(box.min.y >= area.min.y - 0.5f);
        CHECK(box.max.x <= area.max.x + 0.5f);
        CHECK(box.max.y <= area.max.y + 0.5f);
        for (size_t j = 0; j < i; ++j) CHECK_FALSE(overlap(box, page.tiles[j].box));
      }
    }
    std::set<std::string> all;
    for (const auto& panel : make_panels()) all.insert(panel->name());
    CHECK(seen == all);
  }
}

TEST_CASE("wherever gaps are dragged, panels keep room, stay inside the area and do not overlap") {
  const Box area{{10, 40}, {900, 600}};
  std::mt19937 random(7);
  std::uniform_real_distribution<float> anywhere(-1, 1);
  for (Arrangement kind : {Arrangement::wide, Arrangement::normal, Arrangement::pairs, Arrangement::single})
    for (const bool images : {false, true})
      for (const Page& page : pages(kind, area, 15, images)) {
        Page same = page;
        CHECK(split(same, {}).size() + 1 == page.tiles.size());
        for (size_t i = 0; i < page.tiles.size(); ++i) CHECK(same.tiles[i].box.max.x == page.tiles[i].box.max.x);
        for (int trial = 0; trial < 20; ++trial) {
          Page moved = page;
          std::vector<float> by(page.tiles.size() - 1);
          for (float& share : by) share = anywhere(random);
          const std::vector<Splitter> gaps = split(moved, by);
          for (size_t i = 0; i < moved.tiles.size(); ++i) {
            const Box& box = moved.tiles[i].box;
            CHECK(box.width() > 0.18f * area.width());
            CHECK(box.height() > 0.18f * area.height());
            CHECK((box.min.x >= area.min.x - 0.5f && box.max.x <= area.max.x + 0.5f));
            CHECK((box.min.y >= area.min.y - 0.5f && box.max.y <= area.max.y + 0.5f));
            for (size_t j = 0; j < i; ++j) CHECK_FALSE(overlap(box, moved.tiles[j].box));
            for (const Splitter& gap : gaps) CHECK_FALSE(overlap(box, gap.gap.inset(0.1f, 0.1f)));
          }
        }
      }
}

TEST_CASE("the last page and the first are neighbours") {
  const std::vector<Page> ring = {{"a", {}}, {"b", {}}, {"c", {}}};
  CHECK(neighbour(ring, "a", 1) == "b");
  CHECK(neighbour(ring, "a", -1) == "c");
  CHECK(neighbour(ring, "", 1) == "b");  // the first is shown until one is chosen
  CHECK(neighbour(ring, "gone", 0) == "a");
}

TEST_CASE("a page that this window does not have is replaced by the page with its first panel") {
  const std::vector<Page> single = pages(Arrangement::single, {}, 15, false),
                          normal = pages(Arrangement::normal, {}, 15, false);
  CHECK(page_of(normal, "Inside", false).name == "Inside");
  CHECK(page_of(single, "Inside", false).name == "Attention");
  CHECK(page_of(normal, "Attention", false).name == "Inside");
  CHECK(page_of(single, "Overview", false).name == "Tokens");
  CHECK(page_of(normal, "", false).name == "Loop");
  CHECK(is_page("Cache"));
  CHECK_FALSE(is_page("cache"));
}

TEST_CASE("a projector shows fewer panels at once as the zoom grows") {
  CHECK(arrangement({1920, 1080}, 15) == Arrangement::wide);
  CHECK(arrangement({1280, 800}, 15) == Arrangement::normal);
  CHECK(arrangement({1024, 640}, 15) == Arrangement::normal);
  CHECK(arrangement({1920, 1080}, 30) == Arrangement::pairs);
  CHECK(arrangement({1280, 800}, 30) == Arrangement::single);
}
