#!/usr/bin/env bash
# Trains three models of one size on one text - vanilla, recursive, and MoR with expert choice - and prints their held-out
# losses as a table (Markdown) and, with --svg FILE, as a picture. This is where the README's curves come from.
#
#   docs/twins.sh TEXT FOLDER [--svg FILE]      TEXT: a UTF-8 file of about 1 MB; FOLDER: where the runs go
#
# Runs that FOLDER holds already are not trained again.
set -euo pipefail
[ $# -ge 2 ] || { sed -n 5,7p "$0"; exit 2; }
text=$1 folder=$2
tinymor=$(dirname "$0")/../build/tinymor

train() {  # NAME [OPTIONS]
  local name=$1
  shift
  [ -f "$folder/$name/model.safetensors" ] || "$tinymor" train --steps 1500 --out "$folder/$name" --data "$text" \
    --set data.tokenizer=char --set train.eval_every=125 "$@"
}

train mor
train vanilla --twin vanilla
train recursive --twin recursive

# STEP LOSS of every evaluation in a run's metrics.jsonl, under the rule named.
curve() {
  sed -nE "s/.*\"step\":([0-9]+).*\"$2\":([0-9.]+).*/\1 \2/p" "$folder/$1/metrics.jsonl"
}

echo "| step | vanilla | recursive | MoR, training rule | MoR, causal rule |"
echo "|---|---|---|---|---|"
join <(curve vanilla threshold_loss) <(curve recursive threshold_loss) --nocheck-order |
  join - <(curve mor topk_loss) --nocheck-order | join - <(curve mor threshold_loss) --nocheck-order |
  awk '$1 > 0 && $1 % 250 == 0 { printf "| %d | %.3f | %.3f | %.3f | %.3f |\n", $1, $2, $3, $4, $5 }'

[ "${3:-}" = --svg ] || exit 0
{
  for name in vanilla recursive mor; do curve "$name" threshold_loss | sed "s/^/$name /"; done
} | awk '
  function x(step) { return 60 + step / 1500 * 560 }
  function y(loss) { return 20 + (2.6 - loss) / 1.6 * 280 }
  BEGIN {
    colour["vanilla"] = "#606068"; colour["recursive"] = "#BE4614"; colour["mor"] = "#2F7FB5"
    label["vanilla"] = "vanilla, 8 layers"; label["recursive"] = "recursive, 4 unique layers"
    label["mor"] = "MoR, 4 unique layers, causal rule"
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 350\" font-family=\"sans-serif\" font-size=\"13\">"
    print "<rect width=\"640\" height=\"350\" fill=\"white\"/>"
    for (loss = 1.0; loss < 2.65; loss += 0.4)
      printf "<line x1=\"60\" x2=\"620\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"52\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n", y(loss), y(loss), y(loss) + 4, loss
    for (step = 0; step <= 1500; step += 250) printf "<text x=\"%.1f\" y=\"318\" text-anchor=\"middle\">%d</text>\n", x(step), step
    print "<text x=\"340\" y=\"340\" text-anchor=\"middle\">training step (2048 characters each); held-out loss in nats per character</text>"
  }
  $3 <= 2.6 { points[$1] = points[$1] sprintf("%.1f,%.1f ", x($2), y($3)); if (!($1 in seen)) { seen[$1] = ++n; order[n] = $1 } }
  END {
    for (i = 1; i <= n; ++i) {
      name = order[i]
      printf "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"%s\"/>\n", colour[name], points[name]
      printf "<text x=\"380\" y=\"%d\" fill=\"%s\">%s</text>\n", 20 + 20 * i, colour[name], label[name]
    }
    print "</svg>"
  }' >"$4"
