#include "trainer/loop/locked_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "datasets/corpus.h"
#include "tensor/error.h"
#include "tensor/refusal.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

/// "process 123 on host": what a holder writes into its lock.
std::string this_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("process {} on {}", ::getpid(), host.data());
}

/// Who holds the lock that is open as `descriptor`.
std::string holder_of(int descriptor) {
  std::array<char, 300> text{};
  const ssize_t length = ::pread(descriptor, text.data(), text.size() - 1, 0);
  // A holder that is not done writing its name yet has none.
  return length > 0 ? text.data() : "another process";
}

/// Makes one folder; false when it is there already.
bool make_new(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0777) == 0) return true;
  if (errno != EEXIST) refuse_place(folder, "cannot be made", errno, "name another folder");
  return false;
}

/// Makes the folders on the way to `folder`, and that one, where they are missing; returns those it made, outermost
/// first.
std::vector<fs::path> make_missing(const fs::path& folder) {
  std::vector<fs::path> missing, made;
  std::error_code ignored;
  for (fs::path each = folder; !each.empty() && !fs::exists(each, ignored); each = each.parent_path())
    missing.push_back(each);
  std::reverse(missing.begin(), missing.end());
  for (const fs::path& each : missing)
    if (make_new(each)) made.push_back(each);
  check_input(fs::is_directory(folder, ignored), "{}: is not a folder (name another one)", folder.string());
  return made;
}

}  // namespace

LockedFolder::LockedFolder(fs::path path) : path_(path.has_filename() ? std::move(path) : path.parent_path()) {
  check_input(!path_.empty(), "the run folder's name is empty (give --out a name)");
  made_ = make_missing(path_);
  try {
    lock();
  } catch (...) {
    release();  // no destructor does it
    throw;
  }
}

LockedFolder LockedFolder::of_another(fs::path path) {
  LockedFolder folder;
  folder.path_ = std::move(path);
  return folder;
}

LockedFolder LockedFolder::first_unused(const fs::path& prefix) {
  LockedFolder folder;
  if (prefix.has_parent_path()) folder.made_ = make_missing(prefix.parent_path());
  for (int i = 1;; ++i) {
    folder.path_ = fmt::format("{}-{}", prefix.string(), i);
    if (make_new(folder.path_)) break;
  }
  folder.made_.push_back(folder.path_);
  folder.lock();
  return folder;
}

void LockedFolder::lock() {
  const fs::path file = path_ / lock_file_name;
  for (;;) {
    const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (opened < 0) refuse_place(path_, "cannot be written to", errno, "name another folder");
    int failed = EINTR;
    while (failed == EINTR) failed = ::flock(opened, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
    if (failed == EWOULDBLOCK) {
      const std::string holder = holder_of(opened);
      ::close(opened);
      throw InputError(fmt::format("{}: {} is writing it (wait until it is done or stop it, or name another folder)",
                                   path_.string(), holder));
    }
    // A file system that has no locks says so in another way; there each process is trusted to be alone.
    struct stat mine, named;
    const bool still_there = ::fstat(opened, &mine) == 0 && ::lstat(file.c_str(), &named) == 0 &&
                             mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
    if (!still_there) {  // its holder has removed it in between
      ::close(opened);
      continue;
    }
    descriptor_ = opened;
    const std::string holder = this_process();
    if (::ftruncate(opened, 0) != 0 || ::pwrite(opened, holder.data(), holder.size(), 0) != ssize_t(holder.size()))
      refuse_place(file, "cannot be written", errno, "name another folder");
    return;
  }
}

LockedFolder::LockedFolder(LockedFolder&& other) noexcept
    : path_(std::move(other.path_)),
      made_(std::exchange(other.made_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

LockedFolder& LockedFolder::operator=(LockedFolder&& other) noexcept {
  if (this == &other) return *this;
  release();
  path_ = std::move(other.path_);
  made_ = std::exchange(other.made_, {});
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

void LockedFolder::release() {
  if (held()) {
    ::unlink((path_ / lock_file_name).c_str());  // while it is held, so that no other process's lock is removed
    ::close(std::exchange(descriptor_, -1));
  }
  // Only empty folders let themselves be removed like this.
  for (; !made_.empty(); made_.pop_back()) ::rmdir(made_.back().c_str());
}

std::vector<fs::path> LockedFolder::traces() const {
  std::vector<fs::path> all{path_ / lock_file_name};
  all.insert(all.end(), made_.rbegin(), made_.rend());
  return all;
}

bool LockedFolder::empty() const {
  for (const fs::directory_entry& entry : fs::directory_iterator(path_))
    if (entry.path().filename() != lock_file_name) return false;
  return true;
}

}  // namespace tinymor
