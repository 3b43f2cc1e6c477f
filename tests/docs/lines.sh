#!/usr/bin/env bash
# Lines of code per folder (without blank ones and comments) against the budget that keeps each readable in one sitting.
# Exit status 1 when a folder is over.
set -euo pipefail
cd "$(dirname "$0")/../.."
over=0
while read -r folder budget; do
  lines=$(find "$folder" \( -name '*.h' -o -name '*.cpp' \) -exec cat {} + | grep -cvE '^\s*(//.*)?$')
  printf '%-12s %5d of %5d\n' "$folder" "$lines" "$budget"
  [ "$lines" -le "$budget" ] || over=1
done <<'END'
tensor     4160
autograd   1850
mor        4690
datasets   4560
trainer    9320
visualizer 24530
END
exit $over
