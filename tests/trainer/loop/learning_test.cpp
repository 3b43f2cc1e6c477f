// Whole models learn: what no single op's check can show.

#include <cmath>

#include "autograd/optim.h"
#include "mor/model.h"
#include "support/catch.h"
#include "support/tiny_models.h"
#include "tensor/memory.h"

using namespace tinymor;

namespace {

/// `sequences` sequences packed end to end.
struct Task {
  IntTensor ids, targets;
  Rows rows;
};

double step(Model& model, AdamW& optimizer, const Task& task, double lr) {
  const ForwardResult result = model.forward(task.ids, task.rows);
  const Loss loss = training_loss(model.config(), result, task.targets);
  loss.total.backward();
  clip_grad_norm(model.parameters(), 1);
  optimizer.lr = lr;
  optimizer.step();
  optimizer.zero_grad();
  return loss.lm;
}

Task random_task(int64_t sequences, int64_t length, int64_t vocab, uint64_t seed) {
  return {int_tensor(random_tokens(sequences * length, vocab, seed)),
          int_tensor(random_tokens(sequences * length, vocab, seed + 1)), Rows::batch(sequences, length)};
}

/// Sequences of four digits, a mark (10), and the same digits backwards; only the latter are to be predicted.
Task reversal_task(int64_t sequences, uint64_t seed) {
  Random random(seed);
  std::vector<int32_t> ids, targets;
  for (int64_t s = 0; s < sequences; ++s) {
    std::vector<int32_t> digits;
    for (int i = 0; i < 4; ++i) digits.push_back(int32_t(random.below(10)));
    std::vector<int32_t> text = digits;
    text.push_back(10);
    text.insert(text.end(), digits.rbegin(), digits.rend());
    for (size_t t = 0; t + 1 < text.size(); ++t) {
      ids.push_back(text[t]);
      targets.push_back(t < 4 ? -1 : text[t + 1]);
    }
  }
  return {int_tensor(ids), int_tensor(targets), Rows::batch(sequences, 8)};
}

/// Share of the sequences whose every target is the likeliest token.
double solved(const Model& model, const Task& task) {
  const NoGrad off;
  const IntTensor best = argmax(model.forward(task.ids, task.rows).logits.value(), 1);
  int64_t right = 0;
  for (int64_t s = 0; s < task.rows.sequences(); ++s) {
    bool all = true;
    for (int64_t i = task.rows.offsets[s]; i < task.rows.offsets[s + 1]; ++i)
      all = all && (task.targets.at({i}) < 0 || task.targets.at({i}) == best.at({i}));
    right += all;
  }
  return double(right) / double(task.rows.sequences());
}

}  // namespace

TEST_CASE("the first loss is ln V, every parameter gets a finite gradient that is not zero, and moves") {
  for (const auto& [name, config] : tiny_configs()) {
    Model model(config, 1);
    const Task task = random_task(4, 32, config.vocab_size, 3);
    const Loss loss = training_loss(config, model.forward(task.ids, task.rows), task.targets);
    CHECK(loss.lm == Approx(std::log(double(config.vocab_size))).epsilon(0.02));
    loss.total.backward();
    std::vector<std::vector<Real>> before;
    for (Variable* parameter : model.parameters()) {
      INFO(name << ": " << parameter->name());
      REQUIRE(parameter->grad().defined());
      CHECK(all_finite(parameter->grad()));
      CHECK(sum(parameter->grad() * parameter->grad()).item() > 0);
      before.push_back(parameter->value().to_vector());
    }
    AdamW optimizer(model.parameters(), {.lr = 1e-2});
    optimizer.step();
    for (size_t i = 0; i < before.size(); ++i) {
      INFO(name << ": " << model.parameters()[i]->name());
      CHECK(before[i] != model.parameters()[i]->value().to_vector());
    }
  }
}

TEST_CASE("one batch is learnt by heart to a loss below 0.01") {
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    Model model(config, 1);
    AdamW optimizer(model.parameters(), {.beta2 = 0.95, .weight_decay = 0});
    const Task task = random_task(1, 16, config.vocab_size, 5);
    double loss = 1;
    int steps = 0;
    for (; steps < 600 && loss >= 0.01; ++steps) loss = step(model, optimizer, task, 1e-2);
    INFO(steps << " steps");
    CHECK(loss < 0.01);
  }
}

TEST_CASE("slow: models learn to say four digits backwards, which needs attention") {
  for (const auto& [name, config] : tiny_configs()) {
    if (config.sharing == Sharing::cycle) continue;
    // A third of the tokens is dropped after two layers, and two thirds after four, whatever they have to say.
    if (config.sharing == Sharing::none && config.routing == Routing::expert_choice) continue;
    INFO(name);
    Model model(config, 1);
    AdamW optimizer(model.parameters(), {.beta2 = 0.95, .weight_decay = 0});
    const Task held_out = reversal_task(200, 1);
    double share = 0;
    int steps = 0;
    for (; steps < 1500 && share < 0.95; ++steps) {
      step(model, optimizer, reversal_task(64, uint64_t(1000 + steps)), 3e-3);
      if (steps % 50 == 49) share = solved(model, held_out);
    }
    INFO(steps << " steps");
    CHECK(share >= 0.95);
  }
}

TEST_CASE("after a step exactly the weights and the optimizer's moments are alive") {
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    const Task task = random_task(2, 32, config.vocab_size, 7);
    const MemoryStats before = memory_stats();
    Model model(config, 1);
    AdamW optimizer(model.parameters(), {});
    for (int i = 0; i < 3; ++i) step(model, optimizer, task, 1e-3);
    const int64_t tensors = int64_t(model.parameters().size()), rope_tables = 2;
    CHECK(memory_stats().live_blocks - before.live_blocks == 3 * tensors + rope_tables);
    const int64_t rope_numbers = config.max_seq_len * config.d_head();
    CHECK(memory_stats().live_bytes - before.live_bytes ==
          int64_t(sizeof(Real)) * (3 * model.parameter_count() + rope_numbers));
  }
}

#if !defined(__SANITIZE_ADDRESS__)  // under which every tensor comes from the system
TEST_CASE("steps after the first ask the system for no memory") {
  ModelConfig config = tiny_config();
  config.d_model = 256;
  config.d_ff = 1024;
  Model model(config, 1);
  AdamW optimizer(model.parameters(), {});
  const Task task = random_task(32, 32, config.vocab_size, 9);
  step(model, optimizer, task, 1e-3);
  const int64_t requests = memory_stats().system_requests;
  CHECK(requests > 1);
  for (int i = 0; i < 3; ++i) step(model, optimizer, task, 1e-3);
  CHECK(memory_stats().system_requests == requests);
}
#endif
