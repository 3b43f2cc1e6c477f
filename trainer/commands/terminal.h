#pragma once
// What programs show to people: text tinted by recursion depth, and a run's progress.

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/token_cache.h"
#include "trainer/loop/run_folder.h"
#include "trainer/recording/events.h"

namespace tinymor {

/// Whether what is written there (STDOUT_FILENO, STDERR_FILENO) is seen on a terminal that understands escape codes:
/// no file, no pipe, no TERM=dumb.
bool is_terminal(int descriptor);
/// The same, and colours are welcome there: NO_COLOR (https://no-color.org) is not set.
bool shows_colours(int descriptor);

/// `text` on the background colour of a depth (0: none), as terminals with 24-bit colour understand it.
std::string tinted(const std::string& text, int64_t depth);
/// "depth: [1] [2] [3]" with each number on its colour.
std::string depth_legend(int64_t depths);

/// How long ago the lowest held-out loss of a run was.
struct SinceBest {
  Best best = {};
  int64_t above = 0;  ///< Evaluations in a row since then, none of which was lower.

  void add(const EvalMetrics& metrics);
};

/// Shows a run on stderr: a bar that is redrawn on a terminal, a line now and then elsewhere. Says once that
/// held-out loss is rising: when two evaluations in a row were above the lowest.
class ProgressBar : public Observer {
 public:
  /// `best`: the lowest held-out loss so far.
  ProgressBar(int64_t first_step, int64_t steps, Best best = {});
  ~ProgressBar() override;
  void on(const Event& event) override;

 private:
  void show(const StepMetrics& metrics);
  void show(const EvalMetrics& metrics);
  void finish_line();

  int64_t first_, steps_;
  SinceBest standing_;
  int64_t left_out_ = 0;
  bool warned_ = false;
  bool terminal_, drawn_ = false;
  double smoothed_loss_ = 0, smoothed_speed_ = 0, first_seconds_ = -1;
};

/// Shows on a terminal how far a text is cut into tokens, unless `quiet`; elsewhere nothing.
HearProgress token_progress(bool quiet);

/// "1:05", "2:03:04"
std::string clock_text(double seconds);

}  // namespace tinymor
