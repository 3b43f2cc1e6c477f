#include "visualizer/runs/generation.h"

#include <chrono>

#include "support/catch.h"
#include "visualizer/desk.h"
#include "visualizer/runs/draw.h"

using namespace tinymor;

TEST_CASE("Generate writes a text with depths, the cache follows it, and Stop ends it") {
  Desk desk;
  REQUIRE(desk.window.click("page.2"));
  desk.state().request.max_tokens = 20;
  REQUIRE(desk.window.click("gen.play"));
  REQUIRE(wait_for(desk.source, [&] { return !desk.source.generation().running; }));
  desk.window.frames(3);
  CHECK(desk.state().shown.generated.size() == 21);
  CHECK(desk.state().cache_subject == Subject::generated);
  CHECK(desk.window.app().text("kv").find("generated text") != std::string::npos);
  CHECK(desk.window.app().text("generate").find(" tok20[3]") != std::string::npos);
  desk.state().pinned = TokenRef{Subject::generated, 5};
  CHECK_THAT(desk.window.app().text("generate"),
             ContainsSubstring("token 6: depth 3, ") && ContainsSubstring(" FLOPs in "));
  desk.state().pinned.reset();
  desk.state().request.max_tokens = 1000000;
  REQUIRE(desk.window.click("gen.play"));
  desk.source.poll();
  desk.window.frames(2);
  REQUIRE(desk.source.generation().running);
  REQUIRE(desk.window.click("gen.play"));
  desk.source.poll();
  CHECK_FALSE(desk.source.generation().running);
}

TEST_CASE("a text can be written step by step, taken back, branched from any token, and another token chosen") {
  Desk desk;
  const auto text = [&] {
    wait_for(desk.source, [&] { return !desk.source.generation().running; });
    desk.window.frames(2);
    return desk.state().shown.generated.size();
  };
  REQUIRE(desk.window.click("page.2"));
  REQUIRE(desk.window.click("gen.step"));
  CHECK(text() == 1);  // the prompt
  REQUIRE(desk.window.click("gen.step"));
  CHECK(text() == 2);
  REQUIRE(desk.window.click("candidates.1"));
  CHECK(text() == 3);
  CHECK(desk.source.generation().text.back().id == 3);  // the second likeliest
  REQUIRE(desk.window.click("gen.undo"));
  CHECK(text() == 2);
  desk.state().request.max_tokens = 10;
  REQUIRE(desk.window.click("gen.go_on"));
  CHECK(text() == 12);
  desk.state().pinned = TokenRef{Subject::generated, 4};
  desk.window.frames(2);
  REQUIRE(desk.window.click("gen.branch"));
  CHECK(text() == 5);
  CHECK(desk.source.generation().text[4].id == 4);
}

TEST_CASE("wishes of one moment are granted in turn: each waits for the text of the one before") {
  for (const char* moment : {"", "at 0.01\n"}) {
    Desk desk;
    const std::string scene =
        std::string(moment) + "do write 6\ndo keep 4\ndo choose 2\ndo write 8\ndo keep 3\ndo step\n";
    apply_scene(desk.state(), desk.source, scene, "x");
    REQUIRE(wait_for(desk.source, [&] {
      desk.window.frames(1);
      const AppState& state = desk.state();
      return state.script.empty() && state.waiting.empty() && !desk.source.generation().running;
    }));
    CHECK(desk.source.generation().text.size() == 4);
    // The prompt, 6 written, another one chosen for the fifth and 4 behind that; the step behind the third draws what
    // was drawn there before.
    CHECK(desk.source.written().nodes.size() == 1 + 6 + 1 + 4);
  }
}

TEST_CASE("the candidates follow temperature, top-k and top-p with nothing run again") {
  Desk desk;
  REQUIRE(desk.window.click("page.2"));
  REQUIRE(desk.window.click("gen.step"));
  REQUIRE(wait_for(desk.source, [&] { return !desk.source.generation().running; }));
  const auto line = [&] { return desk.window.app().text("generate"); };
  desk.state().request.temperature = 1;
  CHECK_THAT(line(), ContainsSubstring("next of 5: “e” 63.6 % “d” 23.4 %"));
  desk.state().request.top_k = 2;
  CHECK_THAT(line(), ContainsSubstring("next of 2: “e” 73.1 % “d” 26.9 %;"));
  desk.state().request.top_p = 0.7f;
  CHECK_THAT(line(), ContainsSubstring("next of 1: “e” 100.0 %; the draw takes “e”"));
}

TEST_CASE("a window writes about six tokens a second unless it is told otherwise") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.page = "Generate";
  state.request.max_tokens = 3;
  window.frames(3);
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(window.click("gen.play"));
  REQUIRE(wait_for(source, [&] { return source.generation().text.size() == 4; }));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  CHECK(seconds > 3.0 / 6 * 0.9);
  CHECK(seconds < 3);
}

namespace {

/// The random number that seed 1 draws for the n-th token after the prompt.
double number_of(int64_t n) {
  return draw_of(std::vector<float>(5), {.seed = 1}, {}, n).number;
}

}  // namespace

TEST_CASE("every token of a text keeps the candidates it was drawn from, however the settings change later") {
  Desk desk;
  const Generation& g = desk.source.generation();
  const auto line = [&] {
    wait_for(desk.source, [&] { return !g.running; });
    desk.window.frames(2);
    return desk.window.app().text("generate");
  };
  REQUIRE(desk.window.click("page.2"));
  desk.state().request.temperature = 1;
  desk.state().request.max_tokens = 4;
  REQUIRE(desk.window.click("gen.play"));
  line();
  REQUIRE(g.text.size() == 5);
  CHECK_FALSE(g.text[0].draw);
  CHECK(g.text[1].draw->number == number_of(0));
  CHECK(g.text[2].draw->number == number_of(1));
  desk.state().request.top_k = 2;
  desk.state().pinned = TokenRef{Subject::generated, 2};
  CHECK_THAT(line(), ContainsSubstring("token 3, of 5: “e” 63.6 %") && ContainsSubstring("; the draw took “c”"));
  CHECK_THAT(desk.window.drawing(), ContainsSubstring("%  drawn"));
  CHECK_FALSE(desk.shows("candidates.0"));  // the past is not changed
  desk.state().pinned = TokenRef{Subject::generated, 0};
  CHECK_THAT(line(), !ContainsSubstring("draw"));
  CHECK_THAT(desk.window.drawing(), ContainsSubstring("This token is of the prompt: it was not drawn."));
  desk.state().pinned.reset();
  CHECK_THAT(line(), ContainsSubstring("next of 2: "));
  REQUIRE(desk.window.click("candidates.1"));
  line();
  REQUIRE(g.text.size() == 6);
  REQUIRE(g.text[5].draw);
  CHECK(g.text[5].draw->by_hand);
  REQUIRE(desk.window.click("gen.undo"));
  line();
  REQUIRE(g.text.size() == 5);
  for (int t : {1, 2, 3, 4}) CHECK(g.text[size_t(t)].draw->number == number_of(t - 1));
}

TEST_CASE("the token that is drawn is named, and has a bar, also where it is far behind the likeliest") {
  Generation text;
  text.text.resize(1);
  text.vocabulary = std::make_shared<const std::vector<std::string>>(std::vector<std::string>(1000, "x"));
  const std::vector<float> logits(1000, 0);
  const Draw draw = draw_of(logits, {.temperature = 1, .top_k = 0}, {}, 0, 700);
  CHECK(draw.candidates.size() == Draw::most_candidates + 1);
  CHECK(draw.candidates[draw.taken].id == 700);
  CHECK(draw.candidates[draw.taken].probability == Approx(0.001));
  CHECK(draw.raw[draw.taken] == Approx(0.001));
  CHECK(draw.all == 1000);
  CHECK(draw.place == 700);
  CHECK(draw_of(logits, {.temperature = 1, .top_k = 5}, {}, 0, 700).candidates.size() ==
        6);  // a model with other ideas

  struct WideDecoder : ScriptedDecoder {
    std::vector<float> logits() const override { return std::vector<float>(300, 0); }
  };
  struct WideSource : RecordingSource {
    WideSource() : RecordingSource("wide", sample_recording()) {
      generator_ = std::make_unique<GenerationWorker>(
          [](const std::atomic<bool>&) { return std::make_unique<WideDecoder>(); }, [] {});
    }
  } source;
  Headless window(source, 1000, 420);
  AppState& state = window.app().state();
  state.maximised = "generate";
  state.request.top_k = 0;
  window.frames(3);
  REQUIRE(window.click("gen.step"));
  REQUIRE(wait_for(source, [&] { return !source.generation().running; }));
  for (int seed = 1; seed < 6; ++seed) {
    state.request.seed = seed;
    window.frames(2);
    const Draw next = draw_of(source.generation().logits, state.request, {}, 0);
    CHECK(next.taken > 8);  // no more bars have room
    CHECK(window.app().registry().find("candidates." + std::to_string(next.taken)));
    CHECK_FALSE(window.app().registry().find("candidates.8"));
    CHECK_THAT(window.drawing(), ContainsSubstring(fmt::format("  no. {}  drawn", next.taken + 1)));
  }
}

TEST_CASE("the sliders of Generate change the request") {
  Desk desk;
  REQUIRE(desk.window.click("page.2"));
  REQUIRE(desk.window.drag("gen.temperature", 0.5f, 0.02f));
  CHECK(desk.state().request.temperature < 0.2f);
  REQUIRE(desk.window.drag("gen.max_depth", 0.1f, 0.98f));
  CHECK(desk.state().request.max_depth == 3);
  REQUIRE(desk.window.drag("gen.top_k", 0.5f, 0.98f));
  CHECK(desk.state().request.top_k > 90);
}

TEST_CASE("what was written stays as branches of a tree, and a click or a key goes back to one, until Clear") {
  Desk desk;
  const Generation& g = desk.source.generation();
  const auto settle = [&] {
    wait_for(desk.source, [&] { return !g.running; });
    desk.window.frames(2);
  };
  const auto ids = [&] {
    std::vector<int32_t> out;
    for (const GeneratedPiece& token : g.text) out.push_back(token.id);
    return out;
  };
  REQUIRE(desk.window.click("page.2"));
  desk.state().request.max_tokens = 5;
  REQUIRE(desk.window.click("gen.play"));
  settle();
  CHECK(ids() == std::vector<int32_t>{0, 1, 2, 3, 4, 5});
  CHECK_FALSE(desk.shows("gen.branch.0"));  // nothing to go back to
  const auto draw = g.text[5].draw;
  REQUIRE(draw);
  for (int back = 0; back < 3; ++back) {
    REQUIRE(desk.window.click("gen.undo"));
    settle();
  }
  CHECK(ids() == std::vector<int32_t>{0, 1, 2});
  CHECK(desk.shows("gen.branch.0"));  // what was taken back
  REQUIRE(desk.window.click("candidates.0"));
  settle();
  CHECK(ids() == std::vector<int32_t>{0, 1, 2, 4});
  CHECK(g.text[3].draw->by_hand);
  REQUIRE(desk.shows("gen.branch.1"));
  CHECK_THAT(desk.window.app().text("generate"), ContainsSubstring("    tok3[1] tok4[2] tok5[3] (branch 1)\n") &&
                                                     ContainsSubstring("  >  tok4[2] < (branch 2)\n"));
  REQUIRE(desk.window.click("gen.branch.0"));
  settle();
  CHECK(ids() == std::vector<int32_t>{0, 1, 2, 3, 4, 5});
  CHECK(g.text[5].draw == draw);  // still known
  CHECK_FALSE(g.text[5].draw->by_hand);
  desk.state().wishes.push_back({Wish::branch, 2});
  desk.window.frames(1);
  settle();
  CHECK(ids() == std::vector<int32_t>{0, 1, 2, 4});
  desk.state().wishes.push_back({Wish::branch, 3});  // there is none
  desk.window.frames(1);
  settle();
  CHECK(ids().size() == 4);
  for (int i = 0; i < 100 && desk.window.app().registry().focus() != "gen.branch.0"; ++i)
    desk.window.key(ImGuiKey_DownArrow);
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(2);
  settle();
  CHECK(ids().size() == 6);
  REQUIRE(desk.window.click("gen.clear"));
  settle();
  CHECK(desk.source.written().nodes.empty());
  CHECK_FALSE(desk.shows("gen.branch.0"));
}

TEST_CASE("another text is kept beside the one before, and tokens of the tree can be pointed at") {
  Desk desk;
  REQUIRE(desk.window.click("page.2"));
  desk.state().request.max_tokens = 2;
  const auto write = [&] {
    REQUIRE(desk.window.click("gen.play"));
    wait_for(desk.source, [&] { return !desk.source.generation().running; });
    desk.window.frames(2);
  };
  write();
  desk.state().wishes.push_back({Wish::choose, 4});
  desk.window.frames(1);
  wait_for(desk.source, [&] { return desk.source.generation().text.size() == 4; });
  write();
  CHECK(desk.source.generation().text.size() == 3);
  CHECK(desk.source.written().nodes.size() == 4);
  CHECK(desk.shows("gen.branch.0"));
}
