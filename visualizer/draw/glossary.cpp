#include "visualizer/draw/glossary.h"

#include <algorithm>
#include <cctype>

#include "visualizer/draw/ui.h"

namespace tinymor {
namespace {

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// The end of `word` at `begin` of a text, with the s of its plural; 0 where it is not there as a whole word.
size_t end_of_word(std::string_view text, size_t begin, std::string_view word) {
  if (begin > 0 && is_letter(text[begin - 1])) return 0;
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
  for (size_t at = 0; at < text.size(); ++at) {
    FoundTerm longest{at, at, nullptr};
    for (const Term& term : glossary)
      if (const size_t end = end_of_word(text, at, term.word); end > longest.end) longest = {at, end, &term};
    if (!longest.term) continue;
    found.push_back(longest);
    at = longest.end - 1;
  }
  return found;
}

void explain_terms(Canvas& canvas, ImVec2 at, std::string_view text, ui::Font font, const std::vector<Term>& glossary) {
  if (drawing()) return;  // a file cannot be pointed at
  const float height = text_size("x", font).y, dot = std::max(1.0f, ui::em() * 0.08f);
  for (const FoundTerm& each : terms_in(glossary, text)) {
    const float left = at.x + text_size(text.substr(0, each.begin), font).x;
    const float right = at.x + text_size(text.substr(0, each.end), font).x;
    for (float x = left; x + dot <= right; x += 3 * dot)
      canvas.rect({{x, at.y + height}, {x + dot, at.y + height + dot}}, ui::u32(ui::colors::dim));
    ui::tag("term." + each.term->word, {{left, at.y}, {right, at.y + height + dot}});
    if (!ImGui::IsWindowHovered() || !ImGui::IsMouseHoveringRect({left, at.y}, {right, at.y + height + dot})) continue;
    ui::tooltip(each.term->word + ": " + each.term->meaning, ui::colors::text, ui::em() * 24);
  }
}

}  // namespace tinymor
