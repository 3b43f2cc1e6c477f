#!/usr/bin/env bash
# teaching.sh TINYMOR_VIZ: what the teacher's pages of docs/teaching say is what the window shows in their scenes, on the
# bundled run, what the book says, or what can be worked out. Every picture has its scene, and every scene its picture.
set -euo pipefail
viz=$1
cd "$(dirname "$0")/../../docs/teaching"
wrong=0
complain() {
  echo "$*"
  wrong=1
}
# says PAGE WORDS: however its lines are wrapped.
says() { tr '\n' ' ' <"$1" | tr -s ' ' | grep -qF -- "$2" || complain "$1 does not say: $2"; }

diff <(grep -ohP 'scenes/\K\w+(?=\.scene)' slides.md handout.md | sort -u) <(cd scenes && ls | sed 's/\.scene//') ||
  complain "pictures and scenes differ"
diff <(grep -ohP 'pictures/\K\w+' slides.md) <(grep -ohP '\]\(scenes/\K\w+' slides.md) || complain "a picture has another one's scene"

# What the window says in a scene, by a pattern, and what its slide makes of it.
while IFS='|' read -r scene panel shown said; do
  if [ "$scene" != "${drawn:-}" ]; then
    text=$("$viz" --scene "scenes/$scene.scene" --panel "$panel" --text) || complain "$scene.scene cannot be shown"
    drawn=$scene
  fi
  numbers=$(grep -oP -m 1 -- "$shown" <<<"$text" | head -n 1 || true)
  [ -n "$numbers" ] || complain "$scene.scene: the panel $panel does not say $shown"
  [ -z "$said" ] || says slides.md "${said//NUMBER/$numbers}"
done <<'END'
guess|tokens|.+|
loss|strip|loss of predicting|
learning|curves|held out at step|
block|sharing|^\d+(?= layers, 4 sets of weights)|NUMBER layers deep, and has the weights of 4
router|loop|.+|
capacity|grid|training rule|
peeking|grid|[1-9]\d*(?= causal only)|
writing|generate|.+|
cache|kv|[\d.]+ KiB(?= now)|This text: NUMBER;
cache|kv|(?<=vanilla )[\d.]+ KiB|an ordinary (*vanilla*) model of the same depth: NUMBER
deeper|lens|(?<=at most 1: mean loss )[\d.]+|One recursion for all: loss NUMBER
deeper|lens|(?<=as routed: mean loss )[\d.]+|As the router decides: NUMBER
depth|depth|by place in word|
serving|serving|^\d+(?= requests)|These NUMBER texts
serving|serving|(?<=by depth )\d+(?= calls)|take NUMBER calls of the block
serving|serving|(?<=by sequence it takes )\d+|in place of NUMBER
END

# Chapter 10's measurements.
cells() { grep -F "| $1 |" ../10-does-it-hold.md | grep '±' | tail -n 1 | awk -F' *[|] *' '{ print $3, "/", $4 }'; }
[ "$(cells 'expert choice')" = '2.12 ± 0.53 / 2.00 ± 0.15' ] || complain "chapter 10 has another depth: $(cells 'expert choice')"
[ "$(cells 'expert choice, random router')" = '1.99 ± 0.00 / 2.01 ± 0.00' ] || complain "chapter 10 has another random router"
says slides.md 'before answers: 2.12 ± 0.53. A router that draws lots: 1.99'
says slides.md 'by themselves: 2.00 ± 0.15. Drawing lots: 2.01'

# value FORMULA: to two decimals.
value() { LC_ALL=C awk "BEGIN { printf \"%.2f\", $1 }"; }
says slides.md "| 1/2 | $(value 'log(2)') |"
says slides.md "| 1/10 | $(value 'log(10)') |"
says slides.md "| 1/100 | $(value 'log(100)') |"
says slides.md "ln 1024 = $(value 'log(1024)')"
says handout.md "$(value 'log(2)') is one chance in two, $(value 'log(10)') one in ten"
says questions.md "2 ln 2 = $(value '2*0.69') (a calculator says $(value 'log(4)'))"
says questions.md "2 ln 10 = $(value '2*2.3') ($(value 'log(100)'))"
says questions.md "(e² + 1) = $(value 'exp(2)/(exp(2)+1)')"
says questions.md "the probability $(value 'exp(4)/(exp(4)+1)')"

# The scores of chapters 1 and 8, with the book's minus sign in a table.
says ../01-from-text-to-depth.md 'scores them -1.33, -0.40, 0.92, 0.30, 0.73, -0.44'
says ../01-from-text-to-depth.md 'scores those four 1.47, 0.06, 1.32, -1.45'
says ../01-from-text-to-depth.md '1, 3, 2, 3, 2, 1'
for page in handout.md questions.md; do says $page '−1.33 | −0.40 | 0.92 | 0.30 | 0.73 | −0.44'; done
says handout.md '| 1.47 | 0.06 | 1.32 | −1.45 |'
says plans.md 'Depths 1, 3, 2, 3, 2, 1'

# The plans' early and late disagreement of the rules.
differing() {
  printf 'rule difference\nstep %s\n' "$1" >"$scene"
  "$viz" --scene "$scene" --panel grid --text | grep -oP '\d+(?= (training|causal) only)' | awk '{ n += $1 } END { print n }'
}
scene=$(mktemp --suffix .scene)
trap 'rm -f "$scene"' EXIT
[ "$(differing 0)" -gt $((5 * $(differing newest))) ] || complain "the rules differ at $(differing 0) tokens early and $(differing newest) late"
exit $wrong
