#pragma once
// How messages spell the commands that they tell people to type: the way this program itself was started, so that they
// work from the same folder.

#include <string>

namespace tinymor {

/// Says how this program was started: main's argv[0].
void set_program(const char* argv0);

/// How to start `name`, a program beside this one: "tinymor" becomes "build/tinymor" where this one was
/// started as build/tinymor-viz. Without a path, or before set_program, the name alone.
std::string program(const std::string& name = "tinymor");

}  // namespace tinymor
