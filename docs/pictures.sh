#!/usr/bin/env bash
# Makes the pictures of chapters 9, 11 and 12 with the app itself, on the bundled runs: docs/pictures.sh [RUN]
set -euo pipefail
cd "$(dirname "$0")/.."
scene=$(mktemp)
trap 'rm -f "$scene"' EXIT

# picture NAME SETTING...
picture() {
  printf '%s\n' "${@:2}" >"$scene"
  build/tinymor-viz "$run" --scene "$scene" --size 1024x640 --zoom 80 --png "docs/images/$1.png"
}

run=${1:-build/share/tinymor/first-runs}
picture loop 'story.event 4'
picture window 'page Overview' 'pin probe 12'
picture generate 'page Generate' 'temperature 0.7' 'max_tokens 60' 'pace 0' 'cache generated' 'do generate'
picture inside 'page Inside' 'pin probe 12' 'whatif.everybody on' 'whatif.depth 1'
picture compare 'page Compare' 'compare strip'
picture depth 'page Where depth' 'depth.by place'
picture serving 'page Serving' 'serving.groups 1'
picture autograd 'page Autograd' 'autograd.expression x = 1.5; w = 0.8\nh = tanh(w*x)\ny = tanh(w*h)' 'autograd.step 8'
picture lesson 'lesson 06-peeking' 'lesson.step 2'
