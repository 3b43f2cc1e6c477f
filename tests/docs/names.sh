#!/usr/bin/env bash
# Every file of this tree that a comment, a chapter or README.md names is there, seen from the root, from tests/ or from
# where it is named. Names with capitals or * stand for many.
set -euo pipefail
cd "$(dirname "$0")/../.."
folders='tensor|autograd|mor|datasets|trainer|visualizer|tests|docs'
missing=0
while IFS=: read -r file line name; do
  [ -e "$name" ] || [ -e "tests/$name" ] || [ -e "${file%/*}/$name" ] && continue
  echo "$file:$line names $name, which is not there"
  missing=1
done < <(grep -rnoP "(?<![\w/.-])(?:$folders)/[a-z0-9_/.-]+\.(?:h|cpp|md|sh|py|cmake|svg|png)\b" README.md ${folders//|/ } \
  --include=*.h --include=*.cpp --include=*.md --include=*.sh --include=*.py --include=*.cmake --include=CMakeLists.txt)
exit $missing
