#!/usr/bin/env bash
# site.sh TINYMOR_VIZ: docs/site.sh makes pages in which every link leads somewhere and nothing is loaded from another host; each
# has a title, a language, one heading of the first kind and a text for each picture; the search finds what the book says; and
# every figure that runs has a scene that the window takes.
set -euo pipefail
viz=$1
cd "$(dirname "$0")/../.."
command -v pandoc >/dev/null || { echo "pandoc is not installed"; exit; }
site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT
wrong=0
complain() {
  echo "$*"
  wrong=1
}

mkdir "$site/book"
touch "$site/book/app.html" "$site/book/check.js"
docs/site.sh "$site/plain" >/dev/null &
docs/site.sh "$site/book" >/dev/null
wait $!
! grep -lE 'data-(app|judge)' "$site"/plain/*.html || complain "a page offers an app or a judge that is not there"
cd "$site/book"
[ "$(grep -l '<body data-app="app.html" data-judge="check.js">' ./*.html | wc -l)" = "$(($(ls ./*.html | wc -l) - 1))" ] || complain "a page does not know the app or the judge"
rm app.html

# every PATTERN TIMES: in each page.
every() {
  local page
  for page in *.html; do
    [ "$(grep -oP -- "$1" "$page" | wc -l)" = "$2" ] || complain "$page: not $2 of $1"
  done
}
every '<html lang="en">' 1
every '<title>[^<]+</title>' 1
every '<h1[ >]' 1
every '<img(?![^>]*alt="[^"]+)' 0
every '<(script|img|iframe)[^>]* src="(?!site\.js|images/)' 0
every '<link[^>]* href="(?!site\.css|icon\.svg)' 0
! grep -nE 'url\(|@import|https?:|fetch\(' site.css site.js || complain "a style or script loads something"
! grep -nE '(src|href)="(/|http)' images/*.svg || complain "a picture loads something"

# Where links may lead: files, and places in pages.
{
  find . -type f -printf '%P\n'
  for page in *.html; do grep -oP ' id="\K[^"]+' "$page" | sed "s/^/$page#/"; done
  echo app.html
} | sort -u >"$site/places"
for page in *.html; do
  doubled=$(grep -oP ' id="\K[^"]+' "$page" | sort | uniq -d)
  [ -z "$doubled" ] || complain "$page: more than one $doubled"
  grep -oP ' (href|src)="\K[^"]+' "$page" | grep -v '^https\?:' | sed "s/^#/$page#/; s/^app\.html#scene=.*/app.html/"
done | sort -u >"$site/links"
dead=$(comm -13 "$site/places" "$site/links")
[ -z "$dead" ] || complain "dead links: $dead"

# A line of the index for each section, which a page is found by.
[ "$(head -n 1 search.js) $(tail -n 1 search.js)" = 'tinymorIndex = [ ];' ] || complain "search.js is no list"
! sed '1d; $d' search.js | grep -vE '^\["[^"]+\.html","[^"]*"(,"([^"\]|\\.)*"){2}\],$' || complain "search.js has an odd line"
finds() { grep -F -- "\"$1\",\"$2\"" search.js | grep -qF -- "$3" || complain "the search does not find \"$3\" in $1#$2"; }
finds 03-autograd.html the-tape 'pointer to the'
finds 07-routers.html token-choice 'balance_coeff'
finds 09-remembering-less.html bytes 'vanilla_bytes'
finds glossary.html t 'A piece of text: a word, part of a word, a mark.'
while IFS= read -r place; do
  grep -qxF -- "${place%#}" "$site/places" || complain "the index names $place, which is not there"
done < <(sed -nE 's/^\["([^"]+)","([^"]*)".*/\1#\2/p' search.js)

# Words, sums and figures.
grep -q '<a href="glossary.html#loss" aria-describedby="term-[0-9]*">' 03-autograd.html || complain "a word does not carry its meaning"
cd - >/dev/null
for chapter in docs/[0-9][0-9]-*.md; do grep -qF "](${chapter#docs/})" docs/README.md || complain "docs/README.md leaves out $chapter"; done
! grep -n '^+ ' docs/*.md || complain "a line that begins with + is a list: end the line before with it"
scenes=$(cd docs/images && ls ./*.scene | wc -l)
[ "$(grep -o '<figure data-scene=' "$site"/book/*.html | wc -l)" = "$scenes" ] || complain "not every one of the $scenes scenes has its figure"
for scene in docs/images/*.scene; do  # with the bundled runs beside the program that is tested
  sed "s,^open .*/share/,open $(dirname "$(realpath "$viz")")/share/," "$scene" >"$site/shown.scene"
  "$viz" --scene "$site/shown.scene" --text >/dev/null || complain "$scene cannot be shown"
done
exit $wrong
