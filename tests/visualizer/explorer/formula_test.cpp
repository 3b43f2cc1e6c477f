// The formulas of gradients in the autograd explorer: what is written is what was computed.

#include "visualizer/explorer/formula.h"

#include <set>

#include "support/catch.h"
#include "visualizer/explorer/expression_functions.h"

using namespace tinymor;

namespace {

/// What a text without named values computes.
std::vector<Real> computed(const std::string& numbers) {
  return evaluate("zero = 0\nzero + (" + numbers + ")").result.value().to_vector();
}

/// Every operation of the language, with numbers of both signs, vectors, matrices, and shapes that are repeated.
const char* const texts[] = {
    "x = -1.5; y = -(x+2-x)*x/3",
    "a = 0.5; b = -3; c = a - b; y = c / b * -a",
    "x = 0.7; y = gelu(silu(softplus(sigmoid(relu(log(exp(sqrt(x))))))))",
    "x = -0.7; y = gelu(x) * silu(x) - softplus(x) + tanh(x) * sigmoid(x) + relu(x)",
    "z = [2, 1, -1]; loss = -sum(log(softmax(z)) * [0, 1, 0])",
    "z = [2, 1, -1]; loss = mean(log_softmax(z) * z)",
    "Z = [[1, 2, 3], [0, -1, .5]]; W = [[1, -1, 2], [2, 0, 1]]; sum(softmax(Z) * W) + sum(log_softmax(Z) * W)",
    "Z = [[1, 2, 3], [0, -1, .5]]; cross_entropy(Z, [1, 2])",
    "z = [1, 2, 3]; cross_entropy(z, 0)",
    "W = [[1, 2], [3, -4]]; v = [1, 0.5]; sum(relu(W @ v) * [0.5, -2])",
    "A = [[1, 2], [3, -4], [0.5, 6]]; B = [[1, 0], [-2, 1]]; sum((A @ B) * (A @ B))",
    "A = [[1, 2, 3], [3, -4, 1]]; r = [1, -2, 3]; c = [[2], [-1]]; s = 0.5; sum(A * r + A / c - s * A)",
    "A = [[1, 2, 3], [3, -4, 1]]; sum(transpose(A) @ A)",
    "x = 3; y = 2; sum([x, y, x] * [1, -2, 3])",
    "w = 0.9; x = 1.5; h1 = tanh(w*x); h2 = tanh(w*h1); h3 = tanh(w*h2); h4 = tanh(w*h3); h5 = tanh(w*h4); tanh(w*h5)",
};

const char* const tied_six_times =
    "x = 1.5; w = 0.8\nh1 = tanh(w*x); h2 = tanh(w*h1); h3 = tanh(w*h2)\n"
    "h4 = tanh(w*h3); h5 = tanh(w*h4); y = tanh(w*h5)";

int place(const Walkthrough& walk, const std::string& label) {
  for (size_t i = 0; i < walk.values.size(); ++i)
    if (walk.values[i].label == label) return int(i);
  return -1;
}

}  // namespace

TEST_CASE("the formula of every gradient, computed again from its text, is the gradient, for each operation offered") {
  std::set<std::string> met;
  for (const char* text : texts) {
    const Walkthrough walk = walk_through(text);
    for (const Walkthrough::Use& use : walk.uses) {
      if (use.step == 0) continue;
      const Walkthrough::Value& to = walk.values[size_t(use.to)];
      met.insert(to.op);
      const std::string numbers = contribution_in_numbers(walk, use, true);
      CAPTURE(text, to.label, numbers);
      const std::vector<Real> written = computed(numbers), flowed = use.grad.to_vector();
      REQUIRE(written.size() == flowed.size());
      for (size_t i = 0; i < written.size(); ++i) CHECK(written[i] == Approx(flowed[i]).epsilon(2e-4).margin(1e-5));
    }
  }
  // What the functions and operators of the language put onto the tape.
  std::string offered = "X = [[0.5, 2]]\ny = sum(-X - X + X * X / X) + sum(X @ transpose(X)) + sum(X @ [1, 2])";
  for (const Function& f : expression_functions())
    offered += std::string(" + sum(") + f.name + (f.of_two ? "(X, [1]))" : "(X))");
  for (const Walkthrough::Value& value : walk_through(offered).values) {
    CAPTURE(value.op);
    if (value.computed > 0) CHECK(met.contains(value.op));
  }
}

TEST_CASE("a formula names the values and then puts their numbers in") {
  const Walkthrough walk = walk_through("a = -2; b = 3; c = a * b; y = tanh(c / 4)");
  const auto sum = [&](const char* label) { return gradient_formula(walk, place(walk, label), walk.steps).sum; };
  CHECK(sum("a") == "\u2202y/\u2202a = \u2202y/\u2202c \u00b7 b = 0.04518 \u00b7 3 = 0.1355");
  CHECK(sum("b") == "\u2202y/\u2202b = \u2202y/\u2202c \u00b7 a = 0.04518 \u00b7 (-2) = -0.09035");
  CHECK(sum("div #2") ==
        "\u2202y/\u2202(div #2) = \u2202y/\u2202y \u00b7 (1 - y^2) = 1 \u00b7 (1 - (-0.9051)^2) = 0.1807");
  CHECK(sum("y") == "\u2202y/\u2202y = 1: backward begins here");
  CHECK_THAT(sum("4"), ContainsSubstring("4 is a constant"));
  CHECK_THAT(gradient_formula(walk, place(walk, "a"), walk.forward).sum, ContainsSubstring("no gradient has arrived"));
}

TEST_CASE("a weight that six recursions use has six contributions with their formulas, and their sum, in one place") {
  const Walkthrough walk = walk_through(tied_six_times);
  const int w = place(walk, "w");
  const GradientFormula all = gradient_formula(walk, w, walk.steps);
  REQUIRE(all.parts.size() == 6);
  double sum = 0;
  for (const Walkthrough::Use& use : walk.uses)
    if (use.from == w) sum += use.grad.item();
  CHECK(sum == Approx(walk.grad(w, walk.steps).item()));
  CHECK(all.sum == "\u2202y/\u2202w = 0.2505 + 0.2389 + 0.2206 + 0.1916 + 0.1447 + 0.06353 = " +
                       value_text(walk.grad(w, walk.steps)));
  CHECK_THAT(all.parts[0], ContainsSubstring("through mul #11: \u2202y/\u2202(mul #11) \u00b7 h5 = ") &&
                               ContainsSubstring(" = 0.2505"));
  const GradientFormula begun = gradient_formula(walk, w, walk.forward + 2);
  CHECK_THAT(begun.sum, ContainsSubstring("= 0.2505 + ..."));
  CHECK(begun.parts[1] == "through mul #9: not yet");
}

TEST_CASE("the letters of a rule are none of the names that the graph has") {
  CHECK(backward_rule("mul", {"a", "g"}) ==
        "How y = mul(b, c) hands on a gradient h: db = h \u00b7 c, dc = h \u00b7 b.");
  const Walkthrough walk = walk_through("a = 2; g = 3; x = 0.5\ny = tanh(a*g + x)");
  CHECK_THAT(walk.happening(walk.forward + 1),
             ContainsSubstring("How b = tanh(z) hands on a gradient h: dz = h \u00b7 (1 - b^2)."));
}

TEST_CASE("the rule of every operation is told in words") {
  CHECK(backward_rule("mul") == "How y = mul(a, b) hands on a gradient g: da = g \u00b7 b, db = g \u00b7 a.");
  CHECK(backward_rule("tanh") == "How y = tanh(x) hands on a gradient g: dx = g \u00b7 (1 - y^2).");
  CHECK(backward_rule("attention").empty());
}
