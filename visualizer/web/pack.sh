#!/usr/bin/env bash
# Makes the pages of the program that was compiled for a browser:
#
#   visualizer/web/pack.sh BUILD SITE
#
# BUILD has tinymor.js, tinymor.wasm, and in share and usr the files that the program looks for. SITE gets app.html, with the program in files beside it, and
# tinymor.html, which has all of them inside and opens from a disk.
set -euo pipefail
mkdir -p "$2"
build=$(realpath "$1") site=$(realpath "$2")
cd "$(dirname "$0")"

tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -C "$build" -cf - share usr |
  xz --format=lzma -9ec >"$site/tinymor.data.lzma"
for file in tinymor.js tinymor.wasm; do xz --format=lzma -9ec "$build/$file" >"$site/$file.lzma"; done

# page PACKED: the page with these lines instead of the place for them, and its scripts.
page() {
  sed -e "/^<!-- packed -->$/{r $1
d;}" -e '/^\/\/ lzma.js$/{r lzma.js
d;}' -e '/^\/\/ page.js$/{r page.js
d;}' page.html
}

page /dev/null >"$site/app.html"
packed=$(mktemp)
trap 'rm -f "$packed"' EXIT
for name in tinymor.js tinymor.wasm tinymor.data; do
  printf '<script type="text/plain" id="%s">%s</script>\n' "$name" "$(base64 -w0 "$site/$name.lzma")"
done >"$packed"
page "$packed" >"$site/tinymor.html"
