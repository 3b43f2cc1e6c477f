#!/usr/bin/env bash
# Makes the pages of the program that was compiled for a browser:
#
#   visualizer/web/pack.sh BUILD SITE
#
# BUILD has tinymor.js, tinymor.wasm, and in share and usr the files that the program looks for. SITE gets app.html, with
# the program in files beside it, and tinymor.html, which has all of them inside and opens from a disk.
set -euo pipefail
export LC_ALL=C
mkdir -p "$2"
build=$(realpath "$1") site=$(realpath "$2")
cd "$(dirname "$0")"

tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -C "$build" -cf - share usr |
  gzip -9n >"$site/tinymor.data.gz"
for file in tinymor.js tinymor.wasm; do gzip -9nc "$build/$file" >"$site/$file.gz"; done

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
packed=$(mktemp)
trap 'rm -f "$packed"' EXIT
for name in tinymor.js tinymor.wasm tinymor.data; do
  printf '<script type="text/plain" id="%s">' "$name"
  as_text "$site/$name.gz"
  printf '</script>\n'
done >"$packed"
page "$packed" >"$site/tinymor.html"
