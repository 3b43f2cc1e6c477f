# For scripts that try the pages in Chromium: a display without a screen, a browser that fills it, a hand at its mouse
# and keyboard, and a spy in the page that tells what the program shows. `finish` ends all of them.
# They are called with the PAGE that they try (default: build/site/tinymor.html) and a folder for PICTURES.

folder=$(mktemp -d) size= display= browser= screen= server=
log=$folder/log
page=${1:-build/site/tinymor.html} pictures=${2:-$folder}
finish() {
  [ -z "$browser" ] || { kill "$browser" && wait "$browser"; } 2>/dev/null || true
  [ -z "$screen" ] || kill "$screen" 2>/dev/null || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$folder" || { sleep 2; rm -rf "$folder"; }
}
trap finish EXIT

say() { echo "$*" >&2; }
fail() {
  say "FAILED: $*"
  [ ! -f "$log" ] || grep CONSOLE "$log" | grep -v '"SPY' | tail -n 5 >&2 || true
  [ -z "$display" ] || picture "$pictures/failed.png" || true
  exit 1
}

# open_screen WIDTH HEIGHT
open_screen() {
  size=$1,$2
  mkdir -p "$pictures"
  Xvfb -displayfd 3 -screen 0 "$1x$2x24" -nolisten tcp 3>"$folder/display" >/dev/null 2>&1 &
  screen=$!
  wait_for 10 test -s "$folder/display" || fail "no display"
  display=:$(cat "$folder/display")
  export DISPLAY=$display
}

# What tells every half second what the program shows.
cat >"$folder/spy" <<'END_OF_SPY'
<script>
let frames = 0, times = [], frame;
setInterval(() => {
  if (!window.page || !page.complete) return;
  if (!frame) {
    frame = Module._page_frame;
    Module._page_frame = () => {
      const begun = performance.now(), rest = frame();
      ++frames;
      times.push(performance.now() - begun);
      return rest;
    };
  }
  times.sort((a, b) => a - b);
  const ask = name => Module.ccall(name, 'string', [], []);
  const first = performance.getEntriesByName('first picture')[0].startTime;
  const before = performance.getEntriesByType('resource').filter(file => file.startTime < first);
  console.log('SPY ' + JSON.stringify({first: Math.round(first),
    before: before.reduce((sum, file) => sum + file.encodedBodySize, 0), bytes: Module.HEAPU8.length, frames,
    median: times[times.length >> 1], most: times[times.length * 0.99 | 0], longest: times[times.length - 1],
    kept: localStorage.getItem('tinymor') || '',
    controls: ask('page_controls'), text: ask('page_text')}));
  if (times.length > 1000) times = [];
}, 500);
</script>
END_OF_SPY

# open_with_spy PAGE [HASH]: PAGE of build/site with the spy in it; tinymor.html from the disk, others from a folder of a
# server.
open_with_spy() {
  local name=$(basename "$1")
  mkdir -p "$folder/www/some/where"
  ln -sf "$(realpath "$(dirname "$1")")"/* "$folder/www/some/where"
  rm -f "$folder/www/some/where/$name"
  sed "/^<\/body>$/{
r $folder/spy
N
}" "$1" >"$folder/www/some/where/$name"
  if [ "$name" != tinymor.html ]; then
    rm -f "$folder/server"
    python3 -u -m http.server --bind 127.0.0.1 --directory "$folder/www" 0 >"$folder/server" 2>&1 &
    server=$!
    wait_for 10 grep -qs Serving "$folder/server" || fail "no server"
    open_page "http://127.0.0.1:$(grep -oP 'port \K[0-9]+' "$folder/server")/some/where/$name${2:-}"
  else
    open_page "file://$folder/www/some/where/$name${2:-}"
  fi
}

# open_program PAGE [HASH]
open_program() {
  open_with_spy "$@"
  wait_for 60 has_control open || fail "the page does not begin"
}

# open_page ADDRESS: in a browser that knows nothing from before.
open_page() {
  local root=
  [ "$(id -u)" != 0 ] || root=--no-sandbox
  : >"$log"
  HOME=$folder chromium $root --kiosk --window-size=$size --no-first-run --disable-background-networking --disable-component-update --disable-sync \
    --disable-extensions --disable-features=Translate --user-data-dir="$folder/profile" --use-angle=swiftshader \
    --enable-unsafe-swiftshader --force-device-scale-factor=1 --window-position=0,0 --enable-logging=stderr --v=0 "$1" >"$log" 2>&1 &
  browser=$!
}

close_page() {
  kill "$browser" $server && wait "$browser" 2>/dev/null || true
  browser= server=
}

# wait_for SECONDS COMMAND...
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.3
  done
}

# What the spy told last: the value of a key, with its line ends.
told() {
  grep -o '"SPY .*", source' "$log" | tail -n 1 | sed 's/^"SPY //; s/", source$//' |
    python3 -c 'import json, sys; print(json.loads(sys.stdin.read() or "{}").get(sys.argv[1], ""))' "$1"
}
shows() { grep -q -- "$1" <<<"$(told text)"; }
has_control() { grep -q -- "^$1 " <<<"$(told controls)"; }

# click CONTROL
click() {
  wait_for 20 has_control "$1" || fail "there is no control $1"
  xdotool mousemove $(sed -n "s/^$1 //p" <<<"$(told controls)")
  sleep 0.3
  xdotool mousedown 1
  sleep 0.2
  xdotool mouseup 1
  sleep 0.8
}

no_console_errors() {
  if grep CONSOLE "$log" | grep -v '"SPY' | grep -E 'ERROR|Uncaught|error: '; then fail "the console has errors"; fi
}

# picture FILE: of the whole screen.
picture() { import -window root "$1"; }
