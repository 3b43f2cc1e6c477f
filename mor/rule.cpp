#include "mor/rule.h"

#include "mor/router.h"

namespace tinymor {

template <>
std::vector<std::string> enum_names<Rule>() {
  return {"topk", "threshold", "aux_threshold"};
}

Rule causal_rule(const ModelConfig& config) {
  return router_shape(config).aux_scorers > 0 ? Rule::aux_threshold : Rule::threshold;
}

bool has_bar(Routing routing) {
  return routing == Routing::expert_choice || routing == Routing::exit_gate;
}

std::vector<Rule> rules_of(const ModelConfig& config) {
  if (config.routing == Routing::expert_choice) return {Rule::topk, causal_rule(config)};
  return {Rule::threshold};
}

}  // namespace tinymor
