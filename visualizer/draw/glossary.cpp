#include "visualizer/draw/glossary.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "visualizer/draw/ui.h"

namespace tinymor {
namespace {

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// A blank is as good as a hyphen: held-out text is text that is held out.
bool same_letter(char a, char b) {
  const auto parts = [](char c) { return c == ' ' || c == '-'; };
  if (parts(a)) return parts(b);
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// What follows a slash is a part of a file's name.
bool begins_word(std::string_view text, size_t at) {
  return is_letter(text[at]) && (at == 0 || (!is_letter(text[at - 1]) && text[at - 1] != '/'));
}

/// The end of `word` at `begin` of a text, with the s of its plural; 0 where it is not there as a whole word.
size_t end_of_word(std::string_view text, size_t begin, std::string_view word) {
  if (text.size() - begin < word.size()) return 0;
  if (!std::equal(word.begin(), word.end(), text.begin() + ptrdiff_t(begin), same_letter)) return 0;
  size_t end = begin + word.size();
  if (end < text.size() && text[end] == 's') ++end;
  return end < text.size() && is_letter(text[end]) ? 0 : end;
}

}  // namespace

std::vector<Term> parse_glossary(std::string_view text) {
  constexpr std::string_view open = "- **", middle = "**: ";
  std::vector<Term> terms;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t split = line.find(middle);
    if (!line.starts_with(open) || split == line.npos) continue;
    terms.push_back(
        {std::string(line.substr(open.size(), split - open.size())), std::string(line.substr(split + middle.size()))});
  }
  return terms;
}

std::vector<FoundTerm> terms_in(const std::vector<Term>& glossary, std::string_view text) {
  std::vector<FoundTerm> found;
  bool quoted = false, token = false;  // a token's quotation marks are round, and it may be a straight one
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    token = rest.starts_with("\u201c") || (token && !rest.starts_with("\u201d"));
    if (rest[0] == '"' && !token) quoted = !quoted;
    if (quoted || token || !begins_word(text, at)) continue;
    FoundTerm longest{at, at, nullptr};
    for (const Term& term : glossary)
      if (const size_t end = end_of_word(text, at, term.word); end > longest.end) longest = {at, end, &term};
    if (!longest.term) continue;
    found.push_back(longest);
    at = longest.end - 1;
  }
  return found;
}

namespace {

thread_local const std::vector<Term>* glossary = nullptr;
thread_local std::set<const Term*> explained;  // in this part of the window
thread_local int data_scopes = 0;

void underline(const Box& word) {
  const float dot = std::max(1.0f, ui::em() * 0.08f);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (float x = word.min.x; x + dot <= word.max.x; x += 3 * dot)
    list.AddRectFilled({x, word.max.y}, {x + dot, word.max.y + dot}, ui::u32(ui::colors::dim));
}

}  // namespace

GlossaryScope::GlossaryScope(const std::vector<Term>& used) {
  glossary = &used;
}

GlossaryScope::~GlossaryScope() {
  glossary = nullptr;
}

DataScope::DataScope() {
  ++data_scopes;
}

DataScope::~DataScope() {
  --data_scopes;
}

void begin_part() {
  explained.clear();
}

void explain_terms(ImVec2 at, std::string_view text, ui::Font font) {
  if (!glossary || data_scopes > 0 || drawing()) return;  // a file cannot be pointed at
  for (const FoundTerm& each : terms_in(*glossary, text)) {
    const float left = at.x + text_size(text.substr(0, each.begin), font).x;
    const ImVec2 size = text_size(text.substr(each.begin, each.end - each.begin), font);
    const Box word{{left, at.y}, {left + size.x, at.y + size.y}};
    if (!ImGui::IsRectVisible(word.min, word.max) || !explained.insert(each.term).second) continue;
    underline(word);
    ui::tag("term." + each.term->word, word);
    if (ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(word.min, word.max))
      ui::tooltip_beside(word, each.term->word + ": " + each.term->meaning, ui::colors::text);
  }
}

}  // namespace tinymor
