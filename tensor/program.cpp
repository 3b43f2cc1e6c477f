#include "tensor/program.h"

namespace tinymor {
namespace {

std::string& folder() {
  static std::string path;  // of this program, with the slash
  return path;
}

}  // namespace

void set_program(const char* argv0) {
  const std::string path = argv0 ? argv0 : "";
  folder() = path.substr(0, path.find_last_of('/') + 1);
}

std::string program(const std::string& name) {
  // What a shell would split or change is quoted.
  const bool plain = folder().find_first_of(" \t\n'\"\\$`&;|<>()*?[]{}~#!") == std::string::npos;
  return plain ? folder() + name : "\"" + folder() + name + "\"";
}

}  // namespace tinymor
