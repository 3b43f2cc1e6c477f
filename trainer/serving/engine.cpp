#include "trainer/serving/engine.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "datasets/corpus.h"
#include "datasets/utf8.h"

namespace tinymor {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// What a client reads of a token that it did not get.
std::string shown(const Tokenizer& tokenizer, int32_t id) {
  const std::string text = tokenizer.decode({&id, 1});
  return is_utf8(text) ? text : tokenizer.piece(id);
}

}  // namespace

Engine::Engine(LoadedModel loaded, const Limits& limits, CallRecorder* recorder)
    : loaded_(std::move(loaded)), limits_(limits), recorder_(recorder) {
  begin();
  longest_ = scheduler_->longest();
  metrics_.slots = limits.slots;
  thread_ = std::thread([this] { run(); });
}

Engine::~Engine() {
  stop();
}

std::shared_ptr<Completion> Engine::submit(CompletionRequest request) {
  Waiting waiting;
  int64_t tokens = 0;
  const int64_t room = limits_.slots + limits_.max_queue;
  for (const std::string& prompt : request.prompts) {
    waiting.prompts.push_back(loaded_.tokenizer->encode(plain_text(prompt)));
    const int64_t length = int64_t(waiting.prompts.back().size());
    tokens += length;
    if (length == 0) throw RequestError("prompt: it has no tokens (give some text to start from)", "prompt");
    if (length + request.max_tokens > longest_)
      throw RequestError(
          fmt::format("max_tokens: the prompt has {} tokens and {} are to follow, but a text has at most {} "
                      "here (shorten one of them)",
                      length, request.max_tokens, longest_),
          length >= longest_ ? "prompt" : "max_tokens");
  }
  const int64_t texts = request.texts();
  if (texts > room)
    throw RequestError(
        fmt::format("n: {} texts are more than this server takes at a time (ask for up to {})", texts, room), "n");
  request.sampling.never = loaded_.tokenizer->unknown();
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) throw ClosedError("this server is about to stop (ask again when it is back)");
    if (unfinished_ + texts > room) {
      throw BusyError(fmt::format("the queue is full: {} texts are under way or wait (ask again later)", unfinished_),
                      int64_t(std::clamp(std::ceil(text_seconds_), 1.0, 60.0)));
    }
    waiting.completion = std::make_shared<Completion>(std::move(request), tokens);
    waiting.completion->set_place(std::max<int64_t>(0, unfinished_ + 1 - limits_.slots));
    unfinished_ += texts;
    inbox_.push_back(waiting);
  }
  woken_.notify_one();
  return waiting.completion;
}

void Engine::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
}

void Engine::stop() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = stopped_ = true;
  }
  woken_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Engine::idle() const {
  const std::scoped_lock lock(mutex_);
  return unfinished_ == 0 && metrics_.under_way + metrics_.waiting == 0;
}

Metrics Engine::metrics() const {
  const std::scoped_lock lock(mutex_);
  return metrics_;
}

void Engine::run() {
  for (;;) {
    std::deque<Waiting> taken;
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return stopped_ || !inbox_.empty() || scheduler_->held() > 0; });
      if (stopped_) break;
      taken.swap(inbox_);
    }
    try {
      for (const Waiting& waiting : taken) admit(waiting);
      end_cancelled();
      scheduler_->tick();
      if (recorder_) recorder_->add(*scheduler_);
      deliver_all();
    } catch (const std::exception& error) {
      for (const Waiting& waiting : taken) waiting.completion->fail(error.what());
      fail_all(error.what());
    }
    note_progress();
  }
  const std::scoped_lock lock(mutex_);
  for (const Waiting& waiting : inbox_) waiting.completion->fail("the server was stopped");
  for (const Choice& choice : choices_) choice.completion->fail("the server was stopped");
  choices_.clear();
}

void Engine::admit(const Waiting& waiting) {
  const CompletionRequest& request = waiting.completion->request;
  for (const Ids& prompt : waiting.prompts) {
    int64_t first = -1;
    for (int64_t answer = 0; answer < request.n; ++answer) {
      SampleOptions sampling = request.sampling;
      sampling.seed += uint64_t(answer);
      // One token more than is asked for: the last of those is then run, and has a depth.
      const Scheduler::Wishes wishes{
          .max_depth = request.max_depth, .keep_logits = request.logprobs.has_value(), .like = first};
      const int64_t number = scheduler_->submit(prompt, request.max_tokens + 1, sampling, wishes);
      if (answer == 0) first = number;
      choices_.push_back({.completion = waiting.completion,
                          .index = size_t(&prompt - waiting.prompts.data()) * size_t(request.n) + size_t(answer),
                          .number = number,
                          .prompt = int64_t(prompt.size()),
                          .text = ChoiceText(TextStream(*loaded_.tokenizer), request.stop)});
    }
  }
}

void Engine::end_cancelled() {
  const auto cancelled = [this](const Choice& choice) {
    if (!choice.completion->cancelled()) return false;
    scheduler_->cancel(choice.number);
    scheduler_->forget(choice.number);
    return true;
  };
  const std::scoped_lock lock(mutex_);
  for (const Choice& choice : choices_)
    metrics_.cancelled += choice.completion->cancelled() && choice.completion->fail("nobody waits for it");
  unfinished_ -= int64_t(choices_.remove_if(cancelled));
}

void Engine::deliver_all() {
  int64_t place = 0;
  for (auto choice = choices_.begin(); choice != choices_.end();) {
    const bool waits = scheduler_->text(choice->number).waiting;
    place += waits;
    if (choice->index == 0) choice->completion->set_place(waits ? place : 0);
    if (waits || !deliver(*choice)) {
      ++choice;
      continue;
    }
    if (scheduler_->text(choice->number).left > 0) scheduler_->cancel(choice->number);
    scheduler_->forget(choice->number);
    choice = choices_.erase(choice);
  }
}

bool Engine::deliver(Choice& choice) {
  const CompletionRequest& request = choice.completion->request;
  const Scheduler::Text& text = scheduler_->text(choice.number);
  const int64_t ran = int64_t(text.depths.size()), drawn = int64_t(text.ids.size()) - choice.prompt;
  if (request.logprobs && drawn > choice.added + int64_t(choice.scores.size()))
    choice.scores.push_back(score(text.logits, text.ids.back(), *request.logprobs));
  if (ran < choice.prompt) return false;

  ChoiceNews news;
  const bool first = !std::exchange(choice.begun, true);
  if (first && request.echo) news.tokens = echo(choice);
  int64_t added = 0;
  bool ended = false;
  for (; choice.added < request.max_tokens && !choice.text.stopped() && !ended && ran > choice.prompt + choice.added;
       ++added) {
    AnswerToken token{.depth = text.depths[size_t(choice.prompt + choice.added)]};
    if (request.logprobs) {
      token.scored = true;
      token.score = std::move(choice.scores.front());
      choice.scores.pop_front();
    }
    const int32_t id = text.ids[size_t(choice.prompt + choice.added)];
    ++choice.added;
    ended = loaded_.ends_text(id);
    choice.text.add(id, std::move(token), choice.added == request.max_tokens || ended);
  }
  std::ranges::move(choice.text.take(), std::back_inserter(news.tokens));
  if (choice.added == request.max_tokens) news.finish = Finish::length;
  if (choice.text.stopped() || ended) news.finish = Finish::stop;
  const bool complete = news.finish != Finish::not_yet;

  const std::scoped_lock lock(mutex_);
  metrics_.completion_tokens += added;
  if (first) metrics_.prompt_tokens += choice.prompt;
  if (choice.added > 0 && choice.added == added)
    metrics_.first_token_seconds.add(seconds_since(choice.completion->begin));
  if (complete) {
    --unfinished_;
    const double seconds = seconds_since(choice.completion->begin);
    text_seconds_ += (text_seconds_ > 0 ? 0.1 : 1) * (seconds - text_seconds_);
  }
  if ((complete || !news.tokens.empty()) && choice.completion->add(choice.index, std::move(news))) {
    ++metrics_.answered;
    metrics_.request_seconds.add(seconds_since(choice.completion->begin));
  }
  return complete;
}

std::vector<AnswerToken> Engine::echo(const Choice& choice) const {
  const CompletionRequest& request = choice.completion->request;
  const Scheduler::Text& text = scheduler_->text(choice.number);
  const Ids ids(text.ids.begin(), text.ids.begin() + choice.prompt);
  std::vector<AnswerToken> tokens;
  TextStream stream(*loaded_.tokenizer);
  for (size_t i = 0; i < ids.size(); ++i) tokens.push_back({.text = stream.add(ids[i]), .depth = text.depths[i]});
  tokens.back().text += stream.rest();
  if (!request.logprobs) return tokens;

  const NoGrad off;
  const Tensor logits = loaded_.model
                            ->forward(IntTensor({choice.prompt}, ids), Rows::batch(1, choice.prompt, 0),
                                      {.rule = causal_rule(loaded_.config()), .max_depth = request.max_depth})
                            .logits.value();
  for (size_t i = 1; i < ids.size(); ++i) {
    tokens[i].scored = true;
    tokens[i].score = score(logits.slice(0, int64_t(i) - 1, int64_t(i)).values(), ids[i], *request.logprobs);
  }
  return tokens;
}

TokenScore Engine::score(std::span<const Real> logits, int32_t id, int64_t top) const {
  const double highest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const Real logit : logits) sum += std::exp(double(logit) - highest);
  const auto logprob = [&](int32_t token) { return float(double(logits[size_t(token)]) - highest - std::log(sum)); };
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto end = order.begin() + std::min<int64_t>(top, int64_t(order.size()));
  std::partial_sort(order.begin(), end, order.end(), [&](int32_t a, int32_t b) {
    return logits[size_t(a)] != logits[size_t(b)] ? logits[size_t(a)] > logits[size_t(b)] : a < b;
  });
  TokenScore score{.logprob = logprob(id)};
  for (auto i = order.begin(); i != end; ++i) score.top.emplace_back(shown(*loaded_.tokenizer, *i), logprob(*i));
  return score;
}

void Engine::fail_all(const std::string& why) {
  before_.block_calls += scheduler_->counts().block_calls;
  before_.block_rows += scheduler_->counts().block_rows;
  before_.preemptions += scheduler_->counts().preemptions;
  if (recorder_) recorder_->restart();
  const std::scoped_lock lock(mutex_);
  for (const Choice& choice : choices_) metrics_.failed += choice.completion->fail(why);
  choices_.clear();
  unfinished_ = 0;
  for (const Waiting& waiting : inbox_) unfinished_ += waiting.completion->request.texts();
  begin();
}

void Engine::begin() {
  scheduler_.emplace(*loaded_.model, SchedulerOptions{.slots = limits_.slots,
                                                      .gather = limits_.gather,
                                                      .cache_bytes = limits_.cache_bytes,
                                                      .cache_format = limits_.cache_format});
}

void Engine::note_progress() {
  const int64_t waiting =
      std::ranges::count_if(choices_, [this](const Choice& c) { return scheduler_->text(c.number).waiting; });
  const std::scoped_lock lock(mutex_);
  metrics_.waiting = waiting;
  metrics_.under_way = scheduler_->under_way();  // also those that were cancelled and are still inside
  metrics_.block_calls = before_.block_calls + scheduler_->counts().block_calls;
  metrics_.block_tokens = before_.block_rows + scheduler_->counts().block_rows;
  metrics_.preemptions = before_.preemptions + scheduler_->counts().preemptions;
  metrics_.cache_bytes = scheduler_->cache_bytes();
}

}  // namespace tinymor
