#!/usr/bin/env bash
# Times the four parts of ./run.sh demo, by the words with which each begins, and prints README.md's table of them:
# docs/ready.sh [COMMAND...]   COMMAND: how demo is started where nothing is installed or built yet [./run.sh demo]
set -euo pipefail
[ $# -gt 0 ] || cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- ./run.sh demo
log=$(mktemp)
trap 'rm -f "$log"' EXIT
now() { echo "$((${EPOCHREALTIME/[.,]/} / 100000))"; }  # tenths of a second

began=$(now)
"$@" 2>&1 </dev/null | while IFS= read -r line; do
  echo "$line" >&2
  case $line in
    'run.sh: part '[1-4]' of 4: '*)
      line=${line#run.sh: part ? of 4: }
      echo "$(now) ${line%%[:,]*}" >>"$log"
      ;;
  esac
done
echo "$(now) all" >>"$log"

echo "| part of the demo | minutes |"
echo "|---|---|"
awk -v began="$began" '
  NR > 1 { printf "| %s | %.1f |\n", part, ($1 - since) / 600 }
  { since = $1; part = substr($0, length($1) + 2) }
  END { printf "| all | %.1f |\n", ($1 - began) / 600 }' "$log"
echo "$(getconf _NPROCESSORS_ONLN) cores ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)), load $(cut -d ' ' -f 1 /proc/loadavg)"
