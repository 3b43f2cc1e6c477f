#include "visualizer/runs/rest.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

namespace tinymor {
namespace {

constexpr size_t patience = 5;
constexpr double seconds_between_looks = 5;

std::string first_word(const std::filesystem::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

}  // namespace

bool on_plateau(const std::vector<EvalMetrics>& evals) {
  if (evals.size() <= patience) return false;
  const auto worse = [](const EvalMetrics& a, const EvalMetrics& b) { return a.threshold_loss < b.threshold_loss; };
  const auto recent = evals.end() - patience;
  return !worse(*std::min_element(recent, evals.end(), worse), *std::min_element(evals.begin(), recent, worse));
}

std::optional<int64_t> rises_since(const std::vector<EvalMetrics>& evals) {
  constexpr int enough = 2;
  const EvalMetrics* best = nullptr;
  int above = 0;
  for (const EvalMetrics& e : evals) {
    if (e.step == 0) continue;
    const bool better = !best || e.threshold_loss < best->threshold_loss;
    above = better ? 0 : above + 1;
    if (better) best = &e;
  }
  return above >= enough ? std::optional(best->step) : std::nullopt;
}

bool on_battery(const std::filesystem::path& supplies) {
  bool mains = false, plugged = false;
  std::error_code ignored;
  for (const auto& supply : std::filesystem::directory_iterator(supplies, ignored)) {
    if (first_word(supply.path() / "type") != "Mains") continue;
    mains = true;
    plugged |= first_word(supply.path() / "online") == "1";
  }
  return mains && !plugged;
}

std::string Rest::reason(const Source& source, Wanted wanted, double seconds) {
  until_look_ -= seconds;
  if (wanted.on_battery && until_look_ <= 0) {
    until_look_ = seconds_between_looks;
    const bool now = on_battery();
    if (now && !std::exchange(was_on_battery_, now)) return "the machine runs on its battery";
    was_on_battery_ = now;
  }
  const std::vector<EvalMetrics>& evals = source.history().evals;
  if (!wanted.on_plateau || evals.empty() || evals.back().step == judged_) return "";
  judged_ = evals.back().step;
  return on_plateau(evals) ? "five evaluations brought no lower held-out loss" : "";
}

}  // namespace tinymor
