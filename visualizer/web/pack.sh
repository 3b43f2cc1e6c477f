#!/usr/bin/env bash
# Makes the pages of the program that was compiled for a browser:
#
#   visualizer/web/pack.sh BUILD THREADS SITE
#
# BUILD has tinymor.js, tinymor.wasm, and in share and usr the files that the program looks for; THREADS has the same
# program with threads. SITE gets app.html, with both in files beside it, and tinymor.html, which has all of the first
# inside and opens from a disk.
#
# The first picture needs little of the bundled runs: tinymor.data has the beginning of one recording, and tinymor.rest,
# which comes when that picture is there, all of them with their weights.
set -euo pipefail
export LC_ALL=C
mkdir -p "$3"
build=$(realpath "$1") threads=$(realpath "$2") site=$(realpath "$3")
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
runs=share/tinymor/first-runs
mor=$runs/mor
mkdir -p "$work"/{first,rest/share/tinymor}
cp -r "$build"/{share,usr} "$work/first"
mv "$work/first/$runs" "$work/first/share/tinymor/digits" "$work/rest/share/tinymor"
mkdir -p "$work/first/$mor" "$work/first/share/tinymor/digits"
cp "$work/rest/$mor"/{config.toml,tokenizer.model} "$work/first/$mor"
# As many whole records (trainer/recording/recording_format.cpp) as 300 kB hold.
perl -e 'local $/; $_ = <>; my ($end, $at) = (12); $end = $at while ($at = $end + 28 + unpack "x4 V", substr $_, $end, 8) <= 3e5;
  print substr $_, 0, $end' "$work/rest/$mor/recording.mortrace" >"$work/first/$mor/recording.mortrace"

# archive FOLDER NAME
archive() {
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -C "$work/$1" -cf - $(ls "$work/$1") |
    gzip -9n >"$site/$2.gz"
}
archive first tinymor.data
archive rest tinymor.rest
for file in js wasm; do
  gzip -9nc "$build/tinymor.$file" >"$site/tinymor.$file.gz"
  gzip -9nc "$threads/tinymor.$file" >"$site/threads.$file.gz"
done
# What a thread begins with is in a file of its own only in older versions of Emscripten.
cat "$threads"/*.worker.js 2>/dev/null | gzip -9n >"$site/threads.worker.js.gz" || true
cp isolate.js "$site"

# page PACKED: the page with these lines instead of the place for them, and its script.
page() {
  sed -e "/^<!-- packed -->$/{r $1
d;}" -e '/^\/\/ page.js$/{r page.js
d;}' page.html
}

# The encoding of the page has a character for each byte. Those that a page reads as something else are written as = and
# the byte 64 places on: as text that is one part in sixty more, where base64 is a third.
as_text() { perl -0777 -pe 's/[\0\r<=]/"=" . chr(64 + ord $&)/ge' "$1"; }

page /dev/null >"$site/app.html"
packed=$work/packed
for name in tinymor.js tinymor.wasm tinymor.data tinymor.rest; do
  printf '<script type="text/plain" id="%s">' "$name"
  as_text "$site/$name.gz"
  printf '</script>\n'
done >"$packed"
page "$packed" >"$site/tinymor.html"
