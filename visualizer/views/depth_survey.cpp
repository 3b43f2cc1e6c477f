#include "visualizer/views/depth_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

#include "datasets/pieces.h"
#include "visualizer/views/lens_view.h"
#include "visualizer/views/text_view.h"

namespace tinymor {
namespace {

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

std::string context_of(const DepthSurvey& survey, int text, int position, int around) {
  if (text < 0 || text >= int(survey.pieces.size())) return "";
  const std::vector<std::string>& pieces = survey.pieces[size_t(text)];
  const int first = std::max(0, position - around), last = std::min(int(pieces.size()), position + around + 1);
  const bool cut_word = first > 0 && first < last && is_word_character((pieces[size_t(first)] + " ").front());
  std::string out = first > 0 ? "..." : "";
  if (first > 0 && !cut_word && !pieces[size_t(first)].starts_with(' ')) out += ' ';
  for (int t = first; t < last; ++t) {
    const std::string& piece = pieces[size_t(t)];
    const bool spaced = piece.size() > 1 && piece.front() == ' ';  // the brackets enclose the word alone
    out += t == position ? (spaced ? " [" : "[") + quoted_piece(piece.substr(spaced)) + "]" : piece;
  }
  return out + (last < int(pieces.size()) ? " ..." : "");
}

}  // namespace tinymor
