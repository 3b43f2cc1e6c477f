#!/usr/bin/env bash
# Makes the book as pages that a browser opens from a disk or from any folder of a server: docs/site.sh [OUT]
# (default: build/site). Needs pandoc.
#
# What is in OUT already is used: with app.html, each picture with a scene beside it (docs/images/NAME.scene) gets a button that
# runs the app in its place; with check.js (docs/questions), the library itself checks the answers to questions.
set -euo pipefail
export LC_ALL=C.UTF-8
out=$(realpath -m "${1:-$(dirname "$0")/../build/site}")
cd "$(dirname "$0")"
mkdir -p "$out/images"
rm -f "$out"/images/* "$out"/[0-9][0-9]-*.html

# Each file and its page, in the order of reading. The filter (site/page.lua) leads links to them.
files=(README.md [0-9][0-9]-*.md glossary.md exercises/README.md exercises/projects.md teaching/plans.md)
page_of() {
  case $1 in
    README.md) echo index.html ;;
    exercises/README.md) echo exercises.html ;;
    *) basename "$1" .md | sed 's/$/.html/' ;;
  esac
}
declare -A title
export TINYMOR_PAGES=
for file in "${files[@]}"; do
  title[$file]=$(sed -n '/^# /{s///p;q}' "$file" | sed 's/&/\&amp;/g; s/</\&lt;/g')
  TINYMOR_PAGES+="$file=$(page_of "$file") "
done

app= judge=
[ ! -f "$out/app.html" ] || app=app.html
[ ! -f "$out/check.js" ] || judge=check.js
index=$(mktemp)
trap 'rm -f "$index"' EXIT
last=$((${#files[@]} - 1))
for i in "${!files[@]}"; do
  file=${files[i]} nav= around=()
  for each in "${files[@]:1}"; do
    current=
    [ "$each" != "$file" ] || current=' aria-current="page"'
    nav+="<li><a href=\"$(page_of "$each")\"$current>${title[$each]}</a></li>"
  done
  [ ! -f "$out/tinymor.html" ] || nav+='<li><a href="tinymor.html" download>The app in one file</a></li>'
  [ "$i" -le 1 ] || around+=(-V previous="$(page_of "${files[i - 1]}")" -V previous_title="${title[${files[i - 1]}]}")
  [ "$i" = 0 ] || [ "$i" = "$last" ] || around+=(-V next="$(page_of "${files[i + 1]}")" -V next_title="${title[${files[i + 1]}]}")
  [ "$i" = 0 ] || around+=(--toc)
  # A link to the glossary has the word as its title, which tells the filter which one is meant.
  sed -E 's/^(\[([^]]+)\]: glossary\.md#.)$/\1 "\2"/' "$file" |
    TINYMOR_FILE=$file TINYMOR_APP=$app TINYMOR_INDEX=$index pandoc -f gfm+tex_math_dollars -t html5 --mathml \
      --wrap=preserve --toc-depth=2 --lua-filter=site/page.lua --template=site/page.html \
      -V nav="$nav" -V app="$app" -V judge="$judge" "${around[@]}" -o "$out/$(page_of "$file")"
done

{ echo 'tinymorIndex = ['; cat "$index"; echo '];'; } >"$out/search.js"
cp site/site.css site/site.js "$out"
package/icon.sh "$out/icon.svg"
cp $(grep -ohP '\(images/\K[\w.-]+' "${files[@]}" | sort -u | sed 's,^,images/,') "$out/images"
echo "$out/index.html: ${#files[@]} pages"
