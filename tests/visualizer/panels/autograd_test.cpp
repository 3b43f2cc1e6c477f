// The panel of the autograd explorer: its controls, and where its boxes stand.

#include <fmt/format.h>

#include <array>
#include <map>
#include <random>

#include "support/catch.h"
#include "visualizer/draw/graph_layout.h"
#include "visualizer/explorer/expression_functions.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

namespace {

struct Explorer {
  explicit Explorer(int width = 1280, int height = 800)
      : source("sample", sample_recording()), window(source, width, height) {
    state().maximised = "autograd";
    window.frames(3);
  }
  AppState& state() { return window.app().state(); }
  std::string text() { return window.app().text("autograd"); }

  RecordingSource source;
  Headless window;
};

bool overlap(const Box& a, const Box& b) {
  return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

}  // namespace

TEST_CASE("buttons step forward and backward, take steps back, and stop at both ends") {
  Explorer explorer;
  REQUIRE(explorer.window.click("autograd.next"));
  CHECK(explorer.state().autograd_step == 1);
  CHECK_THAT(explorer.text(), ContainsSubstring("mul #1 = mul(w, x) = 1\n") && ContainsSubstring("not computed yet"));
  REQUIRE(explorer.window.click("autograd.last"));
  CHECK(explorer.state().autograd_step == 6);
  CHECK_THAT(explorer.text(),
             ContainsSubstring("w = 0.5 (leaf), gradient 1.423 (checked: 1.423 by central differences)"));
  REQUIRE(explorer.window.click("autograd.next"));
  CHECK(explorer.state().autograd_step == 6);
  REQUIRE(explorer.window.click("autograd.previous"));
  CHECK(explorer.state().autograd_step == 5);
  CHECK_THAT(explorer.text(), ContainsSubstring("w = 0.5 (leaf)\n"));
  REQUIRE(explorer.window.click("autograd.first"));
  CHECK(explorer.state().autograd_step == 0);
}

TEST_CASE("each step changes the picture, and stepping back brings the same picture again") {
  Explorer explorer;
  std::vector<std::string> drawings;
  for (int step = 0; step <= 6; ++step) {
    explorer.state().autograd_step = step;
    explorer.window.frames(2);
    drawings.push_back(explorer.window.drawing());
    if (step > 0) CHECK(drawings[step] != drawings[step - 1]);
  }
  explorer.state().autograd_step = 2;
  explorer.window.frames(2);
  CHECK(explorer.window.drawing() == drawings[2]);
}

TEST_CASE("dragging a leaf rewrites its number, everything follows, and the step stays") {
  Explorer explorer;
  explorer.state().autograd_step = 6;
  explorer.window.frames(2);
  const float width = explorer.window.app().registry().find("autograd.leaf.w")->box.width();
  REQUIRE(explorer.window.drag("autograd.leaf.w", 0.3f, 0.3f + 25 / width));
  CHECK(explorer.state().expression == "x = 2; w = 0.75; b = -0.4\ny = tanh(w*x + b)");
  CHECK(explorer.state().autograd_step == 6);
  CHECK_THAT(explorer.text(), ContainsSubstring("add #2 = add(mul #1, b) = 1.1, gradient 0.3592"));
}

TEST_CASE("a click on a leaf opens its numbers to type them") {
  Explorer explorer;
  REQUIRE(explorer.window.click("autograd.preset.1"));
  CHECK(explorer.state().expression == expression_presets()[1].text);
  REQUIRE(explorer.window.click("autograd.leaf.z"));
  REQUIRE(explorer.window.drag("autograd.leaf.z.2", 0.3f, 0.6f));
  CHECK_THAT(explorer.state().expression, !ContainsSubstring("[2, 1, -1]") && ContainsSubstring("z = [2, 1, -0."));
}

TEST_CASE("a mistake in the text is shown in words, keeps the step, and goes away with its cause") {
  Explorer explorer;
  explorer.state().autograd_step = 4;
  const std::string good = explorer.state().expression;
  explorer.state().expression = "x = 2; y = x +";
  explorer.window.frames(3);
  CHECK_THAT(explorer.text(), ContainsSubstring("expected a value"));
  CHECK_FALSE(explorer.window.app().registry().find("autograd.leaf.x"));
  explorer.state().expression = good;
  explorer.window.frames(3);
  CHECK(explorer.state().autograd_step == 4);
  CHECK(explorer.window.app().registry().find("autograd.leaf.x"));
}

TEST_CASE("typing edits the expression and presses no shortcut") {
  Explorer explorer;
  REQUIRE(explorer.window.click("autograd.expression"));
  explorer.window.type("h");
  CHECK_THAT(explorer.state().expression, ContainsSubstring("h"));
  CHECK(explorer.state().expression != expression_presets()[0].text);
  CHECK_FALSE(explorer.state().help);
}

TEST_CASE("scenes set the expression and the step") {
  Explorer explorer;
  apply_scene(explorer.state(), explorer.source, "autograd.expression a = 3; b = 2\\ny = a*b\nautograd.step 2\n", "x");
  explorer.window.frames(2);
  CHECK(explorer.state().expression == "a = 3; b = 2\ny = a*b");
  CHECK(setting(explorer.state(), explorer.source, "autograd.expression") == "a = 3; b = 2\\ny = a*b");
  CHECK_THROWS_WITH(apply(explorer.state(), explorer.source, "autograd.step -1"), ContainsSubstring("0 to 100000"));
  const Table table = explorer.window.app().panel("autograd")->table(explorer.source, explorer.state());
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0] == std::vector<std::string>{"a", "parameter", "[]", "", "3", "2"});
  CHECK(table.rows[2] == std::vector<std::string>{"y", "mul", "[]", "a, b", "6", "1"});
}

TEST_CASE("at every size and zoom the steps can be pressed, and boxes stay apart") {
  for (const auto& [width, height] : {std::pair(640, 400), std::pair(1280, 800), std::pair(1920, 1080)}) {
    for (float zoom : {0.5f, 1.0f, 2.0f}) {
      Explorer explorer(width, height);
      explorer.state().zoom = zoom;
      explorer.state().bare = true;
      for (const ExpressionPreset& preset : expression_presets()) {
        CAPTURE(width, zoom, preset.name);
        explorer.state().expression = preset.text;
        explorer.state().autograd_step = 100;
        explorer.window.frames(3);
        CHECK(explorer.window.hover("autograd.previous"));
        std::vector<Box> boxes;
        for (const auto& [name, item] : explorer.window.app().registry().items())
          if (name.starts_with("autograd.leaf.") || name.starts_with("autograd.value.")) boxes.push_back(item.box);
        CHECK(boxes.size() >= 6);
        for (size_t i = 0; i < boxes.size(); ++i)
          for (size_t j = 0; j < i; ++j) CHECK_FALSE(overlap(boxes[i], boxes[j]));
      }
    }
  }
}

namespace {

std::string tied(int times) {
  std::string text = "x = 1.5; w = 0.8; h0 = w*x";
  for (int i = 1; i < times; ++i) text += fmt::format("\nh{} = tanh(w*h{})", i, i - 1);
  return text;
}

/// Where all boxes and controls are.
std::map<std::string, std::array<float, 4>> places(Explorer& explorer) {
  std::map<std::string, std::array<float, 4>> out;
  for (const auto& [name, item] : explorer.window.app().registry().items())
    out[name] = {item.box.min.x, item.box.min.y, item.box.max.x, item.box.max.y};
  return out;
}

}  // namespace

TEST_CASE("at every size of the window the whole graph is inside its panel, also of six recursions and of sixty") {
  std::vector<std::string> texts = {tied(2), tied(6), tied(60)};
  for (const ExpressionPreset& preset : expression_presets()) texts.push_back(preset.text);
  for (const auto& [width, height] :
       {std::pair(360, 240), std::pair(480, 320), std::pair(640, 400), std::pair(1024, 768), std::pair(1280, 800)}) {
    Explorer explorer(width, height);
    for (const std::string& text : texts) {
      CAPTURE(width, text);
      explorer.state().expression = text;
      explorer.state().autograd_step = 1000;
      explorer.window.frames(3);
      const ui::Registry& registry = explorer.window.app().registry();
      REQUIRE(registry.find("autograd.graph"));
      const Box room = registry.find("autograd.graph")->box;
      int boxes = 0;
      for (const auto& [name, item] : registry.items()) {
        if (!name.starts_with("autograd.leaf.") && !name.starts_with("autograd.value.")) continue;
        CAPTURE(name);
        ++boxes;
        CHECK(item.visible);
        CHECK(item.box.min.x >= room.min.x);
        CHECK(item.box.max.x <= room.max.x + 0.5f);
        CHECK(item.box.min.y >= room.min.y);
        CHECK(item.box.max.y <= room.max.y + 0.5f);
      }
      CHECK(boxes >= 5);
      CHECK(registry.find("panel.autograd")->box.max.y >= room.max.y);
    }
  }
}

TEST_CASE("pointing at a gradient shows its formula with its numbers, and nothing moves") {
  Explorer explorer;
  explorer.state().autograd_step = 6;
  explorer.window.frames(3);
  const auto before = places(explorer);
  CHECK_THAT(explorer.window.drawing(), !ContainsSubstring("\u2202y/\u2202w = "));
  REQUIRE(explorer.window.hover("autograd.leaf.w"));
  explorer.window.frames(2);
  CHECK_THAT(explorer.window.drawing(),
             ContainsSubstring("\u2202y/\u2202w = \u2202y/\u2202(mul #1) \u00b7 x = 0.7116 \u00b7 2 = 1.423"));
  CHECK(places(explorer) == before);
  REQUIRE(explorer.window.hover("autograd.value.add #2"));
  explorer.window.frames(2);
  CHECK_THAT(explorer.window.drawing(),
             ContainsSubstring("\u2202y/\u2202(add #2) = \u2202y/\u2202y \u00b7 (1 - y^2) = "));
  CHECK(places(explorer) == before);
}

TEST_CASE("Tab reaches every gradient and shows its formula; a press keeps the formula of a value in view") {
  Explorer explorer;
  explorer.state().autograd_step = 6;
  explorer.window.frames(3);
  const ui::Registry& registry = explorer.window.app().registry();
  for (int i = 0; i < 100 && registry.focus() != "autograd.value.add #2"; ++i) explorer.window.key(ImGuiKey_Tab);
  REQUIRE(registry.focus() == "autograd.value.add #2");
  explorer.window.frames(2);
  CHECK_THAT(explorer.window.drawing(), ContainsSubstring("\u2202y/\u2202(add #2) = "));
  REQUIRE(explorer.window.click("autograd.value.mul #1"));
  REQUIRE(explorer.window.hover("autograd.first"));
  explorer.window.key(ImGuiKey_Tab);
  explorer.window.frames(2);
  CHECK(explorer.state().autograd_value == "mul #1");
}

TEST_CASE("a weight that six recursions use shows its six contributions and their sum, and a tag at every use") {
  Explorer explorer(1024, 768);
  explorer.state().expression = tied(6);
  explorer.state().autograd_step = 1000;
  explorer.window.frames(3);
  const std::string drawing = explorer.window.drawing();
  size_t parts = 0, tags = 0;
  for (size_t at = 0; (at = drawing.find(">through ", at)) != std::string::npos; ++at) ++parts;
  for (size_t at = 0; (at = drawing.find(">w<", at)) != std::string::npos; ++at) ++tags;
  CHECK(parts == 6);
  CHECK(tags == 7);  // its box, and one at each use
  CHECK_THAT(drawing, ContainsSubstring("\u2202h5/\u2202w = "));
  CHECK_THAT(explorer.text(), ContainsSubstring("    through mul #10: ") && ContainsSubstring("    through h0: "));
}

TEST_CASE("a graph in rows has each row below the last, and cuts only the arrows that go from one to another") {
  std::vector<ImVec2> sizes(9, ImVec2(30, 10));
  std::vector<GraphEdge> edges;
  for (int i = 1; i < 9; ++i) edges.push_back({i - 1, i, 5, 12});
  const GraphLayout rows = layered(sizes, edges, {10, 8}, 3);
  CHECK(rows.columns == 3);
  CHECK(rows.size.x < layered(sizes, edges, {10, 8}).size.x / 2);
  for (int i = 1; i < 9; ++i) {
    const bool new_row = i % 3 == 0;
    CHECK(rows.cut[size_t(i) - 1] == new_row);
    CHECK((rows.nodes[size_t(i)].min.y > rows.nodes[size_t(i) - 1].max.y) == new_row);
    if (new_row) CHECK(rows.edges[size_t(i) - 1].front().x >= edges[size_t(i) - 1].tag);
  }
}

TEST_CASE("a laid out graph goes from left to right, and long arrows pass between the boxes") {
  std::mt19937 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    const int count = 2 + int(random() % 30);
    std::vector<ImVec2> sizes;
    std::vector<GraphEdge> edges;
    for (int i = 0; i < count; ++i) {
      sizes.push_back({20 + float(random() % 80), 10 + float(random() % 40)});
      for (int k = 0; i > 0 && k < 2; ++k) edges.push_back({int(random() % unsigned(i)), i, float(random() % 50)});
    }
    const GraphLayout graph = layered(sizes, edges, {10, 8});
    for (int i = 0; i < count; ++i) {
      const Box& box = graph.nodes[i];
      CHECK(box.min.x >= 0);
      CHECK(box.min.y >= -0.01f);
      CHECK(box.max.x <= graph.size.x + 0.01f);
      CHECK(box.max.y <= graph.size.y + 0.01f);
      CHECK(box.height() == Approx(sizes[i].y));
      for (int j = 0; j < i; ++j) CHECK_FALSE(overlap(box, graph.nodes[j]));
    }
    for (size_t e = 0; e < edges.size(); ++e) {
      const std::vector<ImVec2>& line = graph.edges[e];
      CHECK(line.back().x >= graph.nodes[edges[e].from].max.x + edges[e].room + 9.9f);
      for (size_t k = 1; k < line.size(); ++k) CHECK(line[k].x >= line[k - 1].x);
      for (size_t k = 1; k + 1 < line.size(); ++k)
        for (const Box& box : graph.nodes) CHECK_FALSE(box.contains({(line[k].x + line[k - 1].x) / 2, line[k].y}));
    }
  }
}

TEST_CASE("a graph of two hundred values is laid out and drawn") {
  Explorer explorer;
  std::string text = "w = 0.9; h0 = 1";
  for (int i = 1; i <= 90; ++i) text += "\nh" + std::to_string(i) + " = tanh(w*h" + std::to_string(i - 1) + ")";
  explorer.state().expression = text;
  explorer.state().autograd_step = 1000;
  explorer.window.frames(3);
  CHECK(explorer.state().autograd_step == 360);
  CHECK_THAT(explorer.text(), ContainsSubstring("h90 = tanh(mul #179)"));
}
