// Where does depth go: the panel of the survey.

#include <fmt/format.h>

#include <sstream>

#include "support/catch.h"
#include "support/tiny_models.h"
#include "trainer/recording/snapshot.h"
#include "visualizer/desk.h"

using namespace tinymor;

namespace {

/// The sample run at the page, its survey done.
struct Surveyed : Desk {
  explicit Surveyed(int width = 1280, int height = 800) : Desk(width, height) {
    state().page = "Where depth";
    window.frames(2);
    REQUIRE(wait_for(source, [&] { return source.generation().survey && !source.generation().surveying; }));
    window.frames(2);
  }
  std::string text() { return window.app().text("depth"); }
  Table table() {
    for (const auto& panel : window.app().panels())
      if (std::string_view(panel->name()) == "depth") return panel->table(source, state());
    return {};
  }
  /// One column of the rows of one grouping.
  std::vector<std::string> column(const std::string& by, const std::string& name) {
    const Table all = table();
    const auto at = std::find(all.columns.begin(), all.columns.end(), name) - all.columns.begin();
    std::vector<std::string> cells;
    for (const auto& row : all.rows)
      if (row[0] == by) cells.push_back(row[size_t(at)]);
    return cells;
  }
};

std::string text_of(const ModelConfig& config) {
  const auto letters = train_char_tokenizer("abcdefghij");
  Config all;
  all.model = config;
  all.model.vocab_size = letters->vocab_size();
  Recording recording;
  recording.config_toml = config_to_toml(all);
  for (int32_t id = 0; id < letters->vocab_size(); ++id) recording.vocabulary.push_back(letters->piece(id));
  const Model model = opinionated_model(all.model);
  recording.snapshots.push_back(snapshot_of(model, *letters, random_tokens(20, 10, 3)));
  RecordingSource source("run", std::move(recording));
  Headless window(source, 1280, 800);
  window.app().state().maximised = "depth";
  window.frames(3);
  return window.app().text("depth");
}

}  // namespace

TEST_CASE("the page asks for a survey when it is first shown, and not again") {
  Surveyed desk;
  CHECK(desk.source.generation().survey->texts.size() == desk.source.generation().survey->planned);
  const auto survey = desk.source.generation().survey;
  desk.state().page = "Data";
  desk.window.frames(2);
  desk.state().page = "Where depth";
  desk.window.frames(3);
  desk.source.poll();
  CHECK(desk.source.generation().survey == survey);
  REQUIRE(desk.window.click("depth.survey"));
  CHECK(wait_for(desk.source, [&] { return desk.source.generation().survey != survey; }));
}

TEST_CASE("no survey is made while the page is not seen") {
  Desk desk;
  desk.window.frames(3);
  desk.source.poll();
  CHECK_FALSE(desk.source.generation().survey);
  CHECK_FALSE(desk.source.generation().surveying);
}

TEST_CASE("the groups of every grouping add up to the tokens that were surveyed") {
  Surveyed desk;
  for (const char* by : group_names) {
    CAPTURE(by);
    int64_t tokens = 0;
    for (const std::string& cell : desk.column(by, "tokens")) tokens += std::stoll(cell);
    CHECK(tokens == 119);
  }
  CHECK(desk.column("cut-off", "group").size() == 11);
  for (const std::string& cell : desk.column("cut-off", "tokens")) CHECK(cell == "119");
  CHECK(desk.column("step", "group").size() == desk.source.history().snapshots.size());
  CHECK_THAT(desk.text(), ContainsSubstring("119 tokens of the watched text"));
}

TEST_CASE("a header sorts the table, once more turns it round, and the numbers follow") {
  Surveyed desk;
  REQUIRE(desk.window.click("depth.sort.3"));
  const auto losses = [&] {
    std::vector<double> out;
    for (const std::string& cell : desk.column("kind", "loss")) out.push_back(std::stod(cell));
    return out;
  };
  std::vector<double> sorted = losses();
  REQUIRE(sorted.size() > 1);
  CHECK(std::is_sorted(sorted.rbegin(), sorted.rend()));
  REQUIRE(desk.window.click("depth.sort.3"));
  sorted = losses();
  CHECK(std::is_sorted(sorted.begin(), sorted.end()));
  CHECK(desk.state().depth.order == DepthOrder{DepthColumn::loss, true});
  REQUIRE(desk.window.click("depth.by.4"));
  CHECK(desk.state().depth.by == GroupBy::token);
  CHECK(desk.state().depth.order == usual_order(GroupBy::token));
}

TEST_CASE("an example is shown with all of its text, and pinned where it belongs to the watched text") {
  Surveyed desk;
  const std::vector<int32_t> watched = desk.state().shown.causal.ids;
  REQUIRE(desk.shows("depth.example.1"));
  REQUIRE(desk.window.click("depth.example.1"));
  REQUIRE(desk.state().survey.example);
  CHECK(desk.state().pinned == TokenRef{Subject::watched, desk.state().survey.example->second});
  desk.window.frames(2);
  REQUIRE(desk.window.click("depth.back"));
  CHECK_FALSE(desk.state().survey.example);
  REQUIRE(desk.window.click("depth.worst.0"));
  CHECK(desk.state().survey.example);
}

TEST_CASE("the panel has one part at a time where it is small, and its text has all of them") {
  Surveyed desk(480, 320);
  desk.state().maximised = "depth";
  for (const DepthPart part : {DepthPart::groups, DepthPart::misjudged, DepthPart::cut_offs, DepthPart::training}) {
    desk.state().depth.part = part;
    desk.window.frames(2);
    CHECK(desk.shows("depth.row.0") == (part == DepthPart::groups));
    CHECK(desk.shows("depth.dots.0") == (part == DepthPart::misjudged));
    CHECK(desk.shows("depth.cut_offs") == (part == DepthPart::cut_offs));
    CHECK(desk.shows("depth.training.area") == (part == DepthPart::training));
  }
  const std::string text = desk.text();
  for (const char* said : {"by kind:", "by place in word:", "by position:", "by loss:", "by token",
                           "granted in vain: ", "refused though needed: ", "cut-off 0.5: ", "(what training aims at)",
                           "step 400: 100 % take 1"})
    CHECK_THAT(text, ContainsSubstring(said));
}

TEST_CASE("for every kind of routing the panel says what there is, and why the rest is missing") {
  const std::string vanilla = text_of(tiny_config(Sharing::none, Routing::none));
  CHECK_THAT(vanilla, ContainsSubstring("no recursions: every token takes all 8 layers, so only the loss differs"));
  CHECK_THAT(vanilla, ContainsSubstring("no router, so there is no cut-off to move"));
  CHECK_THAT(vanilla, ContainsSubstring("19 tokens, loss "));
  CHECK_THAT(vanilla, !ContainsSubstring("depth 1"));
  const std::string recursive = text_of(tiny_config(Sharing::middle_cycle, Routing::none));
  CHECK_THAT(recursive, ContainsSubstring("no router: every token takes 3 recursions"));
  CHECK_THAT(recursive, ContainsSubstring("no router, so nothing is granted or refused"));
  CHECK_THAT(recursive, ContainsSubstring("19 tokens, depth 3.00"));
  const std::string token_choice = text_of(tiny_config(Sharing::middle_cycle, Routing::token_choice));
  CHECK_THAT(token_choice, ContainsSubstring("token choice has no cut-off"));
  CHECK_THAT(token_choice, ContainsSubstring("step 0: 100 % take 1"));
  const std::string expert_choice = text_of(tiny_config());
  CHECK_THAT(expert_choice, ContainsSubstring("other cut-offs need the weights of the run"));
  CHECK_THAT(expert_choice, ContainsSubstring("the watched text (as it was recorded)"));
}

TEST_CASE("a run on images has no text to survey, and the panel says so") {
  RecordingSource source("images", sample_images());
  Headless window(source, 900, 700);
  window.app().state().maximised = "depth";
  window.frames(2);
  CHECK_THAT(window.app().text("depth"), ContainsSubstring("a run on images has no text"));
}

TEST_CASE("a dot of the lens names its token and pins it") {
  Desk desk;
  desk.state().maximised = "lens";
  desk.window.frames(2);
  REQUIRE(desk.shows("lens.choices"));
  CHECK_FALSE(desk.state().pinned);
  // A key presses the choice that harmed most.
  for (int i = 0; i < 60 && desk.window.app().registry().focus() != "lens.choices"; ++i)
    desk.window.key(ImGuiKey_DownArrow);
  REQUIRE(desk.window.app().registry().focus() == "lens.choices");
  desk.window.key(ImGuiKey_Enter);
  REQUIRE(desk.state().pinned);
  CHECK(desk.state().pinned->subject == Subject::watched);
}
