#include "visualizer/state/setting_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>

#include "visualizer/state/control_names.h"
#include "visualizer/state/facts.h"
#include "visualizer/state/layout.h"
#include "visualizer/state/setting_kinds.h"

namespace tinymor {
namespace {

using Entry = SettingEntry;
using namespace setting_kinds;

Entry lesson() {
  return {{"lesson", "the name of a lesson, or none"},
          [](const AppState& s, const Source&) {
            return s.tutor.lesson < 0 ? "none" : s.lessons[size_t(s.tutor.lesson)].name;
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "none") return s.tutor = {}, true;
            for (size_t i = 0; i < s.lessons.size(); ++i)
              if (s.lessons[i].name == value) return enter_lesson(s, source, int(i), 0), true;
            return false;
          }};
}

Entry lesson_step() {
  return {{"lesson.step", "a step of the lesson, from 1"},
          [](const AppState& s, const Source&) { return fmt::format("{}", s.tutor.step + 1); },
          [](AppState& s, const Source& source, const std::string& value) {
            const std::optional<int> step = parse_number<int>(value);
            if (!step) return false;
            if (*step == s.tutor.step + 1) return true;
            if (s.tutor.lesson < 0 || *step < 1 || *step > int(s.lessons[size_t(s.tutor.lesson)].steps.size()))
              return false;
            enter_lesson(s, source, s.tutor.lesson, *step - 1);
            return true;
          }};
}

Entry step() {
  return {{"step", "a number of steps, or newest"},
          [](const AppState& s, const Source&) {
            return s.playback.mode() == Playback::Mode::following ? "newest" : fmt::format("{}", s.shown.step);
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "newest") return s.playback.follow(), true;
            const std::optional<int64_t> step = parse_number<int64_t>(value);
            if (!step || *step < 0) return false;
            const RunHistory& history = source.history();
            s.playback.jump(history.snapshot_at(*step), history.snapshot_count());
            return true;
          }};
}

/// The pieces of `text` between the separators, but for empty ones.
std::vector<std::string> parts(const std::string& text, char separator) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// Two numbers, the second not the smaller.
template <class Number>
std::optional<std::pair<Number, Number>> parse_range(const std::string& value) {
  const size_t space = std::min(value.find(' '), value.size());
  const std::optional<Number> first = parse_number<Number>(value.substr(0, space)),
                              last = parse_number<Number>(value.substr(std::min(space + 1, value.size())));
  if (!first || !last || *first < 0 || *last < *first) return std::nullopt;
  return std::pair(*first, *last);
}

Entry loop() {
  return {{"loop", "two steps between which playing goes round, or none"},
          [](const AppState& s, const Source& source) {
            const auto& all = source.history().snapshots;
            const auto& range = s.playback.loop;
            return range && range->second < int(all.size())
                       ? fmt::format("{} {}", all[size_t(range->first)].step, all[size_t(range->second)].step)
                       : "none";
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "none") return s.playback.loop.reset(), true;
            const auto steps = parse_range<int64_t>(value);
            if (!steps || steps->first == steps->second) return false;
            const RunHistory& history = source.history();
            const std::pair range(history.snapshot_at(steps->first), history.snapshot_at(steps->second));
            if (range.first < 0) return false;
            s.playback.loop = range;
            return true;
          }};
}

Entry span() {
  return {{"span", "the first and last position of a part of the probe, or none"},
          [](const AppState& s, const Source&) {
            return s.span ? fmt::format("{} {}", s.span->first, s.span->second) : "none";
          },
          [](AppState& s, const Source&, const std::string& value) {
            if (value == "none") return s.span.reset(), true;
            const auto ends = parse_range<int>(value);
            if (ends) s.mark(*ends);
            return ends.has_value();
          }};
}

/// The part of something long that is seen.
template <class At>
Entry part(const char* name, At at) {
  return {{name, "two shares of the whole, 0 to 1, or all"},
          [=](const AppState& s, const Source&) {
            const Zoom& zoom = at(const_cast<AppState&>(s));
            return zoom.width() >= 1 ? "all" : fmt::format("{:.9g} {:.9g}", zoom.from, zoom.to);
          },
          [=](AppState& s, const Source&, const std::string& value) {
            if (value == "all") return at(s) = {}, true;
            const auto seen = parse_range<double>(value);
            if (!seen || seen->second > 1 || seen->first == seen->second) return false;
            at(s) = {seen->first, seen->second};
            return true;
          }};
}

/// "Overview/3=0.1,0,0 Inside/3=0,0.05,0".
Entry splits() {
  return {{"splits", "how far the gaps of pages are moved, as in Overview/3=0.1,0,-0.05, or none"},
          [](const AppState& s, const Source&) {
            std::vector<std::string> out;
            for (const auto& [page, moved] : s.splits)
              out.push_back(fmt::format("{}={:.3f}", page, fmt::join(moved, ",")));
            return out.empty() ? "none" : fmt::format("{}", fmt::join(out, " "));
          },
          [](AppState& s, const Source&, const std::string& value) {
            std::map<std::string, std::vector<float>> all;
            for (const std::string& page : value == "none" ? std::vector<std::string>() : parts(value, ' ')) {
              const size_t names = page.find('=');
              if (names == std::string::npos) return false;
              for (const std::string& number : parts(page.substr(names + 1), ',')) {
                const std::optional<float> moved = parse_number<float>(number);
                if (!moved || !(std::abs(*moved) <= 1)) return false;
                all[page.substr(0, names)].push_back(*moved);
              }
            }
            s.splits = std::move(all);
            return true;
          }};
}

Entry clock() {
  Entry e = choice("clock", "steps, seconds or text: what the time line counts", {"steps", "seconds", "text"},
                   [](AppState& s) -> Clock& { return s.timeline.clock; });
  e.set = [set = e.set](AppState& s, const Source& source, const std::string& value) {
    if (!set(s, source, value)) return false;
    s.count_by(s.timeline.clock);
    return true;
  };
  return e;
}

/// By the length of the text, that lies on this side of what is wanted where there was none of that length.
Entry written_tokens() {
  return {{"writing", "a number of tokens of the generated text, or newest"},
          [](const AppState& s, const Source&) {
            return s.writing.mode() == Playback::Mode::following ? "newest"
                                                                 : fmt::format("{}", s.shown.generated.size());
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "newest") return s.writing.follow(), true;
            const std::optional<int> tokens = parse_number<int>(value);
            if (!tokens || *tokens < 0) return false;
            const std::vector<int> lengths = source.generation().lengths();
            const auto after = std::upper_bound(lengths.begin(), lengths.end(), *tokens);
            s.writing.jump(int(after - lengths.begin()) - 1, int(lengths.size()));
            return true;
          }};
}

Entry compared_step() {
  return {{"compare.step", "a number of steps of what is compared with"},
          [](const AppState& s, const Source&) { return fmt::format("{}", s.compare.shown.step); },
          [](AppState& s, const Source& source, const std::string& value) {
            const std::optional<int64_t> step = parse_number<int64_t>(value);
            if (!step || *step < 0) return false;
            const RunHistory& history = (s.compare.other ? *s.compare.other : source).history();
            s.compare.playback.jump(history.snapshot_at(*step), history.snapshot_count());
            return true;
          }};
}

Entry play() {
  return {{"play", "on or off"},
          [](const AppState& s, const Source&) { return s.clocked().playing() ? "on" : "off"; },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value != "on" && value != "off") return false;
            if (s.clocked().playing() != (value == "on")) s.clocked().toggle(s.places(source));
            return true;
          }};
}

/// The first token of the snapshot that is shown next that is what the word says, or -1.
int remarkable_token(const AppState& s, const Source& source, const std::string& word) {
  AppState next = s;  // the views of `s` are those of the last frame, and there may have been none
  next.bring_up_to_date(source);
  const auto &training = next.shown.training.depth, &causal = next.shown.causal.depth;
  const std::vector<int>& depth = s.rule == RuleView::training ? training : causal;
  if (depth.empty()) return -1;
  if (word == "deepest") return int(std::max_element(depth.begin(), depth.end()) - depth.begin());
  if (word == "shallowest") return int(std::min_element(depth.begin(), depth.end()) - depth.begin());
  if (word != "differing") return -1;
  const size_t count = std::min(training.size(), causal.size());
  for (size_t t = 0; t < count; ++t)
    if (training[t] != causal[t]) return int(t);
  return 0;
}

Entry pin() {
  constexpr const char* subjects[] = {"probe", "generated"};
  return {{"pin", "probe or generated and a position; deepest, shallowest or differing; or none"},
          [=](const AppState& s, const Source&) {
            return s.pinned ? fmt::format("{} {}", subjects[int(s.pinned->subject)], s.pinned->token) : "none";
          },
          [=](AppState& s, const Source& source, const std::string& value) {
            if (value == "none") return s.pinned.reset(), true;
            if (const int found = remarkable_token(s, source, value); found >= 0)
              return s.pinned = TokenRef{Subject::probe, found}, true;
            for (int subject : {0, 1}) {
              const std::string word = std::string(subjects[subject]) + " ";
              if (!value.starts_with(word)) continue;
              const std::optional<int> token = parse_number<int>(value.substr(word.size()));
              if (!token || *token < 0) continue;
              s.pinned = TokenRef{Subject(subject), *token};
              return true;
            }
            return false;
          }};
}

/// Of wishes, in the order of their kinds.
constexpr std::string_view wish_words[] = {"pause",  "resume",     "stop",  "generate",      "go_on",           "step",
                                           "clear",  "write",      "keep",  "choose",        "stop_generating", "swap",
                                           "record", "train_step", "watch", "watch_batches", "watch_held_out",  "note",
                                           "open",   "train",      "race"};
/// A word is followed by a number, by a text, or by both.
bool has_number(Wish::Kind kind) {
  return kind == Wish::write || kind == Wish::keep || kind == Wish::choose || kind >= Wish::train;
}
bool has_text(Wish::Kind kind) {
  return kind >= Wish::note;
}

/// Whether the text of a wish may be the path of a file or folder.
bool names_a_file(Wish::Kind kind) {
  return kind >= Wish::open;
}

/// Takes the first word off.
std::string take_word(std::string& text) {
  const size_t space = std::min(text.find(' '), text.size());
  const std::string word = text.substr(0, space);
  text.erase(0, space + (space < text.size()));
  return word;
}

/// Names of what is not shown; `check` throws where there is none of that name.
template <class At>
Entry names(const char* name, const char* values, char separator, At at, void (*check)(std::string_view)) {
  return {{name, values},
          [=](const AppState& s, const Source&) {
            const std::set<std::string>& all = at(const_cast<AppState&>(s));
            return all.empty() ? "none" : fmt::format("{}", fmt::join(all, std::string(1, separator)));
          },
          [=](AppState& s, const Source&, const std::string& value) {
            if (value.empty()) return false;
            std::set<std::string> all;
            for (std::string& one : parts(value == "none" ? "" : value, separator))
              check(one), all.insert(std::move(one));
            at(s) = std::move(all);
            return true;
          }};
}

/// Which of the runs beside this one is B.
Entry compared_run() {
  return {{"compare.run", "0: the same run, or the number of a run beside it"},
          [](const AppState& s, const Source&) { return fmt::format("{}", s.compare.number()); },
          [](AppState& s, const Source&, const std::string& value) {
            const std::optional<int> run = parse_number<int>(value);
            if (!run || *run < 0 || *run > int(s.compare.rivals.size())) return false;
            if (*run != s.compare.number())
              s.compare.compare_with(*run == 0 ? nullptr : s.compare.rivals[size_t(*run) - 1]);
            return true;
          }};
}

Entry wish() {
  return {{"do",
           "pause, resume, stop, generate, go_on, step, clear, write COUNT, keep COUNT, choose ID, stop_generating, "
           "swap, record, train_step, "
           "watch, watch_batches, watch_held_out, note TEXT, open PATH, train STEPS DATA or race STEPS DATA"},
          [](const AppState&, const Source&) { return std::string("nothing"); },
          [](AppState& s, const Source&, const std::string& value) {
            std::string rest = value;
            const std::string name = take_word(rest);
            const auto* found = std::find(std::begin(wish_words), std::end(wish_words), name);
            if (found == std::end(wish_words)) return false;
            Wish wish{Wish::Kind(found - wish_words)};
            if (has_number(wish.kind)) {
              const std::optional<int> count = parse_number<int>(take_word(rest));
              if (!count || *count < 0) return false;
              wish.value = *count;
            }
            if (rest.empty() == has_text(wish.kind) && wish.kind != Wish::note) return false;  // an empty note goes
            wish.text = rest;
            s.wishes.push_back(std::move(wish));
            return true;
          }};
}

/// All but the facts.
std::vector<Entry> settable() {
  const std::vector<Entry> all = {
      lesson(),
      lesson_step(),
      name(
          "page", "the name of a page", [](AppState& s) -> std::string& { return s.page; }, is_page),
      name(
          "show", "a panel whose page is turned to, or none", [](AppState& s) -> std::string& { return s.show; },
          is_panel),
      name(
          "panel", "a panel that fills the window, or none", [](AppState& s) -> std::string& { return s.maximised; },
          is_panel),
      number("zoom", "0.5 to 3", 0.5f, 3.0f, [](AppState& s) -> float& { return s.zoom; }),
      choice("rule", "training, causal or difference", {"training", "causal", "difference"}, &AppState::rule),
      step(),
      clock(),
      written_tokens(),
      number("speed", "0.25 to 16 times 4 snapshots or tokens a second", 0.25, 16.0,
             [](AppState& s) -> double& { return s.clocked().speed; }),
      play(),
      part("time.zoom", [](AppState& s) -> Zoom& { return s.timeline.zoom; }),
      loop(),
      pin(),
      span(),
      part("columns", [](AppState& s) -> Zoom& { return s.columns; }),
      part("columns.written", [](AppState& s) -> Zoom& { return s.written; }),
      splits(),
      flag("shift", &AppState::shift_depth),
      flag("paper", &AppState::paper_colors),
      choice("axis", "steps, tokens, flops or seconds", {"steps", "tokens", "flops", "seconds"}, &AppState::curve_axis),
      flag("log", &AppState::log_loss),
      flag("scores.log", &AppState::log_scores),
      flag("scores.one_scale", &AppState::one_scale),
      flag("smooth", &AppState::smooth_loss),
      part("curves.zoom", [](AppState& s) -> Zoom& { return s.curves.zoom; }),
      names(
          "curves.hide", "names of lines with ; between them, or none", ';',
          [](AppState& s) -> std::set<std::string>& { return s.curves.hidden; }, [](std::string_view) {}),
      choice("dialog", "none, open, beside or text", {"none", "open", "beside", "text"},
             [](AppState& s) -> Dialog& { return s.open.dialog; }),
      choice("cache", "probe or generated", {"probe", "generated"}, &AppState::cache_subject),
      choice("kv", "run, recursion_wise, shared or hybrid", {"run", "recursion_wise", "shared", "hybrid"},
             &AppState::cache_strategy),
      name(
          "compare", "a panel to be drawn of two runs or steps",
          [](AppState& s) -> std::string& { return s.compare.panel; }, is_panel),
      compared_run(),
      flag("compare.linked", [](AppState& s) -> bool& { return s.compare.linked; }),
      compared_step(),
      flag("compare.mark", &AppState::mark_compared),
      number("whatif.depth", "0 to 64; 0: as routed", 0, 64, [](AppState& s) -> int& { return s.what_if.depth; }),
      flag("whatif.everybody", &AppState::everybody),
      number("whatif.without", "0 to 64; 0: none", 0, 64, [](AppState& s) -> int& { return s.what_if.without; }),
      number("whatif.cut_off", "0.01 to 0.99", 0.01f, 0.99f, [](AppState& s) -> float& { return s.what_if.cut_off; }),
      number("whatif.capacity", "0.1 to 3", 0.1f, 3.0f, [](AppState& s) -> float& { return s.what_if.capacity; }),
      number("attention.layer", "-1 to 64", -1, 64, [](AppState& s) -> int& { return s.attention_layer; }),
      flag("rest.plateau", &AppState::rest_on_plateau),
      flag("rest.battery", &AppState::rest_on_battery),
      number("lr", "0.01 to 100", 0.01f, 100.0f, [](AppState& s) -> float& { return s.lr_factor; }),
      choice("tint", "depth, loss or change", {"depth", "loss", "change"}, &AppState::tint),
      choice("grid.sort", "position, depth or loss", {"position", "depth", "loss"}, &AppState::sort),
      number("attention.row", "0 to 63", 0, 63, [](AppState& s) -> int& { return s.attention_row; }),
      number("attention.head", "0 to 63", 0, 63, [](AppState& s) -> int& { return s.attention_head; }),
      choice("sharing", "run, cycle, sequence, middle_cycle or middle_sequence",
             {"run", "cycle", "sequence", "middle_cycle", "middle_sequence"}, &AppState::sharing_scheme),
      number("sharing.passes", "0 to 3: those of the run, 2, 3 or 4", 0, 3,
             [](AppState& s) -> int& { return s.sharing_passes; }),
      number("patches.image", "-1 to 63; -1: all", -1, 63, [](AppState& s) -> int& { return s.patches_image; }),
      number("patches.patch", "-1 to 1000000; -1: none", -1, 1000000, [](AppState& s) -> int& { return s.patch; }),
      choice("tokens.view", "probe, vocabulary or own", {"probe", "vocabulary", "own"}, &AppState::tokens_view),
      text("tokens.search", [](AppState& s) -> std::string& { return s.token_search; }),
      text("tokens.own", [](AppState& s) -> std::string& { return s.own_text; }),
      text("autograd.expression", [](AppState& s) -> std::string& { return s.expression; }),
      number("autograd.step", "0 or more", 0, 100000, [](AppState& s) -> int& { return s.autograd_step; }),
      text("prompt", [](AppState& s) -> std::string& { return s.request.prompt; }),
      number("temperature", "0 to 2", 0.0f, 2.0f, [](AppState& s) -> float& { return s.request.temperature; }),
      number("top_k", "0 to 100000", 0, 100000, [](AppState& s) -> int& { return s.request.top_k; }),
      number("top_p", "0 to 1", 0.0f, 1.0f, [](AppState& s) -> float& { return s.request.top_p; }),
      number("seed", "0 or more", 0, 1 << 30, [](AppState& s) -> int& { return s.request.seed; }),
      number("max_depth", "0 to 64; 0: no cap", 0, 64, [](AppState& s) -> int& { return s.request.max_depth; }),
      number("pace", "0 to 1000; 0: as fast as it can", 0, 1000, [](AppState& s) -> int& { return s.request.pace; }),
      number("max_tokens", "1 to 100000", 1, 100000, [](AppState& s) -> int& { return s.request.max_tokens; }),
      names(
          "hide", "names of controls, or none", ' ', [](AppState& s) -> std::set<std::string>& { return s.hidden; },
          check_control),
      flag("help", &AppState::help),
      wish()};
  return all;
}

}  // namespace

const std::vector<SettingEntry>& setting_table() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> entries = settable();
    for (Entry& one : facts()) entries.push_back(std::move(one));
    return entries;
  }();
  return all;
}

std::string portable_path(const std::string& path, const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return path;
  const fs::path whole = fs::weakly_canonical(path, ignored), from = fs::weakly_canonical(folder, ignored);
  const bool together = std::next(whole.begin()) != whole.end() && std::next(from.begin()) != from.end() &&
                        *std::next(whole.begin()) == *std::next(from.begin());
  return (together ? whole.lexically_relative(from) : whole).string();
}

std::string wish_line(const Wish& wish, const std::filesystem::path& folder) {
  std::string line = fmt::format("do {}", wish_words[wish.kind]);
  if (has_number(wish.kind)) line += fmt::format(" {}", wish.value);
  if (has_text(wish.kind)) line += " " + (names_a_file(wish.kind) ? portable_path(wish.text, folder) : wish.text);
  return line;
}

std::string located(const std::string& line, const std::filesystem::path& folder) {
  std::string rest = line;
  if (take_word(rest) != "do") return line;
  const std::string name = take_word(rest);
  const auto* found = std::find(std::begin(wish_words), std::end(wish_words), name);
  if (found == std::end(wish_words) || !names_a_file(Wish::Kind(found - wish_words))) return line;
  const auto kind = Wish::Kind(found - wish_words);
  const std::string number = has_number(kind) ? take_word(rest) + " " : "";
  const std::filesystem::path path = folder / rest;
  std::error_code ignored;
  // What is trained on may be the name of a data set.
  if (rest.empty() || (kind != Wish::open && !std::filesystem::exists(path, ignored))) return line;
  return fmt::format("do {} {}{}", name, number, path.lexically_normal().string());
}

}  // namespace tinymor
