#include "trainer/commands/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "trainer/depth_tints.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// "━━╌╌", `width` long.
std::string bar_of(double share, int width) {
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < int(share * width) ? "━" : "╌";
  return bar;
}

/// A piece of a bar, with the codes that move the cursor.
void draw(const std::string& codes) {
  std::fputs(codes.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::string tinted(const std::string& text, int64_t depth) {
  if (depth <= 0) return text;
  const DepthTint& c = depth_tint(depth);
  const int ink = c.dark_text ? 30 : 97;
  const std::string on = fmt::format("\x1b[{};48;2;{};{};{}m", ink, c.r, c.g, c.b), off = "\x1b[0m";
  std::string result;
  // A colour that runs over a line end would fill the rest of the line.
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) result += on + text.substr(begin, end - begin) + off;
    if (end < text.size()) result += '\n';
    begin = end + 1;
  }
  return result;
}

std::string depth_legend(int64_t depths) {
  std::string text = "depth:";
  for (int64_t depth = 1; depth <= depths; ++depth) text += " " + tinted(fmt::format(" {} ", depth), depth);
  return text;
}

bool is_terminal(int descriptor) {
  const char* kind = std::getenv("TERM");
  return isatty(descriptor) && !(kind && std::string_view(kind) == "dumb");
}

bool shows_colours(int descriptor) {
  const char* unwanted = std::getenv("NO_COLOR");
  return is_terminal(descriptor) && !(unwanted && *unwanted);
}

std::string clock_text(double seconds) {
  const int64_t s = std::max<int64_t>(0, std::llround(seconds));
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

HearProgress token_progress(bool quiet) {
  if (quiet || !is_terminal(STDERR_FILENO)) return {};
  using Clock = std::chrono::steady_clock;
  return [begin = Clock::now(), drawn = Clock::time_point()](int64_t done, int64_t all) mutable {
    const auto now = Clock::now();
    if (done < all && now - drawn < std::chrono::milliseconds(100)) return;
    drawn = now;
    const double share = double(done) / double(all), seconds = std::chrono::duration<double>(now - begin).count();
    draw(fmt::format("\r{} cutting the text into tokens  {:.0f} %  {} left\x1b[K{}", bar_of(share, 30), 100 * share,
                     clock_text(seconds / share - seconds), done < all ? "" : "\n"));
  };
}

void SinceBest::add(const EvalMetrics& m) {
  if (m.step == 0) return;
  above = m.threshold_loss < best.loss ? 0 : above + 1;
  if (above == 0) best = {m.step, m.threshold_loss};
}

ProgressBar::ProgressBar(int64_t first_step, int64_t steps, Best best)
    : first_(first_step), steps_(steps), standing_{best}, terminal_(is_terminal(STDERR_FILENO)) {}

ProgressBar::~ProgressBar() {
  finish_line();
}

void ProgressBar::on(const Event& event) {
  hear(
      event, [this](const StepMetrics& m) { show(m); }, [this](const EvalMetrics& m) { show(m); },
      [this](const RunEvent& e) {
        if (e.kind != RunEvent::sample) return;
        finish_line();
        tell("  writes: " + e.text);
      });
}

void ProgressBar::show(const StepMetrics& m) {
  if (m.left_out > std::exchange(left_out_, m.left_out)) {
    finish_line();
    return tell(fmt::format("step {}: left out, no weight changes: its loss is {:.4g}", m.step, m.loss));
  }
  const bool first = first_seconds_ < 0;
  const double share = first ? 1 : 0.1;
  smoothed_loss_ += share * (m.loss - smoothed_loss_);
  smoothed_speed_ += share * (m.tokens_per_second - smoothed_speed_);
  if (first) first_seconds_ = m.seconds;
  const double per_step = m.step > first_ + 1 ? (m.seconds - first_seconds_) / double(m.step - first_ - 1) : 0;
  const std::string left = per_step > 0 ? fmt::format("  {} left", clock_text(per_step * double(steps_ - m.step))) : "";
  const std::string numbers = fmt::format("step {}/{}  smoothed loss {:.3f}  {:.0f} tok/s  depth {:.2f}{}", m.step,
                                          steps_, smoothed_loss_, smoothed_speed_, m.mean_depth, left);
  if (!terminal_) {
    const int64_t every = std::max<int64_t>(1, steps_ / 20);
    if (m.step % every == 0 || m.step == steps_) tell(numbers);
    return;
  }
  const int room = std::max(0, terminal_width() - int(numbers.size()) - 4);
  const std::string bar = bar_of(double(m.step) / double(std::max<int64_t>(steps_, 1)), std::min(30, room));
  draw("\r" + bar + " " + numbers + "\x1b[K");
  drawn_ = true;
}

void ProgressBar::show(const EvalMetrics& m) {
  finish_line();
  const std::string losses = m.topk_loss == m.threshold_loss
                                 ? fmt::format("{:.4f}", m.threshold_loss)
                                 : fmt::format("{:.4f} (training rule), {:.4f} (causal rule, mean depth {:.2f})",
                                               m.topk_loss, m.threshold_loss, m.mean_depth);
  const std::string bits = m.bits_per_byte > 0 ? fmt::format(", {:.3f} bits per byte", m.bits_per_byte) : "";
  tell(fmt::format("step {}: held-out loss {}{}", m.step, losses, bits));
  standing_.add(m);
  if (standing_.above != 2 || std::exchange(warned_, true)) return;
  tell(
      fmt::format("the held-out loss has not been below that of step {} for two evaluations: the weights of that step "
                  "are in best.safetensors, which other commands use (--checkpoint newest takes the latest ones)",
                  standing_.best.step));
}

void ProgressBar::finish_line() {
  if (drawn_) draw("\n");
  drawn_ = false;
}

}  // namespace tinymor
