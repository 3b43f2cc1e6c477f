#include "visualizer/runs/model_decoder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

/// What the worker has made of the request when it is done with it.
Generation written(GenerationWorker& worker, const GenerateRequest& request) {
  worker.start(request);
  Generation made;
  for (int i = 0; i < 5000 && (made.text.empty() || made.running); ++i) {
    worker.poll(made);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return made;
}

std::vector<int32_t> ids_of(const Generation& made) {
  std::vector<int32_t> ids;
  for (const GeneratedPiece& token : made.text) ids.push_back(token.id);
  return ids;
}

}  // namespace

TEST_CASE("every kind of model is surveyed: the sweep counts every token, and agrees with the routing at 0.5") {
  const std::shared_ptr<const Tokenizer> letters = train_char_tokenizer("abcdefghij");
  for (auto [name, config] : tiny_configs()) {
    CAPTURE(name);
    config.vocab_size = letters->vocab_size();
    const auto model = std::make_shared<const Model>(opinionated_model(config));
    const std::atomic<bool> cancelled{false};
    const std::vector<int32_t> text = random_tokens(20, 10, 3);
    const std::optional<SurveyedText> surveyed = model_decoder({model, letters})->survey(text, cancelled);
    REQUIRE(surveyed);
    CHECK(surveyed->routed.tokens == text);
    CHECK(surveyed->routed.nll.size() == 19);
    CHECK(surveyed->routed.exits.size() + 1 == size_t(std::max<int64_t>(1, model->layers().recursions)));
    CHECK(surveyed->deepest.size() == (config.routing == Routing::none ? 0 : 19));
    const bool sweeps = has_bar(config.routing);
    REQUIRE(surveyed->swept.size() == (sweeps ? std::size(swept_cut_offs) : 0));
    int64_t before = 19;
    for (const SweptText& swept : surveyed->swept) {
      CHECK(std::accumulate(swept.depths.begin(), swept.depths.end(), int64_t(0)) == 19);
      const int64_t second = swept.depths[2] + swept.depths[3];  // all tokens take the first
      CHECK(second <= before);
      before = second;
    }
    if (!sweeps) continue;
    const std::vector<int32_t>& depth = surveyed->routed.depth;
    for (int d = 0; d <= 3; ++d)
      CHECK(surveyed->swept[5].depths[size_t(d)] == std::count(depth.begin(), depth.end() - 1, d));
    CHECK(surveyed->swept[5].loss / 19 == Approx(surveyed->routed.lm_loss).epsilon(1e-5));
  }
}

TEST_CASE("a prompt that is longer than the model's text is told with the number of tokens that are left out") {
  const std::shared_ptr<const Tokenizer> letters = train_char_tokenizer("abcdefghij");
  ModelConfig config = tiny_config();
  config.vocab_size = letters->vocab_size();
  const auto model = std::make_shared<const Model>(opinionated_model(config));
  GenerationWorker worker([&](const std::atomic<bool>&) { return model_decoder({model, letters}); }, [] {});
  const int most = int(config.max_seq_len);
  for (const int excess : {0, 3}) {
    GenerateRequest request;
    request.prompt = std::string(size_t(most + excess), 'a');
    request.max_tokens = 0;
    const Generation made = written(worker, request);
    CHECK(made.left_out == excess);
    CHECK(made.notice().empty() == (excess == 0));
    if (excess > 0)
      CHECK_THAT(made.notice(), ContainsSubstring("the first 3 of its " + std::to_string(most + excess) + " tokens"));
  }
}

TEST_CASE("a text is written up to the first token that ends texts") {
  const std::shared_ptr<const Tokenizer> letters = train_char_tokenizer("abcdefghij");
  ModelConfig config = tiny_config();
  config.vocab_size = letters->vocab_size();
  const auto model = std::make_shared<const Model>(opinionated_model(config));
  const auto write = [&](const std::vector<int32_t>& ends) {
    GenerationWorker worker([&](const std::atomic<bool>&) { return model_decoder({model, letters, ends}); }, [] {});
    GenerateRequest request;
    request.prompt = "abc";
    request.max_tokens = 12;
    return ids_of(written(worker, request));
  };
  const std::vector<int32_t> whole = write({});
  REQUIRE(whole.size() == 15);
  const auto end = std::find(whole.begin() + 3, whole.end(), whole[7]) + 1;
  CHECK(write({whole[7]}) == std::vector<int32_t>(whole.begin(), end));
}

TEST_CASE("a survey that is told to stop between two passes leaves nothing behind") {
  const std::shared_ptr<const Tokenizer> letters = train_char_tokenizer("abcdefghij");
  ModelConfig config = tiny_config();
  config.vocab_size = letters->vocab_size();
  const auto decoder = model_decoder({std::make_shared<const Model>(opinionated_model(config)), letters});
  const std::atomic<bool> cancelled{true};
  CHECK_FALSE(decoder->survey(random_tokens(20, 10, 3), cancelled));
}

TEST_CASE("a text is written with rounded weights when asked, goes on with others, and all speeds are known") {
  const std::shared_ptr<const Tokenizer> letters = train_char_tokenizer("abcdefghij");
  ModelConfig config = tiny_config();
  config.vocab_size = letters->vocab_size();
  const auto model = std::make_shared<const Model>(opinionated_model(config));
  const auto packed = [&](WeightFormat format) {
    Model rounded = model->clone();
    if (format != WeightFormat::f32) rounded.pack(format);
    return rounded;
  };
  GenerationWorker worker([&](const std::atomic<bool>&) { return model_decoder({model, letters}); }, [] {});
  GenerateRequest request;
  request.prompt = "abc";
  request.max_tokens = 12;
  SampleOptions options = sample_options(request);
  options.never = letters->unknown();
  for (WeightFormat format : {WeightFormat::int8, WeightFormat::f32, WeightFormat::int4, WeightFormat::int8}) {
    request.weights = format;
    const Model reads = packed(format);
    Generator alone(reads, options);
    std::vector<int32_t> expected = letters->encode("abc");
    alone.prompt(expected);
    while (expected.size() < 15) expected.push_back(alone.next().id);
    CHECK(ids_of(written(worker, request)) == expected);
  }
  Generation made = written(worker, request);
  for (double speed : made.tokens_per_second) CHECK(speed > 0);
  GenerateRequest more = made.go_on(request, 15, 4);
  more.weights = WeightFormat::f32;
  made = written(worker, more);
  Generator other(*model, options);
  std::vector<int32_t> expected = more.kept;
  other.prompt(expected, 12);
  while (expected.size() < 19) expected.push_back(other.next().id);
  CHECK(ids_of(made) == expected);
}
