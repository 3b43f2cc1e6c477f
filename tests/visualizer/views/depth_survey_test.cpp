// Where depth goes and what it costs, against what is worked out by hand.

#include <algorithm>
#include <cmath>

#include "mor/counts.h"
#include "support/catch.h"
#include "visualizer/sample_run.h"
#include "visualizer/views/depth_costs.h"
#include "visualizer/views/depth_groups.h"

using namespace tinymor;

namespace {

Geometry three_recursions(Routing routing = Routing::expert_choice) {
  ModelConfig config;
  config.n_layers = 8;
  config.max_seq_len = 8;
  config.sharing = Sharing::middle_cycle;
  config.routing = routing;
  config.n_recursions = 3;
  return geometry_of(config);
}

/// Tokens of depth 1, 3, 2, 1, 1, 2 and a last one without a loss; early exits that are better at the second and third.
SurveyedText small_text() {
  SurveyedText text;
  Trace& routed = text.routed;
  routed.pieces = {"\u2581the", "\u2581bri", "dge", ",", "\u25817", "\n", "\u2581the"};
  routed.tokens = {1, 2, 3, 4, 5, 6, 1};
  routed.depth = {1, 3, 2, 1, 1, 2, 1};
  routed.nll = {1, 2, 3, 0.5f, 4, 1.5f};
  routed.exits.resize(2);
  routed.exits[0].nll = {1, 1.5f, 3.5f, 0.5f, 4, 1.5f};
  routed.exits[1].nll = {1, 2, 2.75f, 0.5f, 4, 1.5f};
  routed.recursions.resize(3);
  routed.recursions[0] = {{0, 1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1, 1}, {}, {0, 1, 2, 3, 4, 5, 6}};
  routed.recursions[1] = {{0, 1, 2, 3, 4, 5, 6}, {-1, 2, 1, -2, -3, 1, -1}, {}, {1, 2, 5}};
  routed.recursions[2] = {{1, 2, 5}, {1, -1, -2}, {}, {1}};
  text.deepest = {1, 2, 3, 0.25f, 3, 1.75f};
  return text;
}

Survey survey_of(SurveyedText text) {
  Survey survey;
  survey.texts.push_back(std::make_shared<const SurveyedText>(std::move(text)));
  return survey;
}

DepthSurvey small_survey(bool of_next = false) {
  return depth_survey(survey_of(small_text()), three_recursions(), of_next);
}

const DepthGroup& named(const std::vector<DepthGroup>& groups, std::string_view name) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.name == name; });
  REQUIRE(found != groups.end());
  return *found;
}

constexpr GroupBy all_groups[] = {GroupBy::token, GroupBy::kind, GroupBy::place, GroupBy::loss, GroupBy::position};

}  // namespace

TEST_CASE("the first character of a piece says what kind of token it is, and the piece before whether a word goes on") {
  CHECK(kind_of("\u2581the", true) == TokenKind::word_begin);
  CHECK(kind_of("the", true) == TokenKind::word_inside);
  CHECK(kind_of("the", false) == TokenKind::word_begin);
  CHECK(kind_of("\u00e9t\u00e9", true) == TokenKind::word_inside);
  CHECK(kind_of(",\"", true) == TokenKind::punctuation);
  CHECK(kind_of("\u2581\u201c", false) == TokenKind::punctuation);
  CHECK(kind_of("\u2581", true) == TokenKind::space);
  CHECK(kind_of("\n", false) == TokenKind::space);
  CHECK(kind_of("<0x0A>", false) == TokenKind::space);
  CHECK(kind_of("\u258142", false) == TokenKind::digit);
  CHECK(kind_of("", true) == TokenKind::space);
}

TEST_CASE("groups of surveyed tokens have the counts and means that are worked out by hand") {
  const DepthSurvey survey = small_survey();
  REQUIRE(survey.tokens.size() == 6);
  const std::vector<DepthGroup> kinds = groups_of(survey, GroupBy::kind);
  REQUIRE(kinds.size() == 5);
  const DepthGroup& begin = named(kinds, "word beginning");
  CHECK(begin.tokens == 2);
  CHECK(begin.depth == Approx(2));
  CHECK(begin.loss == Approx(1.5));
  CHECK(begin.regret == Approx(0.25));
  CHECK(begin.takes == std::vector<double>{1, 0.5, 0.5});
  CHECK(named(kinds, "word inside").regret == Approx(0.25));
  CHECK(named(kinds, "digit").loss == Approx(4));

  const std::vector<DepthGroup> places = groups_of(survey, GroupBy::place);
  CHECK(named(places, "in no word").tokens == 3);
  CHECK(named(places, "in no word").loss == Approx(2));
  CHECK(named(places, "first piece").tokens == 2);
  CHECK(named(places, "second piece").depth == Approx(2));

  const std::vector<DepthGroup> positions = groups_of(survey, GroupBy::position);
  REQUIRE(positions.size() == 6);  // eighths of a window of eight
  CHECK(positions[4].name == "positions 5 to 5");
  CHECK(positions[4].loss == Approx(4));

  const std::vector<DepthGroup> tokens = groups_of(survey, GroupBy::token);
  CHECK(named(tokens, "\u00b7the").tokens == 1);
  CHECK(named(tokens, "\u00b7the").depth == Approx(1));

  const DepthGroup whole = whole_of(survey);
  CHECK(whole.tokens == 6);
  CHECK(whole.depth == Approx(10.0 / 6));
  CHECK(whole.loss == Approx(2));
  CHECK(whole.regret == Approx(0.75 / 6));
}

TEST_CASE("tokens can be grouped by the one that was predicted instead") {
  const std::vector<DepthGroup> kinds = groups_of(small_survey(true), GroupBy::kind);
  CHECK(named(kinds, "word beginning").tokens == 2);
  CHECK(named(kinds, "word beginning").depth == Approx(1.5));  // spent at the first token and at the newline
  CHECK(named(kinds, "punctuation").loss == Approx(3));
}

TEST_CASE("in every grouping each surveyed token is in one group, and tenths of the loss ascend") {
  const Snapshot snapshot = sample_snapshot({}, 300);
  const DepthSurvey survey =
      depth_survey(survey_of_snapshots({snapshot, sample_snapshot({}, 350)}), three_recursions(), false);
  REQUIRE(survey.tokens.size() == 119);  // both are of one text, whose last token has no loss
  for (const GroupBy by : all_groups) {
    CAPTURE(group_names[int(by)]);
    int64_t tokens = 0;
    double loss = 0;
    for (const DepthGroup& group : groups_of(survey, by)) {
      CHECK(group.tokens > 0);
      CHECK(!group.examples.empty());
      tokens += group.tokens;
      loss += group.loss * double(group.tokens);
    }
    CHECK(tokens == 119);
    CHECK(loss == Approx(whole_of(survey).loss * 119));
  }
  const std::vector<DepthGroup> tenths = groups_of(survey, GroupBy::loss);
  REQUIRE(tenths.size() == 10);
  for (size_t i = 1; i < 10; ++i) CHECK(tenths[i].loss > tenths[i - 1].loss);
}

TEST_CASE("groups are sorted by any column, both ways round, what is not known last") {
  std::vector<DepthGroup> groups(3);
  groups[0] = {"a", 0, 5, 1.5, 2, 0.1};
  groups[1] = {"b", 1, 9, 2.5, 1, std::nan("")};
  groups[2] = {"c", 2, 7, 0.5, 3, 0.2};
  const auto names = [&](DepthColumn by, bool smallest_first) {
    sort_groups(groups, {by, smallest_first});
    std::string out;
    for (const DepthGroup& group : groups) out += group.name;
    return out;
  };
  CHECK(names(DepthColumn::tokens, false) == "bca");
  CHECK(names(DepthColumn::tokens, true) == "acb");
  CHECK(names(DepthColumn::depth, false) == "bac");
  CHECK(names(DepthColumn::loss, true) == "bac");
  CHECK(names(DepthColumn::regret, false) == "cab");
  CHECK(names(DepthColumn::regret, true) == "acb");
  CHECK(names(DepthColumn::name, true) == "abc");
  CHECK(usual_order(GroupBy::token) == DepthOrder{DepthColumn::tokens, false});
  CHECK(usual_order(GroupBy::position) == DepthOrder{DepthColumn::name, true});
}

TEST_CASE("recursions that were granted in vain are told apart from those that were refused though needed") {
  const DepthSurvey survey = small_survey();
  const std::vector<Misjudged> granted = granted_in_vain(survey);
  REQUIRE(granted.size() == 2);
  CHECK(granted[0].token == 1);
  CHECK(granted[0].nats == Approx(0.5));
  CHECK(granted[0].score == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(granted[1].token == 2);
  CHECK(granted[1].nats == Approx(0.25));
  const std::vector<Misjudged> refused = refused_though_needed(survey);
  REQUIRE(refused.size() == 2);
  CHECK(refused[0].token == 4);
  CHECK(refused[0].nats == Approx(1));
  CHECK(refused[0].score == Approx(1 / (1 + std::exp(3.0))));
  CHECK(refused[1].token == 3);
}

TEST_CASE("without recursions tokens have no depth, and nothing is known of regret") {
  SurveyedText text = small_text();
  text.routed.exits.clear();
  text.routed.recursions.clear();
  text.routed.depth.assign(7, 1);
  text.deepest.clear();
  ModelConfig vanilla;
  vanilla.resolve();
  const DepthSurvey survey = depth_survey(survey_of(std::move(text)), geometry_of(vanilla), false);
  const DepthGroup whole = whole_of(survey);
  CHECK(whole.tokens == 6);
  CHECK(whole.loss == Approx(2));
  CHECK(std::isnan(whole.depth));
  CHECK(std::isnan(whole.regret));
  CHECK(granted_in_vain(survey).empty());
  CHECK(refused_though_needed(survey).empty());
}

TEST_CASE("a cut-off's point has the means over all texts, in layers and floating-point operations") {
  const Geometry geometry = three_recursions();
  Survey survey;
  for (const double loss : {10.0, 14.0}) {
    SurveyedText text = small_text();
    text.swept.assign(std::size(swept_cut_offs), {{0, 2, 1, 3}, loss});
    survey.texts.push_back(std::make_shared<const SurveyedText>(std::move(text)));
  }
  const std::vector<CutOffPoint> points = cut_off_points(survey, geometry);
  REQUIRE(points.size() == 11);
  CHECK(points[5].cut_off == 0.5);
  CHECK(points[5].tokens == 12);
  CHECK(points[5].loss == Approx(2));
  CHECK(points[5].depth == Approx(13.0 / 6));
  CHECK(points[5].layers == Approx(layers_per_token(geometry.model, 13.0 / 6)));
  const auto flops = [&](int64_t depth) { return honest_flops_of_token(geometry.model, depth, 3); };
  CHECK(points[5].flops == Approx((2 * flops(1) + flops(2) + 3 * flops(3)) / 6));
  CHECK(cut_off_points(survey_of(small_text()), geometry).empty());
}

TEST_CASE("the depth of each snapshot is by the causal rule, as shares of the tokens that take each recursion") {
  Snapshot snapshot;
  snapshot.step = 40;
  snapshot.topk.depth = {3, 3, 3, 3};
  snapshot.threshold.depth = {1, 2, 3, 1};
  const std::vector<SnapshotDepth> depths = depth_of_snapshots({Snapshot(), snapshot}, three_recursions());
  REQUIRE(depths.size() == 1);
  CHECK(depths[0].step == 40);
  CHECK(depths[0].depth == Approx(1.75));
  CHECK(depths[0].takes == std::vector<double>{1, 0.5, 0.25});
}

TEST_CASE("the context of a token has it in brackets, and dots where the text goes on") {
  const DepthSurvey survey = small_survey();
  CHECK(context_of(survey, 0, 2, 1) == "... bri[dge], ...");
  CHECK(context_of(survey, 0, 1, 9) == " the [bri]dge, 7\u00b6 the");
  CHECK(context_of(survey, 5, 1, 9).empty());
}
