#!/usr/bin/env bash
# Speed and memory beside what you would otherwise use: training steps against PyTorch, matrix products against NumPy's
# OpenBLAS, in turn on the same machine, the medians of several rounds. tinymor's steps use all cores; PyTorch gets the
# better of one thread and all cores; products use one thread. Prints the README's tables. Without Python and
# its packages (pip install torch numpy) only tinymor's columns.
#
#   docs/speed.sh [ROUNDS]      default 3
set -euo pipefail
rounds=${1:-3}
here=$(dirname "$0")
tinymor=$here/../build/tinymor
cores=$(getconf _NPROCESSORS_ONLN)

field() { sed -nE "s/.*\"$1\": ?([0-9.]+).*/\1/p" | head -1; }
median() { sort -n | awk '{ x[NR] = $1 } END { if (NR) print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2; else print 0 }'; }
least() { sort -n | head -1; }
has() { python3 -c "import $1" 2>/dev/null; }
# NumPy's own choice of kernels, whatever the environment says of another OpenBLAS.
gemm_peer() { env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS=1 python3 "$here/peers/gemm.py" "$1"; }

echo "| step of | tinymor, $cores threads, ms | PyTorch, 1 or $cores threads, ms | faster | tinymor, peak MB | PyTorch, peak MB |"
echo "|---|---|---|---|---|---|"
for preset in baby small small-mor big big-mor; do
  ours='' mb='' theirs='' theirs_mb=0
  for ((round = 0; round < rounds; ++round)); do
    result=$("$tinymor" bench train --preset $preset --steps 12 --json)
    ours+=$(field ms_per_step <<<"$result")$'\n' mb=$(field peak_rss_mb <<<"$result")
    has torch || continue
    best=''
    for threads in 1 "$cores"; do
      result=$(python3 "$here/peers/step.py" $preset 8 "$threads")
      best+=$(field ms_per_step <<<"$result")$'\n' theirs_mb=$(field peak_rss_mb <<<"$result")
    done
    theirs+=$(grep . <<<"$best" | least)$'\n'
  done
  awk -v name=$preset -v a="$(grep . <<<"$ours" | median)" -v b="$(grep . <<<"$theirs" | median)" -v m="$mb" -v n="$theirs_mb" \
    'BEGIN { if (b) printf "| `%s` | %.1f | %.1f | %.2f× | %.0f | %.0f |\n", name, a, b, b / a, m, n
             else printf "| `%s` | %.1f | | | %.0f | |\n", name, a, m }'
done

echo
echo "| product of size, 1 thread | tinymor, GFLOP/s | OpenBLAS, GFLOP/s | ratio |"
echo "|---|---|---|---|"
for n in 128 256 512 1024; do
  ours='' theirs=''
  for ((round = 0; round < rounds; ++round)); do
    ours+=$("$tinymor" bench gemm --m $n --n $n --k $n --threads 1 --json | field gflops)$'\n'
    has numpy && theirs+=$(gemm_peer $n | field gflops)$'\n'
  done
  awk -v n=$n -v a="$(grep . <<<"$ours" | median)" -v b="$(grep . <<<"$theirs" | median)" \
    'BEGIN { if (b) printf "| %d | %.0f | %.0f | %.2f |\n", n, a, b, a / b; else printf "| %d | %.0f | | |\n", n, a }'
done

echo
echo "| step of, $cores threads | alone, ms | beside a process that burns one core, ms | slower |"
echo "|---|---|---|---|"
for preset in baby small; do
  alone='' beside=''
  for ((round = 0; round < rounds; ++round)); do
    alone+=$("$tinymor" bench train --preset $preset --steps 12 --json | field ms_per_step)$'\n'
    while :; do :; done &
    burner=$!
    beside+=$("$tinymor" bench train --preset $preset --steps 12 --json | field ms_per_step)$'\n'
    kill $burner
    wait $burner 2>/dev/null || true
  done
  awk -v name=$preset -v a="$(grep . <<<"$alone" | median)" -v b="$(grep . <<<"$beside" | median)" \
    'BEGIN { printf "| `%s` | %.1f | %.1f | %.2f× |\n", name, a, b, b / a }'
done
