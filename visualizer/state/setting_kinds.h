#pragma once
// How a member of the state is written and read as text. A kind says in words which values there are, writes one, and
// reads one: it returns nothing for a text that is not a value, so that a refused text changes nothing.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/number.h"
#include "visualizer/draw/plot_math.h"

namespace tinymor::setting_kinds {

/// The pieces of `text` between the separators, without empty ones.
inline std::vector<std::string> parts(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// A number within bounds.
template <class Number>
struct Between {
  Number low, high;
  const char* meaning = "";  ///< What some of the values mean.

  std::string values() const { return fmt::format("{} to {}{}{}", low, high, *meaning ? "; " : "", meaning); }
  std::string text(Number value) const { return fmt::format("{}", value); }
  std::optional<Number> parse(const std::string& text) const {
    const std::optional<Number> value = parse_number<Number>(text);
    return value && *value >= low && *value <= high ? value : std::nullopt;
  }
};
// Older compilers cannot deduce the type of the number by themselves.
template <class Number>
Between(Number, Number) -> Between<Number>;
template <class Number>
Between(Number, Number, const char*) -> Between<Number>;

/// One of a few words, in the order of the values that they mean.
template <class Value = int>
struct OneOf {
  std::string_view words;  ///< With spaces between them.

  std::string values() const {
    const std::vector<std::string> all = parts(words, ' ');
    return fmt::format("{} or {}", fmt::join(all.begin(), all.end() - 1, ", "), all.back());
  }
  std::string text(Value value) const { return parts(words, ' ').at(size_t(value)); }
  std::optional<Value> parse(const std::string& text) const {
    const std::vector<std::string> all = parts(words, ' ');
    const auto found = std::find(all.begin(), all.end(), text);
    return found == all.end() ? std::nullopt : std::optional(Value(found - all.begin()));
  }
};

struct Switch : OneOf<bool> {
  Switch() : OneOf{"off on"} {}
};

/// The name of something that is `known`, in capitals or not; "none" where it is empty.
struct Name {
  std::string what;
  bool (*known)(const std::string&);

  std::string values() const { return what; }
  std::string text(const std::string& name) const { return name.empty() ? "none" : name; }
  std::optional<std::string> parse(const std::string& text) const {
    if (text == "none") return "";
    std::string small = text;
    for (char& c : small) c = char(std::tolower(static_cast<unsigned char>(c)));
    std::string capital = small;
    if (!capital.empty()) capital[0] = char(std::toupper(static_cast<unsigned char>(capital[0])));
    for (const std::string& spelled : {text, small, capital})
      if (known(spelled)) return spelled;
    return std::nullopt;
  }
};

/// Several names; `check` throws InputError for an unknown one.
struct Names {
  const char* what;
  char separator;
  void (*check)(std::string_view);

  std::string values() const { return what; }
  std::string text(const std::set<std::string>& names) const {
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, std::string(1, separator)));
  }
  std::optional<std::set<std::string>> parse(const std::string& text) const {
    if (text.empty()) return std::nullopt;
    std::set<std::string> names;
    for (const std::string& name : parts(text == "none" ? "" : text, separator)) {
      check(name);
      names.insert(name);
    }
    return names;
  }
};

/// Any text, with lines and with blanks at its ends.
struct Text {
  static constexpr std::string_view plain = "\n\\ \t\r", letters = "n\\str";

  std::string values() const { return "a text; \\n is a new line, \\s a blank at its end"; }
  std::string text(const std::string& all) const {
    std::string out;
    for (size_t i = 0; i < all.size(); ++i) {
      const size_t special = plain.find(all[i]);
      const bool kept = special < 2 || i == 0 || i + 1 == all.size();
      out += special < plain.size() && kept ? std::string{'\\', letters[special]} : std::string(1, all[i]);
    }
    return out;
  }
  std::optional<std::string> parse(const std::string& text) const {
    std::string all;
    for (size_t i = 0; i < text.size(); ++i) {
      const size_t letter = text[i] == '\\' && i + 1 < text.size() ? letters.find(text[i + 1]) : letters.npos;
      all += letter < plain.size() ? plain[letter] : text[i];
      i += letter < plain.size();
    }
    return all;
  }
};

/// Two numbers that are not negative, the smaller one first.
template <class Number>
std::optional<std::pair<Number, Number>> parse_range(const std::string& text) {
  const size_t space = std::min(text.find(' '), text.size());
  const std::optional<Number> first = parse_number<Number>(text.substr(0, space));
  const std::optional<Number> last = parse_number<Number>(text.substr(std::min(space + 1, text.size())));
  if (!first || !last || *first < 0 || *last < *first) return std::nullopt;
  return std::pair(*first, *last);
}

/// The visible part of something long.
struct Part {
  std::string values() const { return "two shares of the whole, 0 to 1, or all"; }
  std::string text(const Zoom& zoom) const {
    return zoom.width() >= 1 ? "all" : fmt::format("{:.9g} {:.9g}", zoom.from, zoom.to);
  }
  std::optional<Zoom> parse(const std::string& text) const {
    if (text == "all") return Zoom();
    const auto seen = parse_range<double>(text);
    if (!seen || seen->second > 1 || seen->first == seen->second) return std::nullopt;
    return Zoom{seen->first, seen->second};
  }
};

/// How far gaps are moved: "Overview/3=0.1,0,0 Inside/3=0,0.05,0".
struct Splits {
  using Moved = std::map<std::string, std::vector<float>>;

  std::string values() const { return "how far the gaps of pages are moved, as in Overview/3=0.1,0,-0.05, or none"; }
  std::string text(const Moved& all) const {
    std::vector<std::string> out;
    for (const auto& [page, moved] : all) out.push_back(fmt::format("{}={:.3f}", page, fmt::join(moved, ",")));
    return out.empty() ? "none" : fmt::format("{}", fmt::join(out, " "));
  }
  std::optional<Moved> parse(const std::string& text) const {
    Moved all;
    for (const std::string& page : parts(text == "none" ? "" : text, ' ')) {
      const size_t name = page.find('=');
      if (name == std::string::npos) return std::nullopt;
      for (const std::string& number : parts(page.substr(name + 1), ',')) {
        const std::optional<float> moved = parse_number<float>(number);
        if (!moved || !(std::abs(*moved) <= 1)) return std::nullopt;
        all[page.substr(0, name)].push_back(*moved);
      }
    }
    return all;
  }
};

}  // namespace tinymor::setting_kinds
