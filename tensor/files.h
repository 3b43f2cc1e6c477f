#pragma once
// Whole files in and out. Writing is all or nothing: a program that reads a file while it is being replaced, or after
// the writer was killed, finds either the old contents or the new ones.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "tensor/function_ref.h"

namespace tinymor {

/// The bytes of `file`. Throws InputError when it is missing, unreadable, larger than `max_bytes`, or not a regular
/// file: it never waits for a pipe or a device.
std::string read_file(const std::filesystem::path& file, uint64_t max_bytes = uint64_t(1) << 30);

/// Hands the bytes of `file`, of any size, to `take` in pieces of a megabyte; only the last is shorter. Throws
/// InputError as read_file does.
void read_file_in_pieces(const std::filesystem::path& file, FunctionRef<void(std::string_view)> take);

/// A file whose bytes are read when they are touched and leave memory when it is short. Whoever replaces the file
/// leaves these bytes as they are; whoever shortens it ends this program.
class MappedFile {
 public:
  /// Throws InputError when it cannot be read.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {data_, size_}; }
  /// Lets go of the memory that holds `part` of bytes() until it is touched again.
  void release(std::string_view part) const;

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

/// Makes a folder and its parents, unless they exist. Throws InputError.
void make_folder(const std::filesystem::path& folder);

/// A file that is written piece by piece and replaced as a whole: temporary file in the same folder, fsync, rename,
/// fsync of the folder. A temporary left over by a killed process is taken over by the next write.
class AtomicFile {
 public:
  /// Begins to write `file`, once no other process writes it. Throws InputError when the place cannot be written to.
  explicit AtomicFile(const std::filesystem::path& file);
  /// Unless it was committed, the file stays what it was.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws Error when writing fails (disk full, ...).
  void append(std::string_view bytes);
  /// Puts what was written in the place of the file. Throws Error when that fails.
  void commit();

 private:
  std::filesystem::path file_, target_, temporary_;  // the second is what the first points to
  int descriptor_ = -1;
};

/// Replaces `file` by `bytes` as AtomicFile does. Pipes and devices are written straight into.
void write_file_atomically(const std::filesystem::path& file, std::string_view bytes);

/// A file that grows at its end. Every piece is written at once, so that a crash cuts off at most the last one.
class AppendFile {
 public:
  /// Opens `file`, or makes it. Throws Error when that fails.
  explicit AppendFile(const std::filesystem::path& file);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Appends `bytes` whole, or nothing of them. Throws Error when that fails (disk full, ...).
  void append(std::string_view bytes);

 private:
  std::filesystem::path file_;
  int descriptor_;
};

/// Throws Error unless everything printed to standard output has arrived there: a full disk is noticed only when the
/// rest of it is written.
void flush_output();

}  // namespace tinymor
