#!/usr/bin/env bash
# The page opens from a disk, draws, plays a lesson, trains, and writes a text.
#
#   tests/web/page.sh [PAGE [SECONDS [PICTURES]]]     PAGE: default build/site/tinymor.html; trains for SECONDS (60)
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/web/browser.sh
seconds=${2:-60} pictures=${3:-$folder}

bytes=$(stat -c %s "$page")
say "$page: $bytes bytes"
[ "$bytes" -lt ${MOST:-6000000} ] || fail "$page has more than 6 MB"

open_screen 1280 800
open_program "$page"
say "first picture after $(told first) ms and $(told before) bytes from a server"
[ "$(told before)" -lt 2000000 ] || fail "the first picture needs more than 2 MB"
sleep 2
picture "$pictures/first.png"
colors=$(identify -format %k "$pictures/first.png")
[ "$colors" -gt 100 ] || fail "the picture has $colors colours only"

# The first lesson, up to the end of its first card.
xdotool mousemove 640 400 key l
click lesson.choose.0
click loop.next
click loop.next
picture "$pictures/lesson.png"
xdotool key Escape Escape
# Once it has done what it does in the background, an idle page draws nothing.
rests() {
  before=$(told frames)
  sleep 5
  [ "$before" = "$(told frames)" ]
}
wait_for 60 rests || fail "an idle page draws: it never rests"

# A new run, on the bundled stories.
click open
click train.go
wait_for 60 has_control train.pause || fail "nothing trains"
sleep 20
before=$(told bytes)
begun=$SECONDS
while [ $((SECONDS - begun)) -lt "$seconds" ]; do sleep 5; done
say "memory after $seconds s of training: $(told bytes) bytes; a frame with its work: $(told median) ms, 99 in 100 at most $(told most), the longest $(told longest)"
[ "$before" = "$(told bytes)" ] || fail "memory grew from $before bytes to $(told bytes)"
picture "$pictures/training.png"
told text >"$pictures/training.txt"

no_console_errors
say "passed"
