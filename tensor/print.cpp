// Printing tensors as NumPy does with set_printoptions(precision=4).

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string_view>

#include "tensor/tensor.h"

namespace tinymor {
namespace {

constexpr size_t line_width = 75;
constexpr int64_t shown_whole = 1000, edge = 3;
constexpr size_t digits = 4;

/// The indices along an axis that are shown; -1 means that some are left out.
std::vector<int64_t> shown_indices(int64_t extent, bool cut) {
  std::vector<int64_t> shown;
  for (int64_t i = 0; i < extent; ++i) {
    if (!cut || extent <= 2 * edge || i < edge || i >= extent - edge)
      shown.push_back(i);
    else if (i == edge)
      shown.push_back(-1);
  }
  return shown;
}

/// Numbers in columns: all texts have the same width.
class Columns {
 public:
  explicit Columns(const std::vector<int32_t>& numbers) {
    for (int32_t number : numbers) texts_.push_back(fmt::format("{}", number));
    align_right();
  }

  explicit Columns(const std::vector<Real>& numbers) {
    Real least = INFINITY, most = 0;
    for (Real number : numbers) {
      if (number == 0 || !std::isfinite(number)) continue;
      least = std::min(least, std::abs(number));
      most = std::max(most, std::abs(number));
    }
    if (most >= Real(1e8) || (most > 0 && (least < Real(1e-4) || most / least > 1000)))
      scientific(numbers);
    else
      positional(numbers);
    align_right();
  }

  const std::string& operator[](size_t i) const { return texts_[i]; }

 private:
  /// "1.5", "2.  ": the points below each other.
  void positional(const std::vector<Real>& numbers) {
    size_t behind = 0;
    for (Real number : numbers) {
      texts_.push_back(short_text(number));
      if (std::isfinite(number)) behind = std::max(behind, texts_.back().size() - texts_.back().find('.'));
    }
    for (std::string& text : texts_)
      if (const size_t point = text.find('.'); point != text.npos) text.resize(point + behind, ' ');
  }

  /// The fewest digits that tell the number from its neighbours, but no more than `digits` after the point.
  static std::string short_text(Real number) {
    if (!std::isfinite(number)) return fmt::format("{}", number);
    std::array<char, 64> text;
    char* const end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr;
    const std::string_view whole(text.data(), size_t(end - text.data()));
    const size_t point = std::min(whole.find('.'), whole.size());
    if (whole.size() <= point + 1 + digits) return std::string(whole) + (point == whole.size() ? "." : "");
    std::string cut = fmt::format("{:.{}f}", number, digits);
    return cut.erase(cut.find_last_not_of('0') + 1);
  }

  /// "1.50e+08": as many digits in each as the one with the most needs.
  void scientific(const std::vector<Real>& numbers) {
    int needed = 0;
    for (Real number : numbers) {
      std::string mantissa = fmt::format("{:.{}e}", number, digits);
      if (!std::isfinite(number)) continue;
      mantissa.resize(mantissa.find('e'));
      needed = std::max(needed, int(mantissa.find_last_not_of('0') - mantissa.find('.')));
    }
    for (Real number : numbers)
      texts_.push_back(std::isfinite(number) ? fmt::format("{:#.{}e}", number, needed) : fmt::format("{}", number));
  }

  void align_right() {
    size_t width = 0;
    for (const std::string& text : texts_) width = std::max(width, text.size());
    for (std::string& text : texts_) text.insert(0, width - text.size(), ' ');
  }

  std::vector<std::string> texts_;
};

/// The elements of x that are shown, in order.
template <class T>
void gather(const BasicTensor<T>& x, bool cut, std::vector<T>& numbers) {
  if (x.rank() == 0) return numbers.push_back(x.item());
  for (int64_t i : shown_indices(x.dim(0), cut))
    if (i >= 0) gather(x.select(0, i), cut, numbers);
}

/// Writes x, whose first number is columns[next], with every line after the first indented by `indent` columns.
template <class T>
std::string bracketed(const BasicTensor<T>& x, bool cut, const Columns& columns, size_t& next, size_t indent) {
  if (x.rank() == 0) return columns[next++];
  const std::string margin(indent, ' ');
  std::string text, line;
  bool first = true;
  for (int64_t i : shown_indices(x.dim(0), cut)) {
    const std::string part = i < 0 ? "..." : bracketed(x.select(0, i), cut, columns, next, indent + 1);
    if (x.rank() > 1) {
      text += (first ? "" : std::string(size_t(x.rank() - 1), '\n') + margin) + part;
    } else if (!first &&
               indent + line.size() + 1 + part.size() + indent > line_width) {  // that many brackets may close it
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n" + margin;
      line = part;
    } else {
      line += (first ? "" : " ") + part;
    }
    first = false;
  }
  return "[" + text + line + "]";
}

template <class T>
std::string printed(const BasicTensor<T>& x) {
  if (!x.defined()) return "undefined";
  if (x.rank() == 0) return fmt::format("{}", x.item());
  if (x.count() == 0) return "[]";
  const bool cut = x.count() > shown_whole;
  std::vector<T> numbers;
  gather(x, cut, numbers);
  size_t next = 0;
  return bracketed(x, cut, Columns(numbers), next, 1);
}

}  // namespace

std::string to_string(const Tensor& x) {
  return printed(x);
}
std::string to_string(const IntTensor& x) {
  return printed(x);
}
std::ostream& operator<<(std::ostream& out, const Tensor& x) {
  return out << printed(x);
}
std::ostream& operator<<(std::ostream& out, const IntTensor& x) {
  return out << printed(x);
}

}  // namespace tinymor
