#include "visualizer/runs/generation.h"

#include "support/catch.h"
#include "visualizer/desk.h"

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
             ContainsSubstring("token 5: depth 3, ") && ContainsSubstring(" FLOPs in "));
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

TEST_CASE("the candidates follow temperature, top-k and top-p with nothing run again") {
  Desk desk;
  REQUIRE(desk.window.click("page.2"));
  REQUIRE(desk.window.click("gen.step"));
  REQUIRE(wait_for(desk.source, [&] { return !desk.source.generation().running; }));
  const auto line = [&] { return desk.window.app().text("generate"); };
  desk.state().request.temperature = 1;
  CHECK_THAT(line(), ContainsSubstring("next of 5: \"e\" 63.6 % \"d\" 23.4 %"));
  desk.state().request.top_k = 2;
  CHECK_THAT(line(), ContainsSubstring("next of 2: \"e\" 73.1 % \"d\" 26.9 %;"));
  desk.state().request.top_p = 0.7f;
  CHECK_THAT(line(), ContainsSubstring("next of 1: \"e\" 100.0 %; the draw takes \"e\""));
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
