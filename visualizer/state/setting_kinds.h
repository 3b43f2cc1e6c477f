#pragma once
// The kinds of settings that differ in nothing but the member of AppState they stand for: switches, numbers, words.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tensor/number.h"
#include "visualizer/state/setting_table.h"

namespace tinymor::setting_kinds {

/// A number within bounds, in a member that `at` finds.
template <class Number, class At>
SettingEntry number(const char* name, const char* values, Number low, Number high, At at) {
  return {{name, values},
          [=](const AppState& s, const Source&) { return fmt::format("{:g}", double(at(const_cast<AppState&>(s)))); },
          [=](AppState& s, const Source&, const std::string& value) {
            const std::optional<Number> parsed = parse_number<Number>(value);
            if (!parsed || !(*parsed >= low && *parsed <= high)) return false;
            at(s) = *parsed;
            return true;
          }};
}

/// One of a few words, in the order of the values they stand for, in a member, or in one that `at` finds.
template <class At>
SettingEntry choice(const char* name, const char* values, std::vector<std::string> words, At at) {
  using Field = std::remove_reference_t<std::invoke_result_t<At, AppState&>>;
  return {{name, values},
          [=](const AppState& s, const Source&) { return words.at(size_t(std::invoke(at, const_cast<AppState&>(s)))); },
          [=](AppState& s, const Source&, const std::string& value) {
            const auto found = std::find(words.begin(), words.end(), value);
            if (found == words.end()) return false;
            std::invoke(at, s) = Field(found - words.begin());
            return true;
          }};
}

template <class At>
SettingEntry flag(const char* name, At at) {
  return choice(name, "on or off", {"off", "on"}, at);
}

/// A name that is `known` in a member that `at` finds; "none" when it is empty.
template <class At>
SettingEntry name(const char* name, const char* values, At at, bool (*known)(const std::string&)) {
  return {{name, values},
          [=](const AppState& s, const Source&) {
            const std::string& text = at(const_cast<AppState&>(s));
            return text.empty() ? "none" : text;
          },
          [=](AppState& s, const Source&, const std::string& value) {
            if (value != "none" && !known(value)) return false;
            at(s) = value == "none" ? "" : value;
            return true;
          }};
}

/// Any text, with lines and with blanks at its ends, in a member that `at` finds.
template <class At>
SettingEntry text(const char* name, At at) {
  static constexpr std::string_view plain = "\n\\ \t\r", letters = "n\\str";
  return {{name, "a text; \\n is a new line, \\s a blank at its end"},
          [=](const AppState& s, const Source&) {
            const std::string& all = at(const_cast<AppState&>(s));
            std::string out;
            for (size_t i = 0; i < all.size(); ++i) {
              const size_t special = plain.find(all[i]);
              const bool kept = special < 2 || i == 0 || i + 1 == all.size();
              out += special < plain.size() && kept ? std::string{'\\', letters[special]} : std::string(1, all[i]);
            }
            return out;
          },
          [=](AppState& s, const Source&, const std::string& value) {
            at(s).clear();
            for (size_t i = 0; i < value.size(); ++i) {
              const size_t letter =
                  value[i] == '\\' && i + 1 < value.size() ? letters.find(value[i + 1]) : std::string_view::npos;
              at(s) += letter < plain.size() ? plain[letter] : value[i];
              i += letter < plain.size();
            }
            return true;
          }};
}

}  // namespace tinymor::setting_kinds
