#pragma once
// The program `tinymor` as its users meet it: through a shell, into files, or on a terminal.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tensor/files.h"

namespace tinymor {

struct Output {
  int status;
  std::string out, err;
};

/// Runs `tinymor ARGUMENTS` in `folder` through the shell, with what `environment` sets.
inline Output tinymor_in(const std::filesystem::path& folder, const std::string& arguments,
                         const std::string& environment = "") {
  const std::string command = "cd " + folder.string() + " && " + environment + " " TINYMOR_PROGRAM " " + arguments +
                              " >out.txt 2>err.txt </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder / "out.txt"), read_file(folder / "err.txt")};
}

/// What it shows on a terminal, on stdout and stderr alike.
inline std::string tinymor_on_terminal(const std::filesystem::path& folder, const std::string& arguments,
                                       const std::string& environment) {
  const int screen = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(screen);
  unlockpt(screen);
  const int terminal = open(ptsname(screen), O_RDWR | O_NOCTTY);
  const std::string command = "cd " + folder.string() + " && " + environment + " exec " TINYMOR_PROGRAM " " + arguments;
  const pid_t child = fork();
  if (child == 0) {
    for (const int descriptor : {0, 1, 2}) dup2(terminal, descriptor);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  close(terminal);
  std::string shown;
  char some[4096];
  for (ssize_t n; (n = read(screen, some, sizeof some)) > 0;) shown.append(some, size_t(n));
  close(screen);
  waitpid(child, nullptr, 0);
  return shown;
}

}  // namespace tinymor
