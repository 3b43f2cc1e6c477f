// Loaded before a program's own libraries (LD_PRELOAD), makes the disk full at its TINYMOR_FULL_AT-th change of a file
// or folder and ever after: that call and all that follow fail with ENOSPC. The file TINYMOR_FULL_SAID is made when
// that happens. Standard output and error, pipes and devices are left alone.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// Whether a change that begins now fails; sets errno then.
bool full() {
  static std::atomic<long> changes{0};
  static const long at = [] {
    const char* text = std::getenv("TINYMOR_FULL_AT");
    return text ? std::atol(text) : 0;
  }();
  if (at <= 0 || ++changes < at) return false;
  const char* said = std::getenv("TINYMOR_FULL_SAID");
  if (said && changes == at) close(real<int (*)(const char*, int, mode_t)>("open")(said, O_WRONLY | O_CREAT, 0666));
  errno = ENOSPC;
  return true;
}

bool is_file(int descriptor) {
  struct stat info;
  return descriptor > 2 && fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
}

/// Whether opening `path` would make a file.
bool makes(const char* path, int flags) {
  struct stat info;
  return (flags & O_CREAT) && stat(path, &info) != 0;
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t)>("write");
  return is_file(descriptor) && full() ? -1 : call(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return is_file(descriptor) && full() ? -1 : call(descriptor, bytes, count, at);
}

int fsync(int descriptor) {
  static const auto call = real<int (*)(int)>("fsync");
  return is_file(descriptor) && full() ? -1 : call(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static const auto call = real<int (*)(const char*, const char*)>("rename");
  return full() ? -1 : call(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto call = real<int (*)(const char*, mode_t)>("mkdir");
  struct stat info;
  return stat(path, &info) != 0 && full() ? -1 : call(path, mode);
}

int open(const char* path, int flags, ...) {
  static const auto call = real<int (*)(const char*, int, mode_t)>("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return makes(path, flags) && full() ? -1 : call(path, flags, mode);
}
}
