#include "trainer/loop/control.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace tinymor {

void Control::stop() {
  stop_ = true;
}

void Control::note(std::string command) {
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }
  wake();
}

void Control::wake() {
  wake_.notify_all();
  woken_();
}

void Control::pause() {
  if (!paused_.exchange(true)) note("paused");
}

void Control::resume() {
  if (paused_.exchange(false)) note("goes on");
}

void Control::step() {
  ++steps_;
  note("one step");
}

void Control::set_lr_factor(double factor) {
  if (lr_factor_.exchange(factor) != factor) note(fmt::format("learning rate times {:.3g}", factor));
}

void Control::take_snapshot() {
  if (!snapshot_.exchange(true)) note("a snapshot with everything in it");
}

void Control::watch(Watched what) {
  static constexpr const char* names[] = {"the held-out text", "the batches trained on", "another text"};
  note(fmt::format("watches {}", names[what.kind]));
  const std::lock_guard lock(mutex_);
  watched_ = std::move(what);
}

std::optional<Watched> Control::take_watched() {
  const std::lock_guard lock(mutex_);
  return std::exchange(watched_, std::nullopt);
}

void Control::post(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake();
}

Next Control::between_steps(const std::function<void(const std::string&)>& tell) {
  std::vector<std::function<void()>> tasks;
  std::vector<std::string> commands;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    commands.swap(commands_);
  }
  for (const std::string& command : commands) tell(command);
  for (const auto& task : tasks) task();
  const bool stopping = stop_, paused = paused_;
  waiting_ = !stopping && paused && steps_ == 0;
  if (stopping) return Next::end;
  if (waiting_) return Next::wait;
  if (paused) {
    --steps_;
    snapshot_ = true;  // single steps are taken to look at each
  } else {
    steps_ = 0;
  }
  return Next::piece;
}

void Control::wait() {
  std::unique_lock lock(mutex_);
  // stop() may come from a signal handler, which cannot wake anyone: look again now and then.
  if (paused_ && steps_ == 0 && !stop_ && tasks_.empty() && commands_.empty())
    wake_.wait_for(lock, std::chrono::milliseconds(100));
}

}  // namespace tinymor
