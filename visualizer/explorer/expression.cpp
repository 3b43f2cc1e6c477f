#include "visualizer/explorer/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/number.h"
#include "visualizer/explorer/expression_functions.h"

namespace tinymor {
namespace {

constexpr size_t most_bytes = 4000;
constexpr int most_values = 200, most_numbers = 64, most_literals = 256, most_nested = 40, largest_power = 8;

std::string function_names() {
  std::string names;
  for (const Function& f : expression_functions()) names += (names.empty() ? "" : ", ") + std::string(f.name);
  return names;
}

/// Recursive descent: a function for each level of precedence, each of which computes what it has read.
class Parser {
 public:
  Parser(const std::string& text, const std::map<std::string, Tensor>& instead) : instead_(instead) {
    made_.text = text;
  }

  Expression run() {
    if (made_.text.size() > most_bytes) fail(0, fmt::format("more than {} characters are too many", most_bytes));
    const KeepValues keep;
    for (skip_separators(); at_ < made_.text.size(); skip_separators()) statement();
    if (!made_.result.defined() || !made_.result.requires_grad() || made_.result.is_leaf())
      fail(at_, "nothing is computed from a named value (end with an operation on one, such as y = x*x)");
    return std::move(made_);
  }

 private:
  [[noreturn]] void fail(size_t at, const std::string& what) const {
    const std::string& text = made_.text;
    std::string near = text.substr(std::min(at, text.size()), 12);
    near = near.substr(0, near.find('\n'));
    for (char& c : near) c = c < 32 || c > 126 ? '?' : c;
    const auto line = 1 + std::count(text.begin(), text.begin() + ptrdiff_t(std::min(at, text.size())), '\n');
    throw InputError(
        fmt::format("line {}, {}: {}", line, near.empty() ? "at its end" : fmt::format("at \"{}\"", near), what));
  }

  void skip_blanks() {
    while (at_ < made_.text.size() && std::strchr(nested_ > 0 ? " \t\r\n" : " \t\r", made_.text[at_])) ++at_;
  }
  void skip_separators() {
    while (at_ < made_.text.size() && std::strchr(" \t\r\n;", made_.text[at_])) ++at_;
  }
  /// The next character that is not a blank, or 0 at the end.
  char peek() {
    skip_blanks();
    return at_ < made_.text.size() ? made_.text[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(at_, fmt::format("expected {}", c));
  }
  static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
  static bool digit(char c) { return c >= '0' && c <= '9'; }
  std::string word() {
    const size_t begin = at_;
    while (at_ < made_.text.size() && (letter(made_.text[at_]) || digit(made_.text[at_]))) ++at_;
    return made_.text.substr(begin, at_ - begin);
  }

  /// One more value. What autograd refuses is said with its place in the text.
  template <class Make>
  Variable value(size_t at, Make make) {
    if (++values_ > most_values) fail(at, fmt::format("more than {} values are too many to look at", most_values));
    Variable made;
    try {
      made = make();
    } catch (const InputError&) {
      throw;
    } catch (const Error& error) {
      fail(at, error.what());
    }
    if (made.value().count() > most_numbers || made.rank() > 2)
      fail(at, fmt::format("the shape {} is too large to look at (two axes and {} numbers at most)", made.shape(),
                           most_numbers));
    return made;
  }

  /// Inside brackets lines may be broken; hostile text must not exhaust the stack.
  struct Nested {
    explicit Nested(Parser& parser) : depth(parser.nested_) {
      if (depth >= most_nested) parser.fail(parser.at_, "brackets are nested too deeply");
      ++depth;
    }
    ~Nested() { --depth; }
    int& depth;
  };

  void statement() {
    const size_t begin = at_;
    std::string name = letter(peek()) ? word() : "";
    if (name.empty() || !accept('=')) {
      at_ = begin;
      made_.result = operations(0);
      if (skip_separators(); at_ < made_.text.size()) fail(begin, "only the last value goes without a name (y = ...)");
      return;
    }
    if (names_.contains(name)) fail(begin, fmt::format("{} is there already (choose another name)", name));
    skip_blanks();
    const size_t from = at_;
    Variable made = operations(0);
    size_t end = at_;
    while (end > from && std::strchr(" \t\r", made_.text[end - 1])) --end;
    if (!made.requires_grad()) {
      const auto other = instead_.find(name);
      made = Variable::parameter(other == instead_.end() ? made.value() : other->second, name);
      made_.leaves.push_back({made, from, end});
    } else if (made.name().empty()) {
      made.set_name(name);
    }
    names_[name] = made_.result = made;
    if (peek() != ';' && peek() != '\n' && peek() != '\0') fail(at_, "expected an operator, a semicolon or a new line");
  }

  /// Level 0: sums of products; 1: products of signed values. Operations of one level go from left to right.
  Variable operations(int level) {
    const auto operand = [&] { return level == 0 ? operations(1) : signed_value(); };
    Variable left = operand();
    while (peek() != '\0' && std::strchr(level == 0 ? "+-" : "*/@", peek())) {
      const size_t at = at_++;
      const Variable right = operand();
      left = value(at, [&] { return apply(made_.text[at], left, right); });
    }
    return left;
  }

  static Variable apply(char op, const Variable& a, const Variable& b) {
    switch (op) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        return a / b;
      default:
        return matrix_product(a, b);
    }
  }

  const Variable& noted(const Variable& made, const Tensor& beside) {
    if (made.requires_grad()) made_.beside[made.node().get()] = beside;
    return made;
  }

  Variable signed_value() {
    skip_blanks();
    const size_t at = at_;
    bool minus = false;
    while (accept('-')) minus = !minus;
    const Variable x = power();
    return minus ? value(at, [&] { return noted(scale(x, -1), Tensor(-1)); }) : x;
  }

  Variable power() {
    const Variable x = atom();
    if (!accept('^')) return x;
    skip_blanks();
    const size_t at = at_;
    const float exponent = digit(peek()) ? number() : 0;
    if (!(exponent >= 1 && exponent <= largest_power && exponent == std::floor(exponent)))
      fail(at, fmt::format("a power is a whole number from 1 to {}", largest_power));
    Variable y = x;
    for (int i = 1; i < int(exponent); ++i) y = value(at, [&] { return y * x; });
    return y;
  }

  float number() {
    std::string_view rest = std::string_view(made_.text).substr(at_);
    const std::optional<float> parsed = take_number<float>(rest);
    if (!parsed) fail(at_, "this is not a number that a float can hold");
    if (++literals_ > most_literals) fail(at_, fmt::format("more than {} numbers are too many", most_literals));
    at_ = made_.text.size() - rest.size();
    return *parsed;
  }

  /// The rest of [1, 2] after its first bracket; a matrix is a vector of vectors.
  Variable brackets(size_t at) {
    const Nested nested(*this);
    const std::vector<Variable> parts = list(']');
    return value(at, [&] { return stack(parts, 0); });
  }

  /// Values up to a closing bracket.
  std::vector<Variable> list(char close) {
    std::vector<Variable> parts;
    do parts.push_back(operations(0));
    while (accept(','));
    expect(close);
    return parts;
  }

  Variable atom() {
    const char c = peek();
    const size_t at = at_;
    if (digit(c) || c == '.') return Tensor(number());
    if (accept('[')) return brackets(at);
    if (accept('(')) {
      const Nested nested(*this);
      const Variable inner = operations(0);
      expect(')');
      return inner;
    }
    if (!letter(c)) fail(at, "expected a value");
    const std::string name = word();
    if (accept('(')) return call(at, name);
    const auto known = names_.find(name);
    if (known == names_.end()) fail(at, fmt::format("nothing is called {} yet (write {} = 1 before)", name, name));
    return known->second;
  }

  Variable call(size_t at, const std::string& name) {
    const Nested nested(*this);
    const auto all = expression_functions();
    const auto f = std::find_if(all.begin(), all.end(), [&](const Function& known) { return known.name == name; });
    if (f == all.end()) fail(at, fmt::format("there is no function {} (choose one of {})", name, function_names()));
    const std::vector<Variable> arguments = list(')');
    const size_t wanted = f->of_one ? 1 : 2;
    if (arguments.size() != wanted)
      fail(at, fmt::format("{} takes {} value{}, not {}", name, wanted, wanted > 1 ? "s" : "", arguments.size()));
    return value(at, [&] {
      const Variable made = f->of_one ? f->of_one(arguments[0]) : f->of_two(arguments[0], arguments[1]);
      return f->beside ? noted(made, f->beside(arguments)) : made;
    });
  }

  Expression made_;
  const std::map<std::string, Tensor>& instead_;
  std::map<std::string, Variable> names_;
  size_t at_ = 0;
  int values_ = 0, literals_ = 0, nested_ = 0;
};

}  // namespace

Expression evaluate(const std::string& text, const std::map<std::string, Tensor>& instead) {
  return Parser(text, instead).run();
}

std::string with_value(const Expression& expression, const Expression::Leaf& leaf, const Tensor& value) {
  std::string text = expression.text;
  return text.replace(leaf.begin, leaf.end - leaf.begin, value_text(value, true));
}

std::string value_text(const Tensor& value, bool full) {
  // Adding 0 makes 0 of -0. Vectors have less room for digits.
  if (value.rank() == 0) return full ? fmt::format("{}", value.item()) : fmt::format("{:.4g}", value.item() + 0);
  std::string text;
  for (int64_t i = 0; i < value.dim(0); ++i) {
    const Tensor part = value.select(0, i);
    text += i > 0 ? ", " : "";
    text += full || part.rank() > 0 ? value_text(part, full) : fmt::format("{:.3g}", part.item() + 0);
  }
  return "[" + text + "]";
}

}  // namespace tinymor
