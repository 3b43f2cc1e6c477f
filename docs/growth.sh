#!/usr/bin/env bash
# How the cost of a training step grows with the length of the text, the width of the model and the batch: prints the
# table of docs/04-why-is-it-fast.md. Everything else is the preset `small`; flops are counted, times measured.
#
#   docs/growth.sh [STEPS]      STEPS: steps timed per row (default 10; their median counts)
set -euo pipefail
steps=${1:-10}
tinymor=$(dirname "$0")/../build/tinymor

row() {  # LENGTH WIDTH BATCH
  local d_ff=$(($2 * 8 / 3 / 8 * 8)) heads=$(($2 / 32)) result
  result=$("$tinymor" bench train --preset small --steps "$steps" --json --set model.max_seq_len="$1" \
    --set model.d_model="$2" --set model.d_ff="$d_ff" --set model.n_heads="$heads" --set model.n_kv_heads="$heads" \
    --set train.batch_size="$3")
  field() { sed -nE "s/.*\"$1\": ([0-9.]+).*/\1/p" <<<"$result"; }
  awk -v T="$1" -v d="$2" -v B="$3" -v ms="$(field ms_per_step)" -v rate="$(field gflops)" -v mb="$(field peak_rss_mb)" \
    'BEGIN { printf "| %d | %d | %d | %.1f | %.1f | %.0f | %.0f |\n", T, d, B, rate * ms / 1000, ms, rate, mb }'
}

echo "| T | d | batch | GFLOP per step | ms per step | GFLOP/s | peak MB |"
echo "|---|---|---|---|---|---|---|"
for length in 64 128 256 512 1024; do row $length 192 8; done
for width in 96 192 384 768; do row 256 $width 8; done
for batch in 1 2 4 8 16; do row 256 192 $batch; done
