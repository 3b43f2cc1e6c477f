#include "tensor/files.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

size_t files_in(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// No file may grow beyond `bytes` while this lives: how a full disk looks to the writer.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit small{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

}  // namespace

TEST_CASE("a file reads back as it was written, whatever its bytes") {
  const TemporaryFolder folder;
  std::string bytes("\0\n\r\xff text", 9);
  for (const std::string& content : {std::string(), bytes, std::string(300000, 'x')}) {
    write_file_atomically(folder.path() / "file", content);
    REQUIRE(read_file(folder.path() / "file") == content);
  }
  REQUIRE(files_in(folder.path()) == 1);
}

TEST_CASE("reading refuses what is missing, no regular file or too large, and never waits") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "file", "12345");
  REQUIRE(read_file(folder.path() / "file", 5) == "12345");
  REQUIRE_THROWS_AS(read_file(folder.path() / "file", 4), InputError);
  REQUIRE_THROWS_AS(read_file(folder.path()), InputError);
  REQUIRE_THROWS_WITH(read_file(folder.path() / "none"), ContainsSubstring("none: No such file"));
  REQUIRE(mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  for (const fs::path& file : {fs::path("/dev/zero"), folder.path() / "pipe"})
    REQUIRE_THROWS_WITH(read_file(file), ContainsSubstring(file.string() + ": is a pipe or a device"));
}

TEST_CASE("writing refuses a missing folder and a folder in place of the file") {
  const TemporaryFolder folder;
  REQUIRE_THROWS_WITH(write_file_atomically(folder.path() / "none" / "file", "x"), ContainsSubstring("none/file: "));
  REQUIRE_THROWS_AS(write_file_atomically(folder.path(), "x"), InputError);
  REQUIRE_THROWS_AS(write_file_atomically("", "x"), InputError);
  REQUIRE(files_in(folder.path()) == 0);
}

TEST_CASE("a write that fails leaves the old file and no temporary") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "file";
  write_file_atomically(file, "old");
  {
    const FullDisk full(1000);
    REQUIRE_THROWS_WITH(write_file_atomically(file, std::string(5000, 'n')), ContainsSubstring("cannot be written"));
  }
  REQUIRE(read_file(file) == "old");
  REQUIRE(files_in(folder.path()) == 1);
}

TEST_CASE("what is appended to a file is in it whole or not at all") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "file";
  {
    AppendFile growing(file);
    growing.append("first\n");
    const FullDisk full(10);
    REQUIRE_THROWS_WITH(growing.append("second\n"), ContainsSubstring("cannot be written"));
    growing.append("2nd\n");
  }
  AppendFile(file).append("3");
  REQUIRE(read_file(file) == "first\n2nd\n3");
  AppendFile device("/dev/full");
  REQUIRE_THROWS_WITH(device.append("x"), ContainsSubstring("/dev/full: cannot be written"));
  REQUIRE_THROWS_WITH(AppendFile(folder.path() / "none/file"), ContainsSubstring("none/file: cannot be opened"));
}

TEST_CASE("a temporary left by a killed writer is taken over") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / ".file.tmp") << "half of something longer";
  write_file_atomically(folder.path() / "file", "whole");
  REQUIRE(read_file(folder.path() / "file") == "whole");
  REQUIRE(files_in(folder.path()) == 1);
}

TEST_CASE("readers and several writers of one file only ever see whole contents") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "file";
  write_file_atomically(file, std::string(2000, 'a'));
  std::vector<std::thread> writers;
  for (char c : {'a', 'b', 'c'}) {
    writers.emplace_back([&file, c] {
      for (int i = 0; i < 20; ++i) write_file_atomically(file, std::string(2000, c));
    });
  }
  bool whole = true;
  for (int i = 0; i < 100; ++i) {
    const std::string seen = read_file(file);
    whole = whole && seen == std::string(2000, seen[0]);
  }
  for (std::thread& writer : writers) writer.join();
  REQUIRE(whole);
  REQUIRE(files_in(folder.path()) == 1);
}

TEST_CASE("a link stays a link, and devices are written straight into") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "target", "before");
  fs::create_symlink("target", folder.path() / "link");
  write_file_atomically(folder.path() / "link", "through");
  REQUIRE(fs::is_symlink(folder.path() / "link"));
  REQUIRE(read_file(folder.path() / "target") == "through");
  write_file_atomically("/dev/null", "gone");
  REQUIRE(fs::is_character_file("/dev/null"));
}
