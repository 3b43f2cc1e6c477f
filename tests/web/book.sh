#!/usr/bin/env bash
# A page of the book: tokens are dragged into the top-k and the library checks them, and a figure runs in its place.
#
#   tests/web/book.sh [PAGE [PICTURES]]     PAGE: default build/site/07-routers.html
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/web/browser.sh
[ $# -gt 0 ] || page=build/site/07-routers.html

cat >"$folder/spy" <<'END_OF_SPY'
<script>
const question = document.querySelector('[data-question=take-four]'), figure = document.querySelector('figure[data-scene]');
setInterval(() => {
  const seen = location.hash === '#figure' ? figure : question;
  seen.scrollIntoView({block: 'center'});
  const places = {check: 'form button:not([type])', taken: '[aria-label=Taken]', run: '.do button'};
  for (const button of question.querySelectorAll('.choice button'))
    places['token.' + button.textContent.split(':')[0]] = button;
  let controls = '';
  for (const [name, place] of Object.entries(places)) {
    const box = (typeof place === 'string' ? seen.querySelector(place) : place)?.getBoundingClientRect();
    if (box) controls += `${name} ${Math.round(box.x + box.width / 2)} ${Math.round(box.y + box.height / 2)}\n`;
  }
  const app = figure.querySelector('iframe')?.contentWindow;
  console.log('SPY ' + JSON.stringify({controls, text: question.querySelector('output').textContent,
    judge: globalThis.tinymorCheck ? 'here' : '', figure: app?.page?.complete ? app.Module.ccall('page_text', 'string', [], []) : ''}));
}, 500);
</script>
END_OF_SPY

# drag CONTROL TO
drag() {
  local to=$(sed -n "s/^$2 //p" <<<"$(told controls)")
  xdotool mousemove $(sed -n "s/^$1 //p" <<<"$(told controls)") mousedown 1
  sleep 0.2
  xdotool mousemove --sync $to
  sleep 0.2
  xdotool mouseup 1
  sleep 1
}

open_screen 1280 800
open_with_spy "$page"
wait_for 30 has_control token.7 || fail "there are no tokens to take"
for token in 0 2 3; do drag token.$token taken; done
click check
wait_for 30 shows "Not yet" || fail "three of four tokens are taken for right"
[ "$(told judge)" = here ] || fail "the library does not check the answer"
picture "$pictures/question.png"
click token.4
click check
wait_for 5 shows "Right" || fail "the four tokens are not taken for right"
close_page

open_with_spy "$page" '#figure'
click run
wait_for 60 eval '[ -n "$(told figure)" ]' || fail "the figure does not run"
sleep 2
picture "$pictures/figure.png"
no_console_errors
say "passed"
