#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "tensor/cited.h"
#include "tensor/error.h"
#include "visualizer/state/control_names.h"
#include "visualizer/state/facts.h"
#include "visualizer/state/layout.h"
#include "visualizer/state/own_input.h"
#include "visualizer/state/setting_kinds.h"
#include "visualizer/state/settings.h"

namespace tinymor {
namespace {

using namespace setting_kinds;

std::string panel_that(const char* what) {
  return fmt::format("a panel that {}, one of {}, or none", what, fmt::join(panel_names, ", "));
}

/// Calls `field("name", member, kind)` for every setting that is a member of the state.
template <class State, class Field>
void for_each_member(State& s, Field&& field) {
  field("page", s.page, Name{"the name of a page, as in Overview or Inside", is_page});
  field("show", s.show, Name{panel_that("is turned to"), is_panel});
  field("panel", s.maximised, Name{panel_that("fills the window"), is_panel});
  field("zoom", s.zoom, Between{0.5f, 3.0f});
  field("theme", s.theme, OneOf<Theme>{"dark light"});
  field("rule", s.rule, OneOf<RuleView>{"training causal difference"});
  field("story.event", s.story.event, Between{0, 1000});
  field("story.play", s.story.playing, Switch{});
  field("splits", s.splits, Splits{});
  field("shift", s.shift_depth, Switch{});
  field("paper", s.paper_colors, Switch{});
  field("axis", s.curve_axis, OneOf<CurveAxis>{"steps tokens flops seconds"});
  field("log", s.log_loss, Switch{});
  field("scores.log", s.log_scores, Switch{});
  field("scores.one_scale", s.one_scale, Switch{});
  field("smooth", s.smooth_loss, Switch{});
  field("curves.hide", s.curves.hidden,
        Names{"names of lines with ; between them, or none", ';', [](std::string_view) {}});
  field("dialog", s.open.dialog, OneOf<Dialog>{"none open beside text runs"});
  field("cache", s.cache_subject, OneOf<Subject>{"probe generated"});
  field("kv", s.cache_strategy, OneOf<>{"run recursion_wise shared hybrid"});
  field("compare", s.compared_panel, Name{panel_that("is drawn of two runs or steps"), is_panel});
  field("compare.linked", s.compare.linked, Switch{});
  field("compare.mark", s.mark_compared, Switch{});
  field("compare.race", s.compare.scoreboard, Switch{});
  field("compare.sort", s.compare.order.by,
        OneOf<RunColumn>{"opened name model loss layers parameters cache speed step"});
  field("compare.reversed", s.compare.order.reversed, Switch{});
  field("compare.filter", s.compare.filter, Text{});
  field("whatif.depth", s.what_if.depth, Between{0, 64, "0: as routed"});
  field("whatif.everybody", s.everybody, Switch{});
  field("whatif.without", s.what_if.without, Between{0, 64, "0: none"});
  field("whatif.cut_off", s.what_if.cut_off, Between{0.01f, 0.99f});
  field("whatif.capacity", s.what_if.capacity, Between{0.1f, 3.0f});
  field("attention.layer", s.attention_layer, Between{-1, 64});
  field("attention.row", s.attention_row, Between{0, 63});
  field("attention.head", s.attention_head, Between{0, 63});
  field("attention.view", s.attention_arcs, OneOf<bool>{"map arcs"});
  field("depth.part", s.depth.part, OneOf<DepthPart>{"groups misjudged cut_offs training"});
  field("depth.by", s.depth.by, OneOf<GroupBy>{"token kind place loss position"});
  field("depth.sort", s.depth.order.by, OneOf<DepthColumn>{"name tokens depth loss regret"});
  field("depth.smallest_first", s.depth.order.smallest_first, Switch{});
  field("depth.flops", s.depth.flops, Switch{});
  field("depth.of_next", s.depth.of_next, Switch{});
  field("rest.plateau", s.rest_on_plateau, Switch{});
  field("rest.battery", s.rest_on_battery, Switch{});
  field("lr", s.lr_factor, Between{0.01f, 100.0f});
  field("tint", s.tint, OneOf<Tint>{"depth loss change expert"});
  field("tint.layer", s.expert_layer, Between{0, 511});
  field("grid.sort", s.sort, OneOf<ColumnSort>{"position depth loss"});
  field("serving.groups", s.serving_groups, Between{0, 4096, "0: each slot by itself"});
  field("serving.text", s.served_text, Between{-1, 1 << 30, "-1: none"});
  field("sharing", s.sharing_scheme, OneOf<>{"run cycle sequence middle_cycle middle_sequence"});
  field("sharing.passes", s.sharing_passes, Between{0, 3, "those of the run, 2, 3 or 4"});
  field("patches.image", s.patches_image, Between{-1, 63, "-1: all"});
  field("tokens.view", s.tokens_view, OneOf<TokensView>{"probe vocabulary own"});
  field("tokens.search", s.token_search, Text{});
  field("tokens.own", s.own_text, Text{});
  field("pad.eraser", s.eraser, Switch{});
  field("autograd.expression", s.expression, Text{});
  field("autograd.step", s.autograd_step, Between{0, 100'000});
  field("autograd.value", s.autograd_value, Text{});
  field("prompt", s.request.prompt, Text{});
  field("temperature", s.request.temperature, Between{0.0f, 2.0f});
  field("top_k", s.request.top_k, Between{0, 100'000});
  field("top_p", s.request.top_p, Between{0.0f, 1.0f});
  field("min_p", s.request.min_p, Between{0.0f, 1.0f});
  field("repetition_penalty", s.request.repetition_penalty, Between{1.0f, 100.0f, "1: off"});
  field("weights", s.request.weights, OneOf<WeightFormat>{"f32 int8 int4"});
  field("seed", s.request.seed, Between{0, 1 << 30});
  field("max_depth", s.request.max_depth, Between{0, 64, "0: no cap"});
  field("pace", s.request.pace, Between{0, 1000, "0: as fast as it can"});
  field("max_tokens", s.request.max_tokens, Between{1, 100'000});
  field("hide", s.hidden, Names{"names of controls, or none", ' ', check_control});
  field("help", s.help, Switch{});
}

/// The same for members that depend on what the time line counts.
template <class State, class Field>
void for_each_clocked(State& s, Field&& field) {
  field("speed", s.clocked().speed, Between{0.25, 16.0, "times 4 snapshots or tokens a second"});
  field("time.zoom", s.timeline.zoom, Part{});
  field("columns", s.columns, Part{});
  field("columns.written", s.written, Part{});
  field("columns.calls", s.calls, Part{});
  field("curves.zoom", s.curves.zoom, Part{});
}

/// Adds an entry for each member that `for_each` calls its argument with.
template <class ForEach>
void add_members(std::vector<Setting>& entries, ForEach for_each) {
  AppState any;
  for_each(any, [&](const char* name, auto&, const auto& kind) {
    const auto get = [=](const AppState& s, const Source&) {
      std::string text;
      for_each(s, [&](std::string_view each, const auto& member, const auto& of) {
        if (each == name) text = of.text(member);
      });
      return text;
    };
    const auto set = [=](AppState& s, const Source&, const std::string& value) {
      bool done = false;
      for_each(s, [&](std::string_view each, auto& member, const auto& of) {
        if (each != name) return;
        const auto parsed = of.parse(value);
        done = parsed.has_value();
        if (done) static_cast<std::decay_t<decltype(*parsed)>&>(member) = *parsed;
      });
      return done;
    };
    const auto spelled = [kind](const std::string& value) -> std::optional<std::string> {
      if (const auto parsed = kind.parse(value)) return kind.text(*parsed);
      return std::nullopt;
    };
    entries.push_back({name, kind.values(), get, set, spelled});
  });
}

Setting lesson() {
  return {"lesson", "the name of a lesson, or none",
          [](const AppState& s, const Source&) {
            return s.tutor.lesson < 0 ? "none" : s.lessons[size_t(s.tutor.lesson)].name;
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "none") {
              s.tutor = {};
              return true;
            }
            for (size_t i = 0; i < s.lessons.size(); ++i)
              if (s.lessons[i].name == value) {
                enter_lesson(s, source, int(i), 0);
                return true;
              }
            return false;
          }};
}

Setting lesson_step() {
  return {"lesson.step", "a step of the lesson, from 1",
          [](const AppState& s, const Source&) { return fmt::format("{}", s.tutor.step + 1); },
          [](AppState& s, const Source& source, const std::string& value) {
            const std::optional<int> step = parse_number<int>(value);
            if (!step) return false;
            if (*step == s.tutor.step + 1) return true;
            check_input(s.tutor.lesson >= 0, "lesson.step: no lesson is open (open one with a line \"lesson NAME\")");
            if (*step < 1 || *step > int(s.lessons[size_t(s.tutor.lesson)].steps.size())) return false;
            enter_lesson(s, source, s.tutor.lesson, *step - 1);
            return true;
          }};
}

Setting step() {
  return {"step", "a number of steps, or newest",
          [](const AppState& s, const Source&) {
            return s.playback.mode() == Playback::Mode::following ? "newest" : fmt::format("{}", s.shown.step);
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "newest") {
              s.playback.follow();
              return true;
            }
            const std::optional<int64_t> step = parse_number<int64_t>(value);
            if (!step || *step < 0) return false;
            const RunHistory& history = source.history();
            s.playback.jump(history.snapshot_at(*step), history.snapshot_count());
            if (*step > history.last_step() && !source.steerable())
              s.say(fmt::format("step {}: the run has only {} steps", *step, history.last_step()));
            return true;
          }};
}

Setting loop() {
  return {"loop", "two steps between which playing loops, or none",
          [](const AppState& s, const Source& source) {
            const auto& all = source.history().snapshots;
            const auto& range = s.playback.loop;
            return range && range->second < int(all.size())
                       ? fmt::format("{} {}", all[size_t(range->first)].step, all[size_t(range->second)].step)
                       : "none";
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "none") {
              s.playback.loop.reset();
              return true;
            }
            const auto steps = parse_range<int64_t>(value);
            if (!steps || steps->first == steps->second) return false;
            const RunHistory& history = source.history();
            const std::pair range(history.snapshot_at(steps->first), history.snapshot_at(steps->second));
            check_input(range.first >= 0, "loop: this run has no snapshots (choose a run that was recorded)");
            s.playback.loop = range;
            return true;
          }};
}

Setting span() {
  return {"span", "the first and last position of a part of the watched text, or none",
          [](const AppState& s, const Source&) {
            return s.span ? fmt::format("{} {}", s.span->first, s.span->second) : "none";
          },
          [](AppState& s, const Source&, const std::string& value) {
            if (value == "none") {
              s.span.reset();
              return true;
            }
            const auto ends = parse_range<int>(value);
            if (ends) s.mark(*ends);
            return ends.has_value();
          }};
}

Setting clock() {
  constexpr OneOf<Clock> kind{"steps seconds text"};
  return {"clock", kind.values() + ": what the time line counts",
          [=](const AppState& s, const Source&) { return kind.text(s.timeline.clock); },
          [=](AppState& s, const Source&, const std::string& value) {
            const std::optional<Clock> clock = kind.parse(value);
            if (clock) s.count_by(*clock);
            return clock.has_value();
          }};
}

/// The time when the text had this many tokens, or the last time when it had fewer.
Setting written_tokens() {
  return {"writing", "a number of tokens of the generated text, or newest",
          [](const AppState& s, const Source&) {
            return s.writing.mode() == Playback::Mode::following ? "newest"
                                                                 : fmt::format("{}", s.shown.generated.size());
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "newest") {
              s.writing.follow();
              return true;
            }
            const std::optional<int> tokens = parse_number<int>(value);
            if (!tokens || *tokens < 0) return false;
            const std::vector<int> lengths = source.generation().lengths();
            const auto after = std::upper_bound(lengths.begin(), lengths.end(), *tokens);
            s.writing.jump(int(after - lengths.begin()) - 1, int(lengths.size()));
            return true;
          }};
}

Setting compared_step() {
  return {"compare.step", "a number of steps of what is compared with",
          [](const AppState& s, const Source&) { return fmt::format("{}", s.compare.shown.step); },
          [](AppState& s, const Source& source, const std::string& value) {
            const std::optional<int64_t> step = parse_number<int64_t>(value);
            if (!step || *step < 0) return false;
            const RunHistory& history = (s.compare.other ? *s.compare.other : source).history();
            s.compare.playback.jump(history.snapshot_at(*step), history.snapshot_count());
            return true;
          }};
}

Setting play() {
  return {"play", "on or off", [](const AppState& s, const Source&) { return s.clocked().playing() ? "on" : "off"; },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value != "on" && value != "off") return false;
            if (s.clocked().playing() != (value == "on")) s.clocked().toggle(s.places(source));
            return true;
          }};
}

/// The first token that fits the word, in the snapshot that is shown next; -1: none.
int remarkable_token(const AppState& s, const Source& source, const std::string& word) {
  AppState next = s;  // the views of `s` are those of the last frame, if there was one
  next.bring_up_to_date(source);
  const auto &training = next.shown.training.depth, &causal = next.shown.causal.depth;
  const std::vector<int>& depth = s.rule == RuleView::training ? training : causal;
  if (word != "deepest" && word != "shallowest" && word != "differing") return -1;
  check_input(!depth.empty(), "pin: no token is {}, since the run has no snapshot of a text here (pin a position)",
              word);
  if (word == "deepest") return int(std::max_element(depth.begin(), depth.end()) - depth.begin());
  if (word == "shallowest") return int(std::min_element(depth.begin(), depth.end()) - depth.begin());
  const size_t count = std::min(training.size(), causal.size());
  for (size_t t = 0; t < count; ++t)
    if (training[t] != causal[t]) return int(t);
  return 0;
}

Setting pin() {
  constexpr const char* subjects[] = {"probe", "generated"};
  return {"pin", "probe or generated and a position, or that of a patch; deepest, shallowest or differing; or none",
          [=](const AppState& s, const Source&) {
            return s.pinned ? fmt::format("{} {}", subjects[int(s.pinned->subject)], s.pinned->token) : "none";
          },
          [=](AppState& s, const Source& source, const std::string& value) {
            if (value == "none") {
              s.pinned.reset();
              return true;
            }
            if (const int found = remarkable_token(s, source, value); found >= 0) {
              s.pinned = TokenRef{Subject::watched, found};
              return true;
            }
            for (int subject : {0, 1}) {
              const std::string word = std::string(subjects[subject]) + " ";
              if (!value.starts_with(word)) continue;
              const std::optional<int> token = parse_number<int>(value.substr(word.size()));
              if (!token || *token < 0) continue;
              s.pinned = TokenRef{Subject(subject), *token};
              const auto& snapshots = source.history().snapshots;
              const size_t known = snapshots.empty() ? 0 : snapshots.back().threshold.tokens.size();
              if (Subject(subject) == Subject::watched && known > 0 && size_t(*token) >= known)
                s.say(fmt::format("pin {}: the watched text has only {} tokens, from 0 on", value, known));
              return true;
            }
            return false;
          }};
}

/// The image that a person draws in place of the run's own ones.
Setting drawn() {
  return {"drawn", "rows of pixels with / between them, . for paper and 1 to f for ink, or none",
          [](const AppState& s, const Source& source) {
            return s.story.typing && source.history().of_images() ? s.own_image.text() : std::string("none");
          },
          [](AppState& s, const Source& source, const std::string& value) {
            const std::optional<Sketch> sketch = Sketch::parse(value);
            if (value == "none" && !source.history().of_images()) return true;
            if (value != "none" && !sketch) return false;
            check_input(source.history().of_images(), "drawn: this run sees no images (open a run on images)");
            if (sketch) {
              s.own_image = *sketch;
              s.story.typing = true;
            } else if (s.story.typing) {
              show_recorded(source, s);
            }
            return true;
          }};
}

/// Which of the runs beside this one are drawn.
Setting drawn_runs() {
  return {"compare.drawn",
          "names of runs beside this one with ; between, none, or best: all or, of too many, those with the lowest "
          "held-out losses",
          [](const AppState& s, const Source& source) -> std::string {
            if (!s.compare.chosen) return "best";
            std::string names;
            for (const Source* run : s.compare.drawn)
              if (run && run != &source) names += (names.empty() ? "" : ";") + short_name(*run);
            return names.empty() ? "none" : names;
          },
          [](AppState& s, const Source& source, const std::string& value) {
            if (value == "best") {
              if (s.compare.chosen) s.compare.draw_best(source);
              return true;
            }
            if (value.empty()) return false;
            std::vector<Source*> runs;
            for (const std::string& name : parts(value == "none" ? "" : value, ';')) {
              const auto found = std::find_if(s.compare.rivals.begin(), s.compare.rivals.end(),
                                              [&](const Source* run) { return short_name(*run) == trimmed(name); });
              check_input(
                  found != s.compare.rivals.end(),
                  "compare.drawn: no run beside this one, which is always drawn, is named {} (names are those in "
                  "Compare, with ; between)",
                  cited(name));
              if (std::find(runs.begin(), runs.end(), *found) == runs.end()) runs.push_back(*found);
            }
            check_input(runs.size() < Comparison::most_drawn,
                        "compare.drawn: {} runs are too many to be told apart (name {} at most)", runs.size(),
                        Comparison::most_drawn - 1);
            s.compare.draw_only(source, runs);
            s.compare.chosen = true;
            return true;
          }};
}

/// Which of the runs beside this one is B.
Setting compared_run() {
  return {"compare.run", "0: the same run, or the number of a run beside it",
          [](const AppState& s, const Source&) { return fmt::format("{}", s.compare.number()); },
          [](AppState& s, const Source&, const std::string& value) {
            const std::optional<int> run = parse_number<int>(value);
            if (!run || *run < 0) return false;
            check_input(*run <= int(s.compare.rivals.size()),
                        "compare.run: there are only {} runs beside this one (open a folder of several runs)",
                        s.compare.rivals.size());
            if (*run != s.compare.number())
              s.compare.compare_with(*run == 0 ? nullptr : s.compare.rivals[size_t(*run) - 1]);
            return true;
          }};
}

Setting wish() {
  return {"do", wish_words(), [](const AppState&, const Source&) { return std::string("nothing"); },
          [](AppState& s, const Source&, const std::string& value) {
            std::optional<Wish> wish = parse_wish(value);
            if (wish) s.wishes.push_back(std::move(*wish));
            return wish.has_value();
          }};
}

}  // namespace

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> all = [] {
    // A scene is written in this order: what a later one depends on comes before it.
    std::vector<Setting> entries = {lesson(), lesson_step()};
    add_members(entries, [](auto& state, auto&& field) { for_each_member(state, field); });
    for (Setting& entry : std::vector<Setting>{step(), clock(), written_tokens(), drawn()})
      entries.push_back(std::move(entry));
    add_members(entries, [](auto& state, auto&& field) { for_each_clocked(state, field); });
    for (Setting& entry :
         std::vector<Setting>{play(), loop(), pin(), span(), drawn_runs(), compared_run(), compared_step(), wish()})
      entries.push_back(std::move(entry));
    for (Setting& fact : facts()) entries.push_back(std::move(fact));
    return entries;
  }();
  return all;
}

}  // namespace tinymor
