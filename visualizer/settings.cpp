#include "visualizer/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include "tensor/error.h"

namespace tinymor {
namespace {

using Get = std::function<std::string(const AppState&, const Source&)>;
/// False when the value is none.
using Set = std::function<bool(AppState&, const Source&, const std::string&)>;

struct Entry : Setting {
  Get get;
  Set set;
};

template <class Number>
bool parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Entry flag(const char* name, bool AppState::*field) {
  return {{name, "on or off"},
          [=](const AppState& s, const Source&) { return s.*field ? "on" : "off"; },
          [=](AppState& s, const Source&, const std::string& value) {
            if (value != "on" && value != "off") return false;
            s.*field = value == "on";
            return true;
          }};
}

/// A number within bounds, in a member that `at` finds.
template <class Number, class At>
Entry number(const char* name, const char* values, Number low, Number high, At at) {
  return {{name, values},
          [=](const AppState& s, const Source&) { return fmt::format("{:g}", double(at(const_cast<AppState&>(s)))); },
          [=](AppState& s, const Source&, const std::string& value) {
            Number parsed{};
            if (!parse(value, parsed) || !(parsed >= low && parsed <= high)) return false;
            at(s) = parsed;
            return true;
          }};
}

/// One of a few words, in the order of the values they stand for.
template <class Field>
Entry choice(const char* name, const char* values, std::vector<std::string> words, Field AppState::*field) {
  return {{name, values},
          [=](const AppState& s, const Source&) { return words.at(size_t(s.*field)); },
          [=](AppState& s, const Source&, const std::string& value) {
            const auto found = std::find(words.begin(), words.end(), value);
            if (found == words.end()) return false;
            s.*field = Field(found - words.begin());
            return true;
          }};
}

Entry name(const char* name, const char* values, std::string AppState::*field) {
  return {{name, values},
          [=](const AppState& s, const Source&) { return (s.*field).empty() ? "none" : s.*field; },
          [=](AppState& s, const Source&, const std::string& value) {
            s.*field = value == "none" ? "" : value;
            return !value.empty();
          }};
}

Entry step() {
  return {{"step", "a number of steps, or newest"},
          [](const AppState& s, const Source&) {
            return s.playback.mode() == Playback::Mode::following ? "newest" : fmt::format("{}", s.shown.step);
          },
          [](AppState& s, const Source& source, const std::string& value) {
            int64_t step = 0;
            if (value == "newest") return s.playback.follow(), true;
            if (!parse(value, step) || step < 0) return false;
            const RunHistory& history = source.history();
            s.playback.jump(history.snapshot_at(step), int(history.snapshots.size()));
            return true;
          }};
}

Entry play() {
  return {{"play", "on or off"},
          [](const AppState& s, const Source&) { return s.playback.mode() == Playback::Mode::playing ? "on" : "off"; },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value != "on" && value != "off") return false;
            const int count = int(source.history().snapshots.size());
            const bool playing = s.playback.mode() == Playback::Mode::playing;
            if (playing != (value == "on") && (value == "on" || playing)) s.playback.toggle(count);
            return true;
          }};
}

Entry pin() {
  constexpr const char* subjects[] = {"probe", "generated"};
  return {{"pin", "probe or generated and a position, or none"},
          [=](const AppState& s, const Source&) {
            return s.pinned ? fmt::format("{} {}", subjects[int(s.pinned->subject)], s.pinned->token) : "none";
          },
          [=](AppState& s, const Source&, const std::string& value) {
            if (value == "none") return s.pinned.reset(), true;
            for (int subject : {0, 1}) {
              const std::string word = std::string(subjects[subject]) + " ";
              int token = 0;
              if (!value.starts_with(word) || !parse(value.substr(word.size()), token) || token < 0) continue;
              s.pinned = TokenRef{Subject(subject), token};
              return true;
            }
            return false;
          }};
}

/// A text of several lines, in a member that `at` finds.
template <class At>
Entry text(const char* name, At at) {
  return {{name, "a text; \\n is a new line"},
          [=](const AppState& s, const Source&) {
            std::string out;
            for (char c : at(const_cast<AppState&>(s)))
              out += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
            return out;
          },
          [=](AppState& s, const Source&, const std::string& value) {
            std::string& text = at(s);
            text.clear();
            for (size_t i = 0; i < value.size(); ++i) {
              const bool escaped = value[i] == '\\' && i + 1 < value.size();
              text += escaped ? (value[++i] == 'n' ? '\n' : value[i]) : value[i];
            }
            return true;
          }};
}

Entry wish() {
  static const std::vector<std::string> words = {"pause", "resume", "stop", "generate", "stop_generating"};
  return {{"do", "pause, resume, stop, generate or stop_generating"},
          [](const AppState&, const Source&) { return std::string("nothing"); },
          [](AppState& s, const Source&, const std::string& value) {
            const auto found = std::find(words.begin(), words.end(), value);
            if (found == words.end()) return false;
            s.wishes.push_back(Wish(found - words.begin()));
            return true;
          }};
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      name("page", "the name of a page", &AppState::page),
      name("panel", "a panel that fills the window, or none", &AppState::maximised),
      number("zoom", "0.5 to 3", 0.5f, 3.0f, [](AppState& s) -> float& { return s.zoom; }),
      choice("rule", "training, causal or difference", {"training", "causal", "difference"}, &AppState::rule),
      step(),
      play(),
      pin(),
      flag("shift", &AppState::shift_depth),
      flag("paper", &AppState::paper_colors),
      choice("axis", "steps, tokens, flops or seconds", {"steps", "tokens", "flops", "seconds"}, &AppState::curve_axis),
      flag("log", &AppState::log_loss),
      flag("smooth", &AppState::smooth_loss),
      choice("cache", "probe or generated", {"probe", "generated"}, &AppState::cache_subject),
      number("attention.layer", "-1 to 64", -1, 64, [](AppState& s) -> int& { return s.attention_layer; }),
      number("attention.row", "0 to 63", 0, 63, [](AppState& s) -> int& { return s.attention_row; }),
      number("attention.head", "0 to 63", 0, 63, [](AppState& s) -> int& { return s.attention_head; }),
      choice("sharing", "run, cycle, sequence, middle_cycle or middle_sequence",
             {"run", "cycle", "sequence", "middle_cycle", "middle_sequence"}, &AppState::sharing_scheme),
      text("autograd.expression", [](AppState& s) -> std::string& { return s.expression; }),
      number("autograd.step", "0 or more", 0, 100000, [](AppState& s) -> int& { return s.autograd_step; }),
      text("prompt", [](AppState& s) -> std::string& { return s.request.prompt; }),
      number("temperature", "0 to 2", 0.0f, 2.0f, [](AppState& s) -> float& { return s.request.temperature; }),
      number("top_k", "0 to 100000", 0, 100000, [](AppState& s) -> int& { return s.request.top_k; }),
      number("top_p", "0 to 1", 0.0f, 1.0f, [](AppState& s) -> float& { return s.request.top_p; }),
      number("seed", "0 or more", 0, 1 << 30, [](AppState& s) -> int& { return s.request.seed; }),
      number("max_depth", "0 to 64; 0: no cap", 0, 64, [](AppState& s) -> int& { return s.request.max_depth; }),
      number("max_tokens", "1 to 100000", 1, 100000, [](AppState& s) -> int& { return s.request.max_tokens; }),
      flag("help", &AppState::help),
      wish()};
  return all;
}

const Entry& entry(std::string_view name) {
  for (const Entry& e : entries())
    if (e.name == name) return e;
  std::string known;
  for (const Entry& e : entries()) known += (known.empty() ? "" : ", ") + std::string(e.name);
  throw InputError(fmt::format("{}: there is no such setting (choose one of {})", name, known));
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

}  // namespace

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> all(entries().begin(), entries().end());
  return all;
}

std::string setting(const AppState& state, const Source& source, std::string_view name) {
  return entry(name).get(state, source);
}

void apply(AppState& state, const Source& source, std::string_view line) {
  const std::string_view text = trimmed(line);
  const size_t space = std::min(text.find(' '), text.size());
  const Entry& e = entry(text.substr(0, space));
  const std::string value(trimmed(text.substr(space)));
  check_input(e.set(state, source, value), "{}: \"{}\" is no value of it (give {})", e.name, value, e.values);
}

void apply_scene(AppState& state, const Source& source, const std::string& text, const std::string& name) {
  AppState changed = state;
  size_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty() || line[0] == '#') continue;
    try {
      apply(changed, source, line);
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}:{}: {}", name, number, error.what()));
    }
  }
  state = std::move(changed);
}

std::string scene_of(const AppState& state, const Source& source) {
  static const AppState fresh;
  std::string out;
  for (const Entry& e : entries()) {
    const std::string value = e.get(state, source);
    if (value != e.get(fresh, source)) out += fmt::format("{} {}\n", e.name, value);
  }
  return out;
}

}  // namespace tinymor
