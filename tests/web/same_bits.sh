#!/usr/bin/env bash
# The same seed gives the same weights in a page as here with instructions that every processor has, to the bit.
#
#   tests/web/same_bits.sh [NATIVE [WASM]]      default: build/tests/web_same_bits build/web/same_bits.js
set -euo pipefail
cd "$(dirname "$0")/../.."
native=${1:-build/tests/web_same_bits} wasm=${2:-build/web/same_bits.js}
if [ ! -x "$native" ]; then
  echo "$native is not there: nothing to compare with (./run.sh test builds it)"
  exit 0
fi
here=$(TINYMOR_SIMD=baseline "$native")
there=$(node "$wasm")
echo "here $here, in a page $there"
[ "$here" = "$there" ]
