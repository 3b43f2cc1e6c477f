#include "visualizer/runs/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "tensor/error.h"
#include "visualizer/runs/draw.h"

namespace tinymor {

int Generation::prompt_tokens() const {
  return int(std::count_if(text.begin(), text.end(), [](const GeneratedPiece& token) { return token.prompt; }));
}

std::string Generation::notice() const {
  if (!error.empty() || left_out == 0) return error;
  return fmt::format("The prompt is too long for this model: it does not see the first {} of its {} tokens.", left_out,
                     left_out + prompt_tokens());
}

std::vector<int> Generation::lengths() const {
  std::vector<int> out;
  for (size_t t = 0; t < text.size(); ++t)
    if (text[t].cached > 0) out.push_back(int(t) + 1);
  return out;
}

GenerateRequest Generation::go_on(GenerateRequest request, int count, int more) const {
  request.kept.clear();
  for (int t = 0; t < std::min(count, int(text.size())); ++t) request.kept.push_back(text[t].id);
  request.kept_prompt = std::min(prompt_tokens(), count);
  request.max_tokens = more;
  return request;
}

ImageSnapshot Decoder::look_at(const std::vector<uint8_t>&) {
  throw InputError("image: this model sees text (open a run on images)");
}

GenerationWorker::GenerationWorker(DecoderFactory factory, std::function<void()> wake)
    : factory_(std::move(factory)), wake_(std::move(wake)), background_([this] { return advance(); }) {}

GenerationWorker::~GenerationWorker() {
  cancelled_ = true;
}

void GenerationWorker::start(const GenerateRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    request_ = request;
    requested_ = true;
    cancelled_ = true;
    if (request.kept.empty()) clear_text();
    state_.running = true;
    state_.error.clear();
    fresh_ = true;
  }
  background_.wake();
}

void GenerationWorker::clear_text() {
  Generation anew;
  anew.outcome = state_.outcome;
  anew.look = state_.look;
  anew.looking = state_.looking;
  anew.survey = state_.survey;
  anew.surveying = state_.surveying;
  anew.tokens_per_second = state_.tokens_per_second;
  state_ = std::move(anew);
}

void GenerationWorker::forget() {
  stop();
  const std::lock_guard lock(mutex_);
  clear_text();
}

void GenerationWorker::adjust(const Sampling& sampling) {
  const std::lock_guard lock(mutex_);
  static_cast<Sampling&>(request_) = sampling;
}

void GenerationWorker::stop() {
  {
    const std::lock_guard lock(mutex_);
    requested_ = false;
    cancelled_ = true;
    state_.running = false;
    fresh_ = true;
  }
  background_.wake();
}

bool GenerationWorker::poll(Generation& out) {
  const std::lock_guard lock(mutex_);
  if (!fresh_) return false;
  fresh_ = false;
  out = state_;
  return true;
}

void GenerationWorker::try_out(const Experiment& experiment) {
  {
    const std::lock_guard lock(mutex_);
    experiment_ = experiment;
  }
  background_.wake();
}

/// What the next piece is about.
struct GenerationWorker::Asked {
  std::optional<GenerateRequest> request;
  std::optional<Experiment> experiment;
  std::optional<Given> given;
  std::optional<SurveyRequest> survey;
  bool surveying = false;
};

/// A text goes before everything else, and what is asked for beside it waits until it is written; a survey waits for
/// all.
GenerationWorker::Asked GenerationWorker::take_asked() {
  const std::lock_guard lock(mutex_);
  Asked asked;
  if (cancelled_) writing_.reset();
  if (requested_) asked.request = request_;
  requested_ = cancelled_ = false;
  if (asked.request || writing_) return asked;
  if (experiment_) {
    asked.experiment.swap(experiment_);
  } else if (looked_at_) {
    asked.given.swap(looked_at_);
  } else {
    asked.survey.swap(survey_request_);
    asked.surveying = state_.surveying;
  }
  return asked;
}

double GenerationWorker::advance() {
  const Asked asked = take_asked();
  if (!asked.request && writing_) return write_token();
  if (asked.request) begin(*asked.request);
  if (asked.experiment) experiment(*asked.experiment);
  if (asked.given) look(*asked.given);
  if (asked.survey) begin_survey(*asked.survey);
  if (asked.surveying) survey_one_text();
  const bool any = asked.request || asked.experiment || asked.given || asked.surveying;
  return any ? Background::at_once : Background::until_woken;
}

void GenerationWorker::survey(SurveyRequest request) {
  {
    const std::lock_guard lock(mutex_);
    survey_request_ = std::move(request);
    state_.surveying = fresh_ = true;
  }
  background_.wake();
}

void GenerationWorker::stop_survey() {
  const std::lock_guard lock(mutex_);
  survey_request_.reset();
  state_.surveying = false;
  fresh_ = true;
}

void GenerationWorker::begin_survey(const SurveyRequest& request) {
  surveyor_.reset();
  surveyed_ = {};
  try {
    to_survey_ = texts_of(request);
    surveyed_.what = to_survey_.what;
    surveyed_.note = to_survey_.note;
    surveyed_.planned = to_survey_.texts.size();
  } catch (const std::exception& failure) {
    surveyed_.error = failure.what();
  }
  show_survey();
}

// Keeps one decoder for all texts: a run that trains has other weights soon.
void GenerationWorker::survey_one_text() {
  try {
    const size_t next = surveyed_.texts.size();
    if (!surveyed_.error.empty() || next == surveyed_.planned) return;
    if (!surveyor_) surveyor_ = factory_(cancelled_);
    if (!surveyor_) return;  // once more after what was asked for meanwhile
    std::optional<SurveyedText> text = surveyor_->survey(to_survey_.texts[next], cancelled_);
    if (!text) return;
    surveyed_.texts.push_back(std::make_shared<const SurveyedText>(std::move(*text)));
  } catch (const std::exception& failure) {
    surveyed_.error = failure.what();
  }
  show_survey();
}

void GenerationWorker::show_survey() {
  const bool over = !surveyed_.error.empty() || surveyed_.texts.size() == surveyed_.planned;
  if (over) surveyor_.reset();
  {
    const std::lock_guard lock(mutex_);
    state_.survey = std::make_shared<const Survey>(surveyed_);
    if (over && !survey_request_) state_.surveying = false;
    fresh_ = true;
  }
  wake_();
}

void GenerationWorker::look_at(Given given) {
  {
    const std::lock_guard lock(mutex_);
    looked_at_ = std::move(given);
    state_.looking = fresh_ = true;
  }
  background_.wake();
}

void GenerationWorker::look(const Given& given) {
  auto look = std::make_shared<Look>();
  try {
    const auto decoder = factory_(cancelled_);
    check_input(decoder != nullptr, "watch: a text was asked for meanwhile (ask once more)");
    std::visit([&](const auto& what) { look->snapshot = decoder->look_at(what); }, given);
  } catch (const std::exception& failure) {
    look->error = failure.what();
  }
  {
    const std::lock_guard lock(mutex_);
    state_.look = std::move(look);
    state_.looking = looked_at_.has_value();
    fresh_ = true;
  }
  wake_();
}

void GenerationWorker::experiment(const Experiment& wanted) {
  auto outcome = std::make_shared<ExperimentOutcome>();
  try {
    // A decoder of its own, with the newest weights: the one that writes the text stays as it is.
    if (const auto decoder = factory_(cancelled_)) *outcome = decoder->try_out(wanted);
  } catch (const std::exception& failure) {
    outcome->error = failure.what();
  }
  outcome->experiment = wanted;
  {
    const std::lock_guard lock(mutex_);
    state_.outcome = std::move(outcome);
    fresh_ = true;
  }
  wake_();
}

// Changes the visible state unless this text was cancelled: a newer request has its own.
template <class Change>
void GenerationWorker::update(Change&& change) {
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return;
    change(state_);
    fresh_ = true;
  }
  wake_();
}

/// Does a part of a text; where that fails, the text ends, and the window hears why.
void GenerationWorker::attempt(const std::function<void()>& part) {
  std::string error;
  try {
    part();
    if (!writing_ || writing_->more > 0) return;
  } catch (const std::exception& failure) {
    error = failure.what();
    decoder_.reset();
  }
  writing_.reset();
  update([&](Generation& state) {
    state.running = false;
    state.error = error;
  });
}

void GenerationWorker::begin(const GenerateRequest& request) {
  attempt([&] {
    if (request.kept.empty() || !decoder_) {
      decoded_.clear();
      decoder_ = factory_(cancelled_);
    }
    if (!decoder_) return;
    if (request.kept.empty() || request.kept != decoded_) read(request);
    writing_ = Writing{.more = request.max_tokens, .last = Clock::now()};
  });
}

std::shared_ptr<const Draw> GenerationWorker::chosen_by_hand(const GenerateRequest& request) const {
  const std::vector<int32_t>& kept = request.kept;
  if (!request.by_hand || decoded_.empty() || kept.size() != decoded_.size() + 1) return nullptr;
  if (!std::equal(decoded_.begin(), decoded_.end(), kept.begin())) return nullptr;
  Draw draw = draw_of(decoder_->logits(), request, decoded_, drawn_, kept.back());
  draw.by_hand = true;
  return std::make_shared<const Draw>(std::move(draw));
}

void GenerationWorker::read(const GenerateRequest& request) {
  const std::shared_ptr<const Draw> chosen = chosen_by_hand(request);
  std::vector<GeneratedPiece> text = decoder_->start(request);
  decoded_ = request.kept;
  weights_ = request.weights;
  drawn_ = decoded_.empty() ? 0 : int64_t(decoded_.size()) - request.kept_prompt;
  if (decoded_.empty())
    for (const GeneratedPiece& token : text) decoded_.push_back(token.id);
  note_cache(text.back());
  text.back().draw = chosen;
  update([&](Generation& state) {
    // Tokens that the model no longer holds stay as they were.
    state.text.resize(decoded_.size() - std::min(decoded_.size(), text.size()));
    state.text.insert(state.text.end(), text.begin(), text.end());
    state.logits = decoder_->logits();
    state.vocabulary = decoder_->vocabulary();
    if (request.kept.empty()) state.left_out = decoder_->left_out();
  });
}

void GenerationWorker::note_cache(GeneratedPiece& newest) const {
  newest.cached = decoder_->cached();
  newest.kv_bytes = decoder_->kv_bytes();
}

// With weights of another format the text is fed again.
void GenerationWorker::use(const Sampling& sampling) {
  if (sampling.weights == weights_) return;
  GenerateRequest again{sampling};
  again.kept = decoded_;
  again.kept_prompt = int(int64_t(decoded_.size()) - drawn_);
  decoder_->start(again);
  weights_ = sampling.weights;
}

// Once it is due.
double GenerationWorker::write_token() {
  Sampling sampling;
  {
    const std::lock_guard lock(mutex_);
    sampling = request_;
  }
  const double since = std::chrono::duration<double>(Clock::now() - writing_->last).count();
  const double rest = sampling.pace > 0 ? 1.0 / sampling.pace - since : 0;
  if (rest > 0) return rest;
  attempt([&] { decode(sampling); });
  return Background::at_once;
}

void GenerationWorker::decode(const Sampling& sampling) {
  use(sampling);
  const std::vector<float> before = decoder_->logits();
  const auto begun = Clock::now();
  GeneratedPiece token = decoder_->next(sampling);
  writing_->last = Clock::now();
  token.seconds = std::chrono::duration<double>(writing_->last - begun).count();
  token.draw = std::make_shared<const Draw>(draw_of(before, sampling, decoded_, drawn_++, token.id));
  note_cache(token);
  decoded_.push_back(token.id);
  writing_->more = decoder_->ends_text(token.id) ? 0 : writing_->more - 1;
  writing_->seconds += token.seconds;
  const double speed = ++writing_->written / std::max(writing_->seconds, 1e-9);
  std::vector<float> logits = decoder_->logits();
  update([&](Generation& state) {
    state.text.push_back(std::move(token));
    state.logits = std::move(logits);
    state.tokens_per_second[size_t(weights_)] = speed;
  });
}

}  // namespace tinymor
