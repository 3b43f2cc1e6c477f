// Runs on images: what is shown of them, and that the time line, the curves and the other panels know them.

#include "datasets/digits.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "trainer/loop/image_trainer.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/runs/sketch.h"
#include "visualizer/runs/trainer_run.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

struct Desk {
  explicit Desk(int width = 1280, int height = 800) : window(source, width, height) {
    state().page = "Overview";
    window.frames(3);
  }
  AppState& state() { return window.app().state(); }
  std::string text(const char* panel) { return window.app().text(panel); }

  RecordingSource source{"images", sample_images()};
  Headless window;
};

}  // namespace

TEST_CASE("a run on images opens where its images are, at every size") {
  for (const auto& [width, height] :
       {std::pair(1920, 1080), std::pair(1280, 800), std::pair(1000, 400), std::pair(500, 400)}) {
    Desk desk(width, height);
    CAPTURE(width, height, desk.state().page);
    CHECK(desk.window.app().registry().find("patches.image.1"));
  }
}

TEST_CASE("the patches of an image go through the loop as deep as the model took them") {
  Desk desk;
  desk.state().page = "Loop";
  for (int event = 0; event < 9; ++event) {
    desk.state().story.event = event;
    desk.window.frames(2);
  }
  // Depths 1, 3, 2 and 1: four patches in the first pass, two in the second, one in the third.
  CHECK_THAT(
      desk.text("loop"),
      ContainsSubstring("all 4 patches enter the shared block") && ContainsSubstring(" 4 of 12 passes") &&
          ContainsSubstring("2 of 4 patches are inside. The others skip it.") && ContainsSubstring(" 6 of 12 passes") &&
          ContainsSubstring("1 of 4 patches are inside. The others skip it.") && ContainsSubstring(" 7 of 12 passes"));
  // The sample's images are named right with 50 % after two passes, and with 75 % as routed.
  CHECK_THAT(desk.text("loop"),
             ContainsSubstring(
                 "Here the last pass helps: loss 0.693 nats on these images with at most 2 passes, 0.288 as routed."));
  REQUIRE(desk.window.click("loop.image"));
  CHECK(desk.state().patches_image == 1);
}

TEST_CASE("the time line of a run on images goes through its images") {
  Desk desk;
  CHECK(desk.state().shown.step == 50);
  CHECK_THAT(desk.text("patches"), ContainsSubstring("2 of 2 right (held out)"));
  REQUIRE(desk.window.click("time.first"));
  CHECK(desk.state().shown.step == 0);
  CHECK_THAT(desk.text("patches"), ContainsSubstring("step 0") && ContainsSubstring("1 of 2 right (held out)"));
  CHECK_THAT(desk.text("patches"), ContainsSubstring("image 2 is 8, taken for 3 (75 %): wrong\n1 3\n2 1\n"));
  REQUIRE(desk.window.drag("time.track", 0.1f, 0.61f));
  CHECK(desk.state().shown.step == 30);
  desk.state().maximised = "curves";
  desk.window.frames(3);
  REQUIRE(desk.window.click("curves.loss.area"));
  CHECK(desk.state().shown.step == 20);
}

TEST_CASE("a click makes an image large and small again, and a patch under the mouse tells its scores") {
  Desk desk;
  REQUIRE(desk.window.click("patches.image.1"));
  CHECK(desk.state().patches_image == 1);
  CHECK_FALSE(desk.window.app().registry().find("patches.image.0"));
  REQUIRE(desk.window.hover("patches.image.1"));
  // The middle of the image is the upper left corner of its last patch.
  CHECK_THAT(desk.text("patches"), ContainsSubstring("image 2 (a 8), row 2, column 2: 1 recursion") &&
                                       ContainsSubstring("recursion 1: score 0.50, taken") &&
                                       ContainsSubstring("recursion 2: score 0.12, left") &&
                                       ContainsSubstring("recursion 3: not asked"));
  REQUIRE(desk.window.click("patches.image.1"));
  CHECK(desk.state().patches_image == -1);
  REQUIRE(desk.window.hover("time.track"));
  CHECK_THAT(desk.text("patches"), !ContainsSubstring("row 2"));
  desk.state().pinned = TokenRef{Subject::watched, 1};
  CHECK_THAT(desk.text("patches"), ContainsSubstring("image 1 (a 7), row 1, column 2: 3 recursions"));
}

TEST_CASE("under token choice the scores of a patch are the probabilities of its depths") {
  Recording recording = sample_images();
  recording.config_toml.replace(recording.config_toml.find("expert_choice"), 13, "token_choice");
  for (ImageSnapshot& snapshot : recording.images)
    for (SeenImage& image : snapshot.images) image.logits.assign(12, 0.5f);
  RecordingSource source("images", std::move(recording));
  Headless window(source, 800, 600);
  window.app().state().pinned = TokenRef{Subject::watched, 2};
  window.frames(2);
  CHECK_THAT(window.app().text("patches"),
             ContainsSubstring("depth 2: 0.33, taken") && ContainsSubstring("each patch's likeliest depth"));
}

TEST_CASE("the other panels say that a run on images has no text") {
  Desk desk;
  for (const char* panel : {"strip", "grid", "kv", "attention"})
    CHECK_THAT(desk.text(panel), ContainsSubstring("has no text"));
  CHECK_THAT(desk.text("generate"), ContainsSubstring("writes no text"));
  CHECK_THAT(desk.text("curves"), ContainsSubstring("nats per image") && !ContainsSubstring("causal"));
}

TEST_CASE("the table of patches has a row for each patch of each image") {
  Desk desk;
  const Table table = desk.window.app().panel("patches")->table(desk.source, desk.state());
  REQUIRE(table.rows.size() == 8);
  CHECK(table.rows[5] == std::vector<std::string>{"2", "8", "8", "0.75", "1", "2", "3", cell(router_score(2)),
                                                  cell(router_score(1.5f)), cell(router_score(3))});
  CHECK(table.rows[7].back().empty());
}

TEST_CASE("a run on images is watched while it trains, and shows what its recording shows afterwards") {
  const TemporaryFolder folder;
  write_images(make_digit_split(1, 20), folder.path() / "digits");
  Config config = image_defaults();
  config.data.source = (folder.path() / "digits").string();
  config.train.steps = 6;
  config.train.batch_size = 4;
  config.train.record_every = 2;
  const std::filesystem::path run = folder.path() / "run";
  std::string live, scores;
  {
    LiveSource source(run.string(), trainer_run(config, run), [] {});
    Headless window(source, 1280, 800);
    REQUIRE(
        wait_for(source, [&] { return source.status() == RunStatus::finished && source.history().images.size() > 0; }));
    source.poll();
    window.app().state().page = "Overview";
    window.frames(3);
    CHECK(window.app().registry().find("patches.image.1"));
    CHECK_FALSE(window.app().registry().find("rule.0"));
    CHECK_THAT(window.app().text("generate"), ContainsSubstring("A model of images writes no text."));
    live = window.app().text("patches");
    scores = window.app().text("scores");
    // The weights of a live run look at what a person draws, too.
    REQUIRE(source.can_draw());
    const size_t images = source.history().images.size();
    source.look_at(Sketch().pixels(28));
    REQUIRE(wait_for(source, [&] { return source.history().images.size() > images; }));
    CHECK(is_drawn(source.history().images.back()));
    CHECK(source.history().recorded_images() + 1 == int(images));
  }
  const std::unique_ptr<Source> recorded = open_source(run, [] {});
  Headless window(*recorded, 1280, 800);
  window.frames(3);
  CHECK_THAT(live, ContainsSubstring("step 6"));
  CHECK(window.app().text("patches") == live);
  CHECK_THAT(scores, ContainsSubstring("recursion 2:"));
  CHECK(window.app().text("scores") == scores);
  CHECK(recorded->history().images.size() == 4);
  recorded->poll();
  CHECK(recorded->command().starts_with("tinymor images --set "));
  CHECK_THAT(recorded->command(), ContainsSubstring("train.steps=6") && ContainsSubstring("--patch 7"));
}
