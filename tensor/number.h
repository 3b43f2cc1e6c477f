#pragma once
// Numbers from text. Only finite decimal numbers are accepted (not nan, inf, 1e999, 0x10, or digits followed by
// letters), in options, configuration files, scenes, expressions and metadata alike.

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace tinymor {

/// Removes the decimal number that `text` begins with and returns it. Returns nothing, and leaves `text` as it was,
/// when there is no number or `Number` cannot hold it. The same in every locale.
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

/// What is wrong with a `text` that is a number which `Number` cannot hold: "is too large (give at most 127)".
/// Empty for any other text.
template <class Number>
std::string beyond_range(std::string_view text) {
  using Limits = std::numeric_limits<Number>;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc::result_out_of_range || end != text.data() + text.size()) return "";
  if (std::is_floating_point_v<Number> && std::abs(std::strtod(std::string(text).c_str(), nullptr)) < 1)
    return "is too close to 0 (give 0)";
  if (text[0] == '-') return fmt::format("is too small (give at least {})", Limits::lowest());
  return fmt::format("is too large (give at most {})", Limits::max());
}

}  // namespace tinymor
