#include "visualizer/panels/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

#include "datasets/pieces.h"
#include "tensor/error.h"
#include "visualizer/draw/plot_math.h"

namespace tinymor {
namespace {

constexpr size_t most_own_bytes = 20000;

}  // namespace

CutText tokens_of(const Source& source, const std::string& text) {
  CutText tokens;
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; };
  size_t end = std::min(most_own_bytes, text.size());
  while (end < text.size() && end > 0 && !begins_character(text[end])) --end;
  const std::string begin = text.substr(0, end);
  tokens.characters = std::count_if(begin.begin(), begin.end(), begins_character);
  if (!source.tokenizer()) {
    tokens.problem = source.why_no_tokenizer();
    return tokens;
  }
  try {
    tokens.ids = source.tokenizer()->encode(begin);
    for (int32_t id : tokens.ids) tokens.pieces.push_back(quoted_piece(readable_piece(source.tokenizer()->piece(id))));
  } catch (const Error& error) {
    tokens.ids.clear();
    tokens.pieces.clear();
    tokens.problem = error.what();
  }
  return tokens;
}

std::string summary_of(const Source& source, const std::string& text, const CutText& tokens) {
  if (tokens.ids.empty()) return tokens.problem.empty() ? "no token" : tokens.problem;
  std::string out =
      fmt::format("{} tokens for {} characters: {:.1f} characters per token", grouped(int64_t(tokens.ids.size())),
                  grouped(tokens.characters), double(tokens.characters) / double(tokens.ids.size()));
  const auto shown = size_t(source.config().model.max_seq_len);
  if (source.can_watch() && tokens.ids.size() > shown)
    out += fmt::format(", watched are the first {}", grouped(int64_t(shown)));
  if (text.size() > most_own_bytes) out += fmt::format(", of the first {} bytes", grouped(most_own_bytes));
  return out;
}

std::string why_not_watched(const Source& source, const std::string& text) {
  if (text.empty()) return "";
  const CutText tokens = tokens_of(source, text);
  if (!tokens.problem.empty()) return tokens.problem;
  if (tokens.ids.size() >= 2) return "";
  return fmt::format("This is one token, {}: there is none after it to guess. Type one more.",
                     tokens.pieces.empty() ? "an empty one" : in_quotes(tokens.pieces.front()));
}

const std::vector<uint32_t>& counts_of(const Source& source) {
  static const std::vector<uint32_t> none;
  const RunInfo& run = source.history().run;
  return run.counts.size() == run.vocabulary.size() ? run.counts : none;
}

int64_t corpus_tokens(const Source& source) {
  const std::vector<uint32_t>& counts = counts_of(source);
  return std::accumulate(counts.begin(), counts.end(), int64_t(0));
}

std::string piece_at(const Source& source, int32_t id) {
  return quoted_piece(readable_piece(source.history().run.vocabulary[id]));
}

std::string frequency(const Source& source, int32_t id) {
  const std::vector<uint32_t>& counts = counts_of(source);
  if (id < 0 || size_t(id) >= counts.size()) return fmt::format("id {}: how often it occurs was not recorded", id);
  const double all = std::max<double>(1, double(corpus_tokens(source)));
  return fmt::format("id {} occurs {} times: {} of the corpus", id, grouped(counts[id]), percent(counts[id] / all, 2));
}

std::vector<int32_t> matching(const Source& source, const std::string& search) {
  const auto folded = [](std::string text) {
    for (char& c : text) c = char(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  std::vector<int32_t> ids;
  const std::vector<std::string>& vocabulary = source.history().run.vocabulary;
  for (size_t id = 0; id < vocabulary.size(); ++id)
    if (folded(readable_piece(vocabulary[id])).find(folded(search)) != std::string::npos) ids.push_back(int32_t(id));
  const std::vector<uint32_t>& counts = counts_of(source);
  if (!counts.empty()) std::stable_sort(ids.begin(), ids.end(), [&](int a, int b) { return counts[a] > counts[b]; });
  return ids;
}

std::string grouped(int64_t number) {
  std::string out = fmt::format("{}", std::max<int64_t>(0, number));
  for (int at = int(out.size()) - 3; at > 0; at -= 3) out.insert(size_t(at), ",");
  return out;
}

}  // namespace tinymor
