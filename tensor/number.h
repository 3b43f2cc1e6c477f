#pragma once
// Numbers from text. Only finite decimal numbers are taken (not nan, inf, 1e999, 0x10, or digits with letters after
// them), and that in options, configuration files, scenes, expressions and metadata alike.

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <type_traits>

namespace tinymor {

/// Takes off the decimal number that `text` begins with. Returns nothing, and leaves `text` as it was, when there is
/// none or `Number` cannot hold it. The same in every locale.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  Number value{};
  const auto [end, error] = std::from_chars(text.data() + plus, text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) return std::nullopt;
  }
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

/// The whole of `text` as a number; nothing when it is not one.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  const std::optional<Number> value = take_number<Number>(text);
  return text.empty() ? value : std::nullopt;
}

}  // namespace tinymor
