#pragma once
// A folder that one process writes at a time: a run's, so that two trainers never mix their files.

#include <filesystem>
#include <vector>

namespace tinymor {

/// Holds a folder from its construction until it is destroyed or the process ends, however that happens. Reading a
/// folder needs no lock. Move-only; what was moved from holds nothing.
class LockedFolder {
 public:
  LockedFolder() = default;
  /// Locks `path`, which is made where it is missing. Throws InputError when it cannot be made or written to, and when
  /// another process holds it already, saying which: process and host.
  LockedFolder(std::filesystem::path path);
  /// Makes and takes the first of PREFIX-1, PREFIX-2, ... that is not there; two processes never get the same one.
  static LockedFolder first_unused(const std::filesystem::path& prefix);
  /// A folder that another rank of the same run holds: it is read only.
  static LockedFolder of_another(std::filesystem::path path);
  /// A folder that was made for this and has nothing in it is removed again.
  ~LockedFolder() { release(); }
  LockedFolder(LockedFolder&& other) noexcept;
  LockedFolder& operator=(LockedFolder&& other) noexcept;

  bool held() const { return descriptor_ >= 0; }
  const std::filesystem::path& path() const { return path_; }
  /// The lock, and the folders that were made for this, innermost first: what is to be removed where it has not been
  /// used.
  std::vector<std::filesystem::path> traces() const;
  /// Whether nothing but the lock is in the folder.
  bool empty() const;

 private:
  void lock();
  void release();

  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_;  // for this, outermost first
  int descriptor_ = -1;
};

}  // namespace tinymor
