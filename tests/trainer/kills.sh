#!/usr/bin/env bash
# Kills trainings with SIGKILL at random moments, goes on with them until they end, and compares the ends with that of a
# training that was left alone: weights, optimizer, metrics. A run of the suite kills a few; after a change of what a
# run saves:  tests/trainer/kills.sh build/tinymor 200
# kills.sh TINYMOR [KILLS [SEED]]
set -euo pipefail
. "$(dirname "$0")/../support/bits.sh"
tinymor=$(realpath "$1") kills=${2:-200}
RANDOM=${3:-1}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$tinymor" data make stories --bytes 8000 --out text.txt --quiet >/dev/null

start=$(date +%s%N)
"$tinymor" train --quiet --out whole --steps 40 "${model[@]}"
whole=$(($(date +%s%N) - start))
bits whole >whole.bits

killed=0 runs=0 writing=0 before=0
for ((run = 1; killed < kills; ++run)); do
  lives=0
  while :; do
    command=("$tinymor" train --quiet --resume --out killed)
    [ -f killed/trainer.safetensors ] || command=("$tinymor" train --quiet --out killed --steps 40 "${model[@]}")
    "${command[@]}" 2>said &
    pid=$!
    # Each life may be longer than the one before, so that a run ends on a machine that has become busy, too.
    nanoseconds=$((RANDOM * ((whole + whole * lives++ / 4) / 32768)))
    sleep "$((nanoseconds / 1000000000)).$(printf %09d $((nanoseconds % 1000000000)))"
    kill -9 $pid 2>/dev/null || true
    status=0
    wait $pid 2>/dev/null || status=$?  # it is gone for good: one that still dies might finish a write under the next
    [ $status != 0 ] || break
    if [ $status != 137 ]; then
      echo "run $run, after $killed kills, ended with status $status: $(cat said)"
      exit 1
    fi
    killed=$((killed + 1))
    [ -f killed/trainer.safetensors ] || before=$((before + 1))
    [ -z "$(find killed -name '.*.tmp' 2>/dev/null)" ] || writing=$((writing + 1))
  done
  bits killed >killed.bits
  if ! diff whole.bits killed.bits >&2; then
    echo "run $run, after $killed kills, ended with other bits than one that was left alone"
    exit 1
  fi
  runs=$((runs + 1))
  rm -rf killed
done
echo "$killed kills in $runs runs, $writing of them while a file was being replaced and $before before the first" \
  "checkpoint: all runs ended with the same bits"
