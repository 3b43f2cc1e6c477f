#!/usr/bin/env bash
# What run.sh says and does on machines that lack something: a copy of it, with commands that only pretend beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
bin=$scratch/bin project=$scratch/project
failures=0

fake() {  # NAME, its lines on standard input
  rm -f "$bin/$1"  # it may be a link to the machine's own
  { echo '#!/bin/bash'; cat; } >"$bin/$1"
  chmod +x "$bin/$1"
}

# A machine that has everything, and a build that is there at once.
fresh() {
  chmod -R u+w "$project" 2>/dev/null || true
  rm -rf "$bin" "$project"
  mkdir -p "$bin" "$project"
  cp run.sh "$project"
  local name
  for name in bash env mkdir rm cat grep sed sort head tail tr awk df getconf dirname tee paste chmod touch; do
    ln -s "$(type -P "$name")" "$bin/$name"
  done
  for name in c++ ninja mpirun Xvfb xdotool; do fake "$name" <<<':'; done
  fake pkg-config <<<'[ "$2" != "${LACKING:-}" ]'
  fake id <<<'echo 0'
  fake apt-get <<<'echo "E: nothing should be installed"; exit 1'
  fake cmake <<'END'
echo "cmake $*" >>calls
case $1 in
  --version) echo "cmake version 3.25.1" ;;
  --preset) echo made >build/build.ninja ;;
  --build)
    [ ! -f build/tinymor ] || { echo "ninja: no work to do."; exit; }
    for program in tinymor tinymor-viz; do
      printf '#!/bin/bash\necho "%s $*" >>calls\n[ "$1" != train ] || { mkdir -p runs/demo; touch runs/demo/trainer.safetensors; }\n' \
        $program >build/$program
      chmod +x build/$program
    done
    ;;
esac
END
}

# run STATUS COMMAND...: what is said goes to $said; standard input is no terminal.
run() {
  local status=0 expected=$1
  shift
  (cd "$project" && env -i --default-signal=INT PATH="$bin" ${LACKING:+LACKING="$LACKING"} ./run.sh "$@") >"$scratch/said" 2>&1 </dev/null || status=$?
  said=$(cat "$scratch/said")
  [ "$status" = "$expected" ] || wrong "status $status, not $expected"
}
wrong() {
  echo "$what: $*; it said:"
  echo "$said"
  failures=$((failures + 1))
}
says() { grep -qF -- "$1" <<<"$said" || wrong "\"$1\" is missing"; }
one_line() { [ "$(wc -l <"$scratch/said")" = "${1:-1}" ] || wrong "not ${1:-one} line(s)"; }

what="a demo says its four parts, builds the programs alone, and ends with three commands that work"
fresh
run 0 demo
for part in 1 2 3 4; do says "run.sh: part $part of 4: "; done
says "min on"
says "about a minute"
grep -q -- '--target all$' "$project/calls" || wrong "more than the programs was built"
tail -n 3 "$scratch/said" >"$scratch/commands"
(cd "$project" && PATH=$bin bash -e "$scratch/commands") || wrong "its commands fail"
[ "$(tail -n 3 "$project/calls" | cut -d' ' -f1 | xargs)" = "tinymor tinymor tinymor-viz" ] || wrong "other programs ran"

what="a second demo installs nothing, builds nothing and goes on with its run"
run 0 demo
says "nothing to install"
says "nothing to build"
says "runs/demo is there already"
grep -q 'tinymor train --out runs/demo --resume' "$project/calls" || wrong "it began anew"

what="the tests are built for test alone"
fresh
fake ctest <<<':'
run 0 test
grep -q -- '--target all tests$' "$project/calls" || wrong "no tests were built"

what="a package is built alone, its place is named, and a second time nothing is new"
fresh
mkdir -p "$project/build/docs/package"
echo 'set(CPACK_DEBIAN_FILE_NAME "tinymor_9_all.deb")' >"$project/build/docs/package/cpack.cmake"
for name in dpkg-shlibdeps file; do fake $name <<<':'; done
run 0 package
grep -q -- '--target debian_package$' "$project/calls" || wrong "something else was built"
says "sudo apt install ./build/tinymor_9_all.deb"
run 0 package
says "nothing to install"
says "nothing to build"
rm "$bin/dpkg-shlibdeps" "$bin/apt-get"
run 1 package
says "missing: dpkg-dev"

what="Ctrl-C in the training says how to go on"
fresh
run 0 build
cat >"$project/build/tinymor" <<'END'
#!/bin/bash
mkdir -p runs/demo
kill -INT $PPID
END
run 130 demo
says "stopped: ./run.sh demo goes on with the training"

# What apt-get says, and what is made of it.
while IFS='|' read -r apt made; do
  what="apt-get says \"$apt\""
  fresh
  fake apt-get <<<"echo $(printf %q "$apt"); [ \$1 = update ]"
  LACKING=fmt run 1 build
  says "$made"
  says "build/packages.log"
  one_line 2
  grep -qF "$apt" "$project/build/packages.log" || wrong "the log lacks it"
done <<'END'
W: Failed to fetch http://deb.debian.org/x  Temporary failure resolving 'deb.debian.org'|no network: the packages cannot be fetched
E: Unable to locate package libfmt-dev|package sources have no libfmt-dev
E: You don't have enough free space in /var/cache/apt/archives/.|no space left for the packages
E: Could not get lock /var/lib/dpkg/lock-frontend.|another program is installing packages
E: something else|apt-get failed: E: something else
END

what="no sudo"
fresh
fake id <<<'echo 1000'
LACKING=fmt run 1 build
says "missing: libfmt-dev, and there is no sudo (as root: apt-get install libfmt-dev)"
one_line

what="no apt-get"
fresh
rm "$bin/apt-get"
LACKING=imgui run 1 build
says "missing: libimgui-dev (Debian's names"
one_line

what="an old CMake"
fresh
fake cmake <<<'echo "cmake version 3.22.1"'
run 1 build
says "cmake 3.22.1 is too old, 3.25 or newer is needed"
one_line 2

what="a build that belongs to another folder"
fresh
mkdir "$project/build"
echo "CMAKE_HOME_DIRECTORY:INTERNAL=$scratch" >"$project/build/CMakeCache.txt"
run 1 build
says "remove build"
one_line 2

what="a build that cannot be prepared"
fresh
fake cmake <<<'[ "$1" != --version ] || { echo cmake version 4.0; exit; }
printf "CMake Error at CMakeLists.txt:1 (find_package):\n  Could not find it\nand so on\nfor pages\n\n\n"; exit 1'
run 1 build
says "cmake could not prepare the build: Could not find it"
one_line 2

what="a full disk"
fresh
fake df <<<'echo head; echo "/dev/x 100 99 1 99% /"'
fake cmake <<<'[ "$1" != --version ] || { echo cmake version 4.0; exit; }
[ "$1" != --build ]'
run 1 build
says "no space left in"

if [ "$(id -u)" != 0 ] || unshare -m true 2>/dev/null; then
  what="a read-only folder"
  fresh
  if [ "$(id -u)" = 0 ]; then  # permissions do not hold root back
    status=0
    unshare -m bash -c "mount --bind '$project' '$project' && mount -o remount,ro,bind '$project' && cd '$project' &&
      exec env -i PATH='$bin' ./run.sh build" >"$scratch/said" 2>&1 </dev/null || status=$?
    said=$(cat "$scratch/said")
    [ "$status" = 1 ] || wrong "status $status"
  else
    chmod a-w "$project"
    run 1 build
  fi
  says "cannot write in"
  one_line 2
fi

# What the compiler says of an exercise, and the first line that is made of it.
while IFS='|' read -r compiler made; do
  what="the compiler says \"$compiler\" of an exercise"
  fresh
  mkdir -p "$project/docs/exercises/solutions"
  touch "$project/docs/exercises/solutions/tensors_1_strides.cpp"
  { echo '[ "$1" != --version ] || { echo cmake version 4.0; exit; }'
    echo '[ "$1" = --build ] || exit 0'
    echo "echo '[1/2] Building'; echo $(printf %q "$compiler"); echo 'ninja: build stopped'; exit 1"; } | fake cmake
  run 1 exercise tensors_1_strides
  [ "$(head -n 1 "$scratch/said")" = "run.sh: docs/exercises/tensors_1_strides.cpp $made" ] || wrong "its first line is not \"$made\""
  [ "$(tail -n +3 "$scratch/said")" = "$compiler" ] || wrong "what the compiler said is not all that is below it"
done <<'END'
../docs/exercises/tensors_1_strides.cpp:12:3: error: expected ';' before '}' token|does not compile yet. line 12: expected ';' before '}' token
/usr/bin/ld: x.cpp:9: undefined reference to `tinymor::strides_of(tinymor::Shape const&)'|lacks the function that docs/exercises/exercises.h asks for: strides_of(Shape const&) (its name and its parameters must be just these)
c++: fatal error: Killed|could not be built
END

what="wrong words"
fresh
run 2 dance
says "unknown command: dance"
run 2 check everything
says "check: everything is not a kind of check"
mkdir -p "$project/tests/readers/corpus/gzip"
run 2 fuzz gip
says "there is no reader gip (use all, gzip)"

[ "$failures" = 0 ]
