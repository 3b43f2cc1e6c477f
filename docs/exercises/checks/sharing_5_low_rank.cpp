#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

double squared_error(const std::vector<std::vector<double>>& rows, const RankOne& product) {
  double error = 0;
  for (size_t i = 0; i < rows.size(); ++i)
    for (size_t j = 0; j < rows[i].size(); ++j) {
      const double off = rows[i][j] - product.left[i] * product.right[j];
      error += off * off;
    }
  return error;
}

Finding check_low_rank() {
  struct Case {
    std::vector<std::vector<double>> rows;
    double error;  // the sum of the squares of the other singular values
    const char* hint;
  };
  const double root = std::sqrt(5.0);
  for (const Case& wanted : std::vector<Case>{
           {{{6}}, 0, "one number: left right is 6"},
           {{{3, 6}, {1, 2}, {-2, -4}}, 0, "all rows are multiples of (1, 2): a single product says it all"},
           {{{3, 0}, {0, 2}}, 4, "the singular values are 3 and 2: keep the larger"},
           {{{1, -1}, {-1, 1}}, 0, "R turns (1, 1) into zeros: begin with numbers that have no pattern"},
           {{{1, 1}, {1, 0}}, (3 - root) / 2, "go on for more rounds: a hundred are cheap here"},
           {{{0, 0, 0}, {0, 0, 0}}, 0, "an R of zeros: divide by no length of 0"}}) {
    std::string text;
    for (const std::vector<double>& row : wanted.rows)
      text += fmt::format("{}({})", text.empty() ? "" : " ", fmt::join(row, ", "));
    trying("R with the rows " + text);
    const RankOne given = best_rank_one(wanted.rows);
    if (given.left.size() != wanted.rows.size() || given.right.size() != wanted.rows[0].size())
      return not_yet(
          fmt::format("R with the rows {}: left should have {} numbers and right {}, you gave {} and {}", text,
                      wanted.rows.size(), wanted.rows[0].size(), given.left.size(), given.right.size()),
          "left has a number for each row, right one for each column");
    const double error = squared_error(wanted.rows, given);
    if (!(error < wanted.error + 1e-6))
      return not_yet(fmt::format("R with the rows {}: the error should be {:.6f}, yours is {:.6f} with left ({}) and "
                                 "right ({})",
                                 text, wanted.error, error, fmt::join(given.left, ", "), fmt::join(given.right, ", ")),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({6, "sharing_5_low_rank", "The best product of rank 1",
                       "multiply by R and its transpose in turn and keep the length at 1; then left is R right, and "
                       "right has the length 1",
                       check_low_rank});

}  // namespace
}  // namespace tinymor
