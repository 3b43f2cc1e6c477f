#pragma once
// A text as tokens, and a run's vocabulary: which tokens it has, and how often each occurs in the corpus.

#include <cstdint>
#include <string>
#include <vector>

#include "visualizer/runs/source.h"

namespace tinymor {

/// A text as its tokens.
struct CutText {
  std::vector<std::string> pieces;  ///< As quoted_piece.
  std::vector<int32_t> ids;
  std::string problem;     ///< Why there are none; empty when there are.
  int64_t characters = 0;  ///< Of the text.
};
/// The first 20,000 bytes of `text`, cut into the tokens of the run.
CutText tokens_of(const Source& source, const std::string& text);
/// How many tokens the text became, and how many of them can be watched; or the problem.
std::string summary_of(const Source& source, const std::string& text, const CutText& tokens);
/// Why a text cannot be watched, as a sentence: it has too few tokens. Empty when it can, or when it is empty.
std::string why_not_watched(const Source& source, const std::string& text);

/// [vocabulary] how often each token occurs; empty when that was not recorded.
const std::vector<uint32_t>& counts_of(const Source& source);
int64_t corpus_tokens(const Source& source);
/// A token of the vocabulary for quoting.
std::string piece_at(const Source& source, int32_t id);
/// "id 12 occurs 1,234 times: 0.56 % of the corpus"
std::string frequency(const Source& source, int32_t id);
/// The ids whose piece contains `search`, in either case; the most frequent first.
std::vector<int32_t> matching(const Source& source, const std::string& search);

/// "12,345"
std::string grouped(int64_t number);

}  // namespace tinymor
