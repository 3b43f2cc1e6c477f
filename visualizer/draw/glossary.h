#pragma once
// The words of the window that a beginner does not know, and what they mean. docs/glossary.md is the one list of them:
// a chapter of the book, and what the window explains a word with.

#include <string>
#include <string_view>
#include <vector>

#include "visualizer/draw/canvas.h"

namespace tinymor {

struct Term {
  std::string word, meaning;
};

/// The terms of a list whose lines are "- **word**: meaning"; all other lines are passed over.
std::vector<Term> parse_glossary(std::string_view text);

/// A term in a text.
struct FoundTerm {
  size_t begin, end;
  const Term* term;
  bool operator==(const FoundTerm&) const = default;
};
/// The terms in a text, as whole words, also in the plural and with a capital; of two that overlap the longer one.
std::vector<FoundTerm> terms_in(const std::vector<Term>& glossary, std::string_view text);

/// Underlines the terms in a text that was drawn at `at` with dots, and explains the one under the mouse.
void explain_terms(Canvas& canvas, ImVec2 at, std::string_view text, ui::Font font, const std::vector<Term>& glossary);

}  // namespace tinymor
