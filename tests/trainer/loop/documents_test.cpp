// Runs whose documents are kept apart.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/token_cache.h"
#include "mor/model.h"
#include "support/catch.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "support/tiny_models.h"
#include "trainer/loop/evaluate.h"
#include "trainer/loop/run_folder.h"
#include "trainer/loop/trainer.h"
#include "trainer/recording/recording.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

/// A file of JSON lines with these texts.
std::string write_documents(const fs::path& file, const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) lines += fmt::format("{{\"text\": \"{}\"}}\n", text);
  write_file_atomically(file, lines);
  return file.string();
}

std::vector<std::string> short_texts() {
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back(fmt::format("text {} is {}.", i, std::string(size_t(i % 7), 'o')));
  return texts;
}

/// The logits [n,V] that `model` has for the last `n` tokens of the first window of a text.
std::vector<Real> last_logits(const Model& model, const Tokens& ids, int64_t length, int64_t n, Rule rule) {
  const NoGrad off;
  const Batch batch = Windows(ids, length).at(std::vector<int64_t>{0});
  const ForwardResult result =
      model.forward(batch.inputs.reshape({length}), Rows::last(batch.lengths, batch.lengths), {.rule = rule});
  return result.logits.value().slice(0, length - n, length).to_vector();
}

/// The largest difference between two numbers.
double distance(const std::vector<Real>& a, const std::vector<Real>& b) {
  double most = a.size() == b.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, double(std::abs(a[i] - b[i])));
  return most;
}

}  // namespace

TEST_CASE("a document's logits are the same whatever is before it in its row, for every kind of model and rule") {
  const TemporaryFolder folder;
  const auto tokens = [&](const std::string& first, bool separate) {
    const Corpus corpus(write_documents(folder.path() / "texts.jsonl", {first, "abcabcbbcabc"}));
    return tokenize(corpus, *train_char_tokenizer("abc\n"), separate).ids;
  };
  for (const auto& [name, config] : tiny_configs()) {
    const Model model = opinionated_model(config);
    for (Rule rule : rules_of(config)) {
      INFO(name << ", " << enum_name(rule));
      const auto logits = [&](const std::string& first, bool separate) {
        return last_logits(model, tokens(first, separate), int64_t(first.size()) + 2 + 12, 12, rule);
      };
      const std::vector<Real> one = logits("aabbcc", true), other = logits("cbcacb", true),
                              longer = logits("ccc", true);
      // Positions start again, so how long the other is makes no difference either.
      CHECK(distance(one, other) < 1e-4);
      CHECK(distance(one, longer) < 1e-4);
      CHECK(distance(logits("aabbcc", false), logits("cbcacb", false)) > 1e-2);
    }
  }
}

TEST_CASE("runs with every kind of routing train with their documents apart, and resume to the same bits") {
  const TemporaryFolder folder;
  const std::string source = write_documents(folder.path() / "texts.jsonl", short_texts());
  for (const Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice}) {
    INFO(enum_name(routing));
    Config config = tiny_text_run(folder.path(), 4);
    config.model.routing = routing;
    config.data.source = source;
    config.data.separate_documents = true;
    config.train.schedule = ScheduleKind::constant;
    const fs::path out = folder.path() / enum_name(routing);
    Trainer(config, out / "whole").run();
    Config half = config, together = config;
    half.train.steps = 2;
    together.data.separate_documents = false;
    Trainer(half, out / "halves").run();
    Trainer::resume(out / "halves", {.steps = 4}).run();
    Trainer(together, out / "together").run();
    CHECK(bits(out / "whole")["model.safetensors"] == bits(out / "halves")["model.safetensors"]);
    CHECK(bits(out / "whole")["model.safetensors"] != bits(out / "together")["model.safetensors"]);
  }
}

TEST_CASE("where a document ends nothing is predicted, and the text that is watched is one document") {
  const TemporaryFolder folder;
  Config config = tiny_text_run(folder.path(), 1);
  config.data.source = write_documents(folder.path() / "texts.jsonl", short_texts());
  config.data.separate_documents = true;
  Trainer trainer(config, folder.path() / "run");
  trainer.run();
  const DataSplit split = split_text(trainer.config(), trainer.tokenizer(), corpus_of(trainer.config()));
  const Windows windows(split.held_out, 32);
  const Batch batch = windows.at(spread_evenly(windows.count(), 0));
  const int64_t ends = std::count(batch.targets.values().begin(), batch.targets.values().end(), -1);
  CHECK(ends >= 10);
  CHECK(evaluate(trainer.model(), windows, Rule::topk).tokens == batch.targets.count() - ends);
  const std::vector<int32_t> watched =
      read_recording(folder.path() / "run/recording.mortrace").snapshots.at(0).topk.tokens;
  const std::string text = trainer.tokenizer().decode(watched);
  CHECK(text.find("\n\n") >= text.size() - 2);
  const Tokens from = split.held_out.slice(trainer.info().watched_offset - trainer.info().train_tokens, 64);
  CHECK(from.slice(0, int64_t(watched.size())).to_vector() == watched);
}
