#!/usr/bin/env bash
# Installs what tinymor needs, builds it and runs it. Safe to run again: it leaves alone what is already there.
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
  package       makes a Debian package of the programs, the library, the book and the bundled runs, for the Debian that
                it is made on
  web           makes build/site for a browser: index.html, the book with figures that run, and tinymor.html, the whole
                program in one file
  web-test      tries the program in Chromium
  exercise      lists the exercises of docs/exercises and says which are done; exercise NAME checks one of them
                and says what is missing; exercise build trains a tiny MoR model with yours [TEXT [STEPS]]
  slides        makes the slides, handout and question sheet of docs/teaching as pages in build/teaching
  check         runs the fast tests under AddressSanitizer and UndefinedBehaviorSanitizer
  check threads the same under ThreadSanitizer
  fuzz [NAME|all [SECONDS]]
                looks for bytes that a reader of files or requests cannot bear (libFuzzer with both sanitizers): in the
                reader NAME, or in all of them (./run.sh fuzz names them), SECONDS each (60)

Each command first installs missing system packages (in a terminal it asks before) and builds what has changed, but only
what it runs: test and check build the tests, exercise builds the exercises.
END
}

note() { echo "run.sh: $*" >&2; }
fail() { note "$*"; exit 1; }
refuse() { note "$*"; exit 2; }
# What is printed after Ctrl-C from now on.
interrupted() { trap "note 'stopped: $*'; exit 130" INT; }
interrupted run the same command again to go on from here

# Where ccache is installed, what was compiled before, in this copy of the project or another one, is not compiled again.
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
fi

# The name of each package in Debian, and the command, pkg-config module or file that shows that it is installed.
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
libcpp-httplib-dev    module cpp-httplib
zlib1g-dev            module zlib
libimgui-dev          module imgui
libstb-dev            module stb
libglfw3-dev          module glfw3
libgl-dev             module gl
catch2                module catch2
fonts-dejavu-core     file /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
'

# What only the tests need: several processes that train together, a display without a screen, and a program that moves
# its mouse.
test_needs='
libopenmpi-dev        module ompi-cxx
openmpi-bin           command mpirun
xvfb                  command Xvfb
xdotool               command xdotool
'

# What only the package needs: the packages of the libraries that the programs call are looked up.
package_needs='
dpkg-dev              command dpkg-shlibdeps
file                  command file
'

# What only the pages for a browser need: their compiler, and what fetches, unpacks and prepares what goes into them.
web_needs='
emscripten            command em++
pandoc                command pandoc
dpkg-dev              command dpkg-source
fonttools             command pyftsubset
'

# What only their test needs: a browser, a display without a screen, a hand at mouse and keyboard, and pictures.
web_test_needs='
chromium              command chromium
xvfb                  command Xvfb
xdotool               command xdotool
imagemagick           command import
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

# writable FOLDER: makes the folder and checks that files can be written in it.
writable() {
  local said
  said=$({ mkdir -p "$1" && echo >"$1/.written" && rm "$1/.written"; } 2>&1) ||
    fail "cannot write in $PWD/$1: ${said##*: } (copy the project to a folder of your own that has room)"
}

# Why apt-get failed, from what it printed.
apt_failure() {
  case $(cat "$log") in
    *"No space left"* | *"enough free space"*) echo "no space left for the packages (make room, then run this again)" ;;
    *"404  Not Found"*)
      echo "the package server does not have $(sed -n 's/^E: Failed to fetch \(\S*\).*/\1/p' "$log" | head -n 1) (run apt-get update, or this again later)" ;;
    *"not resolve"* | *"failure resolving"* | *"not connect"* | *"unreachable"* | *"Failed to fetch"* | *"timed out"*)
      echo "no network: the packages cannot be fetched (connect, then run this again)" ;;
    *"Unable to locate package"*)
      echo "this system's package sources have no $(sed -n 's/^E: Unable to locate package //p' "$log" | paste -sd ' ')" ;;
    *"not get lock"*) echo "another program is installing packages (wait for it, then run this again)" ;;
    *) echo "apt-get failed: $(grep -v '^$' "$log" | tail -n 1)" ;;
  esac
}

install() {
  local packages sudo= log=build/packages.log
  packages=$(echo $(missing))
  [ -n "$packages" ] || { note "nothing to install"; return; }
  command -v apt-get >/dev/null || fail "missing: $packages (Debian's names; install them with your system's package manager, then run this again)"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "missing: $packages, and there is no sudo (as root: apt-get install $packages)"
    sudo=sudo
  fi
  if [ -t 0 ] && [ -t 2 ]; then
    read -rp "Install $packages with apt-get? [Y/n] " answer
    case $answer in [nN]*) refuse "not installed: $packages" ;; esac
  fi
  writable build
  note "installing $packages: a few minutes, depending on the network (what apt-get says is in $log)"
  # Where the lists cannot be renewed, those that are there may do.
  $sudo env LC_ALL=C apt-get update -qq >"$log" 2>&1 || true
  $sudo env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends \
    $packages >>"$log" 2>&1 || fail "$(apt_failure); all that apt-get said is in $log"
  packages=$(echo $(missing))
  [ -z "$packages" ] || fail "still missing after installing: $packages (the output of apt-get is in $log)"
}

# configure PRESET FOLDER
configure() {
  local version log=$2/configure.log
  writable "$2"
  version=$(cmake --version | sed -n 's/^cmake version //p')
  [ "$(printf '%s\n' 3.25 "$version" | sort -V | head -n 1)" = 3.25 ] ||
    fail "cmake $version is too old, 3.25 or newer is needed (install one from https://cmake.org/download)"
  [ ! -f "$2/CMakeCache.txt" ] || [ "$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$2/CMakeCache.txt")" -ef . ] ||
    fail "$2 was made for this project in another folder (remove $2, then run this again)"
  [ ! -f "$2/build.ninja" ] || return 0
  CMAKE_GENERATOR=Ninja ${emcmake:-} cmake --preset "$1" >"$log" 2>&1 ||
    fail "cmake could not prepare the build: $(grep -m 1 -A 3 'CMake Error' "$log" | sed '1d; /^$/d; s/^ *//' | paste -sd ' ') (its whole output is in $log)"
}

# The output of a build: on a terminal progress takes one line, which is overwritten; everything else is kept.
progress() {
  local line width=40 bar=########################################
  [ -t 2 ] && [ "${TERM:-dumb}" != dumb ] || { cat; return; }
  while IFS= read -r line; do
    case $line in
      'ninja: no work'*) ;;
      \[*)
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
        printf '\r\033[K[%-*s] %s of %s' $width "${bar:0:width * BASH_REMATCH[1] / BASH_REMATCH[2]}" "${BASH_REMATCH[@]:1}"
        ;;
      *) printf '\r\033[K%s\n' "$line" ;;
    esac
  done
  printf '\r\033[K'
}

# build PRESET FOLDER SECONDS TARGET...: one core of a laptop takes about SECONDS for all of the targets.
build() {
  local preset=$1 folder=$2 seconds=$3 log=$2/build.log
  configure "$preset" "$folder"
  if [ ! -f "$folder/.ninja_log" ]; then
    note "${part:-}building, about $((seconds / cores / 60 + 1)) min on $cores cores"
  elif [ -n "${part:-}" ]; then
    note "${part}building what has changed"
  fi
  if ! cmake --build "$folder" -j "$cores" --target "${@:4}" 2>&1 | tee "$log" | progress; then
    [ "$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')" -ge 50 ] || fail "no space left in $PWD/$folder (make room, then run this again)"
    fail "building failed; its whole output is in $log"
  fi
  ! grep -q 'no work to do' "$log" || note "nothing to build: $folder is up to date"
}

# Only the programs themselves print to stdout; everything before that goes to stderr.
programs() { build release build 1200 all >&2; }
ready() {
  install >&2
  programs
}

demo() {
  note "part 1 of 4: packages"
  install >&2
  part='part 2 of 4: ' programs
  local resume=
  if [ -f runs/demo/trainer.safetensors ]; then
    resume=--resume
    note "part 3 of 4: runs/demo is there already: training the steps that are left (remove the folder to start again)"
  else
    note "part 3 of 4: training a small model on the bundled stories: about a minute (Ctrl-C stops it and keeps what it has learned)"
  fi
  interrupted "./run.sh demo goes on with the training; build/tinymor-viz runs/demo shows what it has learned so far"
  build/tinymor train --out runs/demo $resume
  interrupted the model is trained, ./run.sh demo shows it again
  note "part 4 of 4: a story by that model, tinted by recursion depth, and the visualizer: seconds"
  build/tinymor generate runs/demo --prompt "Once upon a time"
  if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || ! build/tinymor-viz runs/demo; then
    build/tinymor-viz runs/demo --png runs/demo/visualizer.png
    note "no window can be opened here: the visualizer's picture is runs/demo/visualizer.png"
  fi
  cat >&2 <<'END'
run.sh: go on with one of these:
  build/tinymor generate runs/demo --prompt "The little owl" --show depth
  build/tinymor eval runs/demo
  build/tinymor-viz runs/demo
END
}

package() {
  local file
  needs+=$package_needs
  install >&2
  build release build 1200 debian_package >&2
  file=build/$(sed -n 's/^set(CPACK_DEBIAN_FILE_NAME "\(.*\)")$/\1/p' build/docs/package/cpack.cmake)
  cat <<END
$file is ready. To install it, and to remove it again:
  sudo apt install ./$file
  sudo apt purge tinymor
END
}

# The sources of the libraries that are not headers alone, from where the system gets its packages. apt is given settings
# and lists of its own: what the system has stays as it is.
web_sources() {
  local apt=$PWD/build/web/apt log=$PWD/build/web/apt.log file package version
  writable build/web
  mkdir -p "$apt"/{parts,lists/partial,archives/partial} build/web/sources
  ! compgen -G 'build/web/sources/sentencepiece-*/src' >/dev/null || return 0
  note "fetching the sources of imgui, sentencepiece and zlib"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$file" ] || sed -n 's/^deb /deb-src /p' "$file"
  done >"$apt/sources.list"
  for file in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt/parts/${file##*/}"
  done
  local settings=(-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts="$apt/parts"
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt" -o APT::Sandbox::User=)
  # A source of packages may have no sources.
  LC_ALL=C apt-get "${settings[@]}" update >"$log" 2>&1 || true
  for package in imgui zlib sentencepiece; do
    # A mirror may list a version whose sources it does not have: then the one before it serves too.
    for version in $(apt-cache "${settings[@]}" madison $package | awk '{print $3}'); do
      rm -f build/web/sources/${package}_*
      ! (cd build/web/sources && LC_ALL=C apt-get "${settings[@]}" source --download-only "$package=$version") >>"$log" 2>&1 ||
        break
    done
    compgen -G "build/web/sources/${package}_*.dsc" >/dev/null || fail "$(apt_failure)"
    (cd build/web/sources && dpkg-source --no-check -x ${package}_*.dsc) >>"$log" 2>&1 ||
      fail "the sources of $package cannot be unpacked (dpkg-source says why in $log)"
  done
}

web() {
  needs+=$web_needs
  install >&2
  web_sources
  # Where node is not the system's own, it does not find the system's modules.
  export NODE_PATH=${NODE_PATH:-/usr/share/nodejs}
  emcmake=emcmake build web build/web 3600 pages check >&2
  emcmake=emcmake build web-threads build/web-threads 3600 tinymor-page >&2
  visualizer/web/pack.sh build/web build/web-threads build/site
  docs/site.sh >&2
}

# exercises LIST: those of one of the lists in docs/exercises/CMakeLists.txt, in its order.
exercises() { sed -n "/^set($1\$/,/)/p" docs/exercises/CMakeLists.txt | grep -oE '[a-z]+_[0-9]_[a-z_]+'; }

# Builds the exercise of that name; the output of the build system and the compiler goes to build/exercise.log.
build_exercise() { cmake --build build -j "$cores" --target "exercise_$1" >build/exercise.log 2>&1; }

# Why the exercise of that name does not compile, in one line, and below it all that the compiler said.
not_compiled() {
  local file=docs/exercises/$1.cpp log=build/exercise.log first missing
  first=$(grep -m 1 -E '(^|/)'"$file"':[0-9:]+ (fatal )?error: ' "$log" | sed -E 's/.*\.cpp:([0-9]+):[0-9:]* (fatal )?error: /line \1: /' || true)
  missing=$(grep -m 1 -oP "undefined reference to [\`']\Ktinymor::[^']+" "$log" || true)
  if [ -n "$first" ]; then
    note "$file does not compile yet. $first"
  elif [ -n "$missing" ]; then
    note "$file lacks the function that docs/exercises/exercises.h asks for: ${missing//tinymor::/} (its name and its parameters must be just these)"
  else
    note "$file could not be built"
  fi
  note "all that the compiler said:"
  compiler_said
}

# The output of the compiler, without the lines of the build system, which do not help here.
compiler_said() { grep -vE '^(\[[0-9]|FAILED: |ninja: |--|/\S*c\+\+ )' build/exercise.log >&2 || true; }

# exercise_states NAME...: prints which of them are done; fails unless all are.
exercise_states() {
  local name state mark done=0
  for name in "$@"; do
    state='not yet' mark=
    if ! build_exercise "$name"; then
      state='does not compile yet'
    elif "build/docs/exercises/exercise_$name" >/dev/null 2>&1; then
      state=done
      done=$((done + 1))
    fi
    case $name in *_[45]_*) mark=' (harder)' ;; esac
    printf '%-28s %s\n' "$name" "$state$mark"
  done
  echo "$done of $# done"
  [ $done = $# ]
}

# The pieces that are done train a tiny MoR model.
exercise_model() {
  note "the pieces of docs/exercises/tiny_mor.cpp, in the order in which to do them:"
  if ! exercise_states $(exercises pieces); then
    note "each of them is needed: ./run.sh exercise NAME says what is missing"
    return 1
  fi
  if ! build_exercise build; then
    note "the pieces do not fit together: all that the compiler said:"
    compiler_said
    return 1
  fi
  note "training for about a minute, with your pieces alone for what they do"
  build/docs/exercises/exercise_build "${@:-docs/exercises/tiny_mor.txt}"
}

exercise() {
  [ -z "$(missing)" ] || install >&2
  configure release build
  if [ $# = 0 ]; then
    exercise_states $(exercises exercises) || true
    return
  fi
  if [ "$1" = build ]; then
    exercise_model "${@:2}"
    return
  fi
  [ -f "docs/exercises/solutions/$1.cpp" ] || refuse "there is no exercise $1 (use build, or one of $(echo $(exercises exercises)))"
  if ! build_exercise "$1"; then
    not_compiled "$1"
    return 1
  fi
  compiler_said
  "build/docs/exercises/exercise_$1"
}

slides() {
  needs+='
pandoc                command pandoc
weasyprint            command weasyprint
'
  ready
  docs/teaching/make.sh
}

fuzz() {
  local name names seconds=${2:-60} version=19 folder=build-fuzz
  names=$(cd tests/readers/corpus && printf '%s\n' *)
  [ "${1:-all}" = all ] || grep -qFx -- "$1" <<<"$names" || refuse "there is no reader $1 (use all, $(echo $names))"
  [ "${1:-all}" = all ] || names=$1
  # The clang of the system's own version; Debian 12's is too old for the sources, and has a newer one beside it.
  case $(. /etc/os-release 2>/dev/null; echo "${VERSION_ID:-}") in 12) version=16 ;; 24.04) version=18 ;; esac
  needs+="
clang-$version            command clang++-$version
libclang-rt-$version-dev  file /usr/lib/llvm-$version/lib/clang/$version/lib/linux/libclang_rt.fuzzer-$(uname -m).a
"
  install
  export CXX=clang++-$version
  build fuzz $folder 1200 fuzz
  for name in $names; do
    mkdir -p "$folder/corpus/$name"
    note "$name: $seconds s (what it says is in $folder/$name.log)"
    # A single read may take no more than a GB and ten seconds. What leads further is kept for the next time.
    TMPDIR=$([ -w /dev/shm ] && echo /dev/shm || echo /tmp) $folder/tests/fuzz --reader="$name" -max_total_time="$seconds" \
      -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 -artifact_prefix="$folder/$name-" -print_final_stats=1 \
      "$folder/corpus/$name" "tests/readers/corpus/$name" >"$folder/$name.log" 2>&1 ||
      fail "$name: $(grep -m 1 -E 'what\(\)|ERROR:|runtime error' "$folder/$name.log"), by the bytes in $(grep -oE "$folder/$name-\S+" "$folder/$name.log" | head -n 1) (mend it, and add them to tests/readers/corpus/$name)"
    note "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log") inputs, nothing found"
  done
}

case ${1:-} in
  '') usage ;;
  demo) demo ;;
  test)
    needs+=$test_needs
    install >&2
    build release build 2400 all tests >&2
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
  package) package ;;
  web)
    web
    note "build/site/index.html and tinymor.html open in any browser of the last years, from a disk too"
    ;;
  web-test)
    needs+=$web_test_needs
    web
    for page in tinymor app; do
      for test in page scene own same_picture; do
        note "$test $page.html"
        tests/web/$test.sh build/site/$page.html
      done
    done
    note "a page of the book"
    tests/web/book.sh
    tests/web/same_bits.sh
    ;;
  exercise) exercise "${@:2}" ;;
  slides) slides ;;
  check)
    needs+=$test_needs
    install
    case ${2:-} in
      '') preset=sanitize ;;
      threads) preset=threads ;;
      *) refuse "check: $2 is not a kind of check (leave it out, or use threads)" ;;
    esac
    build $preset build-$preset 1200 tests
    # A test asks for more memory than there is, and expects to be told so.
    export ASAN_OPTIONS=allocator_may_return_null=1 TSAN_OPTIONS=allocator_may_return_null=1
    ctest --test-dir build-$preset --output-on-failure -j "$cores" -E ': ?slow'
    ;;
  fuzz) fuzz "${@:2}" ;;
  *)
    usage >&2
    refuse "unknown command: $1"
    ;;
esac
