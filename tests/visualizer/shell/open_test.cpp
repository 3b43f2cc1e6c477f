#include "visualizer/runs/open_source.h"
#include "visualizer/shell/open_dialog.h"

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "visualizer/draw/glyphs.h"
#include "visualizer/panels/curve_series.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"
#include "visualizer/state/settings.h"

using namespace tinymor;

namespace {

/// A window whose dialog opens a recording "other" and trains by script; everything else is not there.
struct Desk {
  WritingSource first;
  std::vector<std::string> asked;
  Headless window{first, 1280, 800, ui::FontSource::builtin,
                  Opener{[this](const std::string& path) {
                           asked.push_back(path);
                           check_input(std::filesystem::path(path).filename() == "other",
                                       "{}: there is no such file or folder (name another)", path);
                           SampleRun run;
                           run.steps = 50;
                           return alone(std::make_unique<RecordingSource>("other", sample_recording(run)));
                         },
                         [this](const TrainRequest& request) {
                           std::string all =
                               (request.race ? "race " : "train ") + request.data + " " + std::to_string(request.steps);
                           for (const std::string& key : request.keys) all += " " + key;
                           asked.push_back(all);
                           Sources runs;
                           for (const char* name : {"live", "races/vanilla", "races/recursive"})
                             if (runs.empty() || request.race)
                               runs.push_back(std::make_unique<LiveSource>(
                                   name, std::make_unique<ScriptedRun>(sample_recording()), [] {}));
                           return runs;
                         }}};
  Desk() { window.frames(3); }
  AppState& state() { return window.app().state(); }
};

}  // namespace

TEST_CASE("Open shows another run, and nothing of the previous one remains") {
  Desk desk;
  desk.state().pinned = TokenRef{Subject::watched, 3};
  REQUIRE(desk.window.click("open"));
  desk.window.type("nowhere");
  REQUIRE(desk.window.click("open.go"));
  CHECK_THAT(desk.state().open.message, ContainsSubstring("nowhere: there is no such file"));
  CHECK(desk.window.app().source().name() == "sample");
  desk.window.type("other");
  REQUIRE(desk.window.click("open.go"));
  desk.window.frames(2);
  CHECK(desk.window.app().source().name() == "other");
  CHECK(desk.state().open.dialog == Dialog::none);
  CHECK_FALSE(desk.state().pinned);
  CHECK(desk.state().shown.step == 50);
}

TEST_CASE("what is typed after O is the path, Enter opens it, and the dialog says why it cannot be opened") {
  Desk desk;
  desk.window.type("oruns/live-3 rnsmc");
  desk.window.frames(3);
  CHECK(desk.state().open.path == "runs/live-3 rnsmc");
  CHECK(desk.state().rule == RuleView::causal);
  CHECK_FALSE(desk.state().timeline.writing);
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(2);
  CHECK(desk.asked == std::vector<std::string>{"runs/live-3 rnsmc"});
  CHECK(desk.state().open.dialog == Dialog::open);
  const auto* message = desk.window.app().registry().find("open.message");
  REQUIRE(message);
  CHECK(message->visible);
  desk.window.type("again");  // in its place
  desk.window.key(ImGuiKey_Enter);
  CHECK(desk.asked.back() == "again");
  desk.window.key(ImGuiKey_Escape);
  CHECK(desk.state().open.dialog == Dialog::none);
  desk.window.type("o");
  desk.window.frames(2);
  desk.window.type("other");
  CHECK(desk.state().open.message == "");  // it was about another path
  desk.window.key(ImGuiKey_Escape);        // also out of the field
  CHECK(desk.state().open.dialog == Dialog::none);
  desk.window.type("o");
  desk.window.type("other");
  desk.window.key(ImGuiKey_DownArrow);
  desk.window.frames(2);
  CHECK(desk.window.app().registry().focus() == "open.go");
  CHECK(desk.state().open.path == "other");
  desk.window.key(ImGuiKey_Enter);
  desk.window.frames(2);
  CHECK(desk.asked.size() == 3);
  CHECK(desk.state().open.message == "");
  CHECK(desk.window.app().source().name() == "other");
}

TEST_CASE("Tab goes through the fields and buttons of the dialog and stays in it") {
  Desk desk;
  const ui::Registry& registry = desk.window.app().registry();
  desk.window.type("o");
  desk.window.frames(2);
  desk.window.type("runs/live-3");
  std::vector<std::string> order;
  for (int i = 0; i < 40; ++i) {
    desk.window.key(ImGuiKey_Tab);
    desk.window.frames(2);
    order.push_back(registry.focus());
  }
  CHECK(order.front() == "open.go");
  const auto before = desk.window.picture().rgba;
  desk.window.key(ImGuiKey_Tab);
  desk.window.frames(2);
  CHECK(desk.window.picture().rgba != before);  // the ring is at another control
  CHECK(desk.state().open.path == "runs/live-3");
  for (const char* name : {"open.path", "train.data", "train.steps", "train.go", "train.race", "open.close"})
    CHECK(std::count(order.begin(), order.end(), name) > 0);
  for (const std::string& name : order) CHECK((name.starts_with("open.") || name.starts_with("train.")));
  CHECK(desk.state().open.dialog == Dialog::open);
}

TEST_CASE("Enter in the text to train on trains") {
  Desk desk;
  desk.window.type("o");
  desk.window.frames(2);
  REQUIRE(desk.window.click("train.data"));
  desk.window.key(ImGuiKey_End);
  desk.window.type(".txt");
  desk.window.key(ImGuiKey_Enter);
  CHECK(desk.asked == std::vector<std::string>{"train stories.txt 400"});
}

TEST_CASE("the dialog chooses the model to train, and says in mor's words what is illegal before it starts") {
  Desk desk;
  const auto problem = [&] {
    desk.window.frames(2);
    CHECK(desk.window.app().registry().find("train.problem"));
    return problem_of(desk.state().open.request);
  };
  desk.window.type("o");
  desk.window.frames(3);
  const auto type_into = [&](const char* field, const char* typed) {
    const ui::Registry& registry = desk.window.app().registry();
    for (int i = 0; i < 60 && registry.focus() != field; ++i) desk.window.key(ImGuiKey_Tab);
    REQUIRE(registry.focus() == field);
    desk.window.key(ImGuiKey_Enter);
    desk.window.frames(3);
    desk.window.type(typed);
    desk.window.key(ImGuiKey_Tab);
    desk.window.frames(2);
  };
  CHECK_FALSE(desk.window.app().registry().find("train.problem"));
  type_into("train.recursions", "4");
  CHECK_THAT(problem(), ContainsSubstring("8 - 2 layers do not divide into n_recursions = 4 passes"));
  REQUIRE(desk.window.click("train.go"));
  CHECK(desk.asked.empty());
  type_into("train.layers", "10");
  type_into("train.width", "64");
  CHECK_FALSE(desk.window.app().registry().find("train.problem"));
  REQUIRE(desk.window.click("train.sharing.2"));
  CHECK_THAT(problem(), ContainsSubstring("10 layers do not divide into n_recursions = 4 passes"));
  REQUIRE(desk.window.click("train.sharing.3"));
  type_into("train.capacity", "1, 0.5, 0.25");
  CHECK_THAT(problem(), ContainsSubstring("router.capacity: 3 values for n_recursions = 4"));
  type_into("train.capacity", "1, 0.5, 0.5, 0.2");
  CHECK_FALSE(desk.window.app().registry().find("train.problem"));
  REQUIRE(desk.window.click("train.routing.2"));
  type_into("train.capacity", "1, a");
  CHECK(desk.window.app().registry().find("train.problem"));
  type_into("train.capacity", "1,0.5,0.5,0.2");
  desk.window.frames(2);
  REQUIRE(desk.window.click("train.go"));
  REQUIRE(desk.asked.size() == 1);
  CHECK(desk.asked.front() ==
        "train stories 400 n_recursions=4 n_layers=10 d_model=64 sharing=middle_cycle routing=token_choice "
        "capacity=[1,0.5,0.5,0.2]");
}

TEST_CASE("a line of a scene trains with keys of a configuration, as a session writes it down") {
  const TemporaryFolder folder;
  const std::optional<Wish> plain = parse_wish("train 400 stories");
  REQUIRE(plain);
  CHECK(plain->keys.empty());
  CHECK(wish_line(*plain, folder.path()) == "do train 400 stories");
  const std::string line = "race 70 n_recursions=2 capacity=[1,0.5] my own.txt";
  const std::optional<Wish> wish = parse_wish(line);
  REQUIRE(wish);
  CHECK(wish->keys == std::vector<std::string>{"n_recursions=2", "capacity=[1,0.5]"});
  CHECK(wish->text == "my own.txt");
  CHECK(wish_line(*wish, folder.path()) == "do " + line);
  CHECK_FALSE(parse_wish("train 400 n_recursions=2"));  // on what?
  write_file_atomically(folder.path() / "a=b", "Roses");
  const std::string odd = wish_line({Wish::train, 5, (folder.path() / "a=b").string(), {"d_model=64"}}, folder.path());
  CHECK(odd == "do train 5 d_model=64 ./a=b");
  CHECK(located(odd, folder.path()) == "do train 5 d_model=64 " + (folder.path() / "a=b").string());

  TrainRequest request{"stories", 70, false, {"n_recursions=2", "d_model=64"}};
  CHECK(config_of(request).model.d_model == 64);
  CHECK(config_of(request).model.d_ff == 192);
  CHECK(config_of(request).model.n_recursions == 2);
  CHECK(config_of(request).train.steps == 70);
  CHECK(config_of(TrainRequest()).model == Config::defaults().model);
  request.keys = {"d_modle=64"};
  CHECK_THROWS_WITH(config_of(request),
                    ContainsSubstring("did you mean model.d_model?") && !ContainsSubstring("--set"));
}

TEST_CASE("the dialog refuses a scene with a mistake") {
  const TemporaryFolder folder;
  Desk desk;
  write_file_atomically(folder.path() / "odd.scene", "rule purple\n");
  desk.window.app().drop((folder.path() / "odd.scene").string());
  desk.window.frames(4);
  CHECK(desk.state().open.dialog == Dialog::open);
  CHECK_THAT(desk.state().open.message, ContainsSubstring("\"purple\" is not one of its values"));
}

TEST_CASE("a race shows three runs: their curves, and each of the twins in turn beside the first") {
  Desk desk;
  REQUIRE(desk.window.click("open"));
  REQUIRE(desk.window.click("train.race"));
  CHECK(desk.asked == std::vector<std::string>{"race stories 400"});
  const Comparison& compare = desk.state().compare;
  CHECK(compare.scoreboard);
  REQUIRE(compare.rivals.size() == 2);
  for (int i = 0; i < 10000 && compare.rivals[1]->history().snapshots.empty(); ++i) {
    desk.window.app().poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  desk.window.frames(2);
  CHECK(desk.state().curve_axis == CurveAxis::flops);
  CHECK_THAT(desk.window.app().text("curves"), ContainsSubstring("B: vanilla"));
  CHECK_THAT(desk.window.app().text("curves"), ContainsSubstring("recursive"));
  desk.state().show = "curves";
  desk.window.frames(2);
  CHECK(desk.window.app().registry().find("curves.loss.recursive"));
  CHECK(compare.other == compare.rivals[0]);
  desk.state().show = "compare";
  desk.window.frames(2);
  REQUIRE(desk.window.click("compare.next"));
  CHECK(compare.other == compare.rivals[1]);
  REQUIRE(desk.window.click("compare.swap"));
  desk.window.frames(2);
  CHECK(desk.window.app().source().name() == "races/recursive");
  CHECK(compare.rivals[1]->name() == "live");
  REQUIRE(desk.window.click("compare.next"));
  CHECK_FALSE(compare.other);  // the same run; the others are still there
  CHECK(compare.rivals.size() == 2);
}

TEST_CASE("Train starts a run that the panels show, and O and Esc open and close the dialog") {
  Desk desk;
  desk.window.type("o");
  CHECK(desk.state().open.dialog == Dialog::open);
  desk.window.key(ImGuiKey_Escape);
  CHECK(desk.state().open.dialog == Dialog::none);
  desk.window.type("o");
  desk.state().open.request = {"my.txt", 120};
  REQUIRE(desk.window.click("train.go"));
  CHECK(desk.asked == std::vector<std::string>{"train my.txt 120"});
  Source& source = desk.window.app().source();
  CHECK(source.name() == "live");
  CHECK(wait_for(source, [&] { return source.history().steps.size() == 400; }));
}

TEST_CASE("a run that is dropped onto the window opens, and a text becomes what to train on") {
  Desk desk;
  desk.window.app().drop("other");
  desk.window.frames(2);
  CHECK(desk.window.app().source().name() == "other");
  const TemporaryFolder folder;
  const std::string text = (folder.path() / "poem.txt").string();
  write_file_atomically(text, "Roses");
  desk.window.app().drop(text);
  desk.window.frames(4);
  CHECK(desk.window.app().source().name() == "other");
  CHECK(desk.state().open.dialog == Dialog::open);
  CHECK(desk.state().open.request.data == text);
  REQUIRE(desk.window.click("train.go"));
  CHECK(desk.asked.back() == "train " + text + " 400");
  REQUIRE(desk.window.click("open"));
  REQUIRE(desk.window.click("train.data"));  // and is edited, while
  desk.window.app().drop(folder.path().string());
  desk.window.frames(4);
  CHECK_THAT(desk.state().open.message, ContainsSubstring("A folder of texts"));
  CHECK(desk.state().open.request.data == folder.path().string());
}

TEST_CASE("a session that is written down opens, trains and races the same runs again") {
  const TemporaryFolder folder;
  Desk desk;
  std::optional<WorkingFolder> inside(folder.path());
  desk.window.type("v");
  desk.window.app().drop("other");
  desk.window.frames(2);
  desk.state().show = "compare";
  desk.window.frames(2);
  REQUIRE(desk.window.click("compare.other"));
  desk.window.type("other");
  REQUIRE(desk.window.click("open.go"));
  desk.window.type("o");
  desk.state().open.request = {"my own.txt", 70};
  desk.window.frames(2);
  REQUIRE(desk.window.click("train.race"));
  desk.window.frames(2);
  desk.state().playback.speed = 0.25;
  desk.state().curves = {{0.25, 0.5}, {"train", "vanilla"}};
  desk.window.frames(2);
  desk.window.type("v");
  inside.reset();

  Desk again;
  const std::string written = read_file(folder.path() / "exports/session-1.scene", 10000);
  apply_scene(again.state(), again.first, written, "session");
  for (int i = 0; i < 100 && !again.state().script.empty(); ++i) again.window.frames(1, 0.1);
  again.window.frames(2);
  CHECK(again.asked == std::vector<std::string>{"other", "other", "race my own.txt 70"});
  CHECK(again.asked == desk.asked);
  CHECK(again.window.app().source().name() == "live");
  CHECK(again.state().compare.rivals.size() == 2);
  CHECK(again.state().playback.speed == 0.25);
  CHECK(again.state().curves.zoom.from == 0.25);
  CHECK(again.state().curves.hidden == desk.state().curves.hidden);
  CHECK(again.state().open.dialog == Dialog::none);
}

TEST_CASE("a session that begins beside another run begins there again, however slow the window is") {
  const TemporaryFolder folder;
  std::optional<WorkingFolder> inside(folder.path());
  std::filesystem::create_directory("other");
  Desk desk;
  desk.window.frames(2);
  desk.state().open.dialog = Dialog::beside;
  desk.window.app().drop("other");
  desk.window.frames(2);
  CHECK(desk.state().compare.number() == 1);
  desk.window.type("v");
  desk.state().open.dialog = Dialog::beside;
  desk.window.app().drop("other");
  desk.window.frames(3);
  desk.state().curves.zoom = {0.41234, 0.41235};
  desk.window.frames(2);
  desk.window.type("v");
  inside.reset();
  const std::filesystem::path file = folder.path() / "exports/session-1.scene";
  const std::string written = read_file(file, 10000);
  for (const double seconds : {0.01, 5.0}) {
    Desk again;
    apply_scene(again.state(), again.first, written, file.string());
    for (int i = 0; i < 1000 && !again.state().script.empty(); ++i) again.window.frames(1, seconds);
    again.window.frames(2);
    CHECK(again.window.app().source().name() == "sample");
    CHECK(again.state().compare.rivals.size() == 2);
    CHECK(again.state().compare.number() == desk.state().compare.number());
    CHECK(again.state().curves.zoom.from == 0.41234);
    CHECK(again.state().message.empty());
  }
}

TEST_CASE("a session names its runs by relative paths, so that both can be moved together") {
  const TemporaryFolder folder;
  const std::filesystem::path here = folder.path() / "here";
  std::filesystem::create_directories(here / "runs/other");
  write_file_atomically(here / "my.txt", "Roses");
  std::optional<WorkingFolder> inside(here);
  Desk desk;
  desk.window.type("v");
  desk.window.app().drop("runs/other");
  desk.window.frames(2);
  desk.state().wishes.push_back({Wish::train, 70, "my.txt"});
  desk.window.frames(2);
  desk.state().wishes.push_back({Wish::train, 80, "stories"});
  desk.window.frames(2);
  desk.window.type("v");
  inside.reset();
  CHECK_THAT(read_file(here / "exports/session-1.scene", 10000), ContainsSubstring("do open ../runs/other\n") &&
                                                                     ContainsSubstring("do train 70 ../my.txt\n") &&
                                                                     ContainsSubstring("do train 80 stories\n"));

  const std::filesystem::path there = folder.path() / "there", file = there / "exports/session-1.scene";
  std::filesystem::rename(here, there);
  Desk again;
  apply_scene(again.state(), again.first, read_file(file, 10000), file.string());
  for (int i = 0; i < 100 && !again.state().script.empty(); ++i) again.window.frames(1, 0.1);
  again.window.frames(2);
  const std::string whole = there.lexically_normal().string();
  CHECK(again.asked ==
        std::vector<std::string>{whole + "/runs/other", "train " + whole + "/my.txt 70", "train stories 80"});
}

TEST_CASE("what was opened last is offered first, once, as long as it exists") {
  const TemporaryFolder folder;
  AppState state;
  const Opener opener{[](const std::string&) { return alone(std::make_unique<WritingSource>()); }, {}};
  for (const char* name : {"a", "b", "c", "d", "e", "b"}) {
    const std::filesystem::path run = folder.path() / name;
    std::filesystem::create_directories(run);
    REQUIRE(fulfil({Wish::open, 0, run.string()}, state, opener).size() == 1);
  }
  std::vector<std::string> names;
  for (const std::string& path : state.open.recent) names.push_back(std::filesystem::path(path).filename().string());
  CHECK(names == std::vector<std::string>{"b", "e", "d", "c"});
  std::filesystem::remove(folder.path() / "e");
  state.open.found = {(folder.path() / "c").string(), (folder.path() / "a").string()};
  CHECK(offers(state.open) == std::vector<std::string>{(folder.path() / "b").string(), (folder.path() / "d").string(),
                                                       (folder.path() / "c").string(), (folder.path() / "a").string()});
}

TEST_CASE("an offer is a relative path below the working directory, and an absolute path elsewhere") {
  const TemporaryFolder folder, elsewhere;
  std::filesystem::create_directories(folder.path() / "runs" / "mine");
  std::filesystem::create_directories(folder.path() / "runs" / "old");
  std::optional<WorkingFolder> inside(folder.path());
  OpenState open;
  open.recent = {std::filesystem::current_path() / "runs" / "mine", elsewhere.path().string()};
  open.found = {"runs/old", "runs/mine"};
  const std::vector<std::string> offered = offers(open);
  inside.reset();
  CHECK(offered == std::vector<std::string>{"runs/mine", elsewhere.path().string(), "runs/old"});
}

TEST_CASE("Enter counts even before the field has the keyboard, after what was typed") {
  Desk desk;
  ui::type_text("oother");
  ImGuiIO& io = ImGui::GetIO();
  ui::feed_key(io, ImGuiKey_Enter, true);
  desk.window.frames(2);
  ui::feed_key(io, ImGuiKey_Enter, false);
  desk.window.frames(8);
  CHECK(desk.asked == std::vector<std::string>{"other"});
}

TEST_CASE("the training panel shows a run's cost and data, and says when the run gets worse") {
  class Telling : public ScriptedRun {
   public:
    Telling() : ScriptedRun(worse()) {}
    static Recording worse() {
      Recording recording = sample_recording();
      for (size_t i = 0; i < recording.evals.size(); ++i) recording.evals[i].threshold_loss = 2 + double(i);
      return recording;
    }
    RunInfo prepare(const Tell& tell) override {
      tell("this run takes about 2 GB of memory");
      return ScriptedRun::prepare(tell);
    }
  };
  LiveSource source("live", std::make_unique<Telling>(), [] {});
  REQUIRE(wait_for(source, [&] { return source.history().evals.size() == 8; }));
  Headless window(source, 1280, 800);
  window.frames(2);
  window.app().state().page = "Overview";
  const std::string text = window.app().text("curves");
  CHECK_THAT(text, ContainsSubstring("this run takes about 2 GB of memory\n"));
  CHECK_THAT(text, ContainsSubstring("held-out loss rises since step "));
  const std::string drawn = window.drawing();
  CHECK_THAT(drawn, ContainsSubstring("this run takes about 2 GB of memory"));
  CHECK_THAT(drawn, ContainsSubstring("held-out loss rises since step"));
}

TEST_CASE(
    "a scene that is opened shows the run that it names and does its lines; without a name, on the run that is shown") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "a.scene", "open sub/run.mortrace\nrule training\nstep 25\n");
  write_file_atomically(folder.path() / "b.scene", "rule difference\nstep 50\n");
  write_file_atomically(folder.path() / "bad.scene", "colour blue\n");
  CHECK(run_of_scene("# nothing\nopen ../x\n", "/lectures/a.scene") == "/lectures/../x");
  WritingSource first;
  std::string asked;
  Headless window(first, 1280, 800, ui::FontSource::builtin,
                  Opener{[&](const std::string& path) {
                           asked = path;
                           return alone(std::make_unique<RecordingSource>("other", sample_recording()));
                         },
                         {}});
  const AppState& state = window.app().state();
  window.frames(2);
  window.app().drop((folder.path() / "a.scene").string());
  window.frames(2);
  CHECK(asked == (folder.path() / "sub/run.mortrace").string());
  CHECK(window.app().source().name() == "other");
  CHECK(state.rule == RuleView::training);
  CHECK(state.shown.step == 25);
  window.app().drop((folder.path() / "b.scene").string());
  window.frames(2);
  CHECK(window.app().source().name() == "other");
  CHECK(state.rule == RuleView::difference);
  CHECK(state.shown.step == 50);
  window.app().drop((folder.path() / "bad.scene").string());
  window.frames(2);
  CHECK(state.open.dialog == Dialog::open);
  CHECK_THAT(state.open.message, ContainsSubstring("bad.scene:1: colour"));
}

TEST_CASE("a folder of runs opens all of them side by side, however many, and each can be told from the others") {
  const TemporaryFolder folder;
  SampleRun run;
  run.steps = 50;
  const auto write = [&](const std::string& name) {
    std::filesystem::create_directories(folder.path() / name);
    write_sample(folder.path() / name / "recording.mortrace", sample_recording(run));
  };
  for (const char* name : {"vanilla", "mor", "recursive"}) write(name);
  WritingSource first;
  Headless window(first, 1280, 800, ui::FontSource::builtin,
                  Opener{[](const std::string& path) { return open_sources(path, [] {}); }, {}});
  const AppState& state = window.app().state();
  window.app().drop(folder.path().string());
  window.frames(3);
  CHECK(short_name(window.app().source()) == "mor");
  REQUIRE(state.compare.rivals.size() == 2);
  CHECK(short_name(*state.compare.rivals[0]) == "recursive");
  CHECK(state.compare.other == state.compare.rivals[0]);
  CHECK(state.curve_axis == CurveAxis::flops);
  CHECK_THAT(window.app().text("curves"), ContainsSubstring("vanilla"));
  CHECK(open_sources(folder.path() / "mor", [] {}).size() == 1);
  for (int i = 0; i < 10; ++i) write("more" + std::to_string(i));
  window.app().state().page = "Overview";
  window.app().drop(folder.path().string());
  window.frames(3);
  REQUIRE(state.compare.rivals.size() == 12);
  CHECK(state.compare.drawn_count() == Comparison::most_drawn);
  CHECK_THAT(window.app().text("curves"), ContainsSubstring("more0") && ContainsSubstring("more5"));
  CHECK(window.app().registry().find("curves.loss.more5"));
  CHECK_THAT(window.app().csv("curves"), ContainsSubstring((folder.path() / "more5").string() + ",50,"));
}

TEST_CASE("a damaged recording in a folder of runs hides only itself, and is named") {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) std::filesystem::create_directories(folder.path() / name);
  for (const char* name : {"b", "c"}) write_sample(folder.path() / name / "recording.mortrace", sample_recording());
  write_file_atomically(folder.path() / "a/recording.mortrace", "no recording");
  const Sources sources = open_sources(folder.path(), [] {});
  REQUIRE(sources.size() == 2);
  CHECK(short_name(*sources[0]) == "b");
  CHECK_THAT(sources[0]->notice(), ContainsSubstring("left out: ") && ContainsSubstring("a/recording.mortrace"));
  CHECK(sources[1]->notice().empty());
  for (const char* name : {"b", "c"}) std::filesystem::remove_all(folder.path() / name);
  std::filesystem::create_directories(folder.path() / "b");
  write_file_atomically(folder.path() / "b/recording.mortrace", "none either");
  CHECK_THROWS_AS(open_sources(folder.path(), [] {}), InputError);
}

TEST_CASE("a file that cannot be opened, or is not text, closes neither the window nor its run") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("loop", folder.path() / "loop");
  write_file_atomically(folder.path() / "own.txt", "Once upon\na time  ");
  WritingSource first;
  Headless window(first, 1280, 800, ui::FontSource::builtin,
                  Opener{[](const std::string& path) { return open_sources(path, [] {}); }, {}});
  AppState& state = window.app().state();
  for (const std::string& path : {(folder.path() / "loop").string(), std::string(300, 'x')}) {
    window.app().drop(path);
    window.frames(2);
    CHECK_THAT(state.open.message, ContainsSubstring("there is no such file or folder"));
    CHECK(&window.app().source() == &first);
  }
  state.open.dialog = Dialog::text;
  window.app().drop((folder.path() / "own.txt").string());
  window.frames(2);
  CHECK(state.own_text == "Once upon\na time  ");
  AppState again;
  apply(again, first, "tokens.own " + setting(state, first, "tokens.own"));
  CHECK(again.own_text == state.own_text);
}

TEST_CASE("runs are listed newest first, without other folders") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "none");
  for (const char* name : {"old", "new"}) {
    std::filesystem::create_directories(folder.path() / name);
    write_file_atomically(folder.path() / name / "model.safetensors", "x");
  }
  std::filesystem::last_write_time(folder.path() / "old",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  const std::vector<std::string> runs = find_runs(folder.path().string());
  REQUIRE(runs.size() == 2);
  CHECK_THAT(runs[0], ContainsSubstring("new"));
  std::filesystem::create_directories(folder.path() / "race/mor/deeper");
  std::filesystem::create_directories(folder.path() / "race/vanilla");
  for (const char* run : {"mor", "mor/deeper", "vanilla"})
    write_file_atomically(folder.path() / "race" / run / "model.safetensors", "x");
  CHECK(find_runs(folder.path().string()).size() == 3);  // the race is offered as one
  CHECK(find_runs((folder.path() / "missing").string()).empty());
}
