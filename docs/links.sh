#!/usr/bin/env bash
# Makes the first use of each word of docs/glossary.md in a chapter a link to it: [token], or [tokens][token], with the places
# of all such words at the end of the file. Words that have an everyday meaning too are linked by hand, where they are defined.
#
#   docs/links.sh [--check]      --check: changes nothing; status 1 where a link is missing, one too many, or dead
set -euo pipefail
export LC_ALL=C
check=${1:-}
cd "$(dirname "$0")"
new=$(mktemp)
trap 'rm -f "$new"' EXIT
wrong=0
complain() { echo "$1" && wrong=1; }

for chapter in [0-9][0-9]-*.md; do
  awk '
    function plain(s) { s = tolower(s); gsub(/[-\n]/, " ", s); return s }
    function note(word) { if (!(word in used)) used[word] = 1 }
    # The longest term at place `at` of the chapter, with the s of its plural; its length is left in `long`.
    function term_at(at,   k, here, next_one) {
      for (k = 1; k <= sizes; ++k) {
        here = plain(substr(s, at, size[k])); long = size[k]
        if (!(here in term)) continue
        next_one = substr(s, at + long, 1)
        if (next_one == "s") next_one = substr(s, at + ++long, 1)
        if (next_one !~ /[A-Za-z0-9_]/) return here
      }
      return ""
    }
    BEGIN {
      # Terms that are everyday words as well, or mean something else in some chapter.
      split("bar block byte depth gate head KV KiB layer lr merge neuron overlap pass recursive rule score seed sharing slot step tied weights width", words, " ")
      for (i in words) everyday[plain(words[i])] = 1
      while ((getline text < "glossary.md") > 0)
        if (match(text, /^- \*\*[^*]+\*\*: /)) {
          word = substr(text, 5, RLENGTH - 8); term[plain(word)] = word; order[++terms] = word; lengths[length(word)] = 1
        }
      for (k = 60; k > 0; --k) if (k in lengths) size[++sizes] = k
    }
    /^\[[^\]]+\]: glossary\.md#.$/ { next }
    { s = s $0 "\n" }
    END {
      sub(/\n+$/, "\n", s)
      for (at = 1; at <= length(s); ++at) {
        c = substr(s, at, 1); before = at == 1 ? "\n" : substr(s, at - 1, 1)
        rest = substr(s, at, 4000)
        if (before == "\n" && rest ~ /^```/) long = index(substr(rest, 4), "\n```") + 7
        else if (before == "\n" && rest ~ /^[#|!]/) long = index(rest, "\n")
        else if (c == "`") long = index(substr(rest, 2), "`") + 1
        else if (c == "[") {
          long = index(rest, "]"); inside = substr(rest, 2, long - 2); label = inside; after = substr(rest, long + 1, 1)
          if (after == "(") long = index(rest, ")")
          else if (after == "[") { label = substr(rest, long + 2); label = substr(label, 1, index(label, "]") - 1); long += length(label) + 2 }
          if (after != "(" && plain(label) in term) {
            if (!(plain(label) in everyday) && (plain(label) in used)) { out = out inside; at += long - 1; continue }
            note(plain(label))
          }
        } else if (c ~ /[A-Za-z]/ && before !~ /[A-Za-z0-9_\/.-]/ && (found = term_at(at)) != "") {
          inside = substr(s, at, long)
          if (!(found in everyday) && !(found in used)) {
            note(found); out = out "[" inside "]" (tolower(inside) == tolower(term[found]) ? "" : "[" term[found] "]"); at += long - 1; continue
          }
        } else long = 1
        if (long < 1) long = 1
        out = out substr(s, at, long); at += long - 1
      }
      printf "%s", out
      for (i = 1; i <= terms; ++i)
        if (plain(order[i]) in used) {
          if (!ended++) print ""
          print "[" order[i] "]: glossary.md#" tolower(substr(order[i], 1, 1))
        }
    }' "$chapter" >"$new"
  cmp -s "$new" "$chapter" && continue
  if [ -n "$check" ]; then
    complain "docs/$chapter: links to the glossary are not what docs/links.sh makes (run it): $(diff "$chapter" "$new" | sed -n '2p')"
  else
    cat "$new" >"$chapter"
  fi
done

# The headings of a page, as the names that links give them.
names() { sed -nE 's/^#+ //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9_ -]//g; s/ /-/g'; }

while IFS=: read -r file target; do
  # What else looks like a link is a lambda in a block of code.
  case $target in http*) continue ;; *[.#]*) ;; *) continue ;; esac
  page=${target%%#*} place=
  [[ $target != *#* ]] || place=${target#*#}
  page=$(dirname "$file")/${page:-$(basename "$file")}
  if [ ! -e "$page" ]; then
    complain "$file: a link to $target, which is not there"
  elif [ -n "$place" ] && ! names "$page" | grep -qxF -- "$place"; then
    complain "$file: a link to $target, which has no such heading"
  fi
done < <(grep -noP '(?<![`>)])(\[[^]`]*\]\(|^\[[^\]]+\]: )\K[a-z0-9._/#A-Z-]+(?=[)\s]|$)' ../README.md ./*.md exercises/README.md | sed -E "s,:[0-9]+:,:,")
exit $wrong
