#!/usr/bin/env bash
# Trains a tiny model for many steps, which evaluates, records and saves on the way, and prints its memory after a tenth
# of them and before the end. Status 1 when it has grown by more than 2 MB.
# memory.sh TINYMOR [STEPS]
set -euo pipefail
tinymor=$(realpath "$1") steps=${2:-20000}
scratch=$(mktemp -d)
trap 'kill $pid 2>/dev/null || true; rm -rf "$scratch"' EXIT
cd "$scratch"
"$tinymor" data make stories --bytes 8000 --out text.txt --quiet >/dev/null
"$tinymor" train --quiet --data text.txt --out run --steps "$steps" --set data.tokenizer=char --set model.d_model=16 \
  --set model.d_ff=24 --set model.max_seq_len=16 --set train.batch_size=2 --set train.eval_every=$((steps / 40)) \
  --set train.checkpoint_every=$((steps / 40)) --set train.record_every=$((steps / 40)) &
pid=$! early=
memory() { awk '/^VmRSS/ { print $2 }' /proc/$pid/status 2>/dev/null; }
step() { [ ! -f run/metrics.jsonl ] && echo 0 || wc -l <run/metrics.jsonl; }  # and some evaluations
until [ "$(step)" -ge $((steps / 10)) ]; do sleep 0.2; done
early=$(memory)
while now=$(memory) && [ -n "$now" ]; do
  late=$now
  sleep 0.2
done
wait $pid
echo "resident memory: $early KB at step $((steps / 10)), $late KB at step $steps"
[ $((late - early)) -le 2048 ]
