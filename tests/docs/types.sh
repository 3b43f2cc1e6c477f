#!/usr/bin/env bash
# No two types of the project share a name where one program may hold both: the linker would take the functions of one for
# the other's, without a word. Types in a .cpp file are safe in a namespace without a name.
set -euo pipefail
cd "$(dirname "$0")/../.."
find tensor autograd mor datasets trainer visualizer tests \( -name '*.h' -o -name '*.cpp' \) -print0 | xargs -0 awk '
  FNR == 1 { depth = 0 }
  /^namespace.*\{$/ { space[++depth] = $2 }
  /^\}  \/\/ namespace/ { --depth }
  /^(struct|class|enum|enum class) [A-Za-z]+( final)?( :.*)? \{/ {
    name = $2 == "class" ? $3 : $2
    for (i = depth; i > 0; --i) {
      if (space[i] == "{") next
      name = space[i] "::" name
    }
    if (name in where) { print name " is in " where[name] " and in " FILENAME; twice = 1 }
    where[name] = FILENAME
  }
  END { exit twice }'
