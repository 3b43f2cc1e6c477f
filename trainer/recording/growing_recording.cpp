#include "trainer/recording/growing_recording.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "tensor/error.h"
#include "tensor/files.h"

namespace tinymor {
namespace {

constexpr size_t longest_seal = 64;  // it ends with a record's checksum

/// The bytes of a file from `from` up to `to`, or as many as there are.
std::string part_of(const std::filesystem::path& file, uint64_t from, uint64_t to) {
  std::string bytes(to - from, '\0');
  std::ifstream in(file, std::ios::binary);
  in.seekg(std::streamoff(from));
  in.read(bytes.data(), std::streamsize(bytes.size()));
  bytes.resize(size_t(std::max<std::streamsize>(0, in.gcount())));
  return bytes;
}

}  // namespace

std::optional<GrowingRecording::Stamp> GrowingRecording::stamp() const {
  struct stat now;
  if (::stat(file_.c_str(), &now) != 0 || !S_ISREG(now.st_mode)) return {};
  return Stamp{now.st_dev, now.st_ino, uint64_t(now.st_size), now.st_mtim.tv_sec, now.st_mtim.tv_nsec};
}

bool GrowingRecording::changed() const {
  const std::optional<Stamp> now = stamp();
  return now && *now != read_;
}

bool GrowingRecording::add(const Record& record, Recording& to) {
  if (is_event(record.kind)) {
    // What was read before is not in `to`, which therefore cannot tell that steps go back.
    int64_t& newest = newest_.try_emplace(record.kind, 0).first->second;
    if (record.step < newest || !add_record(to, record)) return false;
    newest = record.step;
  } else if (!add_record(to, record)) {
    return false;
  }
  last_step_ = record.step;
  good_ += record.bytes.size();
  seal_ = record.bytes.substr(record.bytes.size() - std::min(record.bytes.size(), longest_seal));
  return true;
}

void GrowingRecording::note_rest(Recording& recording) const {
  if (good_ < read_.size || good_ == 0)
    recording.notice = fmt::format("{} is cut off or damaged after step {}: its last {} bytes are left out",
                                   file_.filename().string(), last_step_, read_.size - good_);
}

Recording GrowingRecording::read_all() {
  const std::optional<Stamp> now = stamp();
  *this = GrowingRecording(file_);
  if (now) read_ = *now;
  std::string bytes = read_file(file_, longest_recording);
  check_head(bytes, file_);
  // What was written after the stamp comes next time.
  if (now && bytes.size() > now->size) bytes.resize(now->size);
  read_.size = bytes.size();
  const size_t head = file_head().size();
  Recording recording;
  if (bytes.size() >= head) {
    good_ = head;
    seal_ = bytes.substr(0, head);
    std::string_view rest = std::string_view(bytes).substr(head);
    while (const std::optional<Record> record = take_record(rest))
      if (!add(*record, recording)) break;
  }
  note_rest(recording);
  return recording;
}

std::optional<Recording> GrowingRecording::read_more() {
  const std::optional<Stamp> now = stamp();
  if (!now || good_ == 0 || now->device != read_.device || now->number != read_.number) return {};
  if (now->size <= read_.size || now->size > longest_recording) return {};
  const std::string bytes = part_of(file_, good_ - seal_.size(), now->size);
  if (!bytes.starts_with(seal_) || bytes.size() != now->size - good_ + seal_.size()) return {};
  read_ = *now;
  Recording added;
  std::string_view rest = std::string_view(bytes).substr(seal_.size());
  while (const std::optional<Record> record = take_record(rest)) {
    if (record->kind == RecordKind::run) return {};
    if (!add(*record, added)) break;
  }
  note_rest(added);
  return added;
}

}  // namespace tinymor
