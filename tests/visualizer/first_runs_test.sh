#!/usr/bin/env bash
# first_runs_test.sh TINYMOR_VIZ: opens the bundled runs and reads the line above their curves. Chapter 10 finds such models
# so close together that one seed cannot tell which is better: so must they be, and the line must say so.
set -euo pipefail
line=$("$1" --panel curves --text | grep 'newest held out: this run')
echo "$line"
grep -q 'one seed: may be luck' <<<"$line"
losses=$(grep -oE '(this run|vanilla|recursive) [0-9]\.[0-9]+' <<<"$line" | grep -oE '[0-9.]+$')
[ "$(wc -l <<<"$losses")" = 3 ]
# Chapter 9 says how many calls the requests take that the panel makes from the MoR run's watched text.
chapter=$(dirname "$0")/../../docs/09-remembering-less.md
read -r sequence depth < <(grep -oE '[0-9]+ calls by sequence and [0-9]+ by depth' "$chapter" | grep -oE '[0-9]+' | paste -sd' ')
"$1" --panel serving --text | grep -E "^by depth $depth calls .* by sequence it takes $sequence \\("
sort -n <<<"$losses" | awk '{ loss[NR] = $1 } END { exit !(loss[3] - loss[1] < 0.03) }'
