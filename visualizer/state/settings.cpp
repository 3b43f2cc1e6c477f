#include "visualizer/state/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "datasets/utf8.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/number.h"
#include "trainer/config.h"
#include "visualizer/state/words.h"

namespace tinymor {
namespace {

const Setting& entry(std::string_view name) {
  for (const Setting& e : all_settings())
    if (e.name == name) return e;
  std::vector<std::string> known;
  for (const Setting& e : all_settings()) known.push_back(e.name);
  throw InputError(fmt::format("{}: there is no such setting (did you mean {}? all of them are {})", shortened(name),
                               nearest_name(name, known), fmt::join(known, ", ")));
}

void check_settable(const Setting& e) {
  check_input(!e.is_fact(), "{}: it can be read but not set", e.name);
}

[[noreturn]] void refuse_value(const Setting& e, const std::string& value) {
  throw InputError(fmt::format("{}: {} is not one of its values (give {})", e.name, cited(value), e.values));
}

constexpr std::string_view opening = "open ";

}  // namespace

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

void for_each_line(const std::string& text, const std::string& name,
                   const std::function<void(std::string_view)>& take) {
  size_t number = 0;
  for (size_t at = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty() || line[0] == '#') continue;
    try {
      take(line);
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}:{}: {}", name, number, error.what()));
    }
  }
}

std::string setting(const AppState& state, const Source& source, std::string_view name) {
  return entry(name).get(state, source);
}

void check_setting(std::string_view name) {
  entry(name);
}

std::string spelled(std::string_view name, const std::string& value) {
  const Setting& e = entry(name);
  if (!e.spelled) return value;
  const std::optional<std::string> text = e.spelled(value);
  if (!text) refuse_value(e, value);
  return *text;
}

void check_line(std::string_view line) {
  const std::string_view name = take_word(line);
  check_settable(entry(name));
  spelled(name, std::string(line));
}

void reset_setting(AppState& state, const Source& source, std::string_view name) {
  static const AppState fresh;
  const Setting& e = entry(name);
  e.set(state, source, e.get(fresh, source));
}

bool is_fresh(const AppState& state, const Source& source, std::string_view name) {
  static const AppState fresh;
  const Setting& e = entry(name);
  return e.get(state, source) == e.get(fresh, source);
}

void apply(AppState& state, const Source& source, std::string_view line) {
  std::string_view rest = trimmed(line);
  const Setting& e = entry(take_word(rest));
  const std::string value(rest);
  check_settable(e);
  if (!e.set(state, source, value)) refuse_value(e, value);
}

void apply_scene(AppState& state, const Source& source, const std::string& text, const std::string& name) {
  AppState changed = state;
  changed.script.clear();
  changed.script_seconds = 0;
  changed.story.playing = false;  // unless the scene plays it
  double at = 0;
  for_each_line(text, name, [&](std::string_view line) {
    std::string_view rest = line;
    const std::string_view name_of_setting = take_word(rest);
    if (name_of_setting == "at") {
      const std::optional<double> given = parse_number<double>(rest);
      check_input(given && *given >= 0 && *given < 1e6, "at: {} is not a number of seconds", cited(rest));
      at = *given;
      return;
    }
    for (const char* word : {"card", "say", "highlight", "see", "task", "until", "solve", "keep", "hint"})
      check_input(name_of_setting != word, "{}: belongs to a card of a lesson, not to a scene", word);
    if (line.starts_with(opening))  // run_of_scene tells which
      return check_input(at == 0, "open: belongs to the beginning (\"do open PATH\" opens another run later)");
    const std::string whole = located(std::string(line), std::filesystem::path(name).parent_path());
    if (at == 0) return apply(changed, source, whole);
    check_line(whole);
    changed.script.push_back({at, whole});
  });
  std::stable_sort(changed.script.begin(), changed.script.end(),
                   [](const TimedLine& a, const TimedLine& b) { return a.seconds < b.seconds; });
  state = std::move(changed);
}

std::string read_scene(const std::filesystem::path& file) {
  return read_file(file, longest_scene);
}

std::string run_of_scene(const std::string& text, const std::filesystem::path& file) {
  std::string path;
  for_each_line(text, file.string(), [&](std::string_view line) {
    if (line.starts_with(opening)) path = (file.parent_path() / trimmed(line.substr(opening.size()))).string();
  });
  return path;
}

std::string scene_of(const AppState& state, const Source& source) {
  std::string out;
  for (const Setting& e : all_settings())
    if (!e.is_fact() && !is_fresh(state, source, e.name)) out += fmt::format("{} {}\n", e.name, e.get(state, source));
  return out;
}

}  // namespace tinymor
