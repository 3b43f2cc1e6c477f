#pragma once
// The bytes of a recording's records, see recording.h.

#include <optional>
#include <string>
#include <string_view>

#include "trainer/recording/recording.h"

namespace tinymor {

/// What a record tells. Numbers in files: never reuse one.
enum class RecordKind : uint32_t {
  run = 1,
  step = 2,
  eval = 3,
  snapshot = 4,
  scores = 5,
  images = 6,
  event = 7,
  served = 8
};

/// One record of a file, its payload not read yet.
struct Record {
  RecordKind kind = RecordKind::run;
  int64_t step = 0;
  double seconds = 0;        ///< Wall time of the run when it was written.
  std::string_view payload;  ///< Part of `bytes`.
  std::string_view bytes;    ///< The whole record.
};

/// Whether it tells an event; a later version may know kinds that this one does not.
bool is_event(RecordKind kind);

/// No file is longer, in bytes.
inline constexpr uint64_t longest_recording = uint64_t(2) << 30;

/// What a file begins with: magic and version.
std::string file_head();

/// Throws InputError unless `bytes`, with which `file` begins, are a file's head, or as much of it as there is.
void check_head(std::string_view bytes, const std::filesystem::path& file);
/// The same of a file, of which only the head is read.
void check_head_of(const std::filesystem::path& file);

/// Takes the first record off `rest`; nothing when there is no whole and undamaged one.
std::optional<Record> take_record(std::string_view& rest);

/// Adds what a record tells to `recording`; records of unknown kinds tell nothing. False when the payload is not what
/// this kind of record holds, or its step goes back.
bool add_record(Recording& recording, const Record& record);

/// The bytes of records; `seconds` that training took so far. Throws Error for an event that contradicts itself or is
/// too large.
std::string run_record(const RunInfo& run);
std::string event_record(const Event& event, double seconds);

}  // namespace tinymor
