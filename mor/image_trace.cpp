#include "mor/image_trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/ops.h"

namespace tinymor {
namespace {

/// Notes the logits of the patches of several images. The class token, at position 0, is left out.
class PatchLogits : public Probe {
 public:
  PatchLogits(int64_t images, int64_t recursions, int64_t patches)
      : of_image(images, std::vector<float>(recursions * patches, std::numeric_limits<float>::quiet_NaN())),
        patches_(patches) {}
  std::vector<std::vector<float>> of_image;  // [n][N*P]

  void on_recursion(int64_t r, const Rows& candidates, const Tensor& logits, const Tensor&, const Rows&) override {
    if (logits.defined()) note(candidates, logits.reshape({candidates.count(), 1}), r);
  }
  void on_depth_scores(const Rows& rows, const Tensor& logits) override { note(rows, logits, 0); }

 private:
  // logits [R,C] are those of the recursions from `first` on.
  void note(const Rows& rows, const Tensor& logits, int64_t first) {
    for (int64_t s = 0, row = 0; s < rows.sequences(); ++s)
      for (int32_t position : rows.positions_of(s)) {
        for (int64_t c = 0; c < logits.dim(1) && position > 0; ++c)
          of_image[s][(first + c) * patches_ + position - 1] = float(logits.at({row, c}));
        ++row;
      }
  }

  int64_t patches_;
};

/// logits [n,classes] -> [n][classes]
std::vector<std::vector<float>> probabilities(const Tensor& logits) {
  const Tensor log_total = logsumexp(logits, {1});
  std::vector<std::vector<float>> out(size_t(logits.dim(0)));
  for (int64_t i = 0; i < logits.dim(0); ++i)
    for (int64_t c = 0; c < logits.dim(1); ++c)
      out[size_t(i)].push_back(float(std::min(1.0, std::exp(double(logits.at({i, c})) - log_total.at({i})))));
  return out;
}

}  // namespace

std::vector<ImageTrace> trace(const ImageModel& model, const Tensor& patches, ForwardOptions options) {
  const NoGrad off;
  const int64_t n = patches.dim(0), count = model.config().patches();
  PatchLogits probe(n, model.config().model.n_recursions, count);
  options.probe = &probe;
  const ForwardResult result = model.forward(patches, options);
  const Tensor& logits = result.logits.value();
  const IntTensor predicted = argmax(logits, 1);
  std::vector<ImageTrace> traces(n);
  for (int64_t i = 0; i < n; ++i) {
    ImageTrace& t = traces[i];
    const auto depth = result.depth.begin() + i * (1 + count) + 1;
    t.depth.assign(depth, depth + count);
    t.logits = std::move(probe.of_image[i]);
    t.predicted = predicted.data()[i];
  }
  options.probe = nullptr;
  for (int64_t r = 1; r <= model.config().model.n_recursions; ++r) {
    options.max_depth = r;
    const bool whole = r == model.config().model.n_recursions;
    const auto guesses = probabilities(whole ? logits : model.forward(patches, options).logits.value());
    for (int64_t i = 0; i < n; ++i) traces[i].guesses.push_back(guesses[i]);
  }
  for (ImageTrace& t : traces) t.probability = t.guesses.back()[t.predicted];
  return traces;
}

}  // namespace tinymor
