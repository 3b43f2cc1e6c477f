#include "mor/recurrence.h"

#include <numeric>

namespace tinymor {

Recurrence::Recurrence(const Variable& x, const Rows& rows, const RouterCall& call)
    : recursions_(call.recursions),
      without_(call.shift.without),
      probe_(call.probe),
      states_(x),
      active_{x, rows, std::vector<int32_t>(rows.count())},
      depth_(rows.count(), 0),
      router_(make_router(call)) {
  std::iota(active_.places.begin(), active_.places.end(), 0);
  if (probe_) probe_->on_states(-1, states_);
}

bool Recurrence::enter() {
  if (active_.places.empty() || ++recursion_ >= recursions_) return false;
  selection_ = router_->select(recursion_, active_);
  const Rows candidates = active_.rows;
  if (!selection_.all) active_ = active_.select(selection_.index);
  if (probe_) probe_->on_recursion(recursion_, candidates, selection_.logits, selection_.gates, active_.rows);
  return !active_.places.empty();
}

void Recurrence::leave(const Variable& y) {
  for (int32_t place : active_.places) ++depth_[place];
  if (recursion_ != without_) {
    active_.x = router_->combine(recursion_, selection_, active_, y);
    const int64_t n = active_.rows.count();
    states_ =
        n == int64_t(depth_.size()) ? active_.x : replace_rows(states_, IntTensor({n}, active_.places), active_.x);
  }
  if (probe_) probe_->on_states(recursion_, states_);
}

}  // namespace tinymor
