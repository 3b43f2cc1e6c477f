#include "mor/generate.h"

#include <algorithm>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// Notes each token's score at every recursion it was a candidate for.
class ScoreNotes : public Probe {
 public:
  explicit ScoreNotes(int64_t first) : first_(first) {}
  std::vector<std::vector<float>> scores;  // by row

  void on_recursion(int64_t, const Rows& candidates, const Tensor& logits, const Tensor&, const Rows&) override {
    if (!logits.defined()) return;
    for (int64_t i = 0; i < candidates.count(); ++i) {
      const size_t row = size_t(candidates.positions.data()[i] - first_);
      scores.resize(std::max(scores.size(), row + 1));
      scores[row].push_back(float(logits.data()[i]));
    }
  }

 private:
  int64_t first_;
};

}  // namespace

Generator::Generator(const Model& model, SampleOptions options, int64_t max_depth, CacheFormat format)
    : model_(model), options_(options), max_depth_(max_depth), cache_(model.config(), 1, format) {}

void Generator::set_options(SampleOptions options, int64_t max_depth) {
  options_ = options;
  max_depth_ = max_depth;
}

std::vector<GeneratedToken> Generator::prompt(std::span<const int32_t> ids, int64_t drawn) {
  check_input(!ids.empty(), "prompt: it has no tokens (give some text to start from)");
  drawn_ = drawn;
  return restart(ids);
}

std::vector<GeneratedToken> Generator::restart(std::span<const int32_t> ids) {
  const size_t longest = size_t(model_.config().max_seq_len);
  cache_.clear();
  text_.clear();
  return run(ids.size() > longest ? ids.subspan(ids.size() - longest) : ids);
}

GeneratedToken Generator::next() {
  check(logits_.defined(), "[generate] next before a prompt");
  const int32_t id = sample(logits(), options_, sampling_draw(options_.seed, drawn_++), text_);
  if (int64_t(text_.size()) < model_.config().max_seq_len) return run({&id, 1}).front();
  std::vector<int32_t> rest(text_.begin() + (text_.size() + 1) / 2, text_.end());
  rest.push_back(id);
  return restart(rest).back();
}

std::vector<GeneratedToken> Generator::run(std::span<const int32_t> ids) {
  const NoGrad off;
  const int64_t count = int64_t(ids.size()), first = int64_t(text_.size());
  ScoreNotes notes(first);
  const ForwardResult result = model_.forward(
      IntTensor({count}, ids), Rows::batch(1, count, first),
      {.rule = causal_rule(model_.config()), .max_depth = max_depth_, .cache = &cache_, .probe = &notes});
  text_.insert(text_.end(), ids.begin(), ids.end());
  const Tensor& logits = result.logits.value();
  logits_ = count == 1 ? logits : logits.slice(0, count - 1, count).clone();
  notes.scores.resize(size_t(count));
  std::vector<GeneratedToken> tokens;
  for (int64_t i = 0; i < count; ++i) tokens.push_back({ids[i], result.depth[i], std::move(notes.scores[i])});
  return tokens;
}

}  // namespace tinymor
