// The language of the autograd explorer, and the steps through what it computes.

#include "visualizer/explorer/expression.h"

#include <cmath>
#include <map>
#include <random>

#include "support/catch.h"
#include "tensor/error.h"
#include "visualizer/explorer/expression_functions.h"
#include "visualizer/explorer/formula.h"
#include "visualizer/explorer/walkthrough.h"
#include "visualizer/state/app_state.h"

using namespace tinymor;

namespace {

struct Expected {
  const char* text;
  double result;
  std::vector<std::vector<double>> gradients;  // of the leaves, in the order of the text
};

/// Computed with NumPy in double precision: formulas written out, gradients by differences.
std::vector<Expected> expected() {
  const auto& presets = expression_presets();
  return {
      {presets[0].text, 0.5370496, {{0.3557889}, {1.4231555}, {0.7115778}}},
      {presets[1].text, 1.3490122, {{0.7053845, -0.7405035, 0.0351190}}},
      {presets[2].text, 0.8802558, {{1.6578339}, {0.0763007}, {0.1785843}}},
      {presets[3].text, 0.3463067, {{-0.2722395}, {-1.0244754}}},
      {"W = [[1, 2], [3, -4]]; v = [1, 0.5]\nh = relu(W @ v)\nmean(h^2)", 2.5, {{2, 1, 1, 0.5}, {5, 0}}},
      {"Z = [[1, 2, 3], [0, -1, .5]]; cross_entropy(Z, [1, 2])",
       1.0058683,
       {{0.0450153, -0.3776358, 0.3326205, 0.1657495, 0.0609758, -0.2267253}}},
      {"a = [1, -2]; b = 5e-1; mean(softplus(a/b)) - b*sigmoid(b) + sqrt(exp(-b))",
       1.5401101,
       {{0.8807971, 0.0179862}, {-2.8190109}}},
      {"x = 3; y = -x^2 - (1 - -x)*2", -17, {{-8}}},
  };
}

}  // namespace

TEST_CASE("expressions have the values and gradients of an independent computation") {
  for (const Expected& e : expected()) {
    CAPTURE(e.text);
    const Walkthrough walk = walk_through(e.text);
    CHECK(walk.expression.result.value().item() == Approx(e.result).epsilon(1e-5));
    REQUIRE(walk.expression.leaves.size() == e.gradients.size());
    for (const Walkthrough::Value& value : walk.values) {
      if (value.leaf < 0) continue;
      const std::vector<Real> grad = value.gathered.back().grad.to_vector();
      REQUIRE(grad.size() == e.gradients[value.leaf].size());
      for (size_t i = 0; i < grad.size(); ++i)
        CHECK(grad[i] == Approx(e.gradients[value.leaf][i]).epsilon(1e-4).margin(1e-6));
    }
  }
}

TEST_CASE("the gradients after the last step are those of Variable::backward to the bit") {
  for (const Expected& e : expected()) {
    CAPTURE(e.text);
    const Walkthrough walk = walk_through(e.text);
    const Expression whole = evaluate(e.text);
    whole.result.backward();
    for (const Walkthrough::Value& value : walk.values)
      if (value.leaf >= 0)
        CHECK(value.gathered.back().grad.to_vector() == whole.leaves[value.leaf].value.grad().to_vector());
  }
}

TEST_CASE("values appear in the order of the tape, and gradients in the reverse order") {
  const Walkthrough walk = walk_through("x = 2; w = 0.5; b = -0.4; y = tanh(w*x + b)");
  CHECK(walk.forward == 3);
  CHECK(walk.steps == 6);
  std::vector<std::string> order;
  for (int step = 0; step <= 6; ++step)
    order.push_back(walk.active(step) < 0 ? "" : walk.values[walk.active(step)].label);
  CHECK(order == std::vector<std::string>{"", "mul #1", "add #2", "y", "y", "add #2", "mul #1"});
  const int w = walk.active(1) - 2;
  REQUIRE(walk.values[w].label == "w");
  CHECK_FALSE(walk.grad(w, 5).defined());
  CHECK(walk.grad(w, 6).item() == Approx(1.42316));
  CHECK_THAT(walk.happening(6), ContainsSubstring("gives 1.423 to w, 0.3558 to x"));
}

TEST_CASE("a weight that is used twice shows its gradient as the sum of both uses, the later one first") {
  const Walkthrough walk = walk_through(expression_presets()[3].text);
  int w = 0;
  while (walk.values[w].label != "w") ++w;
  std::vector<std::string> texts;
  for (int step = walk.forward; step <= walk.steps; ++step) {
    const std::string text = walk.grad_text(w, step);
    if (texts.empty() || texts.back() != text) texts.push_back(text);
  }
  CHECK(texts == std::vector<std::string>{"", "-0.5707 + ...", "-0.5707 + -0.4537 = -1.024"});
}

TEST_CASE("differences confirm every preset, and contradict where there is a corner") {
  for (const ExpressionPreset& preset : expression_presets()) {
    CAPTURE(preset.name);
    for (const Walkthrough::Value& value : walk_through(preset.text).values)
      if (value.leaf >= 0) CHECK(agree(value.gathered.back().grad, value.differences));
  }
  const Walkthrough corner = walk_through("x = 0; y = relu(x)");
  CHECK(corner.values[0].differences.item() == Approx(0.5));
  CHECK_FALSE(agree(corner.grad(0, corner.steps), corner.values[0].differences));
  const Walkthrough nowhere = walk_through("x = -1; y = log(x)");
  CHECK_FALSE(agree(nowhere.grad(0, nowhere.steps), nowhere.values[0].differences));
}

TEST_CASE("a result of several numbers has no backward and says why") {
  const Walkthrough walk = walk_through("x = [1, 2]; y = exp(x)");
  CHECK(walk.steps == 1);
  CHECK_THAT(walk.happening(1), ContainsSubstring("end with sum(...) or mean(...)"));
  CHECK(walk.values[0].leaf == 0);
}

TEST_CASE("another value for a leaf replaces its number in the text and nothing else") {
  const Expression e = evaluate("x = -2 ;  w=[[1, 2], [3, 4]]\nv = 1/3; y = sum(w*x) * v");
  REQUIRE(e.leaves.size() == 3);
  CHECK(with_value(e, e.leaves[0], Tensor(0.1f)) == "x = 0.1 ;  w=[[1, 2], [3, 4]]\nv = 1/3; y = sum(w*x) * v");
  CHECK(with_value(e, e.leaves[1], Tensor({2, 2}, {1, -2.5f, 1e-20f, 3e30f})) ==
        "x = -2 ;  w=[[1, -2.5], [1e-20, 3e+30]]\nv = 1/3; y = sum(w*x) * v");
  const std::string moved = with_value(e, e.leaves[2], Tensor(-0.25f));
  CHECK(moved == "x = -2 ;  w=[[1, 2], [3, 4]]\nv = -0.25; y = sum(w*x) * v");
  CHECK(evaluate(moved).result.value().item() == 5);
  CHECK(evaluate(e.text, {{"x", Tensor(1)}}).result.value().item() == Approx(10.0 / 3));
}

TEST_CASE("lines may be broken inside brackets, names may be given twice to one value, vectors may hold values") {
  CHECK(evaluate("x = 2\ny = sum([x, 3,\n x*x])\nz = y\nz*1").result.value().item() == 9);
  CHECK(evaluate("\r\n ;x=2;;\n\ny = (x\n+ 1);  \n").result.value().item() == 3);
  CHECK(evaluate("x = [1,2,3]; A = [[1,2],[3,4],[5,6]]; sum(transpose(A) @ x)").result.value().item() == 50);
}

TEST_CASE("a mistake is answered with one line that says what is wrong and where") {
  const std::pair<const char*, const char*> mistakes[] = {
      {"", "line 1, at its end: nothing is computed"},
      {"x = 2", "nothing is computed from a named value"},
      {"2*3", "nothing is computed from a named value"},
      {"x = 2\ny = tanh(q*x)", "line 2, at \"q*x)\": nothing is called q yet"},
      {"x = 2; y = x +", "at its end: expected a value"},
      {"x = 2; y = (x", "at its end: expected )"},
      {"x = 2; y = x 3", "expected an operator, a semicolon or a new line"},
      {"x = 2; x = 3; y = x*x", "at \"x = 3; y = x\": x is there already"},
      {"x = 2; x*x; y = x", "only the last value goes without a name"},
      {"x = 2; y = sin(x)", "there is no function sin (choose one of exp, log"},
      {"x = 2; y = tanh(x, x)", "tanh takes 1 value, not 2"},
      {"z = [1, 2]; cross_entropy(z, 5)", "target 5 is outside the vocabulary of 2"},
      {"z = [1, 2]; cross_entropy(z, 0.5)", "0.5 is not the index"},
      {"z = [1, 2]; cross_entropy(z, 1e30)", "is not the index"},
      {"a = [1, 2]; b = [1, 2, 3]; a + b", "[2] and [3]"},
      {"a = [[1, 2], [3]]; sum(a)", "[2] and [1] differ"},
      {"a = [1, 2]; a @ a", "the left side must be a matrix"},
      {"a = [[[1]]]; sum(a)", "two axes"},
      {"x = 2; x^0.5", "a power is a whole number from 1 to 8"},
      {"x = 2; x^99", "a power is a whole number from 1 to 8"},
      {"x = 1e99; x*x", "not a number that a float can hold"},
      {"x = 1e999; x*x", "not a number that a float can hold"},
      {"x = 0x; x*x", "expected an operator"},
      {"x = nan; x*x", "nothing is called nan"},
      {"x = .inf; x*x", "not a number that a float can hold"},
      {"x = $", "at \"$\": expected a value"},
      {"x = []; x*x", "at \"]; x*x\": expected a value"},
  };
  for (const auto& [text, message] : mistakes) {
    CAPTURE(text);
    CHECK_THROWS_AS(walk_through(text), InputError);
    CHECK_THROWS_WITH(walk_through(text), ContainsSubstring(message) && !ContainsSubstring("\n"));
  }
}

TEST_CASE("texts that are too deep, too long or too large are refused") {
  const auto many = [](int count, const std::string& part) {
    std::string text;
    for (int i = 0; i < count; ++i) text += part;
    return text;
  };
  CHECK_THROWS_WITH(evaluate("x = 1; y = " + many(1000, "(") + "x"), ContainsSubstring("nested too deeply"));
  CHECK_THROWS_WITH(evaluate("x = 1; y = " + many(1000, "[") + "x"), ContainsSubstring("nested too deeply"));
  CHECK(evaluate("x = 1; y = " + many(3000, "-") + "x + 0").result.value().item() == 1);
  CHECK_THROWS_WITH(evaluate("x = 1; y = x" + many(300, "+x")), ContainsSubstring("more than 200 values"));
  CHECK_THROWS_WITH(evaluate("x = [0" + many(300, ",1") + "]; sum(x)"), ContainsSubstring("numbers are too many"));
  CHECK_THROWS_WITH(evaluate("x = [0" + many(8, ",1") + "]; a = [x,x,x,x,x,x,x,x]; sum(a)"),
                    ContainsSubstring("the shape [8,9] is too large"));
  CHECK_THROWS_WITH(evaluate(many(5000, " ")), ContainsSubstring("more than 4000 characters"));
}

TEST_CASE("no text does anything but give a result or be refused") {
  std::mt19937 random(7);
  const std::vector<std::string> parts = {"x",    "y",    "=",     ";",      "\n",          "(",
                                          ")",    "[",    "]",     ",",      "+",           "-",
                                          "*",    "/",    "@",     "^",      "1",           "2",
                                          ".5",   "1e38", "tanh(", "log(",   "sum(",        "cross_entropy(",
                                          "\x01", "\xff", " ",     "x = 2;", "y = [1, 2];", "transpose("};
  int computed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = expression_presets()[random() % 4].text;
    for (int k = int(random() % 3); k >= 0; --k)
      text.replace(random() % text.size(), random() % 3, parts[random() % parts.size()]);
    try {
      const Walkthrough walk = walk_through(text);
      for (int step = 0; step <= walk.steps; ++step) CHECK_FALSE(walk.happening(step).empty());
      ++computed;
    } catch (const InputError&) {
    }
  }
  CHECK(computed > 100);
}

TEST_CASE("every operation of the language has its rule in words, and a fresh window shows the first preset") {
  for (const char* text : {"x = 1; y = -(x+2-x)*x/3", "x = 1; gelu(silu(softplus(sigmoid(relu(log(exp(sqrt(x))))))))",
                           "x = [1, 2]; A = [[1, 2], [3, 4]]; cross_entropy(log_softmax(softmax(transpose(A) @ A @ (A "
                           "@ [x, x])) ), [0, 1])",
                           "x = [1, 2]; A = [[1, 2], [3, 4]]; cross_entropy(A @ x, 1) + mean(x)"}) {
    CAPTURE(text);
    for (const Walkthrough::Value& value : walk_through(text).values)
      if (value.computed > 0) CHECK_FALSE(std::string(backward_rule(value.op)).empty());
  }
  CHECK(AppState().expression == expression_presets()[0].text);
}

TEST_CASE("every use of a number by a number is the gradient that comes in times its local derivative") {
  const Walkthrough walk = walk_through("x = 2; w = 0.5; b = -0.4\ny = tanh(w*x + b)");
  std::map<std::string, double> local;
  for (const Walkthrough::Use& use : walk.uses) {
    REQUIRE(use.local);
    CHECK(*use.incoming * *use.local == Approx(use.grad.item()));
    local[walk.values[use.from].label + " in " + walk.values[use.to].label] = *use.local;
  }
  CHECK(local["w in mul #1"] == Approx(2));
  CHECK(local["x in mul #1"] == Approx(0.5));
  CHECK(local["b in add #2"] == Approx(1));
  CHECK(local["add #2 in y"] == Approx(1 - std::tanh(0.6) * std::tanh(0.6)));
  CHECK_FALSE(walk_through("v = [1, 2]\ny = sum(v)").uses.front().local);  // of a row of numbers
}
