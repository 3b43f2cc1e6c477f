#pragma once
// What CLI11 takes for a number and people do not: nan and inf, 010 as eight, a number too large as the largest.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "tensor/cited.h"
#include "tensor/number.h"

namespace tinymor {

/// Makes `option` refuse what is not a finite number, not a whole one where that is asked for, or too large.
template <class Number>
void check_number(CLI::Option& option, const char* what) {
  option.transform(CLI::Validator(
      [what](std::string& text) {
        const auto value = parse_number<Number>(text);
        const std::string beyond = beyond_range<Number>(text);
        if (!beyond.empty()) return fmt::format("{} {}", shortened(text), beyond);
        if (!value) return fmt::format("{} is not a {}", cited(text), what);
        text = fmt::format("{}", *value);
        return std::string();
      },
      ""));
}

/// Does so for every option of `app` and of its subcommands that is a number. Call it when all of them are there.
inline void check_numbers(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();
    if (type.starts_with("FLOAT")) check_number<double>(*option, "number (as in 0.5)");
    if (type.starts_with("INT")) check_number<int64_t>(*option, "whole number (as in 10)");
    if (type.starts_with("UINT")) check_number<uint64_t>(*option, "whole number from 0 on (as in 10)");
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) check_numbers(*command);
}

}  // namespace tinymor
