#pragma once
// Whole files in and out. Writing is all or nothing: a program that reads a file while it is being replaced, or after
// the writer was killed, finds either the old contents or the new ones.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tinymor {

/// The bytes of `file`. Throws InputError when it is missing, unreadable, larger than `max_bytes`, or not a regular
/// file: it never waits for a pipe or a device.
std::string read_file(const std::filesystem::path& file, uint64_t max_bytes = uint64_t(1) << 30);

/// Makes a folder and its parents, unless they exist. Throws InputError.
void make_folder(const std::filesystem::path& folder);

/// Replaces `file` by `bytes`: temporary file in the same folder, fsync, rename, fsync of the folder. The temporary is
/// removed on failure; one left over by a killed process is taken over by the next write. Pipes and devices are written
/// straight into. Throws InputError when the place cannot be written to, Error when writing fails (disk full, ...).
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
