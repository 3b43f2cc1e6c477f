#!/usr/bin/env bash
# What batching by depth brings, over widths of the model, formats of its weights and numbers of texts: MoR by depth
# against its vanilla twin by sequence, with the same slots and with the same memory for keys and values, and beside each
# measurement what the machine's arithmetic and memory allow (`tinymor bench serve`, "at most"). Prints chapter 9's table.
#
#   docs/serving.sh [ROUNDS [N]]      default 3 rounds, 4 recursions
set -euo pipefail
rounds=${1:-3} recursions=${2:-4}
tinymor=$(dirname "$0")/../build/tinymor

field() { sed -nE "s/.*\"$1\": ?\"?([^,\"]+).*/\1/p"; }

echo "| width | weights | slots | vanilla, tokens/s | at most | MoR, tokens/s | at most | ratio | ratio, same cache |"
echo "|---|---|---|---|---|---|---|---|---|"
for d in 128 256 384 512; do
  for weights in f32 int8; do
    for slots in 1 4 16 64; do
      result=$("$tinymor" bench serve --json --rounds "$rounds" --slots $slots --texts $((slots < 64 ? 4 * slots : 128)) --tokens 32 \
        --weights $weights --set model.n_recursions="$recursions" \
        --set model.n_layers=$((recursions == 3 ? 32 : 34)) --set model.d_model=$d --set model.d_ff=$((8 * d / 3)) \
        --set model.n_heads=$((d / 64)) --set model.n_kv_heads=$((d / 64)))
      # Six rows with the same slots and six with the same cache: the first of each is vanilla by sequence, the last
      # MoR by depth.
      paste <(field tokens_per_s <<<"$result") <(field predicted <<<"$result") <(field ratio <<<"$result") |
        awk -v d=$d -v w=$weights -v s=$slots '{ t[NR] = $1; p[NR] = $2; r[NR] = $3 }
          END { printf "| %d | %s | %d | %.0f | %.0f | %.0f | %.0f | %.2f | %.2f |\n", d, w, s, t[1], p[1], t[6], p[6], r[6], r[12] }'
    done
  done
done
