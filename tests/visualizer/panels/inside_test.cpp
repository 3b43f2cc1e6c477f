// What the panels of the page "Inside" compute before they draw.

#include <algorithm>
#include <cmath>
#include <map>

#include "support/catch.h"
#include "visualizer/panels/attention_map.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/views/lens_view.h"
#include "visualizer/views/scores_view.h"

using namespace tinymor;

TEST_CASE("scores that lie apart overlap by nothing, the same by all, half by half") {
  ScoreHistogram scores;
  scores.taken.assign(ScoreHistogram::bins, 0);
  scores.left = scores.taken;
  CHECK(std::isnan(overlap(scores, 0)));
  scores.taken[30] = 10;
  scores.left[2] = 70;
  CHECK(overlap(scores, 0) == 0);
  scores.taken[2] = 10;
  CHECK(overlap(scores, 0) == Approx(0.5));
  scores.taken[30] = 0;
  CHECK(overlap(scores, 0) == Approx(1));
  CHECK(std::isnan(overlap(scores, 1)));  // a damaged recording may have fewer than its model
  CHECK(std::isnan(cut(scores, 1)));
}

TEST_CASE("the training rule cut where as many scores lie above as were taken") {
  ScoreHistogram scores;
  scores.taken.assign(ScoreHistogram::bins, 0);
  scores.left = scores.taken;
  scores.taken[30] = 10;
  CHECK(std::isnan(cut(scores, 0)));  // nobody was left
  scores.left[2] = 70;
  CHECK(cut(scores, 0) == Approx(30.0 / 32));
  scores.taken[2] = 10;
  CHECK(cut(scores, 0) == Approx((3 - 10.0 / 80) / 32));
  scores.taken[30] = scores.taken[2] = 0;
  CHECK(std::isnan(cut(scores, 0)));
}

TEST_CASE("router regret is what the best number of recursions would have saved") {
  Snapshot snapshot;
  snapshot.threshold.tokens = {1, 2, 3};
  snapshot.threshold.nll = {1.5f, 2};
  snapshot.threshold.likely.resize(6);
  snapshot.threshold.exits.push_back({{1, 4}, std::vector<Candidate>(6)});
  const LensView lens = lens_of(snapshot);
  REQUIRE(lens.nll.size() == 2);
  CHECK(lens.each == 2);
  CHECK(lens.mean(0) == Approx(2.5));
  CHECK(lens.mean(1) == Approx(1.75));
  CHECK(lens.regret(0) == Approx(0.5));
  CHECK(lens.regret(1) == 0);
  CHECK(lens.best(0) == 0);
  CHECK(lens.best(1) == 1);
  CHECK(lens.mean_regret() == Approx(0.25));
  CHECK(std::isnan(lens.regret(2)));  // nothing follows the last token
}

TEST_CASE("attention of ragged keys lands at its positions, and what contradicts itself is left out") {
  AttentionTrace trace{{1, 3}, {0, 1, 3}, {100, 155, 50, 60, 145, 255, 0, 1, 2, 3}};
  const AttentionView view = view_of(trace, 5);
  REQUIRE(view.heads == 2);
  CHECK(view.at(0, 1, 0) == 100);
  CHECK(view.at(0, 1, 1) == 155);
  CHECK(view.at(0, 3, 3) == 145);
  CHECK(view.at(1, 1, 0) == 255);
  CHECK(view.at(1, 3, 1) == 2);
  CHECK(view.at(1, 3, 2) == 0);
  CHECK(view.maps() == 4);
  CHECK(view.name(2) == "mean");
  CHECK(view.at(2, 1, 0) == 178);  // of 100 and 255
  CHECK(view.name(3) == "max");
  CHECK(view.at(3, 1, 0) == 255);
  CHECK(view.at(3, 3, 1) == 60);
  const std::vector<std::string> pieces = {"a", " b", " c", " d", " e"};
  CHECK(weight_sentence(view, 0, 3, 1, pieces, "recursion 2").find("23.5 % = softmax of") != std::string::npos);
  CHECK(weight_sentence(view, 0, 3, 2, pieces, "recursion 2").find("cannot see it") != std::string::npos);
  CHECK(weight_sentence(view, 0, 2, 1, pieces, "recursion 2").find("asks nothing") != std::string::npos);
  CHECK(weight_sentence(view, 0, 1, 3, pieces, "recursion 2").find("not there yet") != std::string::npos);
  CHECK(strongest(view, 0, 3) == std::vector<std::pair<int, int>>{{145, 3}, {60, 1}, {50, 0}});
  CHECK(askers(view, 0, 1) == std::vector<std::pair<int, int>>{{155, 1}, {60, 3}});
  const std::string where = "recursion 2";
  CHECK(looks_at({view, 0, where}, pieces, 3, 2) ==
        "\u201c\u00b7d\u201d looks at  \u201c\u00b7d\u201d 57 %  \u201c\u00b7b\u201d 24 %");
  CHECK(looks_at({view, 0, where}, pieces, 2, 2) == "\u201c\u00b7c\u201d is skipped in recursion 2");
  CHECK(seen_by({view, 0, where}, pieces, 0, 9) == "is seen by  \u201c\u00b7b\u201d 39 %  \u201c\u00b7d\u201d 20 %");
  CHECK(seen_by({view, 0, where}, pieces, 2, 9) == "is seen by no token here");
  CHECK(view.asks[3]);
  CHECK_FALSE(view.asks[0]);
  CHECK_FALSE(view.seen[2]);
  trace.log_sums = {0, 1, 2, 3};  // of two queries, for each head
  CHECK_THAT(weight_sentence(view_of(trace, 5), 0, 3, 1, pieces, "recursion 2"),
             ContainsSubstring("is about -0.45, and e^-0.45 / e^1.00, the sum over the keys, is 0.235"));
  trace.weights.pop_back();
  CHECK(view_of(trace, 5).heads == 0);
  CHECK(view_of({{1, 9}, {1}, {3, 3}}, 5).heads == 0);
  CHECK(view_of({}, 5).heads == 0);
}

TEST_CASE(
    "a click on a small map makes it the large one, the chips choose the layer, and a button goes where attention is") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1200, 700);
  AppState& state = window.app().state();
  state.maximised = "attention";
  window.frames(3);
  REQUIRE(window.click("attention.map.2.3"));
  CHECK(state.attention_row == 2);
  CHECK(state.attention_head == 3);
  REQUIRE(window.hover("attention.large"));
  const auto whole = window.picture().rgba;
  window.wheel(4);
  window.frames(2);
  CHECK(state.columns.width() < 0.5);
  CHECK(window.picture().rgba != whole);
  REQUIRE(window.click("attention.large", 2));
  CHECK(state.columns.width() == 1);
  REQUIRE(window.click("attention.layer.0"));
  CHECK(state.attention_layer == -1);
  REQUIRE(window.click("attention.layer.2"));
  CHECK(state.attention_layer == 1);
  state.playback.jump(1, 17);  // step 25: not recorded there
  window.frames(3);
  REQUIRE(window.click("attention.nearest"));
  CHECK(state.shown.step % 50 == 0);
}

TEST_CASE("the arcs of a token are the weights of the trace, and with the rest they add up to 1") {
  const Recording recording = sample_recording();
  const Trace& trace = recording.snapshots.back().threshold;
  const int tokens = int(trace.tokens.size());
  for (const AttentionTrace& layer : trace.attention) {
    const AttentionView view = view_of(layer, tokens);
    auto weight = layer.weights.begin();
    for (int head = 0; head < view.heads; ++head)
      for (const int32_t query : layer.queries) {
        std::map<int, int> traced;
        for (size_t i = 0; i < layer.visible(query); ++i) traced[layer.keys[i]] = *weight++;
        const Arcs arcs = arcs_of(view, head, query);
        double sum = arcs.rest.value();
        for (const Arc& arc : arcs.drawn) {
          REQUIRE(arc.query == query);
          REQUIRE(arc.weight == traced.at(arc.key));
          sum += arc.weight / 255.0;
          traced.erase(arc.key);
        }
        CHECK(sum == Approx(1).margin(0.5 / 255 * double(arcs.drawn.size()) + 1e-6));  // weights are whole 255ths
        for (const auto& [key, left_out] : traced) REQUIRE(left_out < 3);
      }
  }
}

TEST_CASE("without a token the arcs are the strongest of all, a few hundred at most; a skipped token has none") {
  const Recording recording = sample_recording();
  const Trace& trace = recording.snapshots.back().threshold;
  const AttentionView full = view_of(trace.attention[1], int(trace.tokens.size()));
  const Arcs all = arcs_of(full, 0, std::nullopt);
  CHECK(all.drawn.size() == 200);
  CHECK_FALSE(all.rest);
  int stronger = 0;
  for (int query = 0; query < full.tokens; ++query)
    for (int key = 0; key <= query; ++key) stronger += full.at(0, query, key) > all.drawn.back().weight;
  CHECK(stronger < 200);
  const AttentionView view = view_of(trace.attention[5], full.tokens);
  const int skipped = int(std::find(view.asks.begin(), view.asks.end(), false) - view.asks.begin());
  REQUIRE(skipped < view.tokens);
  CHECK(arcs_of(view, 0, skipped).drawn.empty());
  CHECK_FALSE(arcs_of(view, 0, skipped).rest);
  CHECK_FALSE(arcs_of(view, view.heads + 1, view.tokens - 1).rest);  // the largest of all heads
  CHECK_THAT(arcs_text(view, 0, skipped, trace.pieces, "recursion 3"), ContainsSubstring("is skipped"));
}

TEST_CASE("the switch draws attention as arcs over the text, one line for each weight, and the text lists them") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1200, 700);
  AppState& state = window.app().state();
  state.maximised = "attention";
  state.pinned = TokenRef{Subject::watched, 24};
  window.frames(3);
  REQUIRE(window.click("attention.view.1"));
  CHECK(state.attention_arcs);
  REQUIRE(window.click("attention.head.1"));
  CHECK(state.attention_head == 1);
  REQUIRE(window.hover("panel.attention"));
  state.hovered.reset();
  const auto lines = [&] {
    const std::string drawing = window.drawing();
    size_t count = 0;
    for (size_t at = 0; (at = drawing.find("<polyline", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  window.app().state().pinned = TokenRef{Subject::watched, 24};
  const AttentionView view = view_of(source.history().snapshots.back().threshold.attention[1], 120);
  ImGui::GetIO().MousePos = {-1, -1};
  window.frames(3);
  const size_t with_arcs = lines();
  state.attention_arcs = false;
  window.frames(3);
  CHECK(with_arcs - lines() == arcs_of(view, 1, 24).drawn.size());
  state.attention_arcs = true;
  window.frames(3);
  CHECK_THAT(window.app().text("attention"),
             ContainsSubstring("recursion 1, head 2: \u201c\u00b7the\u201d at 24 looks at") &&
                 ContainsSubstring("%  the rest"));
  REQUIRE(window.click("attention.row.2"));
  CHECK(state.attention_row == 2);
  REQUIRE(window.click("attention.view.0"));
  CHECK_FALSE(state.attention_arcs);
}

TEST_CASE("in the arcs a skipped token has a colour that no weight has, at every size of the window") {
  for (const auto& [width, height] : {std::pair(480, 320), std::pair(1024, 768)}) {
    RecordingSource source("sample", sample_recording());
    Headless window(source, width, height);
    AppState& state = window.app().state();
    state.maximised = "attention";
    state.attention_arcs = true;
    state.attention_row = 2;
    window.frames(3);
    CHECK(window.app().registry().find("attention.arcs"));
    const Picture picture = window.picture();
    int brown = 0;
    for (size_t i = 0; i + 3 < picture.rgba.size(); i += 4)
      brown += picture.rgba[i] == skipped_color.r && picture.rgba[i + 1] == skipped_color.g &&
               picture.rgba[i + 2] == skipped_color.b;
    CHECK(brown > 300);
  }
}

TEST_CASE("a click into the scores goes to that step, a set of weights lights up its uses, and schemes can be tried") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1200, 700);
  AppState& state = window.app().state();
  state.maximised = "scores";
  window.frames(3);
  REQUIRE(window.click("scores.strip.1"));
  CHECK(std::abs(state.shown.step - 200) <= 25);
  state.maximised = "sharing";
  window.frames(3);
  const Picture before = window.picture();
  REQUIRE(window.hover("sharing.set.1"));
  CHECK(window.picture().rgba != before.rgba);
  REQUIRE(window.click("sharing.scheme.2"));
  CHECK_THAT(window.app().text("sharing"), ContainsSubstring("not with this model's sizes"));  // 8 layers, 3 times
  REQUIRE(window.click("sharing.scheme.4"));
  CHECK_THAT(window.app().text("sharing"), ContainsSubstring("weights 2: layers 2 3 4"));
}

TEST_CASE("where a snapshot has no gradients, the bars are those of the newest one of the same text, and say so") {
  Recording recording = sample_recording();
  std::vector<Snapshot>& snapshots = recording.snapshots;
  snapshots[3].topk.gradients = snapshots[4].topk.gradients = snapshots[6].topk.gradients = {};
  for (Trace* trace : {&snapshots[6].topk, &snapshots[6].threshold}) std::swap(trace->tokens[0], trace->tokens[1]);
  const auto step_of = [&](int i) { return std::to_string(recording.snapshots[i].step); };
  RecordingSource source("sample", recording);
  Headless window(source, 1200, 700);
  const auto text_at = [&](int i) {
    window.app().state().playback.jump(i, 17);
    window.frames(3);
    return window.app().text("sharing");
  };
  CHECK_THAT(text_at(2), ContainsSubstring("gradient by use, step " + step_of(2)));
  CHECK_THAT(text_at(4), ContainsSubstring("gradient by use, step " + step_of(2)));
  CHECK_THAT(text_at(5), ContainsSubstring("gradient by use, step " + step_of(5)));
  CHECK_THAT(text_at(6), ContainsSubstring("no gradients were recorded"));
}

TEST_CASE("a skipped square of attention has a colour of its own, small and large") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1200, 700);
  window.app().state().maximised = "attention";
  const auto skipped = [&] {
    window.frames(3);
    const Picture picture = window.picture();
    int count = 0;
    for (size_t i = 0; i + 3 < picture.rgba.size(); i += 4)
      count += picture.rgba[i] == skipped_color.r && picture.rgba[i + 1] == skipped_color.g &&
               picture.rgba[i + 2] == skipped_color.b;
    return count;
  };
  CHECK(skipped() > 1000);
  window.app().state().attention_layer = -1;  // all tokens are there
  CHECK(skipped() == 0);
}

TEST_CASE("as routed is what the lens says while nothing is changed, and takes back what is") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.page = "Inside";
  state.what_if.cut_off = 0.8f;
  window.frames(3);
  CHECK(state.wanted().changes_something());
  REQUIRE(window.click("lens.depth.0"));
  CHECK_FALSE(state.wanted().changes_something());
  CHECK(state.what_if.cut_off == 0.5f);
  state.what_if.cut_off = 0.8f;
  REQUIRE(window.click("lens.depth.2"));  // of no token yet: the cut-off acts alone
  CHECK(state.wanted().depth == 0);
  CHECK(state.wanted().changes_something());
  state.everybody = true;
  CHECK(state.wanted().depth == 2);
}

TEST_CASE("the lens says what is changed and what cannot count, and reset takes back all of it") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  state.maximised = "lens";
  window.frames(3);
  const auto caption = [&] { return window.app().text("lens"); };
  CHECK_THAT(caption(),
             ContainsSubstring("(loss as routed minus the least of the rows)") && !ContainsSubstring("what if"));
  state.pinned = TokenRef{Subject::watched, 12};
  state.what_if.depth = 2;
  state.what_if.cut_off = 0.7f;
  state.what_if.without = 1;
  window.frames(2);
  CHECK_THAT(caption(), ContainsSubstring("what if token 13 takes 2, without recursion 1, cut-off 0.70: "));
  CHECK(window.app().registry().find("lens.cut_off"));
  state.everybody = true;
  window.frames(2);
  CHECK_THAT(caption(), ContainsSubstring("what if all tokens take 2, without recursion 1: "));
  CHECK_FALSE(window.app().registry().find("lens.cut_off"));
  CHECK_THAT(window.drawing(), ContainsSubstring("every depth is forced: no score decides"));
  REQUIRE(window.click("lens.reset"));
  CHECK(state.what_if == Experiment());
  CHECK_THAT(caption(), !ContainsSubstring("what if"));
}

TEST_CASE("the lens tries out another depth for a token or for all, another cut-off and another capacity") {
  WritingSource source;
  Headless window(source, 1280, 800);
  AppState& state = window.app().state();
  const auto settle = [&] {
    window.frames(3);
    wait_for(source,
             [&] { return source.generation().outcome && source.generation().outcome->experiment == state.tried; });
    window.frames(3);
    return source.generation().outcome;
  };
  state.page = "Inside";
  window.frames(3);
  REQUIRE(window.click("lens.depth.1"));
  window.frames(3);
  CHECK_FALSE(source.generation().outcome);  // of which token?
  REQUIRE(window.click("lens.cells"));
  REQUIRE(state.pinned);
  CHECK(settle()->experiment.token == state.pinned->token);
  CHECK_THAT(window.app().text("lens"),
             ContainsSubstring("what if: 2.1000 nats instead of 2.0000") &&
                 ContainsSubstring("this token alone took 1 to 3: 2.30, 1.90, 2.40 nats, and 2.00 as routed"));
  REQUIRE(window.click("lens.everybody"));
  CHECK(settle()->experiment.token == -1);
  CHECK_FALSE(window.drag("lens.cut_off", 0.5f, 0.9f));  // where all depths are forced, nothing is left to be decided
  REQUIRE(window.click("lens.depth.0"));
  REQUIRE(window.drag("lens.cut_off", 0.5f, 0.9f));
  CHECK(settle()->experiment.cut_off > 0.8f);
  state.rule = RuleView::training;
  window.frames(2);
  REQUIRE(window.drag("lens.capacity", 0.3f, 0.9f));
  CHECK(settle()->experiment.capacity > 2);
  CHECK(source.generation().outcome->experiment.training_rule);
}
