#!/usr/bin/env bash
# Every command that writes, with a disk that becomes full at its first change of a file, at its second, and so on until
# it needs no more: each ends with status 1 and one line that says so, leaves no temporary file, and what was there is
# there. A training then goes on to the same bits as one that always had room. The suite tries every 17th change; after a
# change of what is written:  tests/trainer/full_disk.sh build/tinymor build/tests/libfull_disk.so 1
# full_disk.sh TINYMOR LIBRARY [EVERY [TINYMOR_VIZ]]
set -euo pipefail
. "$(dirname "$0")/../support/bits.sh"
tinymor=$(realpath "$1") library=$(realpath "$2") every=${3:-1} viz=${4:+$(realpath "$4")}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
failures=0
wrong() {
  echo "$what, full at change $at: $*; it said: $(cat said)"
  failures=$((failures + 1))
}

"$tinymor" data make stories --bytes 8000 --out text.txt --quiet >/dev/null
train=("$tinymor" train --quiet --steps 12 --out run "${model[@]}")
vanilla=(--set model.routing=none --set model.sharing=none --set model.n_recursions=1)

# full COMMAND...: false when the disk was never full. Whether it may end well anyway is in $may_do.
full() {
  local status=0
  rm -f full
  LD_PRELOAD=$library TINYMOR_FULL_AT=$at TINYMOR_FULL_SAID=$PWD/full "$@" >/dev/null 2>said || status=$?
  if [ ! -f full ]; then
    [ $status = 0 ] || wrong "status $status with room enough"
    return 1
  fi
  tried=$((tried + 1))
  [ $status = 1 ] || wrong "status $status, not 1"
  [ "$(grep -c . said)" = 1 ] || wrong "not one line"
  grep -q 'error: .*No space left on device' said || wrong "it does not say that no space is left"
  [ -z "$(find . -name '.*.tmp')" ] || wrong "left $(find . -name '.*.tmp')"
}

# each WHAT CHECK COMMAND...: the command in a fresh copy of the folder `before`.
each() {
  local check=$2
  what=$1 tried=0
  shift 2
  for ((at = 1; ; at += every)); do
    rm -rf now
    cp -a before now
    pushd now >/dev/null
    full "$@" || { popd >/dev/null; break; }
    "$check"
    popd >/dev/null
  done
  echo "$what: full at $tried changes"
  [ $tried -gt 0 ] || wrong "it never changed a file"
}

same() {  # all that was there
  local file
  for file in $(cd ../before && find . -type f); do
    cmp -s "../before/$file" "$file" || wrong "$file is not as it was"
  done
}
images() {
  if [ -f new/trainer.safetensors ]; then
    "$tinymor" images --quiet --resume --out new >>said 2>&1 || wrong "it does not resume"
  else
    "${images[@]}" >>said 2>&1 || wrong "it does not begin anew"
  fi
}
resumed() {
  "$tinymor" train --quiet --resume --steps 18 --out run >>said 2>&1 || wrong "it does not resume"
  bits run | diff ../longer.bits - >/dev/null || wrong "it ends with other bits"
}
goes_on() {
  if [ -f run/trainer.safetensors ]; then
    "$tinymor" train --quiet --resume --out run >>said 2>&1 || wrong "it does not resume"
  else
    "${train[@]}" >>said 2>&1 || wrong "it does not begin anew"
  fi
  bits run | diff ../whole.bits - >/dev/null || wrong "it ends with other bits"
}

at=0 what="with room" tried=0
"${train[@]}" 2>said
bits run >whole.bits
mkdir before
mv run whole
cp text.txt before
each "train" goes_on "${train[@]}"

cp -a whole before/run
"$tinymor" train --quiet --steps 2 --out before/vanilla "${model[@]}" "${vanilla[@]}"
"$tinymor" data make digits --count 10 --out before/digits >/dev/null
images=("$tinymor" images --quiet --data digits --steps 2 --out new)
for key in model.{d_model=8,n_heads=2,n_kv_heads=2,d_ff=8} train.batch_size=2; do images+=(--set "$key"); done
each "images" images "${images[@]}"
cp -a before longer
"$tinymor" train --quiet --resume --steps 18 --out longer/run
bits longer/run >longer.bits
each "train --resume" resumed "$tinymor" train --quiet --resume --steps 18 --out run
each "uptrain" same "$tinymor" uptrain --quiet --steps 3 --from vanilla --out new \
  --set model.sharing=cycle --set model.n_recursions=2
each "export" same "$tinymor" export vanilla --to hf new
each "compare --csv" same "$tinymor" compare run vanilla --csv table.csv
each "trace" same "$tinymor" trace run --text "Mia had" --logits a.safetensors --grads b.safetensors
each "data make" same "$tinymor" data make stories --bytes 8000 --out new.txt
each "data make digits" same "$tinymor" data make digits --count 2 --out new
each "tokenizer train" same "$tinymor" tokenizer train --kind char --data text.txt --out new
each "sweep" same "$tinymor" sweep --quiet --vary train.lr=0.001,0.002 --steps 2 --out new "${model[@]}"
if [ -n "$viz" ]; then
  for kind in png svg csv; do each "tinymor-viz --$kind" same "$viz" run --panel curves --$kind "new.$kind"; done
  each "compare --png" same "$tinymor" compare run vanilla --png table.png
fi
[ $failures = 0 ]
