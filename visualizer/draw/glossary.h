#pragma once
// The words of the window that a beginner does not know, and what they mean. docs/glossary.md is the one list of them:
// a chapter of the book, and what the window explains a word with.

#include <string>
#include <string_view>
#include <vector>

#include "visualizer/draw/theme.h"

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
/// What is between quotation marks is a token or another piece of data: it has no terms.
std::vector<FoundTerm> terms_in(const std::vector<Term>& glossary, std::string_view text);

/// Until its end the texts that are drawn into windows are explained.
class GlossaryScope {
 public:
  explicit GlossaryScope(const std::vector<Term>& glossary);
  ~GlossaryScope();
};

/// Until its end no text is explained: it is data, or an explanation itself.
class DataScope {
 public:
  DataScope();
  ~DataScope();
};

/// Another part of the window begins, a panel or a bar: in each part a term is underlined once.
void begin_part();

/// Underlines the terms in a line of text that was drawn at `at` with dots, and explains the one under the mouse. All
/// that draws text into a window calls it.
void explain_terms(ImVec2 at, std::string_view text, ui::Font font);

}  // namespace tinymor
