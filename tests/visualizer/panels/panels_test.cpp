// Panels draw whatever there is to draw: nothing, one snapshot, very short and very long texts, damaged numbers.

#include <set>

#include "support/catch.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

const std::set<std::string> of_text = {"grid.cells",     "kv.cells",           "curves.loss.area",  "strip.token.0",
                                       "lens.cells",     "scores.strip.1",     "attention.map.1.2", "sharing.set.0",
                                       "tokens.token.0", "tokens.row.0",       "autograd.leaf.w",   "autograd.value.y",
                                       "depth.row.0",    "depth.training.area"};
const std::set<std::string> of_images = {"curves.loss.area", "sharing.set.0", "patches.image.0", "autograd.leaf.w",
                                         "autograd.value.y"};

// Draws every panel alone and together, under every rule, with a pinned token and the mouse on every picture that is
// there. Returns the pictures that the mouse was on.
std::set<std::string> draw_everything(Source& source) {
  std::set<std::string> hovered;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  for (RuleView rule : {RuleView::training, RuleView::causal, RuleView::difference}) {
    state.rule = rule;
    state.pinned = TokenRef{Subject::watched, 3};
    state.log_loss = !state.log_loss;
    state.paper_colors = !state.paper_colors;
    state.cache_subject = rule == RuleView::causal ? Subject::generated : Subject::watched;
    state.attention_layer = int(rule) - 1;
    state.sharing_scheme = int(rule);
    state.patches_image = int(rule) - 1;
    state.autograd_step = 3 * int(rule);
    state.tokens_view = TokensView(rule);
    std::vector<std::string> names = {""};
    for (const auto& panel : window.app().panels()) names.push_back(panel->name());
    for (const std::string& panel : names) {
      state.maximised = panel;
      window.frames(2);
      for (const std::set<std::string>& pictures : {of_text, of_images})
        for (const std::string& name : pictures)
          if (window.hover(name)) hovered.insert(name);
    }
    for (const auto& panel : window.app().panels()) {
      const Table table = panel->table(source, state);
      for (const auto& row : table.rows) REQUIRE(row.size() == table.columns.size());
    }
    CHECK_FALSE(window.app().text().empty());
    CHECK_THAT(window.drawing(), ContainsSubstring("</svg>"));
  }
  CHECK(window.picture().width == 1280);
  return hovered;
}

RecordingSource source_of(Recording recording) {
  return RecordingSource("test", std::move(recording));
}

}  // namespace

TEST_CASE("panels draw a run that has told nothing yet") {
  RecordingSource source = source_of({});
  draw_everything(source);
}

TEST_CASE("panels draw a run with a single snapshot and a single step") {
  SampleRun run;
  run.steps = 1;
  RecordingSource source = source_of(sample_recording(run));
  REQUIRE(source.history().snapshots.size() == 1);
  draw_everything(source);
}

TEST_CASE("panels draw every picture of a run on text") {
  RecordingSource source = source_of(sample_recording());
  CHECK(draw_everything(source) == of_text);
}

TEST_CASE("panels draw a text of one token and one of 512") {
  for (int tokens : {1, 512}) {
    SampleRun run;
    run.tokens = tokens;
    run.steps = 60;
    RecordingSource source = source_of(sample_recording(run));
    draw_everything(source);
  }
}

TEST_CASE("panels draw one recursion and eight") {
  for (int recursions : {1, 8}) {
    SampleRun run;
    run.recursions = recursions;
    run.steps = 60;
    RecordingSource source = source_of(sample_recording(run));
    draw_everything(source);
  }
}

TEST_CASE("panels draw damaged numbers without a word of complaint from ImGui") {
  RecordingSource source = source_of(hostile_recording());
  draw_everything(source);
}

TEST_CASE("panels draw a run on images, and images that contradict themselves") {
  RecordingSource source = source_of(sample_images());
  CHECK(draw_everything(source) == of_images);
  Recording hostile = sample_images();
  for (ImageSnapshot& snapshot : hostile.images) snapshot.images[0].depth.pop_back();
  RecordingSource bad = source_of(std::move(hostile));
  draw_everything(bad);
}

TEST_CASE("panels draw in windows of any size, down to a postage stamp") {
  RecordingSource source = source_of(sample_recording());
  for (const auto& [width, height] : {std::pair(64, 64), std::pair(200, 900), std::pair(1600, 120)}) {
    Headless window(source, width, height);
    for (float zoom : {0.5f, 3.0f}) {
      window.app().state().zoom = zoom;
      window.frames(2);
    }
    CHECK(window.picture().height == height);
  }
}

TEST_CASE("a configuration that cannot be read becomes a notice, not a failure") {
  Recording recording = sample_recording();
  recording.config_toml = "[model]\nd_model = \"\x01";
  RecordingSource source = source_of(std::move(recording));
  CHECK_THAT(source.notice(), ContainsSubstring("configuration"));
  draw_everything(source);
}

TEST_CASE("the text report tells what the panels show, for eyes that cannot see them") {
  RecordingSource source = source_of(sample_recording());
  Headless window(source, 640, 480);
  const std::string all = window.app().text();
  for (const char* part : {"== Token strip ==",
                           " girl[",
                           "== Depth grid ==",
                           "recursion 2",
                           "== Curves ==",
                           "held out at step 400",
                           "== KV cache ==",
                           "vanilla",
                           "an entry: a key and a value",
                           "== Router scores ==",
                           "% overlap",
                           "== Depth lens ==",
                           "as routed: mean loss",
                           "== Attention ==",
                           "4 heads",
                           "== Weight sharing ==",
                           "parameters (",
                           "weights 2: layers 2",
                           "== Tokens and data ==",
                           "tokens 59,001 to 59,120 of 60,100 (held out)",
                           "== Patches of images ==",
                           "tinymor images --data digits",
                           "== Autograd explorer ==",
                           "y = tanh(add #2), not computed yet",
                           "== Compare ==",
                           "A: step 400"}) {
    CHECK_THAT(all, ContainsSubstring(part));
  }
  CHECK_THAT(window.app().text("kv"), !ContainsSubstring("== Curves =="));
}
