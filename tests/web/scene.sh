#!/usr/bin/env bash
# A scene in the page's address is opened, the model writes a text, a link is copied, and a panel is saved as a download.
#
#   tests/web/scene.sh [PAGE [PICTURES]]     PAGE: default build/site/tinymor.html
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/web/browser.sh

open_screen 1280 800
open_program "$page" '#scene=show%20generate%0Atheme%20light%0A'
wait_for 60 has_control gen.play || fail "the scene in the address is not opened"
click gen.play
wait_for 30 shows 'weights of step 2400 · [0-9][0-9] tokens' || fail "no text is written"
click link
xdotool mousemove 200 400 key s
wait_for 20 compgen -G "$folder/Downloads/*.svg" >/dev/null || fail "the panel is not saved"
picture "$pictures/scene.png"
no_console_errors
say "passed"
