#!/usr/bin/env bash
# Five scenes look in the page as they do in the pictures that the program makes here.
#
#   tests/web/same_picture.sh [PAGE [PICTURES]]     PAGE: default build/site/tinymor.html
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/web/browser.sh
[ -x build/tinymor-viz ] || { say "build/tinymor-viz is not there: nothing to compare with (./run.sh build)"; exit 0; }

open_screen 1280 800
for scene in window compare serving autograd lesson; do
  build/tinymor-viz build/share/tinymor/first-runs --scene docs/images/$scene.scene --size 1280x800 --png "$pictures/$scene-here.png"
  open_program "$page" "#scene=$(sed '/^#/d' docs/images/$scene.scene | python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.stdin.read()))')"
  xdotool mousemove 1279 799
  sleep 3
  picture "$pictures/$scene.png"
  # The two smooth edges and letters in different ways, which is not seen in a picture of a quarter of the size.
  for picture in $scene $scene-here; do convert "$pictures/$picture.png" -resize 25% "$folder/$picture.png"; done
  differ=$(compare -metric AE -fuzz 20% "$folder/$scene.png" "$folder/$scene-here.png" null: 2>&1) || true
  say "$scene: $differ of 64000 pixels differ"
  [ "${differ%.*}" -lt 1500 ] || fail "$scene looks different"
  close_page
done
no_console_errors
say "passed"
