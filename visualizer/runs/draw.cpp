#include "visualizer/runs/draw.h"

#include <algorithm>

#include "visualizer/runs/model_decoder.h"

namespace tinymor {

Draw draw_of(std::span<const float> logits, const Sampling& sampling, std::span<const int32_t> text, int64_t n) {
  const std::vector<Real> real(logits.begin(), logits.end());
  const SampleOptions options = sample_options(sampling);
  return draw_of(logits, sampling, text, n, sample(real, options, sampling_draw(options.seed, n), text));
}

Draw draw_of(std::span<const float> logits, const Sampling& sampling, std::span<const int32_t> text, int64_t n,
             int32_t id) {
  const std::vector<Real> real(logits.begin(), logits.end());
  Draw draw;
  draw.candidates = distribution(real, sample_options(sampling), text);
  draw.all = draw.candidates.size();
  draw.vocabulary = logits.size();
  draw.number = sampling_draw(uint64_t(sampling.seed), n);
  draw.seed = sampling.seed;
  const auto found = std::find_if(draw.candidates.begin(), draw.candidates.end(),
                                  [id](const Candidate& candidate) { return candidate.id == id; });
  const Candidate taken = found == draw.candidates.end() ? Candidate{id, 0} : *found;
  draw.place = draw.taken = size_t(found - draw.candidates.begin());
  draw.candidates.resize(std::min(draw.all, Draw::most_candidates));
  if (draw.taken >= draw.candidates.size()) {
    draw.taken = draw.candidates.size();
    draw.candidates.push_back(taken);
  }
  std::vector<float> raw(logits.size());
  for (const Candidate& candidate : distribution(real, {.temperature = 1}))
    raw[size_t(candidate.id)] = candidate.probability;
  for (const Candidate& candidate : draw.candidates)
    draw.raw.push_back(size_t(candidate.id) < raw.size() ? raw[size_t(candidate.id)] : 0);
  return draw;
}

}  // namespace tinymor
