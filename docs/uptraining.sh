#!/usr/bin/env bash
# How near a recursive model begins when it begins from a trained vanilla one, and where it is 600 steps later: prints the two
# tables of losses of docs/18-from-a-trained-model-to-a-recursive-one.md. A few minutes on two cores.
#
#   docs/uptraining.sh FOLDER      FOLDER: where the runs go; those that it holds already are not trained again
set -euo pipefail
[ $# = 1 ] || { sed -n 5p "$0"; exit 2; }
folder=$1
tinymor=$(dirname "$0")/../build/tinymor
small=(--set data.tokenizer=char --set model.d_model=32 --set model.d_ff=96 --set model.max_seq_len=64 --set train.eval_every=200)
recursive=(--set model.sharing=middle_cycle --set model.n_recursions=3)

# run NAME COMMAND...: once.
run() { [ -f "$folder/$1/model.safetensors" ] || "$tinymor" "${@:2}" --threads 1 --quiet --out "$folder/$1" >"$folder/$1.log"; }

# The held-out loss of a run before its first step and after each two hundredth.
losses() { sed -nE 's/.*"threshold_loss":([0-9.]+).*/\1/p' "$folder/$1/metrics.jsonl" | awk '{ printf " %.4f |", $1 }'; }

mkdir -p "$folder"
run vanilla train --twin vanilla "${small[@]}" --steps 600
echo "vanilla, 600 steps: $("$tinymor" eval "$folder/vanilla" --rule threshold --quiet | awk '$1 == "all" { print $2 }')"
echo
echo "| begins as | at once | 200 steps | 400 | 600 |"
echo "|---|---|---|---|---|"
for init in stepwise average lower upper random; do
  run $init uptrain --from "$folder/vanilla" --init $init "${recursive[@]}" --steps 600 --set train.eval_every=200
  echo "| \`$init\` |$(losses $init)"
done
run noise train --twin recursive "${small[@]}" --steps 600
echo "| noise |$(losses noise)"
echo
echo "| \`lora_rank\` | \`average\` | \`stepwise\` | parameters |"
echo "|---|---|---|---|"
for rank in 0 2 4 8 16 32; do
  line="| $rank |"
  for init in average stepwise; do
    # One step that changes nothing.
    run $init-$rank uptrain --from "$folder/vanilla" --init $init "${recursive[@]}" --set model.own_norms=true \
      --set model.lora_rank=$rank --steps 1 --set train.lr=0.000000001
    line+=$("$tinymor" eval "$folder/$init-$rank" --rule threshold --quiet | awk '$1 == "all" { printf " %.4f |", $2 }')
  done
  echo "$line $("$tinymor" inspect "$folder/$init-$rank" | sed -nE 's/^parameters +([0-9]+).*/\1/p') |"
done
