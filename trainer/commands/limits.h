#pragma once
// Bounds of what is given on the command line, said in the words of every other message.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string>

namespace tinymor {

/// Refuses numbers below `low`.
inline CLI::Validator at_least(double low) {
  return CLI::Validator(
      [low](std::string& text) {
        return std::strtod(text.c_str(), nullptr) >= low
                   ? std::string()
                   : fmt::format("{} is out of range (give {} or more)", text, low);
      },
      fmt::format("{} or more", low));
}

/// Refuses numbers below `low` and above `high`.
inline CLI::Validator between(double low, double high) {
  return CLI::Validator(
      [low, high](std::string& text) {
        const double value = std::strtod(text.c_str(), nullptr);
        return value >= low && value <= high ? std::string()
                                             : fmt::format("{} is out of range (give {} to {})", text, low, high);
      },
      fmt::format("{} to {}", low, high));
}

/// Refuses an empty name, which is what an unset variable of a shell makes of --out "$RUN".
inline CLI::Validator not_empty() {
  return CLI::Validator(
      [](std::string& text) { return text.empty() ? std::string("is empty (give it a name)") : std::string(); }, "");
}

}  // namespace tinymor
