#include "tensor/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "tensor/error.h"
#include "tensor/refusal.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

/// An open file that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// "FILE: WHAT: WHY"
std::string complaint(const fs::path& file, const std::string& what, int errno_value) {
  return fmt::format("{}: {}{}{}", file.string(), what, what.empty() ? "" : ": ", std::strerror(errno_value));
}

void check_room(const fs::path& file, const std::string& what, int errno_value) {
  if (errno_value == ENOSPC || errno_value == EDQUOT)
    throw FullDisk(complaint(file, what, errno_value) + " (make room, or name another place)");
}

/// Throws Error with the reason that errno gives, unless `ok`.
void check_errno(bool ok, const fs::path& file, const char* what) {
  if (ok) return;
  check_room(file, what, errno);
  throw Error(complaint(file, what, errno) + " (check the disk and the path's permissions)");
}

/// Opens `path`, or throws as refuse_place does, and names it `name`.
Descriptor open_file(const fs::path& path, int flags, const fs::path& name) {
  Descriptor opened(::open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (opened.get() >= 0) return opened;
  const bool no_folder = errno == ENOENT && (flags & O_CREAT);
  const char* hint = no_folder ? "make its folder first" : "check the path and its permissions";
  refuse_place(name, "", errno, hint);
}

struct Opened {
  Descriptor descriptor;
  size_t size;
};

/// Opens a file to read it; throws InputError for anything else.
Opened open_regular(const fs::path& file) {
  Descriptor opened = open_file(file, O_RDONLY | O_NONBLOCK, file);  // a pipe is opened without a writer
  struct stat info;
  check_errno(::fstat(opened.get(), &info) == 0, file, "cannot be read");
  check_input(!S_ISDIR(info.st_mode), "{}: is a folder (name a file in it)", file.string());
  check_input(S_ISREG(info.st_mode), "{}: is a pipe or a device, not a file (copy what it gives into a file)",
              file.string());
  return {std::move(opened), size_t(info.st_size)};
}

/// Reads at most `size` bytes into `to`; 0 at the end of the file.
size_t read_some(const Descriptor& opened, char* to, size_t size, const fs::path& file) {
  ssize_t n = 0;
  do n = ::read(opened.get(), to, size);
  while (n < 0 && errno == EINTR);
  check_errno(n >= 0, file, "cannot be read");
  return size_t(n);
}

void write_all(int opened, std::string_view bytes, const fs::path& name) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(opened, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    check_errno(n >= 0, name, "cannot be written");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

/// Opens and locks the temporary file of `target`. The lock keeps two writers of one target apart; a file that was
/// renamed by its writer while this one waited for the lock is not the temporary any more.
Descriptor open_temporary(const fs::path& temporary, const fs::path& target) {
  for (;;) {
    Descriptor opened = open_file(temporary, O_RDWR | O_CREAT | O_NOFOLLOW, target);
    while (::flock(opened.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    struct stat mine, named;
    if (::fstat(opened.get(), &mine) == 0 && ::lstat(temporary.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
        mine.st_dev == named.st_dev) {
      return opened;
    }
  }
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened = open_file(folder, O_RDONLY | O_DIRECTORY, folder);
  // Some file systems cannot sync a folder and say EINVAL; there the rename is as durable as it gets.
  check_errno(::fsync(opened.get()) == 0 || errno == EINVAL, folder, "cannot be synced");
}

}  // namespace

std::string read_file(const fs::path& file, uint64_t max_bytes) {
  const auto refuse_beyond_limit = [&](uint64_t size) {
    check_input(size <= max_bytes, "{}: larger than {} bytes (give a smaller file)", file.string(), max_bytes);
  };
  const auto [opened, size] = open_regular(file);
  refuse_beyond_limit(size);
  std::string bytes;
  bytes.reserve(size);
  std::array<char, 1 << 16> buffer;
  while (const size_t n = read_some(opened, buffer.data(), buffer.size(), file)) {
    bytes.append(buffer.data(), n);
    refuse_beyond_limit(bytes.size());
  }
  return bytes;
}

void read_file_in_pieces(const fs::path& file, FunctionRef<void(std::string_view)> take) {
  const auto [opened, size] = open_regular(file);
  std::vector<char> buffer(1 << 20);
  size_t filled = 0;
  while (const size_t n = read_some(opened, buffer.data() + filled, buffer.size() - filled, file)) {
    filled += n;
    if (filled < buffer.size()) continue;
    take({buffer.data(), filled});
    filled = 0;
  }
  if (filled > 0) take({buffer.data(), filled});
}

MappedFile::MappedFile(const fs::path& file) {
  const auto [opened, size] = open_regular(file);
  if (size == 0) return;
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, opened.get(), 0);
  check_errno(mapped != MAP_FAILED, file, "cannot be read");
  data_ = static_cast<const char*>(mapped);
  size_ = size;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::release(std::string_view part) const {
  const auto page = uintptr_t(::sysconf(_SC_PAGESIZE));
  const uintptr_t begin = uintptr_t(part.data()) / page * page;
  ::madvise(reinterpret_cast<void*>(begin), uintptr_t(part.data()) + part.size() - begin, MADV_DONTNEED);
}

void refuse_place(const fs::path& file, const std::string& what, int errno_value, const std::string& mend) {
  check_room(file, what, errno_value);
  throw InputError(fmt::format("{} ({})", complaint(file, what, errno_value), mend));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) refuse_place(folder, "cannot be made", error.value(), "name another folder");
}

AtomicFile::AtomicFile(const fs::path& file) : file_(file) {
  std::error_code ignored;
  check_input(!fs::is_directory(file, ignored), "{}: is a folder (name a file in it)", file.string());
  // A symbolic link stays one: what it points to is replaced.
  target_ = fs::exists(file, ignored) ? fs::canonical(file) : file;
  check_input(target_.has_filename(), "\"{}\": names no file (add a file name)", file.string());
  temporary_ = folder_of(target_) / fmt::format(".{}.tmp", target_.filename().string());
  Descriptor opened = open_temporary(temporary_, target_);
  check_errno(::ftruncate(opened.get(), 0) == 0, file, "cannot be written");
  descriptor_ = opened.release();
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::unlink(temporary_.c_str());
  ::close(descriptor_);
}

void AtomicFile::append(std::string_view bytes) {
  write_all(descriptor_, bytes, file_);
}

void AtomicFile::commit() {
  check_errno(::fsync(descriptor_) == 0, file_, "cannot be written");
  check_errno(::rename(temporary_.c_str(), target_.c_str()) == 0, file_, "cannot be replaced");
  ::close(std::exchange(descriptor_, -1));
  sync_folder(folder_of(target_));
}

void write_file_atomically(const fs::path& file, std::string_view bytes) {
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
    write_all(open_file(file, O_WRONLY, file).get(), bytes, file);
    return;
  }
  AtomicFile replaced(file);
  replaced.append(bytes);
  replaced.commit();
}

AppendFile::AppendFile(const fs::path& file)
    : file_(file), descriptor_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) {
  check_errno(descriptor_ >= 0, file, "cannot be opened");
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendFile::append(std::string_view bytes) {
  const off_t end = ::lseek(descriptor_, 0, SEEK_END);
  try {
    write_all(descriptor_, bytes, file_);
  } catch (const Error&) {
    // If this fails too, readers find half a piece, as after a crash.
    if (::ftruncate(descriptor_, end) != 0) ::close(std::exchange(descriptor_, -1));
    throw;
  }
}

void flush_output() {
  errno = 0;
  const bool arrived = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  check(arrived, "standard output: cannot be written{} (make room, or write elsewhere)",
        errno == 0 ? "" : fmt::format(": {}", std::strerror(errno)));
}

}  // namespace tinymor
