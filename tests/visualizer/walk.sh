#!/usr/bin/env bash
# Follows docs/12-teaching-with-it.md in the real window, on a display without a screen, and photographs every step:
#   tests/visualizer/walk.sh BUILD OUT [WIDTHxHEIGHT [ZOOM]]
# The scenes and the lesson are read from the chapter, and the lessons are played card by card with their own buttons.
# Exit status 1 where the window ended, or where a picture is not what the step should change. Needs Xvfb, xdotool and
# ImageMagick; look at the pictures afterwards.
set -euo pipefail
build=$(realpath "${1:?name the build folder}") out=${2:?name a folder for the pictures} size=${3:-1280x800} zoom=${4:-100}
mkdir -p "$out"
out=$(realpath "$out")
chapter=$(realpath "$(dirname "$0")/../../docs/12-teaching-with-it.md") lessons=$build/share/tinymor/lessons
scratch=$(mktemp -d)
cd "$scratch"
Xvfb -displayfd 3 -screen 0 "${size}x24" 3>display >/dev/null 2>&1 &
server=$!
window=
trap 'kill $window $server 2>/dev/null || true; rm -rf "$scratch"' EXIT
until [ -s display ]; do sleep 0.1; done
export DISPLAY=:$(cat display) XDG_CONFIG_HOME=$scratch/config WAYLAND_DISPLAY=
failed=0 shot=0 before=

say() { printf '%3d  %s\n' "$shot" "$*"; }
fail() { echo "FAILED: $*" && failed=1; }
# scene LINE...: a scene with these lines, in the size that is walked through
scene() { { echo "zoom $(awk "BEGIN { print $zoom / 100 }")"; printf '%s\n' "$@"; } >"$scratch/walk.scene"; }
# code LINE: the block of code in the chapter that has this line
code() {
  awk -v line="$1" '/^```/ { if (inside && found) printf "%s", block; inside = !inside; block = ""; found = 0; next }
    inside { block = block $0 "\n"; if ($0 == line) found = 1 }' "$chapter"
}
open_window() {
  close_window
  "$build/tinymor-viz" --size "$size" "$@" &
  window=$!
  xdotool search --sync --onlyvisible --pid $window >/dev/null
  before=$(import -window root rgb:- | cksum)
}
close_window() {
  [ -z "$window" ] && return
  kill $window 2>/dev/null && wait $window 2>/dev/null || true
  window=
}
# photo WORDS: a picture, which the step before must have changed, once it rests or after a while
photo() {
  shot=$((shot + 1))
  local file=$out/$(printf '%03d' $shot)-$(echo "$*" | tr -cs 'A-Za-z0-9' - | cut -c1-60).png last= now=
  for ((i = 0; i < 20; ++i)); do
    import -window root "$file"
    now=$(convert "$file" rgb:- | cksum)
    [ "$now" != "$before" ] && [ "$now" = "$last" ] && break
    last=$now
    sleep 0.6
  done
  kill -0 "$window" || fail "$*: the window has ended"
  [ "$now" != "$before" ] || fail "$*: nothing has changed"
  before=$now
  say "$*"
}
press() { xdotool key --delay 60 "$@" && sleep 0.3; }
# click WORDS: the button or text of that name in the window as walk.scene makes it
click() {
  "$build/tinymor-viz" walk.scene --size "$size" --svg place.svg
  local place
  place=$(grep -o "<text [^>]*>$1<" place.svg | head -1 | sed -n 's/.* x="\([0-9.]*\)" y="\([0-9.]*\)".*/\1 \2/p')
  [ -n "$place" ] || { fail "$1: there is no such text"; return 0; }
  xdotool mousemove $(echo "$place" | awk '{ print int($1 + 4), int($2 - 4) }') sleep 0.4 mousedown 1 sleep 0.4 mouseup 1 sleep 0.4
  xdotool mousemove 1 1
}

echo "Before the lesson"
scene
open_window walk.scene
photo the window as it opens
press ctrl+plus ctrl+plus ctrl+plus ctrl+plus
photo larger for a projector
press ctrl+0
photo 100 percent
press l
photo L the list of lessons
press Escape
photo Escape closes it
press o
photo O Open then Train or Race

echo "The lessons"
for file in "$lessons"/*.lesson; do
  name=$(basename "$file" .lesson) cards=$(grep -c '^card$' "$file")
  scene "lesson $name"
  open_window walk.scene
  for ((card = 1; card <= cards; ++card)); do
    photo "$name card $card"
    if awk -v n="$card" '/^card$/ { ++at } at == n && /^task/ { found = 1 } END { exit !found }' "$file"; then
      scene "lesson $name" "lesson.step $card"
      click 'Show me'
      photo "$name card $card Show me"
    fi
    [ "$card" = "$cards" ] || press space
  done
done
scene "lesson 00-loop" "lesson.step 4"
open_window walk.scene
photo 00-loop its last card
click 'Next lesson'
photo Next lesson
press space
photo Space
press BackSpace
photo BackSpace
scene "lesson 01-tokens"
click Fold
photo Fold
press Escape
photo Esc leaves

echo "Preparing a lecture"
{ code 'lesson 06-peeking'; echo "open $build/share/tinymor/first-runs"; } >tuesday.scene
open_window tuesday.scene
photo tuesday.scene
code 'at 4' >timed.scene
open_window timed.scene
photo the timed scene
sleep 2
photo the timed scene after 4 seconds
sleep 3
photo the timed scene after 8 seconds
scene 'hide open zoom.out'
open_window walk.scene
photo hide open zoom.out
press v
press r
press Next
press v
photo V writes down what is done
close_window
open_window exports/session-1.scene
sleep 4
photo what was written down is done again

echo "Your own lesson"
code 'title Commas are cheap' >own.lesson
open_window own.lesson
photo own.lesson
press space
photo own.lesson card 2
sed 's/pinned.depth/pined.depth/' own.lesson >bad.lesson
close_window
if "$build/tinymor-viz" bad.lesson --text 2>said >/dev/null; then fail "a lesson with a mistake was taken"; fi
say "a lesson with a mistake: $(cat said)"

echo "Serving a class"
"$build/tinymor" serve "$build/share/tinymor/first-runs/mor" --port 8731 --record class.mortrace >/dev/null 2>&1 &
serving=$!
trap 'kill $window $serving $server 2>/dev/null || true; rm -rf "$scratch"' EXIT
until [ -s class.mortrace ]; do sleep 0.2; done
for depth in 1 2 3; do
  curl -sN http://127.0.0.1:8731/v1/completions -d "{\"prompt\": \"The dog\", \"max_tokens\": 30, \"max_depth\": $depth}" >/dev/null &
done
sleep 2
open_window class.mortrace
photo class.mortrace
close_window
kill $serving
exit $failed
