#include "trainer/recording/recording.h"

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/recording/growing_recording.h"

namespace tinymor {
namespace {

/// The records of a file as bytes, without its head. Throws InputError when it is not a recording; a file shorter than
/// the head has none.
std::string_view records_of(std::string_view bytes, const std::filesystem::path& file) {
  check_head(bytes, file);
  return bytes.substr(std::min(bytes.size(), file_head().size()));
}

}  // namespace

Recording read_recording(const std::filesystem::path& file) {
  return GrowingRecording(file).read_all();
}

Recorder::Recorder(const std::filesystem::path& file, const RunInfo& run, std::optional<int64_t> resume_step) {
  std::string contents = file_head() + run_record(run);
  if (resume_step && std::filesystem::exists(file)) {
    const std::string old = read_file(file, longest_recording);
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
