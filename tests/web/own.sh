#!/usr/bin/env bash
# A text of this computer is chosen and trained on, and what was set is remembered only when that was asked for.
#
#   tests/web/own.sh [PAGE [PICTURES]]     PAGE: default build/site/tinymor.html
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/web/browser.sh

open_screen 1280 800
open_program "$page"
for animal in zebra okapi; do for number in {1..200}; do echo "A $animal counts to $number."; done; done >"$folder/my own.txt"
click open
click open.pick
wait_for 20 xdotool search --name "^Open Files" windowfocus >/dev/null || fail "the browser asks for no files"
sleep 1
xdotool type /
sleep 1
xdotool type --delay 50 "${folder#/}/my own.txt"
sleep 1
xdotool key alt+o
sleep 2
picture "$pictures/own.png"
click train.go
wait_for 60 has_control train.pause || fail "nothing trains"
wait_for 120 shows counts || fail "what is trained on is another text"
picture "$pictures/own-training.png"

xdotool mousemove 640 400 key l
[ -z "$(told kept)" ] || fail "something is kept that nobody asked for"
click lesson.list.remember
wait_for 5 eval '[ -n "$(told kept)" ]' || fail "nothing is kept"
xdotool key Escape
click theme
wait_for 5 eval 'grep -q "theme light" <<<"$(told kept)"' || fail "the theme is not kept"
no_console_errors

xdotool key F5
sleep 8
wait_for 30 has_control open || fail "the page does not begin again"
grep -q "theme light" <<<"$(told kept)" || fail "what was kept is gone"
picture "$pictures/again.png"
xdotool mousemove 640 400 key l
click lesson.list.remember
wait_for 5 eval '[ -z "$(told kept)" ]' || fail "what was kept is not forgotten"
no_console_errors
say "passed"
