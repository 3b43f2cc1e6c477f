#include "trainer/recording.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/recording_format.h"

namespace tinymor {
namespace {

constexpr uint64_t kMaxFile = uint64_t(2) << 30;

/// The records of a file as bytes, without its head. Throws InputError when it is no recording; a file shorter than the
/// head has none.
std::string_view records_of(std::string_view bytes, const std::filesystem::path& file) {
  const std::string head = file_head();
  const size_t magic = head.size() - sizeof(uint32_t);
  check_input(bytes.substr(0, magic) == std::string_view(head).substr(0, std::min(bytes.size(), magic)),
              "{}: is not a recording (name a recording.mortrace or a run folder)", file.string());
  check_input(bytes.substr(0, head.size()) == std::string_view(head).substr(0, bytes.size()),
              "{}: is a recording of another version (use the tinymor that wrote it)", file.string());
  return bytes.substr(std::min(bytes.size(), head.size()));
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

struct Recorder::File {
  int descriptor = -1;
  std::filesystem::path path;
  double seconds = 0;  // of the newest step

  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }

  /// Appends a record whole, or not at all.
  void append(std::string_view record) {
    const off_t end = ::lseek(descriptor, 0, SEEK_END);
    while (!record.empty()) {
      const ssize_t n = ::write(descriptor, record.data(), record.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const std::string reason = std::strerror(errno);
        // Should this fail too, the half record is what readers expect of a crash.
        if (::ftruncate(descriptor, end) != 0) ::close(std::exchange(descriptor, -1));
        throw Error(fmt::format("{}: cannot be written: {} (make room)", path.string(), reason));
      }
      record.remove_prefix(static_cast<size_t>(n));
    }
  }
};

Recorder::Recorder(const std::filesystem::path& file, const RunInfo& run, std::optional<int64_t> resume_step)
    : file_(std::make_unique<File>()) {
  std::string contents = file_head() + run_record(run);
  if (resume_step && std::filesystem::exists(file)) {
    const std::string old = read_file(file, kMaxFile);
    std::string_view rest = records_of(old, file);
    Recording so_far;
    while (const std::optional<Record> record = take_record(rest)) {
      if (!add_record(so_far, *record)) break;
      if (record->kind == RecordKind::run || record->step > *resume_step) continue;
      contents += record->bytes;
      file_->seconds = record->seconds;
    }
  }
  write_file_atomically(file, contents);
  file_->path = file;
  file_->descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file_->descriptor < 0) throw Error(fmt::format("{}: cannot be opened: {}", file.string(), std::strerror(errno)));
}

Recorder::~Recorder() = default;

void Recorder::on_step(const StepMetrics& metrics) {
  file_->seconds = metrics.seconds;
  file_->append(step_record(metrics));
}

void Recorder::on_eval(const EvalMetrics& metrics) {
  file_->append(eval_record(metrics, file_->seconds));
}

void Recorder::on_scores(const ScoreHistogram& scores) {
  file_->append(scores_record(scores, file_->seconds));
}

void Recorder::on_snapshot(const Snapshot& snapshot) {
  file_->append(snapshot_record(snapshot, file_->seconds));
}

void Recorder::on_images(const ImageSnapshot& images) {
  file_->append(images_record(images, file_->seconds));
}

void Recorder::on_event(const RunEvent& event) {
  file_->append(event_record(event, file_->seconds));
}

}  // namespace tinymor
