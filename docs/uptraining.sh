#!/usr/bin/env bash
# How near a recursive model begins when it begins from a trained vanilla one, and where it is 600 steps later: prints a
# table of docs/18-from-a-trained-model-to-a-recursive-one.md. A few minutes on two idle cores.
#
#   docs/uptraining.sh FOLDER      FOLDER: where the runs go; those that it holds already are not trained again
set -euo pipefail
[ $# = 1 ] || { sed -n 5p "$0"; exit 2; }
folder=$1
tinymor=$(dirname "$0")/../build/tinymor
small=(--set data.tokenizer=char --set model.d_model=32 --set model.d_ff=96 --set model.max_seq_len=64 --set train.eval_every=200)
recursive=(--set model.sharing=middle_cycle --set model.n_recursions=3)

run() { # NAME COMMAND...: once
  [ -f "$folder/$1/model.safetensors" ] || "$tinymor" "${@:2}" --quiet --out "$folder/$1" >"$folder/$1.log"
}

# The held-out losses of a run: before its first step, after each two hundredth, and after the last.
losses() { sed -nE 's/.*"threshold_loss":([0-9.]+).*/\1/p' "$folder/$1/metrics.jsonl" | awk '{ printf " %.4f |", $1 }'; }

mkdir -p "$folder"
run vanilla train --twin vanilla "${small[@]}" --steps 600
run recursive train --twin recursive "${small[@]}" "${recursive[@]}" --steps 600
echo "| begins as | at once | 200 steps | 400 | 600 |"
echo "|---|---|---|---|---|"
echo "| noise, vanilla |$(losses vanilla)"
echo "| noise, recursive |$(losses recursive)"
for init in stepwise average; do
  run $init uptrain --from "$folder/vanilla" --init $init "${recursive[@]}" --set train.eval_every=200 --steps 600
  echo "| \`$init\` |$(losses $init)"
done
run long train --twin recursive "${small[@]}" "${recursive[@]}" --steps 1200
echo "noise, recursive, after 1200 steps: $(losses long | awk '{ print $(NF - 1) }')"
