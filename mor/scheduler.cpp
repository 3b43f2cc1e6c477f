#include "mor/scheduler.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "mor/counts.h"
#include "tensor/error.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max() / 2;

/// One value per element.
template <class List, class Function>
auto each(const List& from, Function&& function) {
  std::vector<std::decay_t<decltype(function(*from.begin()))>> values;
  for (const auto& element : from) values.push_back(function(element));
  return values;
}

}  // namespace

Scheduler::Scheduler(const Model& model, const SchedulerOptions& options)
    : model_(model),
      slots_(options.slots),
      prompt_tokens_(options.prompt_tokens),
      gather_(options.gather),
      cache_(model.config(), options.slots, options.cache_format) {
  check(slots_ > 0 && prompt_tokens_ > 0, "[scheduler] {} slots, {} tokens of a prompt", slots_, prompt_tokens_);
  check(gather_ >= 0 && gather_ <= 1, "[scheduler] gather {}", gather_);
  const double of_a_token = double(cache_.pages_for(1) * kv_bytes_per_entry(model.config()));
  expected_share_ = kv_bytes_per_token(model.config(), model.config().kv_cache) / of_a_token;
  page_limit_ = options.cache_bytes > 0 ? options.cache_bytes / cache_.page_bytes() : kNoLimit;
  const int64_t least = cache_.pages_for(1);  // one in each layer
  check_input(page_limit_ >= least, "scheduler: {} bytes of cache are too few for any text (give it {})",
              options.cache_bytes, least * cache_.page_bytes());
  const int64_t pages_of_a_layer = std::min(page_limit_ / least, model.config().max_seq_len);
  longest_ = std::min(model.config().max_seq_len, pages_of_a_layer * KvPages::kTokens);
  for (int64_t s = slots_; s-- > 0;) idle_.push_back(s);
}

int64_t Scheduler::submit(std::vector<int32_t> prompt, int64_t n, const SampleOptions& options, const Wishes& wishes) {
  const int64_t length = int64_t(prompt.size());
  check_input(length > 0, "prompt: it has no tokens (give some text to start from)");
  check_input(n > 0 && length + n - 1 <= longest_,
              "scheduler: {} tokens after a prompt of {} (a text has at most {} with this model and cache)", n, length,
              longest_ + 1);
  const auto twin = jobs_.find(wishes.like);
  check(twin == jobs_.end() ||
            (twin->second.wishes.max_depth == wishes.max_depth && twin->second.before_draws() == length - 1 &&
             std::equal(prompt.begin(), prompt.end(), twin->second.text.ids.begin())),
        "[scheduler] text {} has another prompt or cap", wishes.like);
  const int64_t number = submitted_++;
  const Text text{.ids = std::move(prompt), .left = n};
  const Job job{.number = number, .text = text, .options = options, .wishes = wishes};
  waiting_[number] = &jobs_.emplace(number, job).first->second;
  return number;
}

bool Scheduler::tick() {
  const NoGrad off;
  leave();
  if (double(out_.size()) >= gather_ * double(under_way()) || cohorts_.empty()) {
    draw(std::exchange(out_, {}));
    enter();
  }
  if (cohorts_.empty()) return !waiting_.empty();
  run_blocks();
  return true;
}

void Scheduler::cancel(int64_t number) {
  Job& job = jobs_.at(number);
  job.text.left = 0;
  if (waiting_.erase(number)) release(job);
}

void Scheduler::forget(int64_t number) {
  Job& job = jobs_.at(number);
  cancel(number);
  job.forgotten = true;
  if (!job.has_slot()) jobs_.erase(number);
}

std::vector<Scheduler::Seat> Scheduler::seats() const {
  std::map<int64_t, Seat> seats;
  for (const auto& [number, job] : jobs_)
    if (job.has_slot()) seats[job.lane.sequence] = {.slot = job.lane.sequence, .text = number};
  for (const Cohort& cohort : cohorts_)
    for (size_t s = 0; s < cohort.jobs.size(); ++s) {
      const Job* job = cohort.jobs[s];
      if (!job) continue;
      Seat& seat = seats[job->lane.sequence];
      seat.first = job->fed;
      seat.tokens = job->running;
      seat.recursion = cohort.recurrence.recursion();
      seat.inside = int64_t(cohort.recurrence.inside().rows.positions_of(int64_t(s)).size());
      seat.fed = job->running > 1 || job->drawn == 0 || job->unfed() > job->running;
    }
  return each(seats, [](const auto& entry) { return entry.second; });
}

std::vector<int64_t> Scheduler::queue() const {
  std::vector<int64_t> texts;
  for (const auto& [number, job] : waiting_)
    if (!job->has_slot()) texts.push_back(number);
  return texts;
}

void Scheduler::leave() {
  for (auto cohort = cohorts_.begin(); cohort != cohorts_.end();) {
    Recurrence& recurrence = cohort->recurrence;
    const bool inside = recurrence.enter();
    for (size_t s = 0; s < cohort->jobs.size(); ++s) {
      Job*& job = cohort->jobs[s];
      if (!job || (inside && !recurrence.inside().rows.positions_of(int64_t(s)).empty())) continue;
      const int64_t begin = cohort->rows.offsets[s], end = cohort->rows.offsets[s + 1];
      job->states = slice(recurrence.states(), 0, begin, end);
      // A text that is fed again takes the depths that it took before.
      for (int64_t row = begin; row < end; ++row)
        if (job->fed + row - begin == int64_t(job->text.depths.size()))
          job->text.depths.push_back(recurrence.depth()[row]);
      out_.push_back(std::exchange(job, nullptr));
    }
    cohort = inside ? std::next(cohort) : cohorts_.erase(cohort);
  }
}

void Scheduler::draw(const std::vector<Job*>& jobs) {
  if (jobs.empty()) return;
  ++counts_.coda_calls;
  const Rows rows = rows_of(jobs);
  CacheLanes kv(cache_, each(jobs, [](Job* job) { return job->lane; }));
  const Variable states =
      model_.trunk().coda(concat(each(jobs, [](Job* job) { return job->states; }), 0), rows, kv, {});
  std::vector<int32_t> last;
  std::vector<Job*> drawing;
  for (size_t s = 0; s < jobs.size(); ++s) {
    Job& job = *jobs[s];
    job.fed += std::exchange(job.running, 0);
    job.states = {};
    promised_ -= job.pages;
    job.pages = cache_.pages(job.lane.sequence);
    promised_ += job.pages;
    if (job.unfed() == 0 && job.text.left > 0) {
      drawing.push_back(&job);
      last.push_back(int32_t(rows.offsets[s + 1] - 1));
    }
  }
  if (!drawing.empty()) {
    const Tensor logits = model_.head(gather_rows(states, IntTensor({int64_t(last.size())}, last))).value();
    const int64_t vocabulary = logits.dim(1);
    parallel_for(int64_t(drawing.size()), [&](int64_t i) {
      draw_token(*drawing[size_t(i)], std::span(logits.data() + i * vocabulary, size_t(vocabulary)));
    });
    counts_.drawn += int64_t(drawing.size());
  }
  for (Job* job : jobs) {
    if (job->text.left > 0) {
      waiting_[job->number] = job;
      continue;
    }
    ended_pages_ += job->pages;
    ended_most_ += cache_.pages_for(int64_t(job->text.ids.size()));
    release(*job);
    if (job->forgotten) jobs_.erase(job->number);
  }
}

void Scheduler::draw_token(Job& job, std::span<const Real> logits) {
  if (job.wishes.keep_logits) job.text.logits.assign(logits.begin(), logits.end());
  const double number = sampling_draw(job.options.seed, job.drawn++);
  job.text.ids.push_back(sample(logits, job.options, number, job.text.ids));
  --job.text.left;
}

void Scheduler::enter() {
  std::map<int64_t, std::vector<Job*>> entering;  // by their cap
  // `has_room` may take a later text's slot away, but takes none out of waiting_.
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    Job& job = *at->second;
    const Job* twin = like(job);
    if (twin && twin->fed < job.before_draws()) {
      ++at;  // what it is to share is on its way
      continue;
    }
    // No later text may take the room that this one waits for.
    if (!has_room(job)) break;
    job.running = std::min(job.unfed(), prompt_tokens_);
    entering[job.wishes.max_depth].push_back(&job);
    at = waiting_.erase(at);
  }
  for (const auto& [cap, jobs] : entering) start(jobs);
}

double Scheduler::expected_pages(const Job& job) const {
  const int64_t most = cache_.pages_for(int64_t(job.text.ids.size()) + job.text.left);
  const double share = ended_most_ > 0 ? double(ended_pages_) / double(ended_most_) : expected_share_;
  return std::max(double(job.pages), share * double(most));
}

bool Scheduler::may_begin(const Job& job) const {
  double expected = expected_pages(job);
  for (const auto& [number, other] : jobs_)
    if (other.has_slot()) expected += expected_pages(other);
  return expected <= double(page_limit_) || under_way() == 0;
}

const Scheduler::Job* Scheduler::like(const Job& job) const {
  const auto twin = jobs_.find(job.wishes.like);
  return !job.has_slot() && twin != jobs_.end() && twin->second.has_slot() ? &twin->second : nullptr;
}

bool Scheduler::has_room(Job& job) {
  const bool begins = !job.has_slot();
  while (!job.has_slot() && (idle_.empty() || !may_begin(job)))
    if (!later_gives_way(job)) return false;
  if (begins) take_slot(job);
  const int64_t need = cache_.pages_needed(job.lane.sequence, std::min(job.unfed(), prompt_tokens_));
  while (promised_ - cache_.saved_pages() + need > page_limit_)
    if (!later_gives_way(job)) {
      if (begins) release(job);
      return false;
    }
  job.pages += need;
  promised_ += need;
  counts_.peak_pages = std::max(counts_.peak_pages, promised_ - cache_.saved_pages());
  if (begins) counts_.shared += job.fed;
  return true;
}

void Scheduler::take_slot(Job& job) {
  const Job* twin = like(job);
  job.lane.sequence = idle_.back();
  idle_.pop_back();
  job.text.waiting = false;
  if (!twin) return;
  job.fed = job.before_draws();
  cache_.share(twin->lane.sequence, job.lane.sequence, job.fed);
  job.pages = cache_.pages(job.lane.sequence);
  promised_ += job.pages;
  std::vector<int32_t>& depths = job.text.depths;
  for (int64_t t = int64_t(depths.size()); t < job.fed; ++t) depths.push_back(twin->text.depths[size_t(t)]);
}

bool Scheduler::later_gives_way(const Job& job) {
  for (auto last = waiting_.rbegin(); last != waiting_.rend() && last->first > job.number; ++last) {
    if (!last->second->has_slot()) continue;
    release(*last->second);
    ++counts_.preemptions;
    return true;
  }
  return false;
}

void Scheduler::release(Job& job) {
  if (!job.has_slot()) return;
  cache_.clear(job.lane.sequence);
  idle_.push_back(std::exchange(job.lane.sequence, -1));
  promised_ -= std::exchange(job.pages, 0);
  job.fed = 0;
  job.text.waiting = job.text.left > 0;
}

void Scheduler::start(const std::vector<Job*>& jobs) {
  std::vector<int32_t> ids;
  for (const Job* job : jobs) {
    const auto first = job->text.ids.begin() + job->fed;
    ids.insert(ids.end(), first, first + job->running);
  }
  const IntTensor tokens({int64_t(ids.size())}, ids);
  const Rows rows = rows_of(jobs);
  const std::vector<Lane> lanes = each(jobs, [](Job* job) { return job->lane; });
  CacheLanes kv(cache_, lanes);
  const ForwardOptions options{.rule = causal_rule(model_.config()), .max_depth = jobs.front()->wishes.max_depth};
  const Variable x = model_.trunk().prelude(model_.embed(tokens), rows, kv, options);
  cohorts_.push_back({jobs, lanes, rows, model_.trunk().recurrence(x, tokens, rows, options)});
  cohorts_.back().recurrence.enter();
}

void Scheduler::run_blocks() {
  std::map<int64_t, std::vector<Cohort*>> together;  // by the first recursion that has their weights
  const bool repeats = model_.layers().repeats;
  for (Cohort& cohort : cohorts_) together[repeats ? 0 : cohort.recurrence.recursion()].push_back(&cohort);
  for (const auto& [first, cohorts] : together) run_block(cohorts);
}

void Scheduler::run_block(const std::vector<Cohort*>& cohorts) {
  std::vector<Variable> states;
  std::vector<Lane> lanes;
  std::vector<Trunk::Part> parts;
  Rows rows;
  for (const Cohort* cohort : cohorts) {
    const Recurrence& recurrence = cohort->recurrence;
    states.push_back(recurrence.inside().x);
    rows = rows.followed_by(recurrence.inside().rows);
    parts.push_back({recurrence.recursion(), recurrence.inside().rows.count()});
    const int64_t ahead = model_.layers().repeats ? recurrence.recursion() * model_.layers().block : 0;
    for (const Lane& lane : cohort->lanes) lanes.push_back({ahead, lane.sequence});
  }
  if (rows.count() == 0) return;
  CacheLanes kv(cache_, std::move(lanes));
  const Variable y = model_.trunk().block(parts, concat(states, 0), rows, kv);
  int64_t at = 0;
  for (Cohort* cohort : cohorts) {
    const int64_t n = cohort->recurrence.inside().rows.count();
    if (n > 0) cohort->recurrence.leave(slice(y, 0, at, at + n));
    at += n;
  }
  ++counts_.block_calls;
  counts_.block_rows += rows.count();
}

Rows Scheduler::rows_of(const std::vector<Job*>& jobs) {
  return Rows::last(each(jobs, [](Job* job) { return job->running; }),
                    each(jobs, [](Job* job) { return job->fed + job->running; }));
}

}  // namespace tinymor
