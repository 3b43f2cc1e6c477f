// The numbers of docs/16-the-training-loop.md that are worked out on paper, computed again. If you change one, change
// the other. Losses of runs are printed by the commands beside them.

#include <cmath>
#include <map>

#include "autograd/ops.h"
#include "autograd/optim.h"
#include "datasets/batches.h"
#include "datasets/corpus.h"
#include "datasets/tokenizer.h"
#include "mor/counts.h"
#include "mor/model.h"
#include "support/book.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "trainer/loop/schedule.h"

using namespace tinymor;

namespace {

std::string chapter() {
  return book("docs/16-the-training-loop.md");
}

struct LossAndGradient {
  double loss;
  Tensor gradient;
};
LossAndGradient judged(const std::vector<Real>& logits, int32_t target) {
  const Variable z = Variable::parameter(Tensor({1, 3}, logits));
  const Variable loss = cross_entropy(z, IntTensor(Shape{1}, {target}));
  loss.backward();
  return {double(loss.item()), z.grad()};
}

/// The norm of gradients, and what clip_grad_norm leaves of them.
std::pair<double, Tensor> clipped(const std::vector<Real>& gradients) {
  const Shape shape{1, int64_t(gradients.size())};
  Variable x = Variable::parameter(Tensor::zeros(shape));
  sum(x * Variable(Tensor(shape, gradients))).backward();
  const double norm = clip_grad_norm({&x}, 1);
  return {norm, x.grad()};
}

/// One weight that decays, as in a matrix.
struct Weight {
  Variable x;
  AdamW optimizer;
  explicit Weight(Real value, double decay)
      : x(Variable::parameter(Tensor({1, 1}, {value}), "x")),
        optimizer({&x}, {.lr = 0.01, .beta1 = 0.9, .beta2 = 0.95, .weight_decay = decay}) {}

  double step(Real gradient) {
    scale(sum(x), gradient).backward();
    optimizer.step();
    optimizer.zero_grad();
    return double(x.value().to_vector()[0]);
  }
  double remembered(const char* name) const {
    return double(optimizer.state().at(std::string(name) + ".x").to_vector()[0]);
  }
};

/// What a new model of the defaults has on the first batch of the stories, with all weights times `factor`.
double first_loss(Real factor) {
  static const std::string stories = load_corpus("stories");
  static const auto tokenizer = train_sentencepiece(stories, 1024);
  const Config config = Config::defaults();
  const auto [train, held_out] = split_ids(tokenizer->encode(stories), 0.1, 128);
  ModelConfig shape = config.model;
  shape.vocab_size = tokenizer->vocab_size();
  Model model(shape, 1);
  for (Variable* weight : model.parameters())
    if (weight->rank() > 1) weight->mutable_value().copy_from(weight->value() * factor);
  const Batch batch = Batches(train, 16, 128, 1).at(0);
  const NoGrad off;
  const int64_t rows = batch.inputs.count();
  const ForwardResult result = model.forward(batch.inputs.reshape({rows}), Rows::batch(16, 128));
  return training_loss(model.config(), result, batch.targets.reshape({rows})).lm;
}

}  // namespace

TEST_CASE("chapter 16: the step that it shows is in the loop, line by line and in that order") {
  const std::string loop = unwrapped(book("trainer/loop/training_loop.cpp"));
  std::istringstream shown(part(chapter(), "```cpp\n", "\n```"));
  size_t at = 0;
  int lines = 0;
  std::string line;
  for (std::getline(shown, line); std::getline(shown, line); ++lines) {
    CAPTURE(line);
    if (line.starts_with("  //")) continue;  // where one of the three functions ends and the next begins
    at = loop.find(unwrapped(line), at);
    REQUIRE(at != std::string::npos);
  }
  CHECK(lines > 10);
}

TEST_CASE("chapter 16: a step and a run of the defaults see as many tokens as it says") {
  const TrainConfig train = Config::defaults().train;
  CHECK(train.steps == 400);
  CHECK(train.batch_size == 16);
  CHECK(Config::defaults().model.max_seq_len == 128);
  CHECK(16 * 128 == 2048);
  CHECK(400 * 2048 == 819200);
  const std::string stories = load_corpus("stories");
  const int64_t tokens = split_ids(train_sentencepiece(stories, 1024)->encode(stories), 0.1, 128).train.size();
  CHECK_THAT(unwrapped(chapter()),
             ContainsSubstring(fmt::format("have {} tokens to train on, so each is seen {:.1f} times", tokens,
                                           819200 / double(tokens))));
}

TEST_CASE("chapter 16: thirty kilobytes have the tokens that it says, and its model the parameters") {
  const std::string small = make_data_set("stories", 1, 30000), text = chapter();
  const auto tokenizer = train_sentencepiece(small, 1024);
  CHECK(tokenizer->vocab_size() == 1024);
  CHECK(split_ids(tokenizer->encode(small), 0.1, 128).train.size() == 8075);
  CHECK(819200 / 8075.0 == Approx(100).margin(2));
  ModelConfig model = Config::defaults().model;
  model.vocab_size = 1024;
  model.resolve();
  CHECK(count_parameters(model).total() == 919040);

  const std::string table = part(text, "| step | training loss |", "\n\n");
  double best = 10, training = 10;
  for (int step = 50; step <= 400; step += 50) {
    const std::vector<std::string> cells = row(table, std::to_string(step));
    CHECK(number(cells[1]) < training);
    training = number(cells[1]);
    best = std::min(best, number(cells[2]));
  }
  CHECK(best == number(row(table, "100")[2]));
  CHECK_THAT(text, ContainsSubstring(fmt::format("best weights of step 100 (held-out loss {:.4f})", best)));
  CHECK_THAT(unwrapped(text), ContainsSubstring(fmt::format("and would have {:.4f}.", number(row(table, "400")[2]))));
}

TEST_CASE("chapter 16: what it says of four curves follows from their table and from the frequencies of tokens") {
  const std::string text = unwrapped(chapter()), table = part(chapter(), "| step | first |", "\n\n");
  const auto cell = [&](int step, size_t column) { return number(row(table, std::to_string(step))[column]); };
  CHECK_THAT(text, ContainsSubstring(fmt::format("from step 300 to 400 the held-out loss falls by {:.3f}, and in the "
                                                 "hundred steps before by {:.3f}",
                                                 cell(300, 2) - cell(400, 2), cell(200, 2) - cell(300, 2))));
  CHECK_THAT(text,
             ContainsSubstring(fmt::format("held-out loss of {:.3f} looks far better than the {:.3f} of the first",
                                           cell(400, 6), cell(400, 2))));
  for (const int step : {100, 200, 300, 400}) {
    const std::vector<std::string> small =
        row(part(chapter(), "| step | training loss |", "\n\n"), std::to_string(step));
    CHECK(cell(step, 3) == Approx(number(small[1])).margin(0.00051));
    CHECK(cell(step, 4) == Approx(number(small[2])).margin(0.00051));
    CHECK(std::min(cell(step, 7), cell(step, 8)) > 5.2);
  }
  const std::string stories = load_corpus("stories");
  const auto train = split_ids(train_sentencepiece(stories, 1024)->encode(stories), 0.1, 128).train.to_vector();
  std::map<int32_t, double> counts;
  for (const int32_t id : train) ++counts[id];
  double entropy = 0;
  for (const auto& [id, count] : counts)
    entropy -= count / double(train.size()) * std::log(count / double(train.size()));
  CHECK_THAT(text, ContainsSubstring(fmt::format("how frequent each token is has {:.3f} on this text", entropy)));
}

TEST_CASE("chapter 16: three logits have its loss and its gradient") {
  const auto [loss, gradient] = judged({2, 1, 0}, 1);
  CHECK(loss == Approx(1.4076).margin(half_a_digit));
  check_printed(gradient, {0.6652, -0.7553, 0.0900});
  const double sum = std::exp(2.0) + std::exp(1.0) + 1;
  CHECK(std::exp(2.0) == Approx(7.3891).margin(half_a_digit));
  CHECK(std::exp(1.0) == Approx(2.7183).margin(half_a_digit));
  CHECK(sum == Approx(11.1073).margin(half_a_digit));
  CHECK(std::log(sum) == Approx(2.4076).margin(half_a_digit));
  CHECK(std::exp(1.0) / sum == Approx(0.2447).margin(half_a_digit));
  const double nudged = judged({2, Real(1.1), 0}, 1).loss;
  CHECK(nudged == Approx(1.3330).margin(half_a_digit));
  CHECK(loss - nudged == Approx(0.0746).margin(half_a_digit));
  CHECK(0.1 * 0.7553 == Approx(0.0755).margin(half_a_digit));
}

TEST_CASE("chapter 16: gradients are clipped to its numbers") {
  const auto [norm, gradients] = clipped({3, 4});
  CHECK(norm == Approx(5));
  check_printed(gradients, {0.6, 0.8});
  const auto [small, kept] = clipped({Real(0.3), Real(0.4)});
  CHECK(small == Approx(0.5));
  check_printed(kept, {0.3, 0.4});
}

TEST_CASE("chapter 16: AdamW moves one weight in two steps as it says") {
  const TrainConfig train = Config::defaults().train;
  CHECK(train.beta1 == 0.9);
  CHECK(train.beta2 == 0.95);
  CHECK(train.weight_decay == 0.1);
  CHECK(train.grad_clip == 1);
  CHECK(AdamW::Options().eps == 0.00000001);
  Weight weight(0.5, 0.1);
  CHECK(weight.step(Real(0.2)) == Approx(0.4895).margin(half_a_digit));
  CHECK(weight.remembered("m") == Approx(0.02));
  CHECK(weight.remembered("v") == Approx(0.002));
  CHECK(weight.step(Real(-0.1)) == Approx(0.4863).margin(half_a_digit));
  CHECK(weight.remembered("m") == Approx(0.008));
  CHECK(weight.remembered("v") == Approx(0.0024));
  CHECK(0.9 * 0.02 == Approx(0.018));
  CHECK(0.95 * 0.002 == Approx(0.0019));
  CHECK(0.05 * 0.1 * 0.1 == Approx(0.0005));
  CHECK(1 - 0.9 * 0.9 == Approx(0.19));
  CHECK(1 - 0.95 * 0.95 == Approx(0.0975));
  CHECK(0.008 / 0.19 == Approx(0.0421).margin(half_a_digit));
  CHECK(0.0024 / 0.0975 == Approx(0.0246).margin(half_a_digit));
  CHECK(std::sqrt(0.0024 / 0.0975) == Approx(0.1569).margin(half_a_digit));
  CHECK(0.008 / 0.19 / std::sqrt(0.0024 / 0.0975) == Approx(0.2684).margin(half_a_digit));
  CHECK(0.01 * 0.1 * 0.4895 == Approx(0.0005).margin(half_a_digit));
  CHECK(0.01 * 0.2684 == Approx(0.0027).margin(half_a_digit));
}

TEST_CASE("chapter 16: the learning rate of the defaults is that of its table") {
  const TrainConfig train = Config::defaults().train;
  CHECK(train.warmup_steps == 50);
  CHECK(train.cooldown_fraction == 0.2);
  CHECK(train.lr == 0.003);
  const std::vector<std::string> steps = row(chapter(), "step"), rates = row(chapter(), "learning rate");
  REQUIRE(steps.size() == 7);
  REQUIRE(rates.size() == 7);
  for (size_t i = 1; i < steps.size(); ++i)
    CHECK(learning_rate(train, int64_t(number(steps[i]))) == Approx(number(rates[i])));
  CHECK(learning_rate(train, 322) < 0.003);
}

TEST_CASE(
    "chapter 16: a new model's loss is about ln V, with large weights it is not, and with zeros no gradient flows") {
  CHECK(std::log(1024.0) == Approx(6.9315).margin(half_a_digit));
  CHECK(0.02 * std::sqrt(128.0) == Approx(0.23).margin(0.005));
  const std::string text = unwrapped(chapter());
  CHECK_THAT(text, ContainsSubstring(
                       fmt::format("A new model with the defaults has {:.4f} on its first batch", first_loss(1))));
  CHECK_THAT(text, ContainsSubstring(fmt::format("a spread of 1, it has {:.0f}:", first_loss(50))));

  Model model(tiny_config(), 1);
  for (Variable* weight : model.parameters())
    if (weight->rank() > 1) weight->mutable_value().fill(0);
  const IntTensor ids = int_tensor(random_tokens(32, 11, 1)), targets = int_tensor(random_tokens(32, 11, 2));
  training_loss(model.config(), model.forward(ids, Rows::batch(1, 32)), targets).total.backward();
  for (const Variable* weight : std::as_const(model).parameters()) {
    if (!weight->grad().defined()) continue;
    for (const Real g : weight->grad().to_vector()) CHECK(g == 0);
  }
}

TEST_CASE("chapter 16: a run that forgot its means would go the other way") {
  Weight weight(0.5, 0.1);
  const double once = weight.step(Real(0.2));
  Weight forgetful(Real(once), 0.1);
  CHECK(forgetful.step(Real(-0.1)) == Approx(0.4990).margin(half_a_digit));
  Weight restored(Real(once), 0.1);
  restored.optimizer.restore(weight.optimizer.state(), weight.optimizer.steps());
  CHECK(restored.step(Real(-0.1)) == weight.step(Real(-0.1)));
}

TEST_CASE("chapter 16: the answers to its exercises are right") {
  const auto [loss, gradient] = judged({2, 1, 0}, 0);
  CHECK(loss == Approx(0.4076).margin(half_a_digit));
  check_printed(gradient, {-0.3348, 0.2447, 0.0900});
  const auto [norm, gradients] = clipped({6, 8});
  CHECK(norm == Approx(10));
  check_printed(gradients, {0.6, 0.8});
  CHECK(std::log(256.0) == Approx(5.5452).margin(half_a_digit));
  Weight steady(0.5, 0), turning(0.5, 0);
  double before = 0.5, before_turning = 0.5;
  for (int step = 0; step < 99; ++step) {
    before = steady.step(Real(0.2));
    before_turning = turning.step(Real(step % 2 == 0 ? 0.2 : -0.2));
  }
  CHECK(before - steady.step(Real(0.2)) == Approx(0.01).epsilon(1e-3));
  CHECK(std::abs(before_turning - turning.step(Real(-0.2))) == Approx(0.0005).margin(0.00005));
  CHECK(std::abs(turning.remembered("m")) == Approx(0.01).margin(0.001));
}
