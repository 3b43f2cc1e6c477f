#!/usr/bin/env bash
# Measures what the window costs, on a display without a screen, drawn in software: docs/window.sh RUN [ROUNDS]
# RUN: a recording of many steps. Needs Xvfb. Prints milliseconds a frame, the processor's share while nothing changes, the
# speed of training in the window beside `tinymor train`, and what snapshots cost a run (pairs that alternate, medians).
set -euo pipefail
cd "$(dirname "$0")/.."
run=${1:?name a run folder (as docs/window.sh runs/long)}
rounds=${2:-3}
scratch=$(mktemp -d)
Xvfb :97 -screen 0 1920x1080x24 >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$scratch"' EXIT
sleep 2
export DISPLAY=:97

for page in Loop Overview Generate Inside Compare "Where depth" Serving Autograd Data; do
  printf 'page %s\nstory.play on\n' "$page" >"$scratch/scene"
  build/tinymor-viz "$run" --scene "$scratch/scene" --time-frames 200 | sed "s/^/$page, /"
done

build/tinymor-viz "$run" &
window=$!
sleep 5
ticks() { awk '{ print $14 + $15 }' "/proc/$window/stat"; }
before=$(ticks)
sleep 20
echo "nothing changes: $(awk "BEGIN { print ($(ticks) - $before) / 20 * 100 / $(getconf CLK_TCK) }") % of a core"
kill $window
wait $window 2>/dev/null || true

# The median tokens per second of steps 20 to 120.
speed() {
  sed -n '20,120p' "$1/metrics.jsonl" | grep -o '"tokens_per_second":[0-9.]*' | cut -d: -f2 | sort -n | awk '{ a[NR] = $1 } END { print a[int(NR / 2)] }'
}
middle() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }

for ((i = 1; i <= rounds; ++i)); do
  build/tinymor train --quiet --threads 1 --steps 120 --out "$scratch/plain$i"
  build/tinymor-viz --train "$scratch/plain$i/config.toml" --threads 1 --out "$scratch/watched$i" &
  window=$!
  until [ "$(cat "$scratch/watched$i/metrics.jsonl" 2>/dev/null | wc -l)" -ge 120 ]; do sleep 1; done
  kill $window
  wait $window 2>/dev/null || true
  echo "$(speed "$scratch/plain$i") $(speed "$scratch/watched$i")" | awk '{ print 100 * $2 / $1 }' >>"$scratch/shares"
done
echo "training in the window: $(middle "$scratch/shares") % of the speed without it (median of $rounds)"

# seconds STEPS: how long 120 steps of the default model take with a snapshot after every STEPS.
seconds() {
  rm -rf "$scratch/run"
  local begin=$EPOCHREALTIME
  build/tinymor train --quiet --steps 120 --set train.eval_every=1000 --set train.record_every="$1" --out "$scratch/run"
  echo "$begin $EPOCHREALTIME" | awk '{ print $2 - $1 }'
}
for ((i = 1; i <= rounds; ++i)); do
  echo "$(seconds 1000) $(seconds 1)" | awk '{ print 100 * ($2 / $1 - 1) }' >>"$scratch/costs"
done
echo "a snapshot after every step: $(middle "$scratch/costs") % more time (median of $rounds)"
