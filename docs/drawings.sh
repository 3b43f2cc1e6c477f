#!/usr/bin/env bash
# Draws the small pictures of the chapters (docs/images/*.svg) from what the program prints for the bundled runs, and from
# the numbers that the chapters work out. The same program and numbers give the same bytes.
#
#   docs/drawings.sh [--check] [TINYMOR [VIZ [RUNS]]]
#     --check        compares with docs/images and changes nothing; status 1 where they differ
#     TINYMOR, VIZ   the two programs (default: build/tinymor, build/tinymor-viz)
#     RUNS           the folder with the bundled runs (default: build/share/tinymor)
set -euo pipefail
export LC_ALL=C
check=
[ "${1:-}" != --check ] || { check=yes && shift; }
cd "$(dirname "$0")/.."
tinymor=${1:-build/tinymor} viz=${2:-build/tinymor-viz} runs=${3:-build/share/tinymor}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/images
mkdir "$out"

# What all drawings use: a white card, so that they can be read on a dark page too, and shapes as functions of awk.
# depth(d) is the colour of trainer/depth_tints.h.
shapes='
function n(v) { v = sprintf("%.1f", v); sub(/\.0$/, "", v); return v == "-0" ? "0" : v }
function esc(s) { gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); return s }
function letters(s) { gsub(/[\200-\277]/, "", s); return length(s) }  # of UTF-8
function text(x, y, s, anchor, fill, more) {
  print "<text x=\"" n(x) "\" y=\"" n(y) "\"" (anchor ? " text-anchor=\"" anchor "\"" : "") (fill ? " fill=\"" fill "\"" : "") (more ? " " more : "") ">" esc(s) "</text>"
}
function middle(x, y, s, fill, more) { text(x, y, s, "middle", fill, more) }
function rect(x, y, w, h, fill, stroke, more) {
  print "<rect x=\"" n(x) "\" y=\"" n(y) "\" width=\"" n(w) "\" height=\"" n(h) "\" fill=\"" (fill ? fill : "none") "\"" (stroke ? " stroke=\"" stroke "\"" : "") (more ? " " more : "") "/>"
}
function line(x1, y1, x2, y2, stroke, more) {
  print "<line x1=\"" n(x1) "\" y1=\"" n(y1) "\" x2=\"" n(x2) "\" y2=\"" n(y2) "\" stroke=\"" (stroke ? stroke : grey) "\"" (more ? " " more : "") "/>"
}
function path(d, stroke, more) { print "<path d=\"" d "\" fill=\"none\" stroke=\"" (stroke ? stroke : grey) "\"" (more ? " " more : "") "/>" }
function arrow(x1, y1, x2, y2, stroke) { line(x1, y1, x2, y2, stroke, "marker-end=\"url(#tip)\"") }
function dot(x, y, r, fill, stroke) { print "<circle cx=\"" n(x) "\" cy=\"" n(y) "\" r=\"" n(r) "\" fill=\"" fill "\"" (stroke ? " stroke=\"" stroke "\"" : "") "/>" }
function depth(d) { return substr("#5e6068#f9e36a#92cfa8#d584e0#3257fd#7e3392#830609", 1 + 7 * d, 7) }
BEGIN { grey = "#9a9aa2"; pale = "#e8e8ee"; ink = "#26262c"; blue = "#2f6fb5"; red = "#b84a00"; purple = "#5b46b8" }
'

# draw NAME WIDTH HEIGHT PROGRAM [FILE...]: a picture from what PROGRAM of awk makes of its input.
draw() {
  {
    printf '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" font-family="sans-serif" font-size="13" fill="#26262c">\n' "$2" "$3" "$2"
    printf '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#9a9aa2"/></marker></defs>\n'
    printf '<rect width="%d" height="%d" rx="6" fill="#fff"/>\n' "$2" "$3"
    awk "$shapes $4" "${@:5}"
    echo '</svg>'
  } >"$out/$1.svg"
}

# The table of chapter $1 whose first line begins with $2: its rows, cells between |.
table() { awk -v begin="$2" 'index($0, begin) == 1 { on = 1; getline; next } on && !/^\|/ { exit } on' docs/"$1"-*.md; }

# --- 0: how surprised the table of pairs is by "the men met"
draw surprise 560 270 '
  function x(p) { return 60 + 470 * p }
  function y(s) { return 220 - 190 * s / 2.6 }
  BEGIN {
    seen = "ten hens met the hen then the men ate the hen"; new = "the men met"
    for (i = 1; i < length(seen); ++i) { ++pair[substr(seen, i, 2)]; ++after[substr(seen, i, 1)] }
    for (s = 0; s <= 2.5; s += 0.5) { line(60, y(s), 530, y(s), pale); text(52, y(s) + 4, sprintf("%.1f", s), "end") }
    for (p = 0; p <= 1.01; p += 0.25) middle(x(p), 238, p)
    for (p = 0.075; p < 1.001; p += 0.025) curve = curve (curve ? "L" : "M") n(x(p)) " " n(y(-log(p)))
    path(curve, grey, "stroke-width=\"2\"")
    for (i = 1; i < length(new); ++i) {
      both = substr(new, i, 2); p = pair[both] / after[substr(new, i, 1)]; sub(/ /, "\342\220\243", both)
      key = sprintf("%.4f", p); at[key] = p; label[key] = label[key] (label[key] ? " " : "") both
      if (!(key in place)) { place[key] = ++count; order[count] = key }
    }
    for (i = 1; i <= count; ++i) {
      key = order[i]; p = at[key]; dot(x(p), y(-log(p)), 5, blue)
      if (p == 1 || label[key] == "en") text(x(p) + (p == 1 ? 4 : -6), y(-log(p)) + (p == 1 ? -12 : 14), label[key], "end"); else text(x(p) + 8, y(-log(p)) - 5, label[key])
    }
    middle(295, 260, "probability of what came next"); text(14, 130, "surprise, nats", "middle", "", "transform=\"rotate(-90 14 130)\"")
  }' /dev/null

# --- 2: two ways of reading one row of memory
draw strides 600 250 '
  function place(i, j) { return i * step[0] + j * step[1] }
  function strip(top, name, rows, columns, a, b,   i, j, last, here, order, arcs) {
    step[0] = a; step[1] = b
    text(20, top + 24, name); text(20, top + 42, "[" rows "," columns "], strides [" a "," b "]", "", "#5e6068")
    for (i = 0; i < 6; ++i) { rect(220 + 50 * i, top, 50, 32, i < 3 ? depth(2) : depth(1), ink); middle(245 + 50 * i, top + 21, i + 1) }
    last = -1
    for (i = 0; i < rows; ++i) for (j = 0; j < columns; ++j) {
      here = place(i, j); order = order " " here + 1 (j == columns - 1 && i < rows - 1 ? " /" : "")
      if (last >= 0)
        path("M" n(247 + 50 * last) " " top "Q" n(246 + 25 * (last + here)) " " n(top - 10 - 8 * (here > last ? here - last : last - here)) " " n(243 + 50 * here) " " top, purple, "marker-end=\"url(#tip)\"")
      last = here
    }
    text(220, top + 50, "reads" order, "", "#5e6068")
  }
  BEGIN {
    strip(50, "x", 2, 3, 3, 1); strip(160, "x.transpose(0, 1)", 3, 2, 1, 3)
    text(20, 238, "The numbers stay where they are. Only the strides change.", "", "#5e6068")
  }' /dev/null

# --- 4: a cache of one line, four numbers long
draw fetches 560 275 '
  function grid(left, title, down,   i, j, step, fetched, held, c, r) {
    text(left, 28, title)
    fetched = 0; held = -1; step = 0
    for (c = 0; c < 4; ++c) for (r = 0; r < 4; ++r) {
      i = down ? r : c; j = down ? c : r; ++step
      rect(left + 55 * j, 45 + 40 * i, 51, 34, i == held ? depth(2) : "#f4c9a4", "", "rx=\"3\""); middle(left + 25 + 55 * j, 67 + 40 * i, step)
      if (i != held) { ++fetched; held = i }
    }
    text(left, 226, "for a row of A: " fetched " fetches"); text(left, 243, "for all four: " 4 * fetched)
  }
  BEGIN {
    grid(20, "naive: down the columns of B", 1); grid(300, "reordered: along its rows", 0)
    rect(20, 254, 14, 12, "#f4c9a4"); text(40, 265, "fetched from memory"); rect(200, 254, 14, 12, depth(2)); text(220, 265, "in the line that is there already")
  }' /dev/null

# --- 5: who sees whom, before and after a router has kept the rows 0, 2, 3, 5 and 7
draw mask 560 270 '
  function grid(left, title, count, text_of, position,   q, k, scores, sees) {
    text(left, 26, title)
    for (q = 0; q < count; ++q) for (k = 0; k < count; ++k) {
      sees = text_of[q] == text_of[k] && position[k] <= position[q]; scores += sees
      rect(left + 26 * k, 60 + 22 * q, 24, 20, sees ? depth(text_of[q] ? 2 : 1) : pale)
    }
    for (q = 0; q < count; ++q) { middle(left + 12 + 26 * q, 54, position[q], "#5e6068"); text(left - 6, 75 + 22 * q, position[q], "end", "#5e6068") }
    text(left, 76 + 22 * count, scores " of " count * count " scores")
  }
  BEGIN {
    for (row = 0; row < 8; ++row) {
      first[row] = int(row / 4); at[row] = row % 4
      if (row == 0 || row == 2 || row == 3 || row == 5 || row == 7) { kept[m] = first[row]; kept_at[m++] = at[row] }
    }
    grid(40, "two texts of four tokens", 8, first, at); grid(320, "the five that were kept", 5, kept, kept_at)
    text(300, 232, "A row is a query, a column a key;", "", "#5e6068"); text(300, 250, "the numbers are positions.", "", "#5e6068")
  }' /dev/null

# --- 6: the four maps, as the program prints them
map() { # SHARING LAYERS
  printf '[model]\nd_model = 64\nn_heads = 4\nd_ff = 192\nn_layers = %d\nsharing = "%s"\nn_recursions = 3\nrouting = "none"\n[data]\ntokenizer = "byte"\n' "$2" "$1" >"$work/map.toml"
  echo "$1" $("$tinymor" inspect "$work/map.toml" | sed -n 's/^layers *//p')
}
{ map cycle 9; map sequence 9; map middle_cycle 8; map middle_sequence 8; } >"$work/maps"
draw sharing 560 215 '
  {
    y = 20 + 46 * (NR - 1); x = 170; text(20, y + 22, $1)
    for (i = 2; i <= NF; ++i)
      if ($i ~ /^[0-9]+$/) { rect(x, y, 34, 32, depth($i + 1), ink); middle(x + 17, y + 21, $i, $i == 3 ? "#fff" : ""); x += 38 }
      else { line(x + 3, y + 4, x + 3, y + 28, grey); x += 10 }
  }
  END { text(20, 208, "from the first layer to the last; one colour is one set of weights", "", "#5e6068") }' "$work/maps"

# The worked example of chapters 1, 7 and 8: take(r) fills score[r, i] and taken[r, i], then moves the states.
worked='
  function taker(rule, changed,   r, i, k, best, j, n_in, sum_a, sum_b, gate, ya, yb) {
    split("0.5 1.0 -0.3 0.7 -1.2 0.1", a, " "); split("-1.0 0.2 0.8 0.7 0.1 -0.4", b, " ")
    if (changed != "") b[6] = changed
    split("0.6 -0.5 1.1", wa, " "); split("-0.2 0.9 0.4", wb, " ")
    for (i = 1; i <= 6; ++i) { inside[i] = 1; deep[i] = 0 }
    for (r = 1; r <= 3; ++r) {
      for (i = 1; i <= 6; ++i) { asked[r, i] = inside[i]; score[r, i] = a[i] * wa[r] + b[i] * wb[r]; taken[r, i] = inside[i] && (r == 1 || (rule == "causal" && score[r, i] >= 0)) }
      for (k = 0; rule == "topk" && r > 1 && k < 6 - 2 * (r - 1); ++k) {
        best = 0
        for (i = 1; i <= 6; ++i) if (inside[i] && !taken[r, i] && (!best || score[r, i] > score[r, best])) best = i
        taken[r, best] = 1
      }
      sum_a = sum_b = n_in = 0
      for (i = 1; i <= 6; ++i) {
        inside[i] = taken[r, i]
        if (!inside[i]) continue
        ++n_in; ++deep[i]; sum_a += a[i]; sum_b += b[i]; gate = 0.1 / (1 + exp(-score[r, i]))
        ya = 1.5 * a[i] + sum_a / n_in; yb = 1.5 * b[i] + sum_b / n_in
        a[i] += gate * ya; b[i] += gate * yb
      }
    }
  }'

# --- 7: scores and choices of the six tokens
draw gates 580 230 "$worked"'
  BEGIN {
    taker("topk")
    for (i = 1; i <= 6; ++i) middle(165 + 66 * i - 33, 24, "position " i - 1, "#5e6068", "font-size=\"11\"")
    for (r = 1; r <= 3; ++r) {
      text(20, 56 + 52 * (r - 1), "recursion " r); text(20, 72 + 52 * (r - 1), "the best " 8 - 2 * r, "", "#5e6068", "font-size=\"11\"")
      for (i = 1; i <= 6; ++i) {
        rect(168 + 66 * (i - 1), 36 + 52 * (r - 1), 60, 40, taken[r, i] ? depth(r) : "#fff", asked[r, i] ? ink : pale)
        if (asked[r, i]) middle(198 + 66 * (i - 1), 61 + 52 * (r - 1), sprintf("%.2f", score[r, i]), taken[r, i] ? "" : "#5e6068")
      }
    }
    text(20, 214, "depth")
    for (i = 1; i <= 6; ++i) middle(198 + 66 * (i - 1), 214, deep[i])
  }' /dev/null

# --- 8: the two rules on the scores of recursion 2, before and after the last token was changed
draw rules 560 275 "$worked"'
  function x(z) { return 60 + 470 * (z + 1.5) / 2.75 }
  function axis(y, title, rule, changed,   i, up) {
    taker(rule, changed); text(20, y - 22, title)
    line(60, y, 530, y)
    for (i = 1; i <= 6; ++i) {
      dot(x(score[2, i]), y + (i == 6) * 14, 9, taken[2, i] ? depth(2) : "#fff", i == 6 ? red : ink)
      middle(x(score[2, i]), y + 4 + (i == 6) * 14, i - 1, "", "font-size=\"11\"")
    }
  }
  BEGIN {
    line(x(0), 28, x(0), 236, purple, "stroke-dasharray=\"4 3\"")
    axis(48, "training rule", "topk"); axis(103, "last token changed", "topk", 0.4)
    axis(158, "causal rule", "causal"); axis(213, "last token changed", "causal", 0.4)
    for (z = -1.5; z <= 1; z += 0.5) middle(x(z), 252, z, "#5e6068", "font-size=\"11\"")
    middle(295, 268, "score in recursion 2; filled: taken", "#5e6068", "font-size=\"11\"")
  }' /dev/null

# --- 13: the same logits at three temperatures
draw temperature 560 210 '
  BEGIN {
    split("3 2 1.5 0 -1 -2", logit, " ")
    for (t = 1; t <= 3; ++t) {
      T = 2 ^ (t - 2); sum = 0; left = 20 + 180 * (t - 1)
      for (i = 1; i <= 6; ++i) sum += exp(logit[i] / T)
      middle(left + 80, 24, "T = " T); line(left, 170, left + 160, 170)
      for (i = 1; i <= 6; ++i) {
        p = exp(logit[i] / T) / sum; h = 140 * p
        rect(left + 27 * (i - 1), 170 - h, 24, h, blue); middle(left + 12 + 27 * (i - 1), 164 - h, sprintf("%.2f", p), "", "font-size=\"10\"")
        middle(left + 12 + 27 * (i - 1), 186, i - 1, "#5e6068", "font-size=\"11\"")
      }
    }
    middle(280, 203, "probability of the tokens 0 to 5", "#5e6068", "font-size=\"11\"")
  }' /dev/null

# --- 14: reading and computing, for 1 to 16 texts at once
draw roofline 560 260 '
  function x(texts) { return 60 + 470 * (texts - 1) / 15 }
  function y(ms) { return 210 - 180 * ms / 5 }
  BEGIN {
    weights = 15187968; reading = weights * 4 / 50e9 * 1e3; computing = weights * 2 / 100e9 * 1e3
    for (ms = 0; ms <= 5; ++ms) { line(60, y(ms), 530, y(ms), pale); text(52, y(ms) + 4, ms, "end") }
    for (n_texts = 1; n_texts <= 16; n_texts *= 2) middle(x(n_texts), 228, n_texts)
    line(x(1), y(reading), x(16), y(reading), blue, "stroke-width=\"2\""); text(x(16), y(reading) - 8, "reading the weights", "end", blue)
    line(x(1), y(computing), x(16), y(16 * computing), red, "stroke-width=\"2\""); text(x(12.2), y(12.6 * computing) - 8, "computing", "end", red)
    for (t = 1; t <= 16; ++t) {
      long = reading > t * computing ? reading : t * computing; each = each (each ? "L" : "M") n(x(t)) " " n(y(long / t))
    }
    path(each, purple, "stroke-width=\"2\" stroke-dasharray=\"5 3\""); text(x(16), y(0.45), "per text: the longer one, shared", "end", purple)
    middle(295, 250, "texts at once"); text(14, 120, "ms", "middle", "", "transform=\"rotate(-90 14 120)\"")
  }' /dev/null

# What trace says of the sentence that the book uses, by the causal rule: a line "text", the pieces each after a tab, a line
# "depth", and a line "score" for each recursion with "-" for a token that was no candidate.
"$tinymor" trace "$runs/first-runs/mor" --quiet --text "Mia had 3 apples and found 4 more." >"$work/trace.json"
awk '
  function list(json, key,   from) { from = index(json, "\"" key "\":["); json = substr(json, from + length(key) + 4); return substr(json, 1, index(json, "]") - 1) }
  {
    pieces = list($0, "pieces"); sub(/^"/, "", pieces); sub(/"$/, "", pieces); gsub(/","/, "\t", pieces); print "text\t" pieces
    depths = list($0, "depth"); gsub(/,/, "\t", depths); print "depth\t" depths; count = split(depths, unused, "\t")
    rest = $0; sub(/.*"recursions":/, "", rest)
    while ((at = index(rest, "\"positions\":[")) > 0) {
      rest = substr(rest, at); m = split(list(rest, "positions"), where, ","); split(list(rest, "logits"), z, ",")
      for (i = 0; i < count; ++i) of[i] = "-"
      for (i = 1; i <= m; ++i) of[where[i]] = z[i]
      row = "score"; for (i = 0; i < count; ++i) row = row "\t" of[i]; print row
      rest = substr(rest, 20)
    }
  }' "$work/trace.json" >"$work/trace"

# --- 1: the way of one token, among the others of its sentence
draw way 780 400 '
  BEGIN { FS = "\t" }
  $1 == "text" { for (i = 2; i <= NF; ++i) piece[i] = $i; last = NF }
  $1 == "depth" { for (i = 2; i <= NF; ++i) deep[i] = $i }
  $1 == "score" { ++recursions; for (i = 2; i <= NF; ++i) z[recursions, i] = $i }
  function x(i) { return 30 + 36 * (i - 2) }
  function y(row) { return 330 - 56 * row }  # 0: first layer, 1 to N: recursions, N + 1: last layer
  function note(row, s, more) { text(506, y(row) + 14, s); text(506, y(row) + 29, more, "", "#5e6068", "font-size=\"11\"") }
  END {
    for (i = 2; i <= last; ++i) if (piece[i] == "\342\226\201had") one = i
    rect(x(one) - 4, y(recursions + 1) - 36, 38, 432 - y(recursions + 1) - 15, "#eef3fa", blue, "rx=\"4\"")
    for (i = 2; i <= last; ++i) {
      middle(x(i) + 15, 383, piece[i], i == one ? blue : "", i == one ? "font-weight=\"bold\"" : "font-size=\"11\"")
      rect(x(i), y(0), 30, 30, "#d0d0d8"); line(x(i) + 15, y(0), x(i) + 15, y(1) + 30)
      for (r = 1; r <= deep[i]; ++r) { rect(x(i), y(r), 30, 30, depth(r)); line(x(i) + 15, y(r), x(i) + 15, y(r + 1) + 30, r < deep[i] || r == recursions ? grey : "#c8c8d0", r < deep[i] || r == recursions ? "" : "stroke-dasharray=\"2 4\"") }
      for (r = deep[i] + 1; r <= recursions; ++r) line(x(i) + 15, y(r) + 30, x(i) + 15, y(r + 1) + 30, "#c8c8d0", "stroke-dasharray=\"2 4\"")
      rect(x(i), y(recursions + 1), 30, 30, "#d0d0d8")
      arrow(x(i) + 15, y(recursions + 1), x(i) + 15, y(recursions + 1) - 14)
    }
    middle(x(one) + 15, y(recursions + 1) - 20, "?", blue, "font-weight=\"bold\"")
    note(0, "layer 0", "a row of 64 numbers for each token")
    for (r = 1; r <= recursions; ++r)
      note(r, "recursion " r, r == 1 ? "every token enters" : z[r, one] == "-" ? "was not asked any more" : sprintf("score %.2f: it %s", z[r, one], z[r, one] >= 0 ? "goes on" : "leaves and waits"))
    note(recursions + 1, "layer 3", "for all; then the head says what may come next")
    text(506, 383, "tokens")
  }' "$work/trace"

# --- 9: the cache, token by token
entry=$("$tinymor" inspect "$runs/first-runs/mor" | sed -nE 's/^KV cache +.* ([0-9]+) in the vanilla twin.*/\1/p')
draw cache 560 270 '
  BEGIN { FS = "\t"; whole = '"$entry"' }
  $1 == "text" { for (i = 2; i <= NF; ++i) piece[i] = $i; last = NF }
  $1 == "depth" { for (i = 2; i <= NF; ++i) deep[i] = $i }
  function x(i) { return 60 + 34 * (i - 2) }
  function y(kb) { return 225 - 185 * kb / 28 }
  function stairs(name, colour, per_token,   i, sum, d) {
    d = "M" n(x(2)) " " n(y(0))
    for (i = 2; i <= last; ++i) { sum += (per_token ? per_token : 2 + 2 * deep[i]) * whole / 8 / 1000; d = d "V" n(y(sum)) "H" n(x(i + 1)) }
    path(d, colour, "stroke-width=\"2\""); text(x(last + 1) + 6, y(sum) + 4, name, "", colour)
  }
  END {
    for (kb = 0; kb <= 25; kb += 5) { line(60, y(kb), x(last + 1), y(kb), pale); text(52, y(kb) + 4, kb, "end") }
    for (i = 2; i <= last; ++i) { middle(x(i) + 17, 243, piece[i], "", "font-size=\"11\""); middle(x(i) + 17, 260, deep[i], "#5e6068", "font-size=\"11\"") }
    text(52, 260, "depth", "end", "#5e6068", "font-size=\"11\"")
    stairs("vanilla", grey, 8); stairs("MoR", purple, 0); stairs("shared", red, 4)
    text(60, 22, "kilobytes of keys and values after each token")
  }' "$work/trace"

# --- 3, 7, 9, 10: panels of the app, in the scenes beside the pictures
panel() { # NAME PANEL SIZE
  "$viz" "$runs/first-runs" --scene "docs/images/$1.scene" --panel "$2" --plain --size "$3" --svg "$out/$1.svg"
}
panel tape autograd 760x300
panel gate loop 900x560
panel strategies kv 760x320
panel race compare 760x520

# --- 15: how two words are put together by the merges that a tokenizer learned
printf 'ten hens met the hen then the men ate the hen' >"$work/hens.txt"
"$tinymor" tokenizer train --data "$work/hens.txt" --vocab-size 273 --out "$work/hens" >"$work/log"
for id in 257 258 259 260 261 262 263 264; do "$tinymor" tokenizer decode "$work/hens" $id | tr ' ' _; done >"$work/merges"
draw merges 560 210 '
  { merge[NR] = $1 }
  function tree(word, left,   m, k, j, i, count, at, part, top) {
    count = length(word)
    for (k = 1; k <= count; ++k) { part[k] = substr(word, k, 1); at[k] = left + 46 * (k - 1); top[k] = 160; piece(at[k], 160, part[k], 0) }
    for (m = 1; m in merge; ++m)
      for (k = 1; k < count; ++k) {
        if (part[k] part[k + 1] != merge[m]) continue
        i = (at[k] + at[k + 1]) / 2; j = (top[k] < top[k + 1] ? top[k] : top[k + 1]) - 44
        line(at[k], top[k] - 13, i, j + 13); line(at[k + 1], top[k + 1] - 13, i, j + 13)
        piece(i, j, merge[m], m); part[k] = merge[m]; at[k] = i; top[k] = j
        for (j = k + 1; j < count; ++j) { part[j] = part[j + 1]; at[j] = at[j + 1]; top[j] = top[j + 1] }
        --count
      }
  }
  function piece(x, y, s, m) {
    sub(/_/, "\342\226\201", s)
    rect(x - 6 - 5 * letters(s), y - 13, 12 + 10 * letters(s), 26, m ? depth(2) : "#fff", ink, "rx=\"4\""); middle(x, y + 4, s)
    if (m) text(x + 10 + 5 * letters(s), y + 4, "merge " m, "", "#5e6068", "font-size=\"11\"")
  }
  END { tree("_the", 40); tree("_then", 260); text(20, 199, "The word \"then\" is not \"the\" and \"n\": hen was learned before the.", "", "#5e6068") }' "$work/merges"

# --- 16: the held-out losses of the bundled run, and where they are lowest
"$viz" "$runs/first-runs" --panel curves --csv "$work/curves.csv"
draw curve 560 270 '
  BEGIN { FS = "," }
  { sub(/\r$/, "") }
  NR == 1 { for (i = 1; i <= NF; ++i) column[$i] = i; next }
  $1 !~ /\/mor$/ { next }
  $column["threshold_loss"] != "" { held[++m] = $column["threshold_loss"]; when[m] = $2 }
  $column["loss"] != "" { sum += $column["loss"]; if (++in_sum == 20) { train[++t] = sum / 20; mid[t] = $2 - 10; sum = in_sum = 0 } }
  function x(step) { return 60 + 470 * step / 2400 }
  function y(loss) { return 215 - 185 * log((loss > 7 ? 7 : loss) / 0.4) / log(7 / 0.4) }
  END {
    split("0.5 1 2 4 7", ticks, " ")
    for (i = 1; i <= 5; ++i) { line(60, y(ticks[i]), 530, y(ticks[i]), pale); text(52, y(ticks[i]) + 4, ticks[i], "end") }
    for (s = 0; s <= 2400; s += 400) middle(x(s), 233, s)
    line(x(1920), 30, x(1920), 215, grey, "stroke-dasharray=\"4 3\""); text(x(1920) + 4, 42, "cool-down", "", "#5e6068", "font-size=\"11\"")
    for (i = 1; i <= t; ++i) d = d (d ? "L" : "M") n(x(mid[i])) " " n(y(train[i]))
    path(d, grey, "stroke-width=\"1.5\"")
    for (i = 1; i <= m; ++i) { h = h (h ? "L" : "M") n(x(when[i])) " " n(y(held[i])); if (!best || held[i] < held[best]) best = i }
    path(h, blue, "stroke-width=\"2\""); dot(x(when[best]), y(held[best]), 5, red)
    text(x(when[best]) - 4, y(held[best]) - 12, sprintf("best: %.4f at step %d", held[best], when[best]), "end", red)
    text(150, 60, "held-out loss, every 100 steps", "", blue); text(150, 78, "training loss, means of 20 steps", "", "#5e6068")
    middle(295, 258, "step"); text(14, 120, "nats per token", "middle", "", "transform=\"rotate(-90 14 120)\"")
  }' "$work/curves.csv"

# --- 17: three digits and the depth of their patches
"$tinymor" data make digits --out "$work/digits" >"$work/log"
"$tinymor" images --eval "$runs/digits" --data "$work/digits" --json --quiet | tr -d '\n ' | sed '$a\' | sed 's/"label"/\n&/g' |
  sed -nE 's/^"label":([0-9]+).*"depth":\[([0-9,]+)\].*/\1 \2/p' >"$work/depths"
while read -r label depths; do
  # Image number i of the held-out ones shows the digit i % 10; the file has a head of 16 bytes.
  echo "$label $depths $(od -An -v -tu1 -j $((16 + 784 * label)) -N 784 "$work/digits/t10k-images-idx3-ubyte" | tr -s ' \n' ',')"
done <"$work/depths" >"$work/pictures"
draw digits 600 260 '
  {
    left = 20 + 195 * (NR - 1); split($2, d, ","); split(substr($3, 2), pixel, ",")
    for (p = 1; p <= 49; ++p) rect(left + 24 * ((p - 1) % 7), 20 + 24 * int((p - 1) / 7), 23, 23, depth(d[p]))
    ink_path = ""
    for (row = 0; row < 28; ++row) for (c = 0; c < 28; ++c) {
      run = 0
      while (c + run < 28 && pixel[28 * row + c + run + 1] > 102) ++run
      if (run) { ink_path = ink_path "M" n(left + 6 * c - 0.5) " " n(20 + 6 * row) "h" n(6 * run) "v6h-" n(6 * run) "z"; c += run }
    }
    print "<path d=\"" ink_path "\" fill=\"#26262c\" fill-opacity=\"0.8\"/>"
    middle(left + 84, 206, "a " $1)
  }
  END { for (r = 1; r <= 3; ++r) { rect(20 + 130 * (r - 1), 226, 16, 16, depth(r)); text(42 + 130 * (r - 1), 239, r (r == 1 ? " recursion" : " recursions")) } }' "$work/pictures"

# --- 17: three sounds
"$tinymor" data make spoken --count 10 --out "$work/spoken" >"$work/log"
for word in 2:two 6:six 7:seven; do
  echo "${word#*:} $(od -An -v -tu1 -j $((16 + 1024 * ${word%:*})) -N 1024 "$work/spoken/train-images-idx3-ubyte" | tr -s ' \n' ',')"
done >"$work/sounds"
draw spoken 600 226 '
  {
    left = 24 + 195 * (NR - 1); split(substr($2, 2), pixel, ",")
    rect(left, 20, 160, 160, "", pale)
    for (level = 1; level <= 3; ++level) {
      loud = ""
      for (row = 0; row < 32; ++row) for (c = 0; c < 32; ++c) {
        run = 0
        while (c + run < 32 && pixel[32 * row + c + run + 1] > 40 + 55 * level) ++run
        if (run) { loud = loud "M" n(left + 5 * c) " " n(20 + 5 * row) "h" n(5 * run) "v5h-" n(5 * run) "z"; c += run }
      }
      print "<path d=\"" loud "\" fill=\"#26262c\" fill-opacity=\"0.4\"/>"
    }
    middle(left + 80, 214, "\"" $1 "\"")
    if (NR == 1) { text(left, 196, "time: a column is 24 ms", "", grey, "font-size=\"12\""); text(14, 100, "pitch", "middle", grey, "font-size=\"12\" transform=\"rotate(-90 14 100)\"") }
  }' "$work/sounds"

# --- 10: depth before answers and before what follows by itself
table 10 '| model | depth before answers' >"$work/depth"
draw meaning 600 280 '
  BEGIN { FS = " *[|] *" }
  function x(d) { return 220 + 160 * (d - 0.9) }
  NF > 4 && $2 !~ /^-/ {
    y = 30 + 26 * count++; text(206, y + 4, $2, "end", "", "font-size=\"12\"")
    for (c = 3; c <= 4; ++c) {
      split($c, part, " "); colour = c == 3 ? red : blue; up = y + (c == 3 ? -4 : 4)
      line(x(part[1] - part[3]), up, x(part[1] + part[3]), up, colour, "stroke-width=\"2\""); dot(x(part[1]), up, 4, colour)
    }
  }
  END {
    for (d = 1; d <= 3; d += 0.5) { line(x(d), 18, x(d), 205, pale); middle(x(d), 222, d) }
    middle(x(2), 241, "mean depth, and how much it varies from seed to seed")
    dot(230, 262, 4, red); text(240, 266, "before answers"); dot(360, 262, 4, blue); text(370, 266, "before what follows by itself")
  }' "$work/depth"

# --- 19: the differences in loss, the paper and here
for corpus in Stories Puzzles; do
  awk -v part="## $corpus" '$0 == part { on = 1 } on && /^## / && $0 != part { exit } on && / nats \|$/' docs/10-*.md
done >"$work/claims"
draw claims 640 340 '
  BEGIN { FS = " *[|] *" }
  function x(v) { return 480 + 1700 * v }
  {
    name = $2; sub(/ \(T[0-9]+\)$/, "", name)
    if (!(name in row)) { row[name] = count++; text(262 + 0, 38 + 28 * row[name], name, "end", "", "font-size=\"10\""); rect(x($3) - 4, 30 + 28 * row[name], 8, 8, "none", ink) }
    second = seen[name]++; y = 30 + 28 * row[name] + (second ? 10 : -2); split($4, part, " "); colour = second ? red : blue
    line(x(part[1] - part[3]), y, x(part[1] + part[3]), y, colour, "stroke-width=\"2\""); dot(x(part[1]), y, 3.5, colour)
  }
  END {
    line(x(0), 16, x(0), 40 + 28 * count - 10, grey)
    for (v = -0.1; v <= 0.051; v += 0.05) middle(x(v), 50 + 28 * count, sprintf("%+.2f", v), "#5e6068")
    rect(20, 322, 8, 8, "none", ink); text(34, 330, "paper"); dot(94, 326, 3.5, blue); text(104, 330, "here, stories"); dot(214, 326, 3.5, red); text(224, 330, "here, puzzles"); text(340, 330, "nats; left of 0 the first one is better", "", "#5e6068")
  }' "$work/claims"

# --- 18: the losses of its table
table 18 '| begins as' >"$work/uptraining"
draw uptraining 600 270 '
  BEGIN { FS = " *[|] *"; split("#2f6fb5 #b84a00 #5b46b8 #00706c #c4146c #9a9aa2", colours, " ") }
  function x(step) { return 60 + 380 * step / 600 }
  function y(loss) { return 225 - 190 * (loss - low) / (high - low) }
  NF > 5 && $2 !~ /^-/ { name[++m] = $2; gsub(/`/, "", name[m]); for (i = 0; i < 4; ++i) { v = $(3 + i) + 0; loss[m, i] = v; if (!high || v > high) high = v; if (!low || v < low) low = v } }
  END {
    high = int(high * 2 + 1) / 2; low = int(low * 2) / 2
    for (v = low; v <= high + 0.01; v += 0.5) { line(60, y(v), 440, y(v), pale); text(52, y(v) + 4, sprintf("%.1f", v), "end") }
    for (s = 0; s <= 600; s += 200) middle(x(s), 243, s)
    middle(250, 262, "steps"); text(14, 120, "nats per character", "middle", "", "transform=\"rotate(-90 14 120)\"")
    for (k = 1; k <= m; ++k) {
      d = ""; for (i = 0; i < 4; ++i) d = d (d ? "L" : "M") n(x(200 * i)) " " n(y(loss[k, i]))
      path(d, colours[k], "stroke-width=\"2\""); line(455, 40 + 22 * k, 475, 40 + 22 * k, colours[k], "stroke-width=\"3\""); text(482, 44 + 22 * k, name[k])
    }
  }' "$work/uptraining"

# --- 21: what every rival loses, against each of three costs; the numbers are the rows of the table
table 21 '| model | loss' >"$work/rivals"
draw rivals 760 420 '
  BEGIN { FS = " *[|] *"; split("kB of weights;layers per token;tokens per second", costs, ";") }
  NF > 5 && $2 !~ /^-/ {
    name[++m] = $2; split($3, part, " "); loss[m] = part[1]; from = min(from, loss[m]); to = max(to, loss[m])
    for (c = 1; c <= 3; ++c) { cost[m, c] = $(3 + c); most[c] = max(most[c], cost[m, c]) }
  }
  function min(a, b) { return a == "" || b + 0 < a + 0 ? b : a }
  function max(a, b) { return a == "" || b + 0 > a + 0 ? b : a }
  function x(c, v) { return 60 + 235 * (c - 1) + 200 * v / most[c] / 1.08 }
  function y(v) { return 270 - 230 * (v - from + 0.02) / (to - from + 0.04) }
  END {
    for (c = 1; c <= 3; ++c) {
      line(x(c, 0), 40, x(c, 0), 270); line(x(c, 0), 270, x(c, 0) + 200, 270); middle(x(c, 0) + 100, 306, costs[c])
      middle(x(c, 0), 287, 0); middle(x(c, most[c]), 287, most[c])
      for (v = int(from * 10 + 1) / 10; v < to; v += 0.1) { line(x(c, 0), y(v), x(c, 0) + 200, y(v), pale); if (c == 1) text(54, y(v) + 4, sprintf("%.1f", v), "end") }
      for (k = 1; k <= m; ++k) {
        colour = name[k] ~ /^MoR/ ? purple : name[k] ~ /^recursive/ ? red : blue
        dot(x(c, cost[k, c]), y(loss[k]), 7, "#fff", colour); middle(x(c, cost[k, c]), y(loss[k]) + 3.5, k, colour, "font-size=\"10\"")
      }
    }
    text(14, 155, "nats per character", "middle", "", "transform=\"rotate(-90 14 155)\"")
    for (k = 1; k <= m; ++k) text(60 + 235 * int((k - 1) / 5), 336 + 18 * ((k - 1) % 5), k "  " name[k], "", name[k] ~ /^MoR/ ? purple : name[k] ~ /^recursive/ ? red : blue)
  }' "$work/rivals"

if [ -z "$check" ]; then
  mkdir -p docs/images
  cp "$out"/*.svg docs/images/
  exit
fi
wrong=0
for file in "$out"/*.svg; do
  cmp -s "$file" "docs/images/${file##*/}" && continue
  echo "docs/images/${file##*/} is not what docs/drawings.sh makes (run it, and look at the picture)"
  wrong=1
done
exit $wrong
