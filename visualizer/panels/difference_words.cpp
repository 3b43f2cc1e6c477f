#include "visualizer/panels/difference_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/draw/plot_math.h"

namespace tinymor {
namespace {

/// "41 % fewer parameters", "as many parameters", "3.1 times as many parameters".
std::string compared_amount(double a, double b, const std::string& many, const std::string& fewer,
                            const std::string& what) {
  const double ratio = a / b;
  if (std::abs(ratio - 1) < 0.005) return fmt::format("as {} {}", many, what);
  if (ratio >= 2) return fmt::format("{:.1f} times as {} {}", ratio, many, what);
  return fmt::format("{} {} {}", percent(std::abs(ratio - 1)), ratio < 1 ? fewer : "more", what);
}

std::string layers_words(double a, double b) {
  if (std::abs(a - b) < 0.05) return fmt::format("takes as many layers per token ({:.1f})", a);
  return fmt::format("takes {:.1f} {} layers per token ({:.1f} instead of {:.1f})", std::abs(a - b),
                     a < b ? "fewer" : "more", a, b);
}

bool known(double a, double b) {
  return std::isfinite(a) && std::isfinite(b) && a > 0 && b > 0;
}

/// What A takes beside B. Not the speed of training: what else a machine did at the time decides about that, too.
std::vector<std::string> costs(const RunFacts& a, const RunFacts& b, const Common& common) {
  std::vector<std::string> out;
  if (known(a.layers, b.layers) && !a.diverged && !b.diverged) out.push_back(layers_words(a.layers, b.layers));
  if (common.run) return out;
  if (known(a.parameters, b.parameters))
    out.push_back("has " + compared_amount(a.parameters, b.parameters, "many", "fewer", "parameters"));
  if (known(a.kv_bytes, b.kv_bytes))
    out.push_back("stores " + compared_amount(a.kv_bytes, b.kv_bytes, "much", "less", "KV cache per token"));
  return out;
}

/// Which of the two predicts better.
std::string verdict(const RunFacts& a, const RunFacts& b, const Common& common) {
  const auto side = [&](char letter, const RunFacts& facts) {
    const std::string step = fmt::format("step {}", facts.step), other = facts.newest ? "" : ", " + step;
    return fmt::format("{} ({})", letter, common.run ? step : facts.name + other);
  };
  const std::string both = side('A', a) + " and " + side('B', b);
  if (!common.data) return both + " learn different data, so their losses do not say which is better";
  const auto diverged = [&](const RunFacts& facts) {
    return facts.diverged && (!common.run || facts.step >= *facts.diverged);
  };
  if (diverged(a) && diverged(b)) return both + " diverged: their losses are not numbers";
  for (const bool of_b : {false, true}) {
    const RunFacts &gone = of_b ? b : a, &other = of_b ? a : b;
    if (diverged(gone))
      return fmt::format("{} diverged: from step {} on its loss is not a number; {} did not",
                         side(of_b ? 'B' : 'A', gone), *gone.diverged, side(of_b ? 'A' : 'B', other));
  }
  if (!std::isfinite(a.loss) || !std::isfinite(b.loss))
    return fmt::format("How well {} predict {} is not known yet", both, common.of);
  if (a.loss == b.loss) return fmt::format("{} predict {} equally well ({:.3f} nats)", both, common.of, a.loss);
  if (!common.run && std::abs(a.loss - b.loss) < seed_noise)
    return fmt::format("{} predict {} equally well, as far as one seed can tell ({:.3f} and {:.3f} nats)", both,
                       common.of, a.loss, b.loss);
  const bool a_better = a.loss < b.loss;
  const std::string better = a_better ? side('A', a) : side('B', b), worse = a_better ? side('B', b) : side('A', a);
  return fmt::format("{} predicts {} better than {}, by {:.3f} nats ({:.3f} instead of {:.3f})", better, common.of,
                     worse, std::abs(a.loss - b.loss), std::min(a.loss, b.loss), std::max(a.loss, b.loss));
}

}  // namespace

std::string listed(const std::vector<std::string>& all) {
  std::string out;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0) out += i + 1 == all.size() ? " and " : ", ";
    out += all[i];
  }
  return out;
}

std::string difference_of(const RunFacts& a, const RunFacts& b, const Common& common) {
  const std::vector<std::string> taken = costs(a, b, common);
  const std::string beside = taken.empty() ? "" : "; compared with B, A " + listed(taken);
  return verdict(a, b, common) + beside + ".";
}

}  // namespace tinymor
