#pragma once
// The flag --version, the same for both programs.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "tensor/json.h"

namespace tinymor {

/// Adds --version, and --json to go with it. `program`: its name.
inline void add_version_flag(CLI::App& app, const std::string& program) {
  const auto json = std::make_shared<bool>(false);
  // CLI11 takes options in the order in which they were added: whether JSON is wanted is known when the version is
  // told.
  CLI::Option* as_json = app.add_flag_callback(
      "--json", [json] { *json = true; }, "With --version: print one JSON document");
  as_json->needs(app.set_version_flag(
      "--version",
      [json, program] {
        return *json ? json_text({{"program", program}, {"version", TINYMOR_VERSION}}) : program + " " TINYMOR_VERSION;
      },
      "Print the version and exit"));
}

}  // namespace tinymor
