#pragma once
// `tinymor serve --record FILE`: writes down who is inside in each call of the block (ServedCall), for the window. It
// is told on the engine's thread, which waits for nothing but a write into the system's buffers; a full disk, or a
// file that has grown large, ends the recording and not the serving.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "mor/scheduler.h"
#include "tensor/files.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {

class CallRecorder {
 public:
  /// No recording is larger, in bytes: a window reads it again and again while it grows.
  static constexpr uint64_t kMostBytes = 32'000'000;

  /// Starts a new file. Throws InputError when there is one already, or when it cannot be written.
  CallRecorder(const std::filesystem::path& file, const LoadedModel& loaded, uint64_t most_bytes = kMostBytes);
  /// After a tick.
  void add(const Scheduler& scheduler);
  /// Another scheduler follows, which numbers its texts from 0 again.
  void restart() { texts_before_ = texts_; }

 private:
  std::filesystem::path file_;
  std::optional<AppendFile> out_;  // empty once the recording has ended
  uint64_t room_;                  // bytes
  int64_t calls_ = 0;
  int32_t texts_ = 0, texts_before_ = 0;  // that were seen, and those of earlier schedulers
};

}  // namespace tinymor
