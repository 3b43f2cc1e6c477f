#include "visualizer/explorer/formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "tensor/ops.h"

namespace tinymor {
namespace {

/// The gradients of an operation's first and second input. In braces: g, the gradient of its result y; its inputs a and
/// b; and what is worked out from a: `step` is 1 where a is above 0, s its sigmoid, P and p the normal distribution and
/// its density there, `ones` a 1 for each of its numbers. A column and a row are vectors as matrices; k is what is
/// beside the operation, and `hot` has a 1 at each target.
struct Rule {
  const char* op;
  const char *first, *second = "";
};
constexpr Rule rules[] = {{"add", "{g}", "{g}"},
                          {"sub", "{g}", "-{g}"},
                          {"mul", "{g} * {b}", "{g} * {a}"},
                          {"div", "{g} / {b}", "-{g} * {y} / {b}"},
                          {"scale", "{g} * {k}"},
                          {"exp", "{g} * {y}"},
                          {"log", "{g} / {a}"},
                          {"sqrt", "{g} / (2 * {y})"},
                          {"relu", "{g} * {step}"},
                          {"gelu", "{g} * ({P} + {a} * {p})"},
                          {"sigmoid", "{g} * {y} * (1 - {y})"},
                          {"silu", "{g} * {s} * (1 + {a} * (1 - {s}))"},
                          {"tanh", "{g} * (1 - {y}^2)"},
                          {"softplus", "{g} * {s}"},
                          {"softmax", "{y} * ({g} - sum({g} * {y}))"},
                          {"softmax of rows", "{y} * ({g} - ({g} * {y}) @ {sums})"},
                          {"log_softmax", "{g} - softmax({a}) * sum({g})"},
                          {"log_softmax of rows", "{g} - softmax({a}) * ({g} @ {sums})"},
                          {"sum", "{g} * {ones}"},
                          {"matmul", "{g} @ transpose({b})", "transpose({a}) @ {g}"},
                          {"linear", "transpose({b}) @ {g}", "{g column} @ {a row}"},
                          {"cross_entropy", "{g} * (softmax({a}) - {hot}) / {rows}"},
                          {"reshape", "{g reshaped}"},
                          {"concat", "{g part}"},
                          {"permute", "transpose({g})"}};

const Rule* rule_of(const std::string& op, bool of_rows) {
  const Rule* found = nullptr;
  for (const Rule& rule : rules) {
    if (op == rule.op && !found) found = &rule;
    if (of_rows && op + " of rows" == rule.op) found = &rule;
  }
  return found;
}

/// The pattern with what `text` says for each name in braces.
std::string filled(std::string_view pattern, const std::function<std::string(std::string_view)>& text) {
  std::string out;
  while (!pattern.empty()) {
    const size_t open = std::min(pattern.find('{'), pattern.size());
    out += pattern.substr(0, open);
    pattern.remove_prefix(open);
    if (pattern.empty()) break;
    const size_t close = pattern.find('}');
    out += text(pattern.substr(1, close - 1));
    pattern.remove_prefix(close + 1);
  }
  return out;
}

/// `first`, or the next letter in the alphabet that is not taken; it is taken then.
std::string free_letter(char first, std::set<std::string>& taken) {
  constexpr int letters = 26;
  for (int i = 0; i < letters; ++i)
    if (std::string letter(1, char('a' + (first - 'a' + i) % letters)); taken.insert(letter).second) return letter;
  return std::string(1, first);
}

/// One use, and all that the rule of its operation may ask for.
struct Link {
  const Walkthrough& walk;
  const Walkthrough::Use& use;
  std::vector<const Walkthrough::Use*> inputs;  ///< Of the result, in the order of its arguments.

  Link(const Walkthrough& w, const Walkthrough::Use& u) : walk(w), use(u) {
    for (const Walkthrough::Use& other : w.uses)
      if (other.to == u.to) inputs.push_back(&other);
  }
  const Walkthrough::Value& result() const { return walk.values[size_t(use.to)]; }
  const Walkthrough::Value& input(size_t i) const { return walk.values[size_t(inputs[i]->from)]; }
  const Tensor& g() const { return result().gathered.back().grad; }
  size_t place() const { return size_t(std::find(inputs.begin(), inputs.end(), &use) - inputs.begin()); }
  const char* pattern() const {
    const Rule* rule = rule_of(result().op, result().value.rank() == 2);
    if (!rule) return "";
    return place() == 0 || result().op == "concat" ? rule->first : rule->second;
  }
};

Tensor each(const Tensor& x, double (*f)(double)) {
  Tensor y = x.clone();
  Real* numbers = y.mutable_data();
  for (int64_t i = 0; i < y.count(); ++i) numbers[i] = Real(f(double(numbers[i])));
  return y;
}

double step_at(double x) {
  return x > 0;
}
double sigmoid_at(double x) {
  return 1 / (1 + std::exp(-x));
}
double normal_at(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}
double density_at(double x) {
  return std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
}

Tensor one_hot(const Tensor& targets, const Shape& shape) {
  Tensor hot = Tensor::zeros(shape);
  const std::vector<Real> ids = targets.to_vector();
  for (size_t row = 0; row < ids.size(); ++row) hot.mutable_data()[int64_t(row) * shape[-1] + int64_t(ids[row])] = 1;
  return hot;
}

/// Which numbers the name in a rule means.
Tensor numbers_of(const Link& link, std::string_view name) {
  const Tensor &g = link.g(), &a = link.input(0).value;
  if (name == "g") return g;
  if (name == "y") return link.result().value;
  if (name == "a") return a;
  if (name == "b") return link.input(1).value;
  if (name == "k") return link.result().beside;
  if (name == "step") return each(a, step_at);
  if (name == "s") return each(a, sigmoid_at);
  if (name == "P") return each(a, normal_at);
  if (name == "p") return each(a, density_at);
  if (name == "ones") return Tensor::ones(a.shape());
  if (name == "sums") return Tensor::ones({a.dim(-1), 1});
  if (name == "rows") return Tensor(Real(a.dim(0)));
  if (name == "hot") return one_hot(link.result().beside, a.shape());
  if (name == "g column") return g.reshape({-1, 1});
  if (name == "a row") return a.reshape({1, -1});
  return link.use.grad;  // g as the input has it, or its part of it
}

/// As a factor: the language would take a minus for one of the whole product.
std::string bracketed(const Tensor& numbers, bool full) {
  const std::string text = value_text(numbers, full);
  return text.starts_with('-') ? "(" + text + ")" : text;
}

/// "mul #1" is two words, and must look like one name.
std::string name_of(const Walkthrough::Value& value) {
  return value.label.find('#') == std::string::npos ? value.label : "(" + value.label + ")";
}

std::string gradient_name(const Walkthrough& walk, const Walkthrough::Value& value) {
  return fmt::format("\u2202{}/\u2202{}", name_of(walk.values.back()), name_of(value));
}

std::string symbol_of(const Link& link, std::string_view name) {
  const std::string a = name_of(link.input(0));
  if (name.starts_with('g')) return gradient_name(link.walk, link.result());
  if (name == "y") return name_of(link.result());
  if (name == "a") return a;
  if (name == "b") return name_of(link.input(1));
  if (name == "step") return "(" + a + " > 0)";
  if (name == "s") return "sigmoid(" + a + ")";
  if (name == "P") return "\u03a6(" + a + ")";
  if (name == "p") return "\u03c6(" + a + ")";
  if (name == "hot") return "onehot";
  if (name == "a row") return "transpose(" + a + ")";
  return value_text(numbers_of(link, name));
}

bool is_elementwise(const std::string& op) {
  return op == "add" || op == "sub" || op == "mul" || op == "div";
}

/// Adds up what a number that was repeated to fit the other input receives at each place.
std::string gathered(const Link& link, const std::string& text) {
  const Shape &from = link.use.grad.shape(), &to = link.result().value.shape();
  if (!is_elementwise(link.result().op) || link.use.grad.count() == link.result().value.count()) return text;
  if (link.use.grad.count() == 1) return "sum(" + text + ")";
  const bool over_rows = from[-1] == to[-1];
  const std::string ones = value_text(Tensor::ones({over_rows ? to[0] : to[1]}));
  return over_rows ? fmt::format("transpose({}) @ {}", text, ones) : fmt::format("({}) @ {}", text, ones);
}

/// Without the brackets around a negative number that it begins with.
std::string without_first_brackets(std::string text) {
  const size_t close = text.find(')');
  if (!text.starts_with("(-") || text.find_first_of("( ", 1) < close) return text;
  if (close + 1 < text.size() && text[close + 1] != ' ') return text;
  return text.substr(1, close - 1) + text.substr(close + 1);
}

/// As it is shown: with dots for products.
std::string with_dots(std::string text) {
  for (size_t at = 0; (at = text.find(" * ", at)) != std::string::npos;) text.replace(at, 3, " \u00b7 ");
  return text;
}

std::string contribution(const Walkthrough& walk, const Walkthrough::Use& use) {
  const std::string names = contribution_in_names(walk, use), numbers = contribution_in_numbers(walk, use);
  const std::string result = value_text(use.grad);
  return with_dots(names + " = " + (numbers == result ? "" : numbers + " = ") + result);
}

}  // namespace

std::string contribution_in_names(const Walkthrough& walk, const Walkthrough::Use& use) {
  const Link link(walk, use);
  const std::string text = filled(link.pattern(), [&](std::string_view name) { return symbol_of(link, name); });
  const bool repeated = is_elementwise(link.result().op) && use.grad.count() != link.result().value.count();
  return repeated ? "sum(" + text + ")" : text;
}

std::string contribution_in_numbers(const Walkthrough& walk, const Walkthrough::Use& use, bool full) {
  const Link link(walk, use);
  const auto numbers = [&](std::string_view name) { return bracketed(numbers_of(link, name), full); };
  return without_first_brackets(gathered(link, filled(link.pattern(), numbers)));
}

GradientFormula gradient_formula(const Walkthrough& walk, int value, int step) {
  const Walkthrough::Value& of = walk.values[size_t(value)];
  if (of.op == "constant") return {of.label + " is a constant: no gradient flows to it"};
  const std::string name = gradient_name(walk, of);
  const std::string known = walk.grad_text(value, step);
  if (value + 1 == int(walk.values.size()) && !known.empty()) return {name + " = 1: backward begins here"};
  GradientFormula out{known.empty() ? name + ": no gradient has arrived yet" : name + " = " + known};
  std::vector<const Walkthrough::Use*> uses;  // as backward visits them
  for (auto use = walk.uses.rbegin(); use != walk.uses.rend(); ++use)
    if (use->from == value && use->step > 0) uses.push_back(&*use);
  if (uses.size() == 1 && uses[0]->step <= step) out.sum = name + " = " + contribution(walk, *uses[0]);
  if (uses.size() < 2) return out;
  for (const Walkthrough::Use* use : uses)
    out.parts.push_back("through " + walk.values[size_t(use->to)].label + ": " +
                        (use->step <= step ? contribution(walk, *use) : "not yet"));
  return out;
}

std::string backward_rule(const std::string& op, std::set<std::string> taken) {
  const Rule* rule = rule_of(op, false);
  if (!rule) return "";
  const bool two = *rule->second;
  const std::string g = free_letter('g', taken), a = free_letter(two ? 'a' : 'x', taken),
                    b = two ? free_letter('b', taken) : "", y = free_letter('y', taken);
  const auto words = [&](std::string_view name) -> std::string {
    if (name == "g" || name == "g column") return g;
    if (name == "a") return a;
    if (name == "b") return b;
    if (name == "y") return y;
    if (name == "hot") return "onehot(targets)";
    if (name == "k") return "factor";
    if (name == "step") return "(" + a + " > 0)";
    if (name == "s") return "sigmoid(" + a + ")";
    if (name == "P") return "\u03a6(" + a + ")";
    if (name == "p") return "\u03c6(" + a + ")";
    if (name == "ones") return "1 for each number of " + a;
    if (name == "a row") return "transpose(" + a + ")";
    if (name == "g reshaped") return g + " in the shape of " + a;
    if (name == "g part") return fmt::format("the part of {} that is {}'s", g, a);
    return std::string(name);
  };
  const std::string inputs = two ? a + ", " + b : a;
  std::string out = fmt::format("How {} = {}({}) hands on a gradient {}: d{} = ", y, op, inputs, g, a);
  out += with_dots(filled(rule->first, words));
  if (two) out += fmt::format(", d{} = ", b) + with_dots(filled(rule->second, words));
  return out + ".";
}

}  // namespace tinymor
