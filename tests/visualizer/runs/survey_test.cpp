#include "visualizer/runs/survey.h"

#include <algorithm>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"
#include "visualizer/scripted.h"

using namespace tinymor;

namespace {

/// A run on 2000 characters, the last fifth of them held out: the first part is all "a", the second "b", "c", ...
struct LettersRun {
  LettersRun() {
    std::string text(1600, 'a');
    for (int i = 0; i < 400; ++i) text += char('b' + i % 9);
    write_file_atomically(folder.path() / "letters.txt", text);
    request.tokenizer = train_char_tokenizer(text);
    request.recorded = true;
    request.config.data.source = (folder.path() / "letters.txt").string();
    request.config.data.val_fraction = 0.2;
    request.config.model.max_seq_len = 16;
    request.counts.resize(size_t(request.tokenizer->vocab_size()));
    for (int32_t id : request.tokenizer->encode(text)) ++request.counts[size_t(id)];
    request.watched = {request.tokenizer->encode("abc")};
  }
  TemporaryFolder folder;
  SurveyRequest request;
};

}  // namespace

TEST_CASE("a survey takes its texts from what the run held out, each as long as the model sees") {
  const LettersRun run;
  const SurveyTexts texts = texts_of(run.request);
  CHECK(texts.what == "held-out text of letters.txt");
  CHECK(texts.note.empty());
  REQUIRE(texts.texts.size() == 25);
  const int32_t trained_on = run.request.tokenizer->encode("a")[0];
  for (const std::vector<int32_t>& text : texts.texts) {
    CHECK(text.size() == 16);
    CHECK(std::count(text.begin(), text.end(), trained_on) == 0);
  }
}

TEST_CASE("where the held-out text cannot be had, the watched texts are surveyed, and the reason is told") {
  const LettersRun run;
  const auto refused = [&](SurveyRequest request, const char* why) {
    const SurveyTexts texts = texts_of(request);
    CHECK(texts.what == "the watched text");
    CHECK(texts.texts == run.request.watched);
    CHECK_THAT(texts.note, ContainsSubstring(why));
    request.watched.clear();
    CHECK_THROWS_AS(texts_of(request), InputError);
  };
  SurveyRequest request = run.request;
  ++request.counts[0];
  refused(request, "has changed since the run was trained on it");
  request = run.request;
  request.recorded = false;
  refused(request, "no recording says");
  request = run.request;
  request.tokenizer.reset();
  request.why_no_tokenizer = "there is no tokenizer";
  refused(request, "there is no tokenizer");
  request = run.request;
  request.config.data.source += ".gone";
  refused(request, "is gone");
  request = run.request;
  request.config.data.val_fraction = 0;
  refused(request, "held no text out");
}

TEST_CASE("a survey arrives text by text beside what is written, and stops when it is told to") {
  WritingSource source;
  source.survey();
  CHECK(wait_for(source, [&] { return source.generation().survey && !source.generation().surveying; }));
  const Survey& survey = *source.generation().survey;
  CHECK(survey.what == "the watched text");
  CHECK(survey.texts.size() == survey.planned);
  CHECK(survey.planned == watched_texts(source.history().snapshots).size());
  CHECK(survey.error.empty());
  source.generate({});
  CHECK(wait_for(source, [&] { return source.generation().text.size() > 5; }));
  CHECK(source.generation().survey.get() == &survey);
  source.survey();
  source.stop_survey();
  CHECK(wait_for(source, [&] { return !source.generation().surveying; }));
}

TEST_CASE("a recording alone is surveyed by the newest snapshot of each text") {
  std::vector<Snapshot> snapshots = {sample_snapshot({}, 50), sample_snapshot({}, 100), sample_snapshot({}, 100)};
  snapshots[1].threshold.tokens[0] += 1;
  const Survey survey = survey_of_snapshots(snapshots);
  REQUIRE(survey.texts.size() == 2);
  CHECK(survey.texts[0]->routed.tokens == snapshots[1].threshold.tokens);
  CHECK(survey.texts[1]->routed.nll == snapshots[2].threshold.nll);
  CHECK(survey_of_snapshots({}).texts.empty());
}
