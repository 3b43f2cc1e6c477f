#include "visualizer/runs/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
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
    : factory_(std::move(factory)), wake_(std::move(wake)), thread_([this] { work(); }) {}

GenerationWorker::~GenerationWorker() {
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
    cancelled_ = true;
  }
  changed_.notify_all();
  thread_.join();
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
  changed_.notify_all();
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
  changed_.notify_all();
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
  changed_.notify_all();
}

void GenerationWorker::work() {
  for (;;) {
    std::optional<GenerateRequest> request;
    std::optional<Experiment> wanted;
    std::optional<Given> given;
    std::optional<SurveyRequest> survey;
    bool surveying = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return quit_ || requested_ || experiment_ || looked_at_ || state_.surveying; });
      if (quit_) return;
      if (requested_) request = request_;
      wanted = std::exchange(experiment_, std::nullopt);
      given = std::exchange(looked_at_, std::nullopt);
      survey = std::exchange(survey_request_, std::nullopt);
      surveying = state_.surveying;
      requested_ = cancelled_ = false;
    }
    if (request) generate(*request);
    if (wanted) experiment(*wanted);
    if (given) look(*given);
    if (survey) begin_survey(*survey);
    if (surveying) survey_one_text();
  }
}

void GenerationWorker::survey(SurveyRequest request) {
  {
    const std::lock_guard lock(mutex_);
    survey_request_ = std::move(request);
    state_.surveying = fresh_ = true;
  }
  changed_.notify_all();
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
  changed_.notify_all();
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

void GenerationWorker::generate(const GenerateRequest& request) {
  std::string error;
  try {
    if (request.kept.empty() || !decoder_) {
      decoded_.clear();
      decoder_ = factory_(cancelled_);
    }
    if (!decoder_) return;
    if (request.kept.empty() || request.kept != decoded_) begin(request);
    if (!decode_all(request.max_tokens)) return;
  } catch (const std::exception& failure) {
    error = failure.what();
    decoder_.reset();
  }
  update([&](Generation& state) {
    state.running = false;
    state.error = error;
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

void GenerationWorker::begin(const GenerateRequest& request) {
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

// False when it was cancelled on the way.
bool GenerationWorker::decode_all(int tokens) {
  using clock = std::chrono::steady_clock;
  double spent = 0;
  bool ended = false;
  for (int n = 1; n <= tokens && !ended; ++n) {
    Sampling sampling;
    if (!wait_for_pace(sampling)) return false;
    use(sampling);
    const std::vector<float> before = decoder_->logits();
    const auto begun = clock::now();
    GeneratedPiece token = decoder_->next(sampling);
    token.seconds = std::chrono::duration<double>(clock::now() - begun).count();
    spent += token.seconds;
    token.draw = std::make_shared<const Draw>(draw_of(before, sampling, decoded_, drawn_++, token.id));
    note_cache(token);
    decoded_.push_back(token.id);
    ended = decoder_->ends_text(token.id);
    std::vector<float> logits = decoder_->logits();
    update([&](Generation& state) {
      state.text.push_back(std::move(token));
      state.logits = std::move(logits);
      state.tokens_per_second[size_t(weights_)] = n / std::max(spent, 1e-9);
    });
  }
  return !cancelled_;
}

// Until the next token is due; false when there is to be none.
bool GenerationWorker::wait_for_pace(Sampling& sampling) {
  std::unique_lock lock(mutex_);
  if (request_.pace > 0)
    changed_.wait_for(lock, std::chrono::duration<double>(1.0 / request_.pace), [this] { return cancelled_.load(); });
  sampling = request_;
  return !cancelled_;
}

}  // namespace tinymor
