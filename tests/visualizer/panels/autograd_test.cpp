// The panel of the autograd explorer: its controls, and where its boxes stand.

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
