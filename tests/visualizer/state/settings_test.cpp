#include "visualizer/state/settings.h"

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/preferences.h"
#include "visualizer/state/session.h"

using namespace tinymor;

TEST_CASE(
    "every setting can be read and set to what was read, and refuses nonsense with a line that says what is right") {
  RecordingSource source("sample", sample_recording());
  AppState state;
  for (const Setting& s : all_settings()) {
    INFO(s.name);
    if (std::string(s.name) == "do") continue;
    if (s.is_fact()) {
      CHECK_THROWS_WITH(apply(state, source, std::string(s.name) + " 1"), ContainsSubstring("not set"));
      continue;
    }
    const std::string value = setting(state, source, s.name);
    apply(state, source, std::string(s.name) + " " + value);
    CHECK(setting(state, source, s.name) == value);
  }
  for (const char* line :
       {"rule sideways",     "step soon",      "step -4",           "zoom 9",        "zoom nan",
        "pin probe",         "pin probe -1",   "shift perhaps",     "temperature 3", "temperature nan",
        "temperature inf",   "temperature 0x", "temperature 1e999", "speed 1x",      "columns 0 inf",
        "splits Inside=nan", "do dance",       "do keep",           "do choose x",   "do step 2",
        "max_tokens 0",      "page",           "page Inzide"})
    CHECK_THROWS_AS(apply(state, source, line), InputError);
  CHECK_THROWS_WITH(apply(state, source, "rule sideways"), ContainsSubstring("training, causal or difference"));
  CHECK_THROWS_WITH(apply(state, source, "rulle causal"),
                    ContainsSubstring("there is no such setting (did you mean rule?"));
}

TEST_CASE("pages and panels may be named in capitals or without") {
  RecordingSource source("sample", sample_recording());
  AppState state;
  for (const char* name : {"Inside", "inside", "INSIDE"}) {
    apply(state, source, std::string("page ") + name);
    CHECK(state.page == "Inside");
    state.page.clear();
  }
  apply(state, source, "panel Grid");
  CHECK(state.maximised == "grid");
}

TEST_CASE("a step or a token that the run does not have is told, and a lesson goes on all the same") {
  RecordingSource source("sample", sample_recording());
  AppState state;
  apply_scene(state, source, "step 200\npin probe 12\npin generated 500\n", "x");
  CHECK(state.message.empty());
  apply(state, source, "pin probe 5000");
  CHECK_THAT(state.message, ContainsSubstring("pin probe 5000: the watched text has only "));
  apply(state, source, "step 999999");
  CHECK_THAT(state.message, ContainsSubstring("step 999999: the run has only "));
}

TEST_CASE("a refused line changes no setting") {
  RecordingSource sample("sample", sample_recording()), empty("empty", Recording());
  const auto readings = [](const AppState& state, const Source& source) {
    std::vector<std::string> all = {std::to_string(state.wishes.size()), state.message};
    for (const Setting& s : all_settings()) all.push_back(std::string(s.name) + " " + setting(state, source, s.name));
    return all;
  };
  for (const Source* source : {static_cast<Source*>(&sample), static_cast<Source*>(&empty)}) {
    AppState state;
    apply_scene(state, *source,
                "page Inside\npanel curves\ncurves.hide loss;eval\nhide help time.play\npin probe 12\n"
                "splits Inside/3=0.1,0\ntime.zoom 0.2 0.7\nprompt Hello\ndo note here\n",
                "x");
    if (source == &sample) apply(state, *source, "loop 50 100");
    const std::vector<std::string> before = readings(state, *source);
    for (const Setting& s : all_settings()) {
      int refused = 0;
      for (const char* value :
           {"", "sideways", "nan", "-7", "1e9", "5 2", "0 1e300", "10 20", "Overview/3=0.1,no", "keep x"}) {
        INFO(s.name << " " << value);
        AppState changed = state;
        try {
          apply(changed, *source, std::string(s.name) + " " + value);
        } catch (const InputError&) {
          ++refused;
          CHECK((readings(changed, *source) == before));
        }
      }
      CHECK((refused > 0 || std::string_view(s.values).starts_with("a text")));
    }
  }
}

TEST_CASE("a line that the state refuses names the state, and a value is repeated up to some sixty characters") {
  RecordingSource sample("sample", sample_recording()), empty("empty", Recording());
  const struct {
    const Source& source;
    const char *line, *why;
  } refusals[] = {{sample, "drawn .1/11", "drawn: this run sees no images"},
                  {empty, "pin deepest", "pin: no token is deepest, since the run has no snapshot"},
                  {empty, "loop 1 2", "loop: this run has no snapshots"},
                  {sample, "compare.run 3", "compare.run: there are only 0 runs beside this one"},
                  {sample, "lesson.step 3", "lesson.step: no lesson is open"}};
  for (const auto& refusal : refusals) {
    AppState state;
    CHECK_THROWS_WITH(apply(state, refusal.source, refusal.line), ContainsSubstring(refusal.why));
  }
  for (const std::string setting : {"rule ", "at ", ""}) {
    const std::string of_letters = setting + std::string(59, 'x') + std::string(3000, '\xC3') + "\xA9";
    std::string said;
    try {
      AppState state;
      apply_scene(state, sample, of_letters, "x");
    } catch (const InputError& error) {
      said = error.what();
    }
    CHECK_THAT(said, ContainsSubstring(std::string(59, 'x')) && !ContainsSubstring(std::string(61, '\xC3')));
  }
  CHECK(shortened(std::string(59, 'x') + "\u00e9") == std::string(59, 'x') + "\u2026");
  CHECK(cited("short") == "\"short\"");
}

TEST_CASE("a scene sets what it says, and the state it makes reads back as that scene") {
  RecordingSource source("sample", sample_recording());
  AppState state;
  const std::string scene =
      "page Inside\nzoom 1.5\nrule training\npaper on\nsmooth off\ncache generated\nattention.layer 1\nattention.head "
      "2\n"
      "sharing cycle\nprompt Once \\\\ upon\\na time\ntemperature 0.25\nstep 200\npin probe 12\n";
  apply_scene(state, source, "# for Tuesday\n\n" + scene, "tuesday.scene");
  state.shown.update(source, state.playback.index());
  CHECK(state.rule == RuleView::training);
  CHECK(state.shown.step == 200);
  CHECK(state.pinned == TokenRef{Subject::watched, 12});
  CHECK(state.request.prompt == "Once \\ upon\na time");
  CHECK(scene_of(state, source) == scene);
  CHECK(scene_of(AppState(), source).empty());
}

TEST_CASE("the story stands where a scene wants it, also when it was playing before") {
  RecordingSource source("sample", sample_recording());
  AppState state;
  state.story.playing = true;
  apply_scene(state, source, "story.event 3\n", "scene");
  CHECK_FALSE(state.story.playing);
  apply_scene(state, source, "story.play on\n", "scene");
  CHECK(state.story.playing);
}

TEST_CASE("a scene with a mistake names file and line and changes nothing") {
  RecordingSource source("sample", sample_recording());
  AppState state;
  CHECK_THROWS_WITH(apply_scene(state, source, "rule training\n\nzoom big\n", "x.scene"),
                    ContainsSubstring("x.scene:3: zoom: \"big\""));
  CHECK(state.rule == RuleView::causal);
}

TEST_CASE("wishes of a scene are granted like those of buttons") {
  RecordingSource source("sample", sample_recording());
  AppState state;
  apply_scene(state, source, "play on\ndo generate\n", "x");
  CHECK(state.playback.mode() == Playback::Mode::playing);
  REQUIRE(state.wishes.size() == 1);
  CHECK(state.wishes[0].kind == Wish::generate);
  state.wishes.clear();
  const std::vector<std::string> lines = {"do keep 3", "do open a run/x", "do race 70 my own.txt"};
  for (const std::string& line : lines) apply(state, source, line);
  for (size_t i = 0; i < lines.size(); ++i) CHECK(wish_line(state.wishes[i], "") == lines[i]);
  for (const char* bad : {"do keep", "do keep -1", "do keep 3 more", "do open", "do train stories", "do pause now"})
    CHECK_THROWS_AS(apply(state, source, bad), InputError);
  CHECK_THROWS_WITH(apply_scene(state, source, "at 1\nopen x\n", "late"), ContainsSubstring("late:2: open: belongs"));
}

TEST_CASE("a scene with times plays itself, and a session that is written down plays the same again") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "lecture.scene";
  RecordingSource source("sample", sample_recording());
  AppState first;
  apply_scene(first, source, "rule training\nat 2\npin probe 7\nat 1\nrule causal\n", "x");
  SessionRecorder recorder;
  recorder.start(file, first, source);
  std::vector<std::string> seen;
  for (int i = 0; i < 25; ++i) {
    play_script(0.125, first, source);
    if (i == 19) first.wishes.push_back({Wish::keep, 4});
    recorder.note(0.125, first, source);
    first.wishes.clear();
  }
  CHECK(first.rule == RuleView::causal);
  CHECK(first.pinned == TokenRef{Subject::watched, 7});
  const std::string written = read_file(file, 10000);
  CHECK(written == "at 0.01\nrule training\nat 1.00\nrule causal\nat 2.00\npin probe 7\nat 2.50\ndo keep 4\n");

  AppState again;
  apply_scene(again, source, written, "lecture");
  play_script(0.5, again, source);
  CHECK(again.rule == RuleView::training);
  play_script(1, again, source);
  CHECK(again.rule == RuleView::causal);
  CHECK_FALSE(again.pinned);
  play_script(1.5, again, source);
  CHECK(again.pinned == TokenRef{Subject::watched, 7});
  CHECK(again.wishes.size() == 1);
  CHECK_THROWS_WITH(apply_scene(again, source, "at 4\nrule causl\n", "x"),
                    ContainsSubstring("x:2: rule: \"causl\" is not"));
  CHECK_THROWS_WITH(apply_scene(again, source, "highlight strip\n", "x"),
                    ContainsSubstring("belongs to a card of a lesson"));
  CHECK_THROWS_WITH(apply_scene(again, source, "at once\n", "x"),
                    ContainsSubstring("x:1: at: \"once\" is not a number"));
}

TEST_CASE("controls that a scene hides are neither visible nor pressed") {
  RecordingSource source("sample", sample_recording());
  Headless window(source, 1280, 800);
  window.frames(2);
  CHECK(window.click("rule.0"));
  apply_scene(window.app().state(), source, "hide rule.0 grid.paper time.play time.track help\n", "x");
  window.frames(2);
  for (const char* name : {"time.play", "time.track", "help"}) CHECK_FALSE(window.click(name));
  window.type("h");
  CHECK_FALSE(window.app().state().help);
  CHECK_FALSE(window.click("rule.0"));
  CHECK_FALSE(window.click("grid.paper"));
  CHECK(window.click("rule.1"));
}

TEST_CASE(
    "a window remembers its zoom, how curves are drawn and which lessons are done, and opens with a damaged file, "
    "too") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "config" / "tinymor" / "window.scene";
  RecordingSource source("sample", sample_recording());
  AppState state;
  recall_preferences(state, source, file);
  CHECK(state.zoom == 1);
  state.zoom = 1.5f;
  state.log_loss = true;
  state.theme = Theme::light;
  state.page = "Inside";
  state.open.recent = {"/runs/a run", "/runs/b"};
  state.lessons_done = {"00-loop", "my own"};
  remember_preferences(state, source, file);
  AppState next;
  recall_preferences(next, source, file);
  CHECK(next.open.recent == state.open.recent);
  CHECK(next.lessons_done == state.lessons_done);
  CHECK(next.zoom == 1.5f);
  CHECK(next.log_loss);
  CHECK(next.theme == Theme::light);
  CHECK(next.page.empty());
  write_file_atomically(file, "colour blue\nzoom 2\npaper perhaps\nlog on\n");
  AppState damaged;
  recall_preferences(damaged, source, file);
  CHECK(damaged.zoom == 2);
  CHECK_FALSE(damaged.paper_colors);
}
