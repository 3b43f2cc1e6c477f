#include "trainer/loop/locked_folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;

TEST_CASE("a folder that is held is refused to everyone else, who learns who holds it") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "runs" / "mine";
  {
    const LockedFolder held(run);
    CHECK(held.held());
    CHECK(held.empty());
    CHECK_THROWS_WITH(LockedFolder(run), ContainsSubstring(fmt::format("process {} on ", ::getpid())));
    CHECK_THROWS_AS(LockedFolder(run / ""), InputError);  // the same folder
    const LockedFolder other(folder.path() / "runs" / "yours");
    CHECK(other.held());
  }
  CHECK(LockedFolder(run).held());
}

TEST_CASE("a lock goes with what it is moved to") {
  const TemporaryFolder folder;
  LockedFolder first(folder.path() / "run");
  LockedFolder second = std::move(first);
  CHECK_FALSE(first.held());
  CHECK_THROWS_AS(LockedFolder(folder.path() / "run"), InputError);
  second = LockedFolder(folder.path() / "another");
  CHECK(LockedFolder(folder.path() / "run").held());
}

TEST_CASE("a lock is free again when its holder is killed") {
  const TemporaryFolder folder;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const LockedFolder held(folder.path() / "run");
    (void)!write(ready[1], "x", 1);
    pause();
    _exit(0);
  }
  char byte;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK_THROWS_WITH(LockedFolder(folder.path() / "run"), ContainsSubstring(fmt::format("process {} on ", child)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const LockedFolder held(folder.path() / "run");
  CHECK(held.empty());  // what the killed one left is no content
}

TEST_CASE("a folder made to be locked goes when it stays empty, and stays when it does not") {
  const TemporaryFolder folder;
  { const LockedFolder held(folder.path() / "a" / "b" / "c"); }
  CHECK_FALSE(fs::exists(folder.path() / "a"));
  fs::create_directories(folder.path() / "mine");
  { const LockedFolder held(folder.path() / "mine"); }
  CHECK(fs::is_empty(folder.path() / "mine"));
  {
    const LockedFolder held(folder.path() / "d" / "e");
    write_file_atomically(folder.path() / "d" / "e" / "file", "x");
    CHECK_FALSE(held.empty());
  }
  CHECK(fs::exists(folder.path() / "d" / "e" / "file"));
  CHECK_FALSE(fs::exists(folder.path() / "d" / "e" / ".lock"));
}

TEST_CASE("a path that is not a folder is refused by name") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "file", "x");
  CHECK_THROWS_AS(LockedFolder(folder.path() / "file"), InputError);
  CHECK_THROWS_WITH(LockedFolder(folder.path() / "file" / "run"), ContainsSubstring("file"));
  CHECK_THROWS_AS(LockedFolder(""), InputError);
}

TEST_CASE("many who look for an unused folder at once all get one of their own") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "runs" / "run-2");
  std::vector<LockedFolder> got(8);
  std::vector<std::thread> threads;
  for (LockedFolder& each : got)
    threads.emplace_back([&] { each = LockedFolder::first_unused(folder.path() / "runs" / "run"); });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> names;
  for (const LockedFolder& each : got) names.insert(each.path().filename().string());
  CHECK(names == std::set<std::string>{"run-1", "run-3", "run-4", "run-5", "run-6", "run-7", "run-8", "run-9"});
}
