#include "trainer/experiments/needed_depth.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/experiments/statistics.h"
#include "trainer/loop/evaluate.h"
#include "trainer/loop/run_folder.h"
#include "trainer/loop/trainer.h"

namespace tinymor {
namespace {

/// The tokens that have to answer a question, and all others.
class NeedStudy {
 public:
  explicit NeedStudy(const Tokenizer& tokenizer) {
    for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
      const std::string text = tokenizer.decode(std::vector{id});
      asked_.push_back(hops_asked(text.substr(std::min(text.find_first_not_of(' '), text.size()))));
      ends_.push_back(text.find('\n') != text.npos);
    }
  }

  void see(const IntTensor& ids, const ForwardResult& result) {
    const IntTensor guess = argmax(result.logits.value(), -1);
    const int64_t length = ids.dim(1);
    for (int64_t i = 0; i < ids.dim(0); ++i) {
      bool whole = false;  // the pairs of a line that began before the window are not seen
      for (int64_t t = 1; t + 1 < length; ++t) {
        const int64_t at = i * length + t;
        whole |= ends_[size_t(ids.data()[at - 1])];
        if (whole)
          add(asked_[size_t(ids.data()[at - 1])], result.depth[size_t(at)], guess.data()[at] == ids.data()[at + 1]);
      }
    }
  }

  DepthFound result() const {
    DepthFound found;
    for (size_t k = 0; k < found.right.size(); ++k) {
      found.right[k] = questions_[k].right / questions_[k].count;
      found.depth[k] = questions_[k].depth / questions_[k].count;
    }
    found.depth_elsewhere = others_.depth / others_.count;
    found.enough = enough_ / double(need_.size());
    found.correlation = rank_correlation(depth_, need_);
    return found;
  }

 private:
  struct Sum {
    double count = 0, depth = 0, right = 0;
  };

  void add(int64_t asked, int32_t depth, bool right) {
    Sum& sum = asked > 0 ? questions_[size_t(asked - 1)] : others_;
    sum.count += 1;
    sum.depth += depth;
    sum.right += right;
    if (asked == 0) return;
    need_.push_back(double(asked));
    depth_.push_back(depth);
    enough_ += depth >= asked;
  }

  std::vector<int64_t> asked_;  // by token: hops_asked
  std::vector<bool> ends_;      // by token: whether a line ends with it
  std::array<Sum, most_hops> questions_{};
  Sum others_;
  std::vector<double> need_, depth_;
  double enough_ = 0;
};

DepthFound depth_found(const Config& config, const std::filesystem::path& folder) {
  const LoadedModel loaded = load_model(folder, Checkpoint::newest);
  const Windows windows(split_text(config, *loaded.tokenizer, corpus_of(config)).held_out, config.model.max_seq_len);
  NeedStudy study(*loaded.tokenizer);
  const Evaluation all = evaluate(
      *loaded.model, windows, causal_rule(loaded.config()),
      {.see = [&](const IntTensor& ids, const ForwardResult& result, const Tensor&) { study.see(ids, result); }});
  DepthFound found = study.result();
  found.mean_depth = all.mean_depth;
  return found;
}

/// Of the bundled megabyte models soon know some lines by heart.
constexpr int64_t kBytes = 4'000'000;

/// Writes the text, each line a document, unless it is there.
void write_text(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) return;
  std::filesystem::create_directories(file.parent_path());
  std::istringstream lines(make_hops(1, kBytes));
  std::string documents;
  for (std::string line; std::getline(lines, line);) documents += nlohmann::json{{"text", line}}.dump() + "\n";
  write_file_atomically(file, documents);
}

}  // namespace

const std::vector<Variant>& hops_variants() {
  static const std::vector<Variant> all = {
      {"1 pass", {"model.n_layers=1", "model.n_recursions=1", "model.sharing=none", "model.kv_cache=recursion_wise"}},
      {"2 passes", {"model.n_layers=2", "model.n_recursions=2"}},
      {"3 passes", {}},
      {"2 passes, own keys", {"model.n_layers=2", "model.n_recursions=2", "model.kv_cache=recursion_wise"}},
      // Of 40 tokens of a line, six need a second pass and three a third.
      {"expert choice",
       {"model.routing=expert_choice", "router.capacity=[1, 0.25, 0.125]", "router.capacity_warmup_steps=6000"}},
      {"expert choice, full gate",
       {"model.routing=expert_choice", "router.capacity=[1, 0.25, 0.125]", "router.capacity_warmup_steps=6000",
        "router.alpha=1", "router.residual=delta"}},
      {"token choice", {"model.routing=token_choice"}},
      {"exit gate, expected loss", {"model.routing=exit_gate", "router.exit_loss=expected", "train.steps=20000"}},
      {"exit gate, gain", {"model.routing=exit_gate", "router.exit_loss=gain"}},
  };
  return all;
}

Config hops_config(const Variant& variant) {
  Config config = Config::defaults();
  config.data.source = "hops";
  config.data.vocab_size = 896;
  config.data.separate_documents = true;
  config.model.d_model = 64;
  config.model.d_ff = 32;  // a wide MLP multiplies enough numbers to follow a step by itself
  config.model.sharing = Sharing::cycle;
  config.model.n_layers = most_hops;
  config.model.n_recursions = most_hops;
  config.model.routing = Routing::none;
  config.model.kv_cache = KvStrategy::shared;
  config.train.steps = 12000;
  config.train.warmup_steps = 100;
  config.train.batch_size = 16;
  config.train.lr = 0.003;
  config.train.eval_every = config.train.record_every = config.train.checkpoint_every = 1 << 30;
  for (const std::string& setting : variant.settings) set_config_key(config, setting);
  validate(config);
  return config;
}

std::vector<DepthFoundBySeed> measure_needed_depth(const NeededDepthOptions& options) {
  const std::filesystem::path text = options.folder / "hops" / "hops.jsonl";
  write_text(text);
  std::vector<DepthFoundBySeed> all;
  for (const Variant& variant : hops_variants()) {
    if (!options.only.empty() && options.only != variant.name) continue;
    all.push_back({variant.name, {}});
    for (int64_t seed = 1; seed <= options.seeds; ++seed) {
      Config config = hops_config(variant);
      config.data.source = text.string();
      config.train.seed = uint64_t(seed);
      if (options.steps > 0) config.train.steps = options.steps;
      const auto folder = options.folder / "hops" / variant_folder(variant, config.train.steps, seed);
      options.progress(folder.string());
      train_unless_done(config, folder);
      all.back().seeds.push_back(depth_found(config, folder));
    }
  }
  check_input(!all.empty(), "--only: there is no variant {}", options.only);
  return all;
}

}  // namespace tinymor
