#include "mor/scheduler.h"

#include <algorithm>
#include <utility>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// One value per element.
template <class From, class Function>
auto each(const std::vector<From>& from, Function&& function) {
  std::vector<std::decay_t<decltype(function(from.front()))>> values;
  for (const From& element : from) values.push_back(function(element));
  return values;
}

}  // namespace

Scheduler::Scheduler(const Model& model, int64_t slots, int64_t max_depth, Batching batching)
    : model_(model), batching_(batching), cache_(model.config(), slots) {
  check(slots > 0, "[scheduler] {} slots", slots);
  options_.rule = causal_rule(model.config());
  options_.max_depth = max_depth;
  for (int64_t s = slots; s-- > 0;) idle_.push_back(s);
}

int64_t Scheduler::submit(std::vector<int32_t> prompt, int64_t n, const SampleOptions& options) {
  return submit(std::move(prompt), n, options, {});
}

int64_t Scheduler::submit(std::vector<int32_t> prompt, int64_t n, const SampleOptions& options, const Wishes& wishes) {
  const int64_t length = int64_t(prompt.size()), longest = model_.config().max_seq_len;
  check_input(length > 0, "prompt: it has no tokens (give some text to start from)");
  check_input(n > 0 && length + n - 1 <= longest,
              "scheduler: {} tokens after a prompt of {} (a text of this model has at most {})", n, length, longest);
  jobs_.push_back(
      {.text = {.ids = std::move(prompt), .left = n}, .options = options, .wishes = wishes, .running = length});
  return first_ + int64_t(jobs_.size()) - 1;
}

void Scheduler::cancel(int64_t number) {
  Job& ended = job(number);
  ended.text.left = 0;
  ended.text.waiting = false;
  if (std::erase(out_, &ended) > 0) release(ended);
}

void Scheduler::forget(int64_t number) {
  check(job(number).text.left == 0, "[scheduler] text {} is under way", number);
  job(number).forgotten = true;
  job(number).text = {.ids = {}, .waiting = false};
  drop_forgotten();
}

void Scheduler::release(Job& job) {
  job.states = {};
  cache_.clear(job.lane.sequence);
  idle_.push_back(job.lane.sequence);
  job.lane.sequence = -1;
  if (job.forgotten) drop_forgotten();
}

void Scheduler::drop_forgotten() {
  for (; !jobs_.empty() && jobs_.front().forgotten && jobs_.front().lane.sequence < 0; jobs_.pop_front()) ++first_;
  queued_ = std::max(queued_, first_);
}

bool Scheduler::tick() {
  const NoGrad off;
  leave();
  if (batching_ == Batching::by_depth || cohorts_.empty()) enter(draw(std::exchange(out_, {})));
  if (cohorts_.empty()) return false;
  run_block();
  return true;
}

void Scheduler::leave() {
  for (auto cohort = cohorts_.begin(); cohort != cohorts_.end();) {
    Recurrence& recurrence = cohort->recurrence;
    const bool inside = recurrence.enter();
    for (size_t s = 0; s < cohort->jobs.size(); ++s) {
      Job*& job = cohort->jobs[s];
      if (!job || (inside && !recurrence.inside().rows.positions_of(int64_t(s)).empty())) continue;
      const int64_t begin = cohort->rows.offsets[s], end = cohort->rows.offsets[s + 1];
      Job& left = *std::exchange(job, nullptr);
      if (left.text.left == 0) {  // cancelled
        release(left);
        continue;
      }
      left.states = slice(recurrence.states(), 0, begin, end);
      left.text.depths.insert(left.text.depths.end(), recurrence.depth().begin() + begin,
                              recurrence.depth().begin() + end);
      out_.push_back(&left);
    }
    cohort = inside ? std::next(cohort) : cohorts_.erase(cohort);
  }
}

std::vector<Scheduler::Job*> Scheduler::draw(const std::vector<Job*>& jobs) {
  if (jobs.empty()) return {};
  const Rows rows = rows_of(jobs);
  CacheLanes kv(cache_, each(jobs, [](Job* job) { return job->lane; }));
  const Variable states =
      model_.trunk().coda(concat(each(jobs, [](Job* job) { return job->states; }), 0), rows, kv, options_);
  std::vector<int32_t> last;
  for (size_t s = 0; s < jobs.size(); ++s) last.push_back(int32_t(rows.offsets[s + 1] - 1));
  const Tensor logits = model_.head(gather_rows(states, IntTensor({int64_t(last.size())}, last))).value();

  std::vector<Job*> going_on;
  for (size_t s = 0; s < jobs.size(); ++s) {
    Job& job = *jobs[s];
    const double draw = sampling_draw(job.options.seed, job.drawn++);
    const auto scores = logits.slice(0, int64_t(s), int64_t(s) + 1).values();
    job.text.ids.push_back(sample(scores, job.options, draw));
    if (job.wishes.keep_logits) job.text.logits.assign(scores.begin(), scores.end());
    job.running = 1;
    job.states = {};
    if (--job.text.left > 0)
      going_on.push_back(&job);
    else
      release(job);
  }
  counts_.drawn += int64_t(jobs.size());
  return going_on;
}

void Scheduler::enter(std::vector<Job*> jobs) {
  for (; !idle_.empty() && queued_ < first_ + int64_t(jobs_.size()); ++queued_) {
    Job& next = job(queued_);
    if (next.text.left == 0) continue;  // cancelled
    next.text.waiting = false;
    next.lane.sequence = idle_.back();
    idle_.pop_back();
    jobs.push_back(&next);
  }
  while (!jobs.empty()) {
    const int64_t max_depth = jobs.front()->wishes.max_depth;
    const auto others =
        std::stable_partition(jobs.begin(), jobs.end(), [&](Job* job) { return job->wishes.max_depth == max_depth; });
    enter(std::vector<Job*>(jobs.begin(), others), max_depth);
    jobs.erase(jobs.begin(), others);
  }
}

void Scheduler::enter(const std::vector<Job*>& jobs, int64_t max_depth) {
  ForwardOptions options = options_;
  if (max_depth > 0) options.max_depth = max_depth;
  std::vector<int32_t> ids;
  for (const Job* job : jobs) ids.insert(ids.end(), job->text.ids.end() - job->running, job->text.ids.end());
  const IntTensor tokens({int64_t(ids.size())}, ids);
  const Rows rows = rows_of(jobs);
  const std::vector<Lane> lanes = each(jobs, [](Job* job) { return job->lane; });
  CacheLanes kv(cache_, lanes);
  const Variable x = model_.trunk().prelude(model_.embed(tokens), rows, kv, options);
  cohorts_.push_back({jobs, lanes, rows, model_.trunk().recurrence(x, tokens, rows, options)});
  cohorts_.back().recurrence.enter();
}

void Scheduler::run_block() {
  std::vector<Variable> states;
  std::vector<Lane> lanes;
  Rows rows;
  for (const Cohort& cohort : cohorts_) {
    states.push_back(cohort.recurrence.inside().x);
    rows = rows.followed_by(cohort.recurrence.inside().rows);
    const int64_t ahead = cohort.recurrence.recursion() * model_.layers().block;
    for (const Lane& lane : cohort.lanes) lanes.push_back({ahead, lane.sequence});
  }
  if (rows.count() == 0) return;
  CacheLanes kv(cache_, std::move(lanes));
  const Variable y = model_.trunk().block(0, concat(states, 0), rows, kv, options_);
  int64_t at = 0;
  for (Cohort& cohort : cohorts_) {
    const int64_t n = cohort.recurrence.inside().rows.count();
    if (n > 0) cohort.recurrence.leave(slice(y, 0, at, at + n));
    at += n;
  }
  ++counts_.block_calls;
  counts_.block_rows += rows.count();
}

Rows Scheduler::rows_of(const std::vector<Job*>& jobs) {
  return Rows::last(each(jobs, [](Job* job) { return job->running; }),
                    each(jobs, [](Job* job) { return int64_t(job->text.ids.size()); }));
}

}  // namespace tinymor
