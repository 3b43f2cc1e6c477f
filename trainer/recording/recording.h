#pragma once
// recording.mortrace: what a run has told (events.h), kept for later.
//
// File: 8 bytes magic "MORTRACE", u32 version, then records `u32 kind | u32 bytes | i64 step | f64 seconds |
// payload | u32 crc32 of all of these`, little endian; the seconds are those of StepMetrics at the newest step. Unknown
// kinds are skipped; a record cut off or damaged ends the reading. What payloads hold is in recording_format.cpp.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tensor/files.h"
#include "trainer/recording/events.h"

namespace tinymor {

/// Everything read back from a recording.
struct Recording : RunInfo, EventLog {
  std::string notice;  ///< Not empty when the file ends in the middle of a record: what was left out, for people.
};

/// Whether its parts fit each other, so that it can be drawn without further checks.
bool consistent(const ImageSnapshot& snapshot);

/// Bytes that one takes in a recording, which is about what it takes in memory.
uint64_t bytes_of(const Snapshot& snapshot);
uint64_t bytes_of(const ImageSnapshot& snapshot);

/// Appends records to a recording file. Each record is written whole and flushed, so that a file cut off by a crash
/// loses at most its last record.
class Recorder : public Observer {
 public:
  /// Starts a new file, or goes on with the records up to `resume_step` of an existing one (later ones are dropped).
  /// Throws InputError when the existing file is not a recording, and Error, here and on every record, when writing
  /// fails.
  Recorder(const std::filesystem::path& file, const RunInfo& run, std::optional<int64_t> resume_step = {});
  void on(const Event& event) override;

 private:
  std::unique_ptr<AppendFile> file_;
  double seconds_ = 0;  // of the newest step
};

/// Reads a recording; the file may be hostile. Throws InputError when it is missing or not a recording; a damaged
/// tail only sets `notice`.
Recording read_recording(const std::filesystem::path& file);

}  // namespace tinymor
