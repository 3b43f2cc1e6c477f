#include "visualizer/views/loop_story.h"

#include "support/catch.h"

using namespace tinymor;

namespace {

Geometry mor(int64_t layers, Sharing sharing, Routing routing) {
  ModelConfig config;
  config.n_layers = layers;
  config.sharing = sharing;
  config.n_recursions = sharing == Sharing::none ? 1 : 3;
  config.routing = routing;
  return geometry_of(config);
}

/// Four tokens of depths 3, 1, 2, 1.
TextView text_of(const Geometry& geometry) {
  Trace trace;
  trace.pieces = {"a", " b", " c", "."};
  trace.depth = {3, 1, 2, 1};
  trace.recursions = {{{0, 1, 2, 3}, {1, 1, 1, 1}, {}, {0, 1, 2, 3}},
                      {{0, 1, 2, 3}, {2, -1, 1, -2}, {}, {0, 2}},
                      {{0, 2}, {1, -1}, {}, {0}}};
  return view_of(trace, geometry);
}

std::vector<LoopEvent::Kind> kinds_of(const LoopStory& story) {
  std::vector<LoopEvent::Kind> kinds;
  for (int i = 0; i < story.events(); ++i) kinds.push_back(story.event(i).kind);
  return kinds;
}

}  // namespace

TEST_CASE("tokens enter together, are judged before every further pass, and meet again in the last layer") {
  const Geometry geometry = mor(8, Sharing::middle_cycle, Routing::expert_choice);
  const TextView text = text_of(geometry);
  const LoopStory story(text, geometry, 0, 4);
  using enum LoopEvent::Kind;
  CHECK(kinds_of(story) == std::vector{wait, run, run, judge, run, judge, run, run, guess});
  const auto at = [&](int event) {
    std::vector<TokenPlace> all;
    for (int t = 0; t < 4; ++t) all.push_back(story.standing(text, t, event));
    return all;
  };
  using enum Place;
  CHECK(at(0) == std::vector<TokenPlace>(4));
  CHECK(at(1) == std::vector<TokenPlace>(4, {box}));
  CHECK(at(2) == std::vector<TokenPlace>(4, {box, 1}));
  CHECK(at(3) == std::vector<TokenPlace>{{gate, 1, true}, {gate, 1}, {gate, 1, true}, {gate, 1}});
  CHECK(at(4) == std::vector<TokenPlace>{{box, 2}, {exit, 1}, {box, 2}, {exit, 1}});
  CHECK(at(5) == std::vector<TokenPlace>{{gate, 2, true}, {exit, 1}, {gate, 2}, {exit, 1}});
  CHECK(at(6) == std::vector<TokenPlace>{{box, 3}, {exit, 1}, {exit, 2}, {exit, 1}});
  CHECK(at(7) == std::vector<TokenPlace>{{box, 3}, {box, 1}, {box, 2}, {box, 1}});
  CHECK(at(8) == std::vector<TokenPlace>{{done, 3}, {done, 1}, {done, 2}, {done, 1}});
  CHECK(at(99) == at(8));
}

TEST_CASE("work counts the passes of those inside, and a part of a text counts its own") {
  const Geometry geometry = mor(8, Sharing::middle_cycle, Routing::expert_choice);
  const TextView text = text_of(geometry);
  const LoopStory whole(text, geometry, 0, 4), part(text, geometry, 1, 3);
  CHECK(whole.most_work() == 12);
  CHECK(whole.work(text, 2) == 4);
  CHECK(whole.work(text, 4) == 6);
  CHECK(whole.work(text, 8) == 7);
  CHECK(part.tokens() == 2);
  CHECK(part.work(text, 8) == 3);
  CHECK(LoopStory(text, geometry, 3, 99).tokens() == 1);
}

TEST_CASE("the machine of every kind of model has its boxes, its loop and its gate") {
  const auto shape = [](const Geometry& geometry) {
    std::string out;
    const LoopMachine machine = machine_of(geometry);
    for (const MachineBox& box : machine.boxes)
      out += std::to_string(box.layers) + "x" + std::to_string(box.times) + " ";
    return out + (machine.loops() ? "loop " + std::to_string(machine.block) : "line") + (machine.gate ? " gate" : "");
  };
  CHECK(shape(mor(4, Sharing::none, Routing::none)) == "1x1 1x1 1x1 1x1 line");
  CHECK(shape(mor(6, Sharing::cycle, Routing::none)) == "2x3 loop 0");
  CHECK(shape(mor(8, Sharing::middle_cycle, Routing::token_choice)) == "1x1 2x3 1x1 loop 1 gate");
  CHECK(shape(mor(6, Sharing::sequence, Routing::none)) == "1x3 1x3 line");
  CHECK(shape(mor(8, Sharing::middle_sequence, Routing::none)) == "1x1 1x3 1x3 1x1 line");
}

TEST_CASE("without a gate all tokens take every pass, and in a line every layer") {
  const Geometry cycle = mor(6, Sharing::cycle, Routing::none), line = mor(4, Sharing::none, Routing::none);
  TextView text = text_of(cycle);
  text.depth = {3, 3, 3, 3};
  const LoopStory round(text, cycle, 0, 4), straight(text, line, 0, 4);
  CHECK(round.work(text, 99) == 12);
  CHECK(round.events() == 5);
  CHECK(straight.events() == 6);
  CHECK(straight.work(text, 2) == 8);
  CHECK(straight.work(text, 99) == straight.most_work());
}

TEST_CASE("a sentence ends at its mark, and the first one that is told is long enough") {
  TextView text;
  text.pieces = {"end", ".", " One", " two", " three", " four", " five", " six", " seven", "!", "\"", " Then", " so"};
  text.depth.assign(text.pieces.size(), 1);
  CHECK(sentence_around(text, 0) == std::pair(0, 2));
  CHECK(sentence_around(text, 10) == std::pair(2, 11));
  CHECK(sentence_around(text, 12) == std::pair(11, 13));
  CHECK(first_sentence(text) == std::pair(2, 11));
  text.pieces.assign(100, " x");
  const auto [from, to] = sentence_around(text, 50);
  CHECK(to - from == longest_sentence);
  CHECK((from <= 50 && 50 < to));
  CHECK(first_sentence(TextView()) == std::pair(0, 0));
}
