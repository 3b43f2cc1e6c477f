// The inspector: its formulas are those of the run, its numbers let their sources glow, and nothing of it is cut.

#include <fmt/format.h>

#include <sstream>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "trainer/loop/trainer.h"
#include "visualizer/desk.h"
#include "visualizer/draw/svg.h"
#include "visualizer/panels/formulas.h"

using namespace tinymor;

namespace {

/// A text of two tokens and two recursions: the first token takes both, the second one leaves after one. Its scores are
/// those of the logits 0.8 and -0.4.
struct Told {
  TextView view;
  RouterConfig router;

  explicit Told(Routing routing) {
    view.routing = routing;
    view.pieces = {" a", " b"};
    view.ids = {0, 1};
    view.depth = {2, 1};
    view.rows.resize(2);
    router.function = routing == Routing::expert_choice ? RouterFunction::sigmoid : RouterFunction::softmax;
    router.alpha = routing == Routing::expert_choice ? 0.1 : 1;
    for (RecursionRow& row : view.rows) {
      row.capacity = 0.5;
      row.candidates = 2;
      row.computed = 1;
      for (const float logit : {0.8f, -0.4f})
        row.cells.push_back(
            {CellState::computed, true, logit, float(router.alpha * router_score(logit)), 1, 14.2f, 3.1f});
    }
    view.rows[1].cells[1].state = CellState::skipped;
  }

  std::string text(int token, bool training = false) const {
    std::string out;
    for (const TokenLine& line : formulas({view, token, router, training})) out += line.text + "\n";
    return out;
  }
};

const std::string sizes = ": a change of 3.1 on a state of 14.2\n";

}  // namespace

TEST_CASE("the inspector's formulas say the gating, the residual and the function that the router has") {
  Told told(Routing::expert_choice);
  CHECK_THAT(told.text(0),
             ContainsSubstring("pass 2: \u03c3(r\u00b7h) = \u03c3(0.80) = 0.69 \u2265 0.50: once more\n"));
  CHECK_THAT(told.text(0), ContainsSubstring("new state = old + 0.1 \u00b7 0.69 \u00b7 block(old)" + sizes));
  CHECK_THAT(told.text(1), ContainsSubstring("pass 2: \u03c3(r\u00b7h) = \u03c3(-0.40) = 0.40 < 0.50: done"));
  CHECK_THAT(told.text(0, true), ContainsSubstring("= 0.69, rank 1 of 2: once more\nthe best 1 go on, "));
  told.router.residual = RouterResidual::delta;
  CHECK_THAT(told.text(0), ContainsSubstring("0.69 \u00b7 (block(old) \u2212 old)" + sizes));
  told.router.gating = RouterGating::additive;
  CHECK_THAT(told.text(0), ContainsSubstring("new state = old + (block(old) \u2212 old)" + sizes));
  told = Told(Routing::expert_choice);
  told.router.function = RouterFunction::tanh;
  told.router.temperature = 2;
  CHECK_THAT(told.text(0), ContainsSubstring("\u03c3(r\u00b7h/T)"));
  CHECK_THAT(told.text(0), ContainsSubstring("old + 0.1 \u00b7 tanh(0.80) \u00b7 block(old)"));
  told.router.sampling = RouterSampling::aux_router;
  CHECK_THAT(told.text(0), ContainsSubstring("; the gate is the main router's\n"));
  CHECK_THAT(told.text(0, true), !ContainsSubstring("the main router's"));
}

TEST_CASE("under token choice the last pass is added to the first state, by the weight that the gating gives it") {
  Told told(Routing::token_choice);
  CHECK_THAT(told.text(0),
             ContainsSubstring("softmax(r\u00b7h) for 1 to 2 passes: 0.69, 0.69: its choice is 2 passes\n"));
  CHECK_THAT(told.text(0), ContainsSubstring("pass 1: new state = block(old)" + sizes));
  CHECK_THAT(told.text(0), ContainsSubstring("pass 2: new state = first + 0.69 \u00b7 block(old)" + sizes));
  CHECK_THAT(told.text(1), ContainsSubstring("its choice is 1 pass\n"));
  CHECK_THAT(told.text(1), ContainsSubstring("pass 1: new state = old + 0.40 \u00b7 block(old)" + sizes));
  told.router.gating = RouterGating::weighted_every;
  CHECK_THAT(told.text(0), ContainsSubstring("pass 1: new state = 0.69 \u00b7 block(old)" + sizes));
  CHECK_THAT(told.text(0), ContainsSubstring("pass 2: new state = first + 0.69 \u00b7 block(old)" + sizes));
  told.router.gating = RouterGating::additive;
  told.router.residual = RouterResidual::delta;
  CHECK_THAT(told.text(0), ContainsSubstring("pass 2: new state = first + (block(old) \u2212 first)" + sizes));
  CHECK_THAT(Told(Routing::none).text(0), ContainsSubstring("pass 2: new state = block(old)" + sizes));
}

TEST_CASE("a recording without the sizes of states says nothing of them") {
  Told told(Routing::expert_choice);
  told.view.rows[1].cells[0].before = told.view.rows[1].cells[0].change = -1;
  CHECK_THAT(told.text(0), ContainsSubstring("block(old)\n"));
  Desk desk;
  CHECK_THAT(desk.window.app().text("inspector"), ContainsSubstring("new state = old + "));
  CHECK_THAT(desk.window.app().text("inspector"), !ContainsSubstring("a change of"));
}

TEST_CASE("while a number of the inspector is pointed at, its source glows, and nothing moves") {
  for (const char* page : {"Loop", "Overview", "Inside"}) {
    CAPTURE(page);
    Desk desk;
    desk.state().page = page;
    desk.state().pinned = TokenRef{Subject::watched, 24};
    desk.window.frames(3);
    REQUIRE(desk.window.hover("top.badge"));
    const Picture before = desk.window.picture();
    const ui::Registry& registry = desk.window.app().registry();
    const Box panel = registry.find("panel.inspector")->box;
    REQUIRE(desk.window.hover("inspector.guess.1"));
    CHECK(desk.state().glow == Glow{Glow::guess, 24, 2});
    REQUIRE(desk.window.hover("inspector.number.2"));
    REQUIRE(desk.state().glow);
    CHECK(desk.state().glow->token == 24);
    // Left of the inspector something is drawn that was not there.
    const Picture glowing = desk.window.picture();
    int changed = 0;
    for (int y = int(panel.min.y); y < int(panel.max.y); ++y)
      for (int x = 0; x < int(panel.min.x) * 4; ++x) {
        const size_t at = size_t(y) * size_t(before.width) * 4 + size_t(x);
        changed += before.rgba[at] != glowing.rgba[at];
      }
    CHECK(changed > 0);
    CHECK(registry.find("panel.inspector")->box.min.x == panel.min.x);
    REQUIRE(desk.window.hover("top.badge"));
    CHECK_FALSE(desk.state().glow);
    CHECK(desk.window.picture().rgba == before.rgba);
  }
}

TEST_CASE("the keyboard reaches the numbers of the inspector, and their sources glow") {
  Desk desk;
  const ui::Registry& registry = desk.window.app().registry();
  for (int i = 0; i < 300 && registry.focus() != "inspector.number.0"; ++i) desk.window.key(ImGuiKey_DownArrow);
  REQUIRE(registry.focus() == "inspector.number.0");
  desk.window.frames(1);
  CHECK(desk.state().glow);
  desk.window.key(ImGuiKey_Escape);
  desk.window.frames(2);
  CHECK_FALSE(desk.state().glow);
}

TEST_CASE("nothing in the inspector is cut or below its panel, also with six recursions and in small windows") {
  struct Case {
    int width, height, recursions;
    float zoom;
  };
  for (const Case& c : {Case{1280, 800, 3, 1}, Case{1280, 800, 6, 1}, Case{1024, 640, 3, 1}, Case{1024, 640, 6, 1},
                        Case{1024, 768, 3, 1.5f}, Case{1024, 768, 6, 1.5f}})
    for (const RuleView rule : {RuleView::training, RuleView::causal})
      for (const char* page : {"Loop", "Overview", "Inspector"}) {
        CAPTURE(c.width, c.height, c.recursions, c.zoom, page);
        WritingSource source(sample_recording({.recursions = c.recursions}));
        Headless window(source, c.width, c.height);
        AppState& state = window.app().state();
        state.page = page;
        state.zoom = c.zoom;
        state.rule = rule;
        state.pinned = TokenRef{Subject::watched, 13};  // of the largest depth
        window.frames(4);
        const auto* item = window.app().registry().find("panel.inspector");
        if (!item) continue;
        const Box box = item->box;
        SvgCanvas drawing;
        {
          const DrawingScope scope(drawing);
          window.frames(1);
        }
        std::istringstream lines(drawing.file({{0, 0}, {float(c.width), float(c.height)}}, ui::colors::ground));
        for (std::string line; std::getline(lines, line);) {
          const size_t text = line.find("<text x=\"");
          if (text == std::string::npos) continue;
          const ImVec2 at{std::stof(line.substr(text + 9)), std::stof(line.substr(line.find(" y=\"") + 4))};
          const float below_title = box.min.y + ui::em() * 3.2f;
          if (!box.contains({at.x, box.min.y}) || at.y < below_title) continue;
          CAPTURE(line);
          const bool of_bars = at.y > box.max.y + ui::em();
          CHECK((of_bars || at.y <= box.max.y));
          CHECK((of_bars || line.find("...</text>") == std::string::npos));
        }
      }
}

TEST_CASE("a run records the sizes of states, and a text of one token is refused where it is typed") {
  const TemporaryFolder folder;
  Config config = Config::defaults();
  config.data.source = "stories";
  config.data.tokenizer = TokenizerKind::byte;
  config.model.d_model = config.model.d_ff = 16;
  config.model.max_seq_len = 24;
  config.model.sharing = Sharing::middle_cycle;
  config.model.n_recursions = 3;
  config.model.routing = Routing::expert_choice;
  config.train.steps = 2;
  Trainer(config, folder.path() / "run").run();
  RecordingSource source(folder.path() / "run", [] {});
  Headless window(source, 1280, 800);
  window.frames(3);
  const Trace& trace = source.history().snapshots.back().threshold;
  REQUIRE_FALSE(trace.changes.empty());
  window.app().state().pinned = TokenRef{Subject::watched, 0};
  window.frames(1);
  CHECK_THAT(window.app().text("inspector"),
             ContainsSubstring(fmt::format("a change of {:.3g} on a state of {:.3g}", trace.changes[0].change[0],
                                           trace.changes[0].before[0])));
  AppState& state = window.app().state();
  state.story.typing = true;
  for (const char* text : {"a", "a cat"}) {
    state.own_text = text;
    window.frames(2);
    CHECK((window.drawing().find("This is one token") != std::string::npos) == (state.own_text == "a"));
  }
}

TEST_CASE("the inspector of a run on images says the formulas of the patch that is pointed at") {
  RecordingSource images("images", sample_images());
  Headless window(images, 1280, 800);
  window.frames(3);
  const auto text = [&] { return window.app().text("inspector"); };
  CHECK_THAT(text(), ContainsSubstring("patch of image 1, a ") && ContainsSubstring("the whole image is "));
  window.app().state().page = "Overview";
  window.frames(2);
  REQUIRE(window.hover("patches.image.1"));
  CHECK_THAT(text(), ContainsSubstring("patch of image 2, a "));
  REQUIRE(window.hover("top.badge"));
  REQUIRE(window.hover("inspector.number.0"));
  CHECK_THAT(text(), ContainsSubstring("patch of image 1, a "));
  CHECK(window.app().state().glow);
}

TEST_CASE("the inspector says what an image is taken for after each recursion, or that it was not recorded") {
  for (const bool recorded : {true, false}) {
    CAPTURE(recorded);
    Recording recording = sample_images();
    for (ImageSnapshot& snapshot : recording.images)
      for (SeenImage& image : snapshot.images)
        if (!recorded) image.guesses.clear();
    RecordingSource images("images", recording);
    Headless window(images, 1280, 800);
    window.frames(3);
    CHECK_THAT(window.app().text("inspector"),
               ContainsSubstring(recorded ? "at most 1: 8 (75 %), 7 (25 %), 0 (0 %); at most 2: 7 (50 %), 8 (50 %), 0 "
                                            "(0 %); as routed: 7 (75 %), 8 (25 %)"
                                          : "what fewer passes would take it for was not recorded"));
    SvgCanvas drawing;
    {
      const DrawingScope scope(drawing);
      window.frames(1);
    }
    const std::string drawn = drawing.file({{0, 0}, {1280, 800}}, ui::colors::ground);
    CHECK((drawn.find(">What the image is") != std::string::npos) == recorded);
    if (recorded) CHECK_THAT(drawn, ContainsSubstring(">1.39<"));  // nats: -ln(0.25)
  }
}
