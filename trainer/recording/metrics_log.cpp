#include "trainer/recording/metrics_log.h"

#include <nlohmann/json.hpp>

namespace tinymor {

void MetricsLog::on(const Event& event) {
  hear(
      event, [this](const StepMetrics& m) { write(m); }, [this](const EvalMetrics& m) { write(m); });
}

void MetricsLog::write(const StepMetrics& m) {
  nlohmann::ordered_json entry{{"step", m.step},
                               {"seconds", m.seconds},
                               {"loss", m.loss},
                               {"aux_loss", m.aux_loss},
                               {"z_loss", m.z_loss},
                               {"balance_loss", m.balance_loss},
                               {"grad_norm", m.grad_norm},
                               {"lr", m.lr},
                               {"tokens_per_second", m.tokens_per_second},
                               {"mean_depth", m.mean_depth},
                               {"sampling_accuracy", m.sampling_accuracy},
                               {"max_violation", m.max_violation},
                               {"load_entropy", m.load_entropy}};
  if (m.left_out > 0) entry["left_out"] = m.left_out;
  file_.append(entry.dump() + "\n");
}

void MetricsLog::write(const EvalMetrics& m) {
  nlohmann::ordered_json entry{
      {"step", m.step}, {"topk_loss", m.topk_loss}, {"threshold_loss", m.threshold_loss}, {"mean_depth", m.mean_depth}};
  if (m.bits_per_byte > 0) entry["bits_per_byte"] = m.bits_per_byte;
  file_.append(entry.dump() + "\n");
}

}  // namespace tinymor
