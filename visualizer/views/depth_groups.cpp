#include "visualizer/views/depth_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "visualizer/views/text_view.h"

namespace tinymor {
namespace {

constexpr size_t most_examples = 24;

double mean(double sum, int64_t count) {
  return count > 0 ? sum / double(count) : std::nan("");
}

/// A part of the survey's tokens, as indices.
using Indices = std::vector<int>;

DepthGroup group_of(const DepthSurvey& survey, std::string name, int order, const Indices& members) {
  DepthGroup group{std::move(name), order, int64_t(members.size())};
  group.takes.assign(size_t(survey.recursions), 0);
  double depth = 0, loss = 0, regret = 0;
  int64_t known = 0;
  for (int i : members) {
    const SurveyedToken& token = survey.tokens[size_t(i)];
    depth += token.depth;
    loss += token.loss;
    if (std::isfinite(token.regret)) {
      regret += token.regret;
      ++known;
    }
    for (int r = 0; r < std::min(token.depth, survey.recursions); ++r)
      group.takes[size_t(r)] += 1 / double(members.size());
  }
  group.depth = survey.recursions > 1 ? mean(depth, group.tokens) : std::nan("");
  group.loss = mean(loss, group.tokens);
  group.regret = mean(regret, known);
  const size_t count = std::min(most_examples, members.size());
  for (size_t i = 0; i < count; ++i) group.examples.push_back(members[(2 * i + 1) * members.size() / (2 * count)]);
  return group;
}

/// Groups by a number of each token, named by `name_of` it.
std::vector<DepthGroup> by_number(const DepthSurvey& survey, const std::function<int(const SurveyedToken&)>& number_of,
                                  const std::function<std::string(int)>& name_of) {
  std::map<int, Indices> members;
  for (size_t i = 0; i < survey.tokens.size(); ++i) members[number_of(survey.tokens[i])].push_back(int(i));
  std::vector<DepthGroup> groups;
  for (const auto& [number, of_it] : members) groups.push_back(group_of(survey, name_of(number), number, of_it));
  return groups;
}

std::vector<DepthGroup> by_token(const DepthSurvey& survey) {
  std::map<int32_t, std::string> pieces;
  for (const SurveyedToken& token : survey.tokens) pieces.emplace(token.id, token.piece);
  std::vector<DepthGroup> groups = by_number(
      survey, [](const SurveyedToken& token) { return token.id; }, [&](int id) { return pieces.at(id); });
  std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (size_t i = 0; i < groups.size(); ++i) groups[i].order = int(i);
  return groups;
}

std::vector<DepthGroup> by_loss(const DepthSurvey& survey) {
  Indices all(survey.tokens.size());
  std::iota(all.begin(), all.end(), 0);
  const auto loss = [&](int i) { return survey.tokens[size_t(i)].loss; };
  std::stable_sort(all.begin(), all.end(), [&](int a, int b) { return loss(a) < loss(b); });
  std::vector<DepthGroup> groups;
  for (size_t tenth = 0; tenth < 10; ++tenth) {
    const auto first = all.begin() + ptrdiff_t(tenth * all.size() / 10);
    const auto last = all.begin() + ptrdiff_t((tenth + 1) * all.size() / 10);
    if (first == last) continue;
    Indices members(first, last);
    std::string name = fmt::format("tenth {}: up to {:.2g} nats", tenth + 1, loss(members.back()));
    std::sort(members.begin(), members.end());  // examples come from all of the text
    groups.push_back(group_of(survey, std::move(name), int(tenth), members));
  }
  return groups;
}

std::vector<DepthGroup> by_position(const DepthSurvey& survey) {
  const auto eighth = [&](const SurveyedToken& token) {
    return int(std::min<int64_t>(7, int64_t(token.position) * 8 / survey.window));
  };
  const auto name = [&](int part) {
    const auto first = [&](int64_t eighth) { return (eighth * survey.window + 7) / 8; };
    return fmt::format("positions {} to {}", token_number(first(part)), first(part + 1));
  };
  return by_number(survey, eighth, name);
}

std::string place_name(int place) {
  static constexpr const char* names[] = {"in no word", "first piece", "second piece", "later piece"};
  return names[std::clamp(place, 0, 3)];
}

double value_of(const DepthGroup& group, DepthColumn column) {
  switch (column) {
    case DepthColumn::name:
      return group.order;
    case DepthColumn::tokens:
      return double(group.tokens);
    case DepthColumn::depth:
      return group.depth;
    case DepthColumn::loss:
      return group.loss;
    case DepthColumn::regret:
      break;
  }
  return group.regret;
}

}  // namespace

std::vector<DepthGroup> groups_of(const DepthSurvey& survey, GroupBy by) {
  switch (by) {
    case GroupBy::token:
      return by_token(survey);
    case GroupBy::kind:
      return by_number(
          survey, [](const SurveyedToken& token) { return int(token.kind); },
          [](int kind) { return std::string(kind_name(TokenKind(kind))); });
    case GroupBy::place:
      return by_number(
          survey, [](const SurveyedToken& token) { return std::min(token.of_word, 3); }, place_name);
    case GroupBy::loss:
      return by_loss(survey);
    case GroupBy::position:
      break;
  }
  return by_position(survey);
}

DepthGroup whole_of(const DepthSurvey& survey) {
  Indices all(survey.tokens.size());
  std::iota(all.begin(), all.end(), 0);
  return group_of(survey, "all tokens", 0, all);
}

DepthOrder usual_order(GroupBy by) {
  return by == GroupBy::token ? DepthOrder{DepthColumn::tokens, false} : DepthOrder{DepthColumn::name, true};
}

void sort_groups(std::vector<DepthGroup>& groups, DepthOrder order) {
  std::stable_sort(groups.begin(), groups.end(), [&](const DepthGroup& a, const DepthGroup& b) {
    const double x = value_of(a, order.by), y = value_of(b, order.by);
    if (!std::isfinite(x) || !std::isfinite(y)) return std::isfinite(x) && !std::isfinite(y);
    return order.smallest_first ? x < y : y < x;
  });
}

}  // namespace tinymor
