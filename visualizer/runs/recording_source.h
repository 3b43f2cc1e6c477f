#pragma once
// A run that was recorded: a run folder, its recording.mortrace alone, or just a model to generate with. A recording
// that is still being written (by `tinymor train` or `tinymor serve` beside the window) is followed as it grows, and
// the run's weights are taken up once they are there.

#include <chrono>
#include <filesystem>
#include <functional>

#include "trainer/loop/run_folder.h"
#include "trainer/recording/growing_recording.h"
#include "visualizer/runs/source.h"

namespace tinymor {

class RecordingSource : public Source {
 public:
  /// Throws InputError when `path` is none of the three.
  RecordingSource(const std::filesystem::path& path, std::function<void()> wake,
                  Checkpoint checkpoint = Checkpoint::best);
  /// A recording that is in memory already.
  RecordingSource(std::string name, Recording recording);

  RunStatus status() const override { return RunStatus::recording; }
  std::string why_not() const override;

 private:
  bool poll_run() override;
  void take(Recording recording);
  void take_more(Recording added);
  void note_taken(const std::string& notice);
  void complete(Recording& recording) const;
  void find_tokenizer(const std::filesystem::path& folder);
  bool file_changed();
  void begin_generator();

  std::function<void()> wake_;
  std::filesystem::path model_;  // the folder or file with the weights, or empty
  Checkpoint checkpoint_ = Checkpoint::best;
  GrowingRecording file_{recording_};
  std::string about_run_;  // the notice while the file has none
  // Of the history, when what was recorded was taken last: what came since are looks of the last weights.
  size_t texts_ = 0, images_ = 0;
  int thinnings_ = 0;
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace tinymor
