#!/usr/bin/env bash
# Makes the pictures of the book that the app draws, docs/images/NAME.png, each from the scene beside it: on the bundled runs,
# unless the scene opens another.
# On the page that docs/site.sh makes, the scene runs in the picture's place.
#
#   docs/pictures.sh [NAME...]      (default: all)
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(grep -ohP '\(images/\K\w+(?=\.png\))' docs/*.md | sort -u)
for name; do
  scene=docs/images/$name.scene runs=build/share/tinymor/first-runs
  ! grep -q '^open ' "$scene" || runs=
  build/tinymor-viz $runs --scene "$scene" --size 1024x640 --zoom 80 --png "docs/images/$name.png"
done
