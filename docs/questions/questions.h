#pragma once
// The questions of the book that a page checks: each is answered by the library itself, so that neither the page nor
// the chapter can be wrong about it. In a chapter a question is a paragraph that begins with **Question.**, and below
// it is a block <details id="q-NAME"> whose first words in bold are the answer.

#include <string>
#include <vector>

namespace tinymor {

/// The names of all questions, in the order of the chapters.
std::vector<std::string> question_names();

/// The numbers that answer a question, in order. Throws Error for an unknown name.
std::vector<double> worked_out(const std::string& question);

/// Whether `answer` has these numbers, in order, whatever is between them; 1/4 is a number. A whole number must be the
/// same, any other may differ by one percent.
bool right_answer(const std::string& question, const std::string& answer);

}  // namespace tinymor
