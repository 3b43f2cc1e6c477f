#!/usr/bin/env bash
# Makes the runs that tinymor-viz shows when nothing is named: a MoR model on the bundled stories and its twins, vanilla and
# recursive, each with the steps that cost the same FLOPs, and enough of them that more steps no longer decide. They belong
# to a format of recordings: when that changes, make them again. And a MoR model of drawn digits, for the page Loop.
#
#   visualizer/first-runs/make.sh [FOLDER]      FOLDER: where the runs go (default: build/first-runs)
#
# Needs build/tinymor, and about ten minutes of two idle cores; goes on where it stopped. Packs what the window needs into
# an archive per run beside this script, at most 3 MB in all. Two runs keep their weights: the MoR run, to write texts with,
# and the run on digits, to look at what a person draws.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-build/first-runs}

# train NAME STEPS [OPTIONS]: with a snapshot after every so many steps.
train() {
  local run=$folder/$1
  if [ -f "$run/trainer.safetensors" ]; then
    build/tinymor train --quiet --resume --out "$run"
  else
    build/tinymor train --quiet --steps 2400 --set model.d_model=64 --set model.d_ff=192 --set train.eval_every=100 \
      --set train.record_every="$2" --out "$run" "${@:3}"
  fi
}

# pack NAME FILE...
pack() {
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$folder" -c "${@:2}" | xz -9e \
    >"visualizer/first-runs/$1.tar.xz"
}

train mor 300
train vanilla 600 --twin vanilla --equal flops
train recursive 600 --twin recursive --equal flops

[ -d "$folder/digits" ] || build/tinymor images --quiet --data digits --patch 4 --steps 2000 --set model.d_model=48 \
  --set model.d_ff=96 --set train.eval_every=200 --set train.record_every=200 --out "$folder/digits"
pack digits digits/{config.toml,recording.mortrace,model.safetensors}

for run in mor vanilla recursive; do
  files=("$run"/{config.toml,recording.mortrace,tokenizer.model})
  [ $run != mor ] || files+=("$run/model.safetensors")
  pack $run "${files[@]}"
done
ls -l visualizer/first-runs/*.tar.xz
