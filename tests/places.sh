#!/usr/bin/env bash
# Every command once in an ordinary place, and once as it may be elsewhere: installed where nothing can be written, in
# folders whose names have blanks and letters of several scripts, without HOME, in a locale that writes 0,5. Both must
# give the same files and numbers.   tests/places.sh build
# places.sh BUILD
set -euo pipefail
build=$(realpath "$1")
scratch=$(mktemp -d)
cleanup() {
  ! mountpoint -q "$strange/installed" 2>/dev/null || umount "$strange/installed"
  chmod -R u+w "$scratch"
  rm -rf "$scratch"
}
strange="$scratch/Ort mit Leerzeichen/Данные 数据 d'été"
trap cleanup EXIT
for place in "$scratch/plain" "$strange"; do
  mkdir -p "$place/tmp"
  cmake --install "$build" --component programs --prefix "$place/installed" >/dev/null
done
# Permissions do not hold root back.
if [ "$(id -u)" = 0 ] && mount --bind "$strange/installed" "$strange/installed" 2>/dev/null &&
  mount -o remount,ro,bind "$strange/installed"; then
  echo "installed read-only"
else
  chmod -R a-w "$strange/installed"
fi
environment=(-u HOME -u XDG_CONFIG_HOME)
if mkdir "$scratch/locales" && localedef -i de_DE -f UTF-8 "$scratch/locales/de_DE.UTF-8" 2>/dev/null; then
  environment+=(LOCPATH="$scratch/locales" LC_ALL=de_DE.UTF-8)
  [ "$(env "${environment[@]}" bash -c 'printf %.1f 0,5')" = 0,5 ]
else
  echo "no localedef (package locales): not tried in a locale that writes 0,5"
fi

# What is done in a place, with its programs in ../installed/bin. Whatever tells the time goes to /dev/null.
commands='
set -eux
bin="../installed/bin"
"$bin/tinymor" data make stories --bytes 8000 --out "ein Text 文.txt" --quiet
set -- --quiet --data "ein Text 文.txt" --set data.tokenizer=char --set model.d_model=16 --set model.d_ff=24 \
  --set model.max_seq_len=32 --set train.batch_size=4 --set train.eval_every=5 --set train.record_every=5
"$bin/tinymor" train "$@" --set train.lr=0.0015 --steps 10 --out "mein Lauf Ю"
"$bin/tinymor" train --quiet --resume --steps 12 --out "mein Lauf Ю"
"$bin/tinymor" train "$@" --steps 6 --out vanilla --set model.routing=none --set model.sharing=none --set model.n_recursions=1
"$bin/tinymor" uptrain --quiet --from vanilla --steps 3 --out uptrained --set model.sharing=cycle --set model.n_recursions=2
"$bin/tinymor" sweep "$@" --vary train.lr=0.001,0.0025 --steps 4 --out "ein Vergleich" >/dev/null
"$bin/tinymor" runs . >/dev/null
"$bin/tinymor" eval "mein Lauf Ю" --json >eval.json
"$bin/tinymor" generate "mein Lauf Ю" --prompt "Mia had" --max-tokens 20 --temperature 0.7 --top-p 0.9 --json >generate.json
"$bin/tinymor" trace "mein Lauf Ю" --text "Mia had" --logits "die Zahlen.safetensors" >trace.json
"$bin/tinymor" inspect "mein Lauf Ю" --json >inspect.json
"$bin/tinymor" compare "mein Lauf Ю" vanilla --csv "die Kurven.csv" --png "die Kurven.png" >/dev/null
"$bin/tinymor" export vanilla --to hf "für Hugging Face"
"$bin/tinymor" eval "für Hugging Face" --data "ein Text 文.txt" --json >foreign.json
"$bin/tinymor" data make digits --count 20 --out "die Ziffern"
"$bin/tinymor" images --quiet --data "die Ziffern" --steps 2 --out "ein Lauf auf Bildern"
"$bin/tinymor-viz" --panel loop --png bundled.png
"$bin/tinymor-viz" "mein Lauf Ю" --png run.png
"$bin/tinymor-viz" "mein Lauf Ю" --panel curves --csv curves.csv
cut -d, -f1,2,4,5,7- curves.csv >"die Kurven ohne Zeiten.csv"
for picture in run.png "die Kurven.png"; do [ -s "$picture" ]; done
rm curves.csv run.png "die Kurven.png"
'
try() {  # FOLDER VARIABLES...
  mkdir "$1/work"
  (cd "$1/work" && env "${@:2}" TMPDIR="$1/tmp" sh -c "$commands") >"$scratch/said" 2>&1 </dev/null || {
    echo "in $1:"
    cat "$scratch/said"
    exit 1
  }
}
try "$scratch/plain" HOME="$scratch/plain" LC_ALL=C
try "$strange" "${environment[@]}"

# Where the data is and the clock differ.
cd "$scratch"
for place in "$scratch/plain" "$strange"; do
  find "$place/work" \( -name trainer.safetensors -o -name '*.mortrace' -o -name '.*' \) -delete
  find "$place/work" \( -name '*.jsonl' -o -name '*.toml' -o -name '*.json' \) -exec sed -i -E \
    -e 's/"(seconds|tokens_per_second)":[^,}]*//g' -e '/^source = /d' {} +
done
diff -r "$scratch/plain/work" "$strange/work"
[ -z "$(ls -A "$strange/tmp")" ] || { echo "left in TMPDIR: $(ls -A "$strange/tmp")"; exit 1; }
echo "the same in both places: $(find "$strange/work" -type f | wc -l) files"
