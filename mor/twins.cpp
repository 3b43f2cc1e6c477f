#include "mor/twins.h"

#include <algorithm>
#include <cmath>

#include "mor/counts.h"
#include "tensor/error.h"

namespace tinymor {

ModelConfig vanilla_twin(ModelConfig config) {
  config.sharing = Sharing::none;
  config.n_recursions = 1;
  config.routing = Routing::none;
  config.kv_cache = KvStrategy::recursion_wise;
  config.kv_sharing = Sharing::none;
  config.kv_sharing_factor = 1;
  config.recursion_encoding = RecursionEncoding::none;
  config.own_norms = false;
  config.lora_rank = 0;
  config.router = {};
  return config;
}

ModelConfig recursive_twin(ModelConfig config) {
  check_input(
      config.sharing != Sharing::none,
      "model.sharing: \"none\" leaves a recursive twin nothing to share (give a recursive or MoR configuration, "
      "or take the vanilla twin)");
  config.routing = Routing::none;
  if (config.kv_cache == KvStrategy::hybrid) config.kv_cache = KvStrategy::recursion_wise;
  config.router = {};
  return config;
}

int64_t steps_of_equal_flops(const ModelConfig& config, const ModelConfig& twin, int64_t steps) {
  const double ratio =
      paper_flops_per_token(config, config.max_seq_len) / paper_flops_per_token(twin, twin.max_seq_len);
  return std::max<int64_t>(1, std::llround(double(steps) * ratio));
}

}  // namespace tinymor
