// The panel of tokens: the watched text, the vocabulary, and any text that is typed.

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "visualizer/runs/trainer_run.h"
#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

using namespace tinymor;

namespace {

struct Desk {
  explicit Desk(Source& s) : source(s), window(s, 1280, 800) {
    state().maximised = "tokens";
    window.frames(3);
  }
  AppState& state() { return window.app().state(); }
  std::string text() { return window.app().text("tokens"); }
  Table table() { return window.app().panel("tokens")->table(source, state()); }

  Source& source;
  Headless window;
};

/// A run folder whose tokenizer knows bytes; the recording claims `vocabulary` pieces.
void make_run(const std::filesystem::path& folder, int64_t vocabulary) {
  const auto tokenizer = byte_tokenizer();
  RunInfo run{"[model]\n", {}};
  for (int32_t id = 0; id < vocabulary; ++id) run.vocabulary.push_back(tokenizer->piece(id));
  Recorder(folder / "recording.mortrace", run).on(sample_snapshot({}, 1));
  tokenizer->save(folder);
}

}  // namespace

TEST_CASE("the watched text says where in the corpus it is, and a token how often it occurs") {
  RecordingSource source("sample", sample_recording());
  Desk desk(source);
  CHECK_THAT(desk.text(), ContainsSubstring("tokens 59,001 to 59,120 of 60,100 (held out)"));
  CHECK(desk.table().rows.size() == 120);
  REQUIRE(desk.window.hover("tokens.token.5"));
  CHECK(desk.state().hovered == TokenRef{Subject::watched, 5});
  REQUIRE(desk.window.click("tokens.token.5"));
  CHECK(desk.state().pinned == TokenRef{Subject::watched, 5});
}

TEST_CASE("the vocabulary begins with the most frequent token and lists what contains the text that is searched") {
  RecordingSource source("sample", sample_recording());
  Desk desk(source);
  REQUIRE(desk.window.click("tokens.view.1"));
  CHECK(desk.state().tokens_view == TokensView::vocabulary);
  CHECK(desk.table().rows.size() == 512);
  CHECK(desk.table().rows[0] == std::vector<std::string>{"24", "\u00b7the", "9000"});
  CHECK_THAT(desk.text(), ContainsSubstring("“\u00b7the” id 24 occurs 9,000 times: 14.98 % of the corpus"));
  REQUIRE(desk.window.click("tokens.search"));
  desk.window.type("GIRL");
  CHECK(desk.state().token_search == "GIRL");
  REQUIRE_FALSE(desk.table().rows.empty());
  for (const auto& row : desk.table().rows) CHECK(row[1] == "\u00b7girl");
  CHECK_FALSE(desk.window.app().registry().find("tokens.row.20"));  // not as many
}

TEST_CASE("only the rows of a long vocabulary that are in sight are drawn") {
  Recording recording = sample_recording();
  for (int id = 512; id < 50000; ++id) recording.vocabulary.push_back("piece");
  RecordingSource source("sample", std::move(recording));
  Desk desk(source);
  REQUIRE(desk.window.click("tokens.view.1"));
  CHECK(desk.window.app().registry().find("tokens.row.10"));
  CHECK_FALSE(desk.window.app().registry().find("tokens.row.200"));
  CHECK_THAT(desk.text(), ContainsSubstring("50,000 tokens; how often they occur was not recorded"));
}

TEST_CASE("a text of one's own is tokenised as it is typed, with the tokenizer of the run folder") {
  const TemporaryFolder folder;
  make_run(folder.path(), 256);
  RecordingSource source(folder.path(), [] {});
  Desk desk(source);
  REQUIRE(desk.window.click("tokens.view.2"));
  desk.state().own_text = "na\u00efve";
  CHECK_THAT(desk.text(), ContainsSubstring("6 tokens for 5 characters: 0.8 characters per token") &&
                              ContainsSubstring("n[110] a[97]"));
  desk.state().own_text.clear();
  REQUIRE(desk.window.click("tokens.own"));
  desk.window.type("abc");
  CHECK(desk.table().rows.size() == 3);
  desk.state().own_text = std::string(19999, 'x') + "\u00e9\u00e9";
  CHECK_THAT(desk.text(), ContainsSubstring("19,999 tokens") && ContainsSubstring("of the first 20,000 bytes"));
  REQUIRE(desk.window.click("tokens.open"));
  CHECK(desk.state().open.dialog == Dialog::text);
}

TEST_CASE("a live run tokenises with the tokenizer of its trainer") {
  const TemporaryFolder folder;
  Config config = Config::defaults();
  config.data.source = "stories";
  config.data.tokenizer = TokenizerKind::byte;
  config.model.d_model = 16;
  config.model.d_ff = 16;
  config.model.max_seq_len = 8;
  config.train.steps = 1;
  LiveSource source("live", trainer_run(config, folder.path() / "run"), [] {});
  REQUIRE(wait_for(source, [&] { return source.tokenizer() != nullptr; }));
  CHECK(source.tokenizer()->encode("ab") == std::vector<int32_t>{97, 98});
  CHECK(source.history().run.counts.size() == 256);
}

TEST_CASE(
    "the last weights of a run see any text, and its own as they did when it was recorded, and so does a model alone") {
  const TemporaryFolder folder;
  Config config = Config::defaults();
  config.data.source = "stories";
  config.data.tokenizer = TokenizerKind::byte;
  config.model.d_model = config.model.d_ff = 16;
  config.model.max_seq_len = 24;
  config.train.steps = 2;
  Trainer(config, folder.path() / "run").run();
  RecordingSource source(folder.path() / "run", [] {});
  REQUIRE(source.can_watch());
  const auto& snapshots = source.history().snapshots;
  const size_t recorded = snapshots.size();
  source.take_snapshot();
  REQUIRE(wait_for(source, [&] { return snapshots.size() > recorded; }));
  const Snapshot &before = snapshots[recorded - 1], &now = snapshots.back();
  CHECK(now.step == before.step);
  CHECK(now.threshold.tokens == before.threshold.tokens);
  CHECK(now.threshold.nll == before.threshold.nll);
  CHECK(now.topk.depth == before.topk.depth);
  CHECK(now.threshold.exits.size() == before.threshold.exits.size());
  CHECK_FALSE(now.threshold.attention.empty());

  Desk desk(source);
  REQUIRE(desk.window.click("tokens.view.2"));
  desk.state().own_text = "a cat";
  REQUIRE(desk.window.click("tokens.watch"));
  REQUIRE(wait_for(source, [&] { return snapshots.size() > recorded + 1; }));
  desk.window.frames(2);
  CHECK(desk.state().shown.causal.pieces == std::vector<std::string>{"a", " ", "c", "a", "t"});
  desk.state().playback.step(-1, source.history().snapshot_count());
  desk.window.frames(2);
  CHECK(desk.state().shown.causal.size() == 24);
  source.watch({Watched::own, {7}});
  REQUIRE(wait_for(source, [&] { return !source.notice().empty(); }));
  CHECK_THAT(source.notice(), ContainsSubstring("fewer than two tokens"));

  RecordingSource model(folder.path() / "run" / "model.safetensors", [] {});
  REQUIRE(wait_for(model, [&] { return !model.history().snapshots.empty(); }));
  CHECK(model.history().snapshots[0].threshold.tokens == model.tokenizer()->encode("Once upon a time"));
  CHECK(model.history().run.vocabulary.size() == 256);
}

TEST_CASE("without the run's own tokenizer the panel says why no text can be tokenised") {
  const TemporaryFolder folder;
  make_run(folder.path(), 20);
  RecordingSource other(folder.path(), [] {});
  Desk desk(other);
  desk.state().tokens_view = TokensView::own;
  CHECK_THAT(desk.text(), ContainsSubstring("is of another run"));
  std::filesystem::remove(folder.path() / "tokenizer.json");
  RecordingSource alone(folder.path() / "recording.mortrace", [] {});
  CHECK_FALSE(alone.tokenizer());
  CHECK_THAT(alone.why_no_tokenizer(), ContainsSubstring("tokenizer"));
}

TEST_CASE("a recording from before corpora were counted says that they were not") {
  Recording recording = sample_recording();
  recording.counts.clear();
  RecordingSource source("old", std::move(recording));
  Desk desk(source);
  CHECK_THAT(desk.text(), ContainsSubstring("was not recorded"));
  CHECK(desk.table().rows.size() == 120);
  desk.state().tokens_view = TokensView::vocabulary;
  CHECK(desk.table().rows[0] == std::vector<std::string>{"0", "\u00b7Once", ""});
}
