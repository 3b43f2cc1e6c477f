#pragma once
// A recording that is still being written, read as it grows: all of it once, then only what was added.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "trainer/recording/recording_format.h"

namespace tinymor {

class GrowingRecording {
 public:
  explicit GrowingRecording(std::filesystem::path file) : file_(std::move(file)) {}

  /// Whether the file has changed since it was read; false where there is none.
  bool changed() const;
  /// All that is in it, as read_recording.
  Recording read_all();
  /// What was added since it was read; its notice is about the whole file. Nothing where that cannot be said without
  /// reading all of it again: it is another file, did not only become longer, or tells anew what the run is.
  std::optional<Recording> read_more();

 private:
  /// What tells one state of the file from another.
  struct Stamp {
    dev_t device = 0;
    ino_t number = 0;
    uint64_t size = 0;
    int64_t seconds = 0, nanoseconds = 0;  // of the last write
    bool operator==(const Stamp&) const = default;
  };
  std::optional<Stamp> stamp() const;
  bool add(const Record& record, Recording& to);
  void note_rest(Recording& recording) const;

  std::filesystem::path file_;
  Stamp read_;         // when it was read
  uint64_t good_ = 0;  // bytes of head and whole records
  std::string seal_;   // the last of those bytes
  int64_t last_step_ = 0;
  std::map<RecordKind, int64_t> newest_;  // the step of the last event of each kind
};

}  // namespace tinymor
