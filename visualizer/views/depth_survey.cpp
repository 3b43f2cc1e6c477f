#include "visualizer/views/depth_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <string_view>

#include "datasets/pieces.h"
#include "mor/counts.h"
#include "visualizer/views/lens_view.h"
#include "visualizer/views/text_view.h"

namespace tinymor {
namespace {

constexpr size_t most_examples = 8;
constexpr double least_cost = 0.005;  // nats; less is no mistake

double mean(double sum, int64_t count) {
  return count > 0 ? sum / double(count) : std::nan("");
}

bool is_word_character(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
}

/// Whether a text begins with a character of a word: a letter, or one beyond ASCII that is no quote, dash or the like.
bool begins_word(std::string_view text) {
  for (const char* block : {"\xc2", "\xe2\x80", "\xe2\x81", "\xe3\x80"})
    if (text.starts_with(block)) return false;
  return !text.empty() && is_word_character(text.front());
}

/// Where each token of a text is in its word, as SurveyedToken::of_word.
std::vector<int> places_in_words(const std::vector<TokenKind>& kinds) {
  std::vector<int> places;
  int before = 0;
  for (TokenKind kind : kinds) {
    int place = 0;
    if (kind == TokenKind::word_begin) place = 1;
    if (kind == TokenKind::word_inside) place = before + 1;
    places.push_back(place);
    before = place;
  }
  return places;
}

std::vector<TokenKind> kinds_of(const std::vector<std::string>& pieces) {
  std::vector<TokenKind> kinds;
  bool in_word = false;
  for (const std::string& piece : pieces) {
    kinds.push_back(kind_of(piece, in_word));
    in_word = !piece.empty() && kinds.back() <= TokenKind::word_inside && is_word_character(piece.back());
  }
  return kinds;
}

double score_in(const TextView& view, int row, int t) {
  if (row < 0 || row >= int(view.rows.size())) return std::nan("");
  const Cell& cell = view.rows[size_t(row)].cells[size_t(t)];
  return cell.scored ? router_score(cell.logit) : std::nan("");
}

/// The scores by which a token went as deep as it did, and no deeper.
void set_scores(SurveyedToken& token, const TextView& view, int t, int recursions) {
  const bool chooses = view.routing == Routing::token_choice;
  const int last = token.depth - 1;
  token.granted = token.depth > 1 ? score_in(view, last, t) : std::nan("");
  token.refused = token.depth < recursions ? score_in(view, chooses ? last : last + 1, t) : std::nan("");
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
    return fmt::format("positions {} to {}", first(part) + 1, first(part + 1));
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

/// The tokens that cost something, by a score and a cost of each.
template <class Score, class Cost>
std::vector<Misjudged> misjudged(const DepthSurvey& survey, Score score, Cost cost) {
  std::vector<Misjudged> out;
  for (size_t i = 0; i < survey.tokens.size(); ++i) {
    const SurveyedToken& token = survey.tokens[i];
    if (std::isfinite(score(token)) && cost(token) >= least_cost) out.push_back({int(i), score(token), cost(token)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.nats > b.nats; });
  return out;
}

}  // namespace

const char* kind_name(TokenKind kind) {
  static constexpr const char* names[] = {"word beginning", "word inside", "punctuation", "space or newline", "digit"};
  return names[int(kind)];
}

TokenKind kind_of(const std::string& piece, bool in_word) {
  const std::string readable = readable_piece(piece);
  const size_t first = std::min(readable.size(), readable.find_first_not_of(' '));
  const std::string_view rest = std::string_view(readable).substr(first);
  if (rest.empty() || rest.starts_with("\u00b6")) return TokenKind::space;
  if (std::isdigit(static_cast<unsigned char>(rest.front()))) return TokenKind::digit;
  if (!begins_word(rest)) return TokenKind::punctuation;
  return first == 0 && in_word ? TokenKind::word_inside : TokenKind::word_begin;
}

DepthSurvey depth_survey(const Survey& survey, const Geometry& geometry, bool of_next) {
  DepthSurvey out;
  out.recursions = geometry.recursions;
  out.window = int(std::clamp<int64_t>(geometry.model.max_seq_len, 1, 1 << 20));
  for (size_t n = 0; n < survey.texts.size(); ++n) {
    const SurveyedText& text = *survey.texts[n];
    const TextView view = view_of(text.routed, geometry);
    const LensView lens = lens_of(text.routed);
    std::vector<std::string> raw = text.routed.pieces;
    raw.resize(size_t(view.size()));
    const std::vector<TokenKind> kinds = kinds_of(raw);
    const std::vector<int> places = places_in_words(kinds);
    out.pieces.emplace_back();
    out.pieces.back() = view.pieces;
    out.depths.push_back(view.depth);
    out.ids.push_back(view.ids);
    out.recursions = std::max(out.recursions, view.recurs() ? int(view.rows.size()) : 1);
    out.window = std::max(out.window, view.size());
    for (int t = 0; t + 1 < view.size(); ++t) {
      if (!std::isfinite(view.nll[size_t(t)])) continue;
      const auto at = size_t(of_next ? t + 1 : t);
      SurveyedToken token{int(n), t, view.ids[at], quoted_piece(view.pieces[at]), kinds[at], places[at]};
      token.depth = view.depth[size_t(t)];
      token.loss = view.nll[size_t(t)];
      token.regret = lens.regret(t);
      const bool known = size_t(t) < text.deepest.size();
      token.missed = known ? token.loss - double(text.deepest[size_t(t)]) : std::nan("");
      set_scores(token, view, t, geometry.recursions);
      out.tokens.push_back(std::move(token));
    }
  }
  return out;
}

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

std::vector<Misjudged> granted_in_vain(const DepthSurvey& survey) {
  return misjudged(
      survey, [](const SurveyedToken& token) { return token.granted; },
      [](const SurveyedToken& token) { return token.regret; });
}

std::vector<Misjudged> refused_though_needed(const DepthSurvey& survey) {
  return misjudged(
      survey, [](const SurveyedToken& token) { return token.refused; },
      [](const SurveyedToken& token) { return token.missed; });
}

std::vector<CutOffPoint> cut_off_points(const Survey& survey, const Geometry& geometry) {
  std::vector<CutOffPoint> points;
  for (size_t c = 0; c < std::size(swept_cut_offs); ++c) {
    CutOffPoint point{swept_cut_offs[c]};
    double depth = 0, flops = 0;
    for (const auto& text : survey.texts) {
      if (c >= text->swept.size()) continue;
      const SweptText& swept = text->swept[c];
      const auto seen = int64_t(text->routed.tokens.size() / 2);
      for (size_t d = 0; d < swept.depths.size(); ++d) {
        const int64_t count = swept.depths[d];
        point.tokens += count;
        depth += double(count) * double(d);
        flops += double(count) * honest_flops_of_token(geometry.model, int64_t(d), seen);
      }
      point.loss += swept.loss;
    }
    if (point.tokens == 0) continue;
    point.depth = mean(depth, point.tokens);
    point.loss = mean(point.loss, point.tokens);
    point.flops = mean(flops, point.tokens);
    point.layers = layers_at(geometry, point.depth);
    points.push_back(point);
  }
  return points;
}

std::vector<SnapshotDepth> depth_of_snapshots(const std::vector<Snapshot>& snapshots, const Geometry& geometry) {
  std::vector<SnapshotDepth> out;
  for (const Snapshot& snapshot : snapshots) {
    const std::vector<int32_t>& depths = snapshot.threshold.depth;
    if (depths.empty()) continue;
    SnapshotDepth at{snapshot.step, int64_t(depths.size()), 0, std::vector<double>(size_t(geometry.recursions))};
    for (int32_t depth : depths) {
      const int taken = std::clamp<int>(depth, 0, geometry.recursions);
      at.depth += taken / double(depths.size());
      for (int r = 0; r < taken; ++r) at.takes[size_t(r)] += 1 / double(depths.size());
    }
    out.push_back(std::move(at));
  }
  return out;
}

std::string context_of(const DepthSurvey& survey, int text, int position, int around) {
  if (text < 0 || text >= int(survey.pieces.size())) return "";
  const std::vector<std::string>& pieces = survey.pieces[size_t(text)];
  const int first = std::max(0, position - around), last = std::min(int(pieces.size()), position + around + 1);
  std::string out = first > 0 ? "..." : "";
  for (int t = first; t < last; ++t) {
    const std::string& piece = pieces[size_t(t)];
    const bool spaced = piece.size() > 1 && piece.front() == ' ';  // the brackets enclose the word alone
    out += t == position ? (spaced ? " [" : "[") + quoted_piece(piece.substr(spaced)) + "]" : piece;
  }
  return out + (last < int(pieces.size()) ? " ..." : "");
}

}  // namespace tinymor
