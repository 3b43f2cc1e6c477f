#!/usr/bin/env bash
# from_help.sh BIN OUT VERSION: asks the programs in BIN, and every subcommand, for --help, and makes of what they say
# their manual pages OUT/man1/*.1.gz, and OUT/completion, which completes what is typed in bash.
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=$1:$PATH
out=$2 version=$3
rm -rf "$out"
mkdir -p "$out/man1"

# Help on standard input. Writes the page, and to OUT/words and OUT/values what may follow the command and its options;
# prints the names of the subcommands.
read_help='
  function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.\x27]/, "\\\\&&", text)
    return text
  }
  function say(text) { print text >page }
  # An option, an argument or a subcommand is complete.
  function end(    count, each, i, value) {
    if (names == "") return
    if (section != told) say(".SH " toupper(section))
    told = section
    say(".TP\n\\fB" roff(names) "\\fR" (kind == "" ? "" : " \\fI" roff(kind) "\\fR"))
    say(said == "" ? "\\&" : roff(said))
    if (toupper(section) ~ /^SUB/) print names
    count = split(names, each, ",")
    value = kind ~ /^(INT|UINT|FLOAT)/ ? "" : "a file"
    if (match(kind, /\{[^}]*\}/)) { value = substr(kind, RSTART + 1, RLENGTH - 2); gsub(/,/, " ", value) }
    for (i = 1; i <= count; i++) {
      if (toupper(section) ~ /^SUB/ || each[i] ~ /^--/) words = words " " each[i]
      if (each[i] ~ /^-/ && kind ~ /^(TEXT|INT|UINT|FLOAT)/) printf "  [\"%s %s\"]=\"%s\"\n", command, each[i], value >>values_file
    }
    names = ""
  }
  NR == 1 {
    name = command
    gsub(/ /, "-", name)
    sub("^" name ": ", "")
    what = $0
    sub(/\.( .*|$)/, "", what)
    more = substr($0, length(what) + 3)
    say(".TH \"" toupper(roff(name)) "\" 1 \"\" \"tinymor " version "\" \"User commands\"\n.SH NAME\n" roff(name) " \\- " roff(what))
    next
  }
  sub(/^Usage: /, "") {
    usage = substr($0, index($0, "["))
    say(".SH SYNOPSIS\n.B " roff(command) "\n" roff(usage))
    if (more != "") say(".SH DESCRIPTION\n" roff(more))
    next
  }
  example { if ($0 != "" || blank++) say(roff($0)); next }
  /^[^ ]/ { end() }
  /^Examples?:/ { example = 1; say(".SH EXAMPLES\n.nf"); next }
  /^[A-Z].*:$/ { section = substr($0, 1, length($0) - 1); next }
  /^  [^ ]/ {
    end()
    said = kind = ""
    names = substr($0, 3)
    if (match(names, /  +/)) { said = substr(names, RSTART + RLENGTH); names = substr(names, 1, RSTART - 1) }
    if (match(names, / /)) { kind = substr(names, RSTART + 1); names = substr(names, 1, RSTART - 1) }
    next
  }
  sub(/^   +/, "") { said = said (said == "" ? "" : " ") $0 }
  END {
    end()
    if (example) say(".fi")
    say(".SH \"SEE ALSO\"\n" (command == "tinymor" ? "tinymor\\-viz" : "tinymor") "(1); the book: /usr/share/doc/tinymor/docs")
    printf "  [\"%s\"]=\"%s\"\n", command, substr(words, 2) >>words_file
  }'

walk() {  # COMMAND...
  local page sub
  page=$out/man1/$(tr ' ' - <<<"$*").1
  for sub in $("$@" --help | awk -v command="$*" -v version="$version" -v page="$page" \
    -v words_file="$out/words" -v values_file="$out/values" "$read_help"); do
    walk "$@" "$sub"
  done
  gzip -9n "$page"
}
walk tinymor
walk tinymor-viz

{
  echo '# Completes tinymor and tinymor-viz in bash. Made from what --help says.'
  printf 'declare -gA _tinymor_words=(\n%s\n) _tinymor_values=(\n%s\n)\n' "$(cat "$out/words")" "$(cat "$out/values")"
  cat <<'COMPLETION'

_tinymor() {
  local word words command=${COMP_WORDS[0]##*/} here=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    [ -z "${_tinymor_words["$command $word"]+is}" ] || command+=" $word"
  done
  # --option=value arrives in three words.
  [ "$here" != = ] || here=
  [ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD - 2]}
  if [ -n "${_tinymor_values["$command $before"]+is}" ]; then
    words=${_tinymor_values["$command $before"]}
  else
    words=${_tinymor_words["$command"]}
    # Of a command without subcommands all words are options.
    [[ $here == -* || $words =~ (^| )[a-z] ]] || words='a file'
  fi
  if [ "$words" = 'a file' ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$here")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$here")
  fi
}
complete -F _tinymor tinymor tinymor-viz
COMPLETION
} >"$out/completion"
rm "$out/words" "$out/values"
