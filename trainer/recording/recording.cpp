#include "trainer/recording/recording.h"

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/recording/recording_format.h"

namespace tinymor {
namespace {

constexpr uint64_t kMaxFile = uint64_t(2) << 30;

/// The records of a file as bytes, without its head. Throws InputError when it is not a recording; a file shorter than
/// the head has none.
std::string_view records_of(std::string_view bytes, const std::filesystem::path& file) {
  check_head(bytes, file);
  return bytes.substr(std::min(bytes.size(), file_head().size()));
}

}  // namespace

Recording read_recording(const std::filesystem::path& file) {
  const std::string bytes = read_file(file, kMaxFile);
  std::string_view rest = records_of(bytes, file);
  Recording recording;
  int64_t last_step = 0;
  size_t good = bytes.size() < file_head().size() ? 0 : file_head().size();
  while (const std::optional<Record> record = take_record(rest)) {
    if (!add_record(recording, *record)) break;
    last_step = record->step;
    good += record->bytes.size();
  }
  if (good < bytes.size() || good == 0) {
    recording.notice = fmt::format("{} is cut off or damaged after step {}: its last {} bytes are left out",
                                   file.filename().string(), last_step, bytes.size() - good);
  }
  return recording;
}

Recorder::Recorder(const std::filesystem::path& file, const RunInfo& run, std::optional<int64_t> resume_step) {
  std::string contents = file_head() + run_record(run);
  if (resume_step && std::filesystem::exists(file)) {
    const std::string old = read_file(file, kMaxFile);
    std::string_view rest = records_of(old, file);
    Recording so_far;
    while (const std::optional<Record> record = take_record(rest)) {
      if (!add_record(so_far, *record)) break;
      if (record->kind == RecordKind::run || record->step > *resume_step) continue;
      contents += record->bytes;
      seconds_ = record->seconds;
    }
  }
  write_file_atomically(file, contents);
  file_ = std::make_unique<AppendFile>(file);
}

void Recorder::on(const Event& event) {
  hear(event, [this](const StepMetrics& metrics) { seconds_ = metrics.seconds; });
  file_->append(event_record(event, seconds_));
}

}  // namespace tinymor
