#!/usr/bin/env bash
# Installs what tinymor needs, builds it and runs it. Safe to run again: what is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")"
cores=$(getconf _NPROCESSORS_ONLN)

usage() {
  cat <<'END'
Use: ./run.sh COMMAND

  demo          trains a small model on the bundled stories (about a minute), prints a sample tinted by
                recursion depth, and opens the visualizer on the run
  test          runs every test
  build         only builds: build/tinymor and build/tinymor-viz
  train ...     build/tinymor train ...      (try: ./run.sh train --help)
  viz ...       build/tinymor-viz ...
  exercise      lists the exercises of docs/exercises and says which are done; exercise NAME checks that one and says
                what is missing
  check         runs the fast tests under AddressSanitizer and UndefinedBehaviorSanitizer
  check threads the same under ThreadSanitizer

Each first installs missing system packages (asking, when run in a terminal) and builds what has changed.
END
}

note() { echo "run.sh: $*" >&2; }
fail() { note "$*"; exit 2; }

# Debian's name of each package, and the command, pkg-config module or file that shows that it is there.
needs='
g++                   command c++
cmake                 command cmake
ninja-build           command ninja
pkg-config            command pkg-config
libfmt-dev            module fmt
nlohmann-json3-dev    module nlohmann_json
libtomlplusplus-dev   module tomlplusplus
libcli11-dev          module CLI11
libprotobuf-dev       module protobuf-lite
libsentencepiece-dev  module sentencepiece
libimgui-dev          module imgui
libstb-dev            module stb
libglfw3-dev          module glfw3
libgl-dev             module gl
catch2                module catch2
fonts-dejavu-core     file /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
'

# What only the tests need: a display without a screen, and hands for its mouse.
test_needs='
xvfb                  command Xvfb
xdotool               command xdotool
'

missing() {
  while read -r package kind name; do
    case $kind in
      command) command -v "$name" ;;
      module) pkg-config --exists "$name" ;;
      file) [ -e "$name" ] ;;
    esac >/dev/null 2>&1 || echo "$package"
  done < <(sed '/^$/d' <<<"$needs")
}

install() {
  local packages sudo=
  packages=$(echo $(missing))
  [ -n "$packages" ] || { note "nothing to install"; return; }
  command -v apt-get >/dev/null || fail "missing: $packages (Debian's names; install them with your system's package manager, then run this again)"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "missing: $packages (as root: apt-get install $packages)"
    sudo=sudo
  fi
  if [ -t 0 ] && [ -t 2 ]; then
    read -rp "Install $packages with apt-get? [Y/n] " answer
    case $answer in [nN]*) fail "not installed: $packages" ;; esac
  fi
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $packages
  packages=$(echo $(missing))
  [ -z "$packages" ] || fail "still missing after installing: $packages"
}

# configure PRESET FOLDER
configure() { [ -f "$2/build.ninja" ] || CMAKE_GENERATOR=Ninja cmake --preset "$1"; }

# build PRESET FOLDER
build() {
  configure "$1" "$2"
  cmake --build "$2" -j "$cores" | tee "$2/build.log"
  ! grep -q 'no work to do' "$2/build.log" || note "nothing to build: $2 is up to date"
}

# What programs print belongs to their output; everything on the way there goes to stderr.
ready() { { install; build release build; } >&2; }

demo() {
  ready
  if [ -f runs/demo/trainer.safetensors ]; then
    note "runs/demo is there already: using it (remove the folder to train anew)"
    build/tinymor train --out runs/demo --resume
  else
    build/tinymor train --out runs/demo
  fi
  build/tinymor generate runs/demo --prompt "Once upon a time" --show depth
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && build/tinymor-viz runs/demo; then return; fi
  build/tinymor-viz runs/demo --png runs/demo/visualizer.png
  note "no window to be had here: the visualizer's picture is runs/demo/visualizer.png"
}

# In the order of the chapters, as docs/exercises/CMakeLists.txt lists them.
exercises() { sed -n '/^set(exercises/,/)/p' docs/exercises/CMakeLists.txt | grep -oE '[a-z]+_[0-9]_[a-z_]+'; }

# Builds the exercise of that name; what the build system and the compiler said is in build/exercise.log.
build_exercise() { cmake --build build -j "$cores" --target "exercise_$1" >build/exercise.log 2>&1; }

# What the compiler said: the build system's own lines help nobody here.
compiler_said() { grep -vE '^(\[[0-9]|FAILED: |ninja: |--|/\S*c\+\+ )' build/exercise.log >&2 || true; }

exercise() {
  [ -z "$(missing)" ] || install >&2
  configure release build >&2
  if [ $# = 0 ]; then
    local name state done=0 all=0
    for name in $(exercises); do
      state='not yet'
      if ! build_exercise "$name"; then
        state='does not compile yet'
      elif "build/docs/exercises/exercise_$name" >/dev/null 2>&1; then
        state=done
        done=$((done + 1))
      fi
      all=$((all + 1))
      printf '%-28s %s\n' "$name" "$state"
    done
    echo "$done of $all done"
    return
  fi
  [ -f "docs/exercises/solutions/$1.cpp" ] || fail "there is no exercise $1 (use one of $(echo $(exercises)))"
  if ! build_exercise "$1"; then
    compiler_said
    note "docs/exercises/$1.cpp does not compile yet"
    return 1
  fi
  compiler_said
  local status=0
  "build/docs/exercises/exercise_$1" || status=$?
  [ "$status" -lt 128 ] || note "it crashed: a place outside an array, or a recursion too deep?"
  return "$status"
}

case ${1:-} in
  '') usage ;;
  demo) demo ;;
  test)
    needs+=$test_needs
    ready
    ctest --test-dir build --output-on-failure -j "$cores"
    ;;
  build) ready ;;
  train)
    ready
    exec build/tinymor "$@"
    ;;
  viz)
    ready
    exec build/tinymor-viz "${@:2}"
    ;;
  exercise) exercise "${@:2}" ;;
  check)
    needs+=$test_needs
    install
    case ${2:-} in
      '') preset=sanitize ;;
      threads) preset=threads ;;
      *) fail "check: $2 is no kind of check (leave it out, or: threads)" ;;
    esac
    build $preset build-$preset
    ctest --test-dir build-$preset --output-on-failure -j "$cores" -E ': ?slow'
    ;;
  *)
    usage >&2
    fail "unknown command: $1"
    ;;
esac
