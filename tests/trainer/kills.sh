#!/usr/bin/env bash
# Kills trainings with SIGKILL at random moments, goes on with them until they end, and compares the ends with that of a
# training that was left alone: weights, optimizer, metrics. A run of the suite kills a few; after a change of what a
# run saves:  tests/trainer/kills.sh build/tinymor 200
# kills.sh TINYMOR [KILLS [SEED]]
set -euo pipefail
tinymor=$(realpath "$1") kills=${2:-200}
RANDOM=${3:-1}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$tinymor" data make stories --bytes 8000 --out text.txt --quiet >/dev/null
model=(--data text.txt --steps 40 --set data.tokenizer=char)
for key in model.{d_model=16,d_ff=24,max_seq_len=32} train.{batch_size=4,eval_every=6,checkpoint_every=2,record_every=5}; do
  model+=(--set "$key")
done

# What a run's end is compared by: all but the clock.
bits() {
  local file header
  for file in config.toml model.safetensors best.safetensors tokenizer.json; do sha256sum <"$1/$file"; done
  header=$(od -An -tu8 -N8 "$1/trainer.safetensors")  # of the numbers of weights and optimizer
  tail -c +$((header + 9)) "$1/trainer.safetensors" | sha256sum
  sed -E 's/"(seconds|tokens_per_second)":[^,}]*//g' "$1/metrics.jsonl"
}

start=$(date +%s%N)
"$tinymor" train --quiet --out whole "${model[@]}"
whole=$(($(date +%s%N) - start))
bits whole >whole.bits

killed=0 runs=0 writing=0 before=0
for ((run = 1; killed < kills; ++run)); do
  while :; do
    command=("$tinymor" train --quiet --resume --out killed)
    [ -f killed/trainer.safetensors ] || command=("$tinymor" train --quiet --out killed "${model[@]}")
    "${command[@]}" 2>said &
    pid=$! nanoseconds=$((RANDOM * 32768 + RANDOM))
    sleep "$(printf '0.%09d' $((nanoseconds % (whole < 999999999 ? whole : 999999999))))"
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
