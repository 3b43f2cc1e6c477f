#!/usr/bin/env bash
# Makes the pictures of chapters 11 and 12 with the app itself, on the bundled run: docs/pictures.sh [RUN]
set -euo pipefail
cd "$(dirname "$0")/.."
scene=$(mktemp)
trap 'rm -f "$scene"' EXIT

# picture NAME SETTING...
picture() {
  printf '%s\n' "${@:2}" >"$scene"
  build/tinymor-viz ${run:+"$run"} --scene "$scene" --size 1280x800 --png "docs/images/$1.png"
  # Fewer colours make them small; where there is no ImageMagick they stay large.
  ! command -v mogrify >/dev/null || mogrify -colors 96 -define png:compression-level=9 "docs/images/$1.png"
}

run=${1:-}
picture window 'page Overview' 'pin probe 12'
picture generate 'page Generate' 'temperature 0.7' 'max_tokens 60' 'cache generated' 'do generate'
picture inside 'page Inside' 'pin probe 12' 'whatif.everybody on' 'whatif.depth 1'
picture compare 'page Compare' 'compare strip' 'compare.step 60'
picture autograd 'page Autograd' 'autograd.step 9'
picture data 'page Data'
picture lesson 'lesson 06-peeking' 'lesson.step 2'
