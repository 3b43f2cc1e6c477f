#!/usr/bin/env bash
# Makes the teacher's pages from the Markdown of this folder, with pictures by the app: docs/teaching/make.sh [RUN]
#   build/teaching/slides.html, slides.pdf, handout.pdf, questions.pdf
# RUN: what the pictures show (default: the bundled runs). Needs build/tinymor-viz, pandoc and weasyprint.
set -euo pipefail
cd "$(dirname "$0")"
viz=$PWD/../../build/tinymor-viz out=$PWD/../../build/teaching
mkdir -p "$out/pictures"
cp -r scenes "$out"

for scene in scenes/*.scene; do
  "$viz" "$@" --scene "$scene" --size 1024x640 --zoom 110 --png "$out/pictures/$(basename "$scene" .scene).png"
done

# page NAME CSS...: NAME.html with everything in it, and NAME.pdf.
page() {
  pandoc "$1.md" -t html5 --standalone --self-contained --section-divs --resource-path="$out" "${@:2}" -o "$out/$1.html" 2>"$out/$1.log" ||
    { cat "$out/$1.log" >&2; exit 1; }
  weasyprint -q "$out/$1.html" "$out/$1.pdf"
}
page slides --css teaching.css --css slides.css
page handout --css teaching.css
page questions --css teaching.css
ls "$out"/*.html "$out"/*.pdf
