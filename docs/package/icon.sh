#!/usr/bin/env bash
# icon.sh OUT.svg: the icon: five tokens, each a column of as many dots as the recursions that it takes, in the colours that
# depths have everywhere (trainer/depth_tints.h).
set -euo pipefail
tints=($(sed -n '/depth_tints\[\] = {/,/};/p' "$(dirname "$0")/../../trainer/depth_tints.h" |
  grep -oE '\{0x[0-9A-F]{2}, 0x[0-9A-F]{2}, 0x[0-9A-F]{2}' | sed 's/[{, ]//g; s/0x//g'))
{
  echo '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128">'
  echo '<rect x="4" y="4" width="120" height="120" rx="26" fill="#f4f3ee"/>'
  x=24
  for depth in 1 3 2 4 1; do
    for ((dot = 1; dot <= depth; ++dot)); do
      echo "<circle cx=\"$x\" cy=\"$((124 - 24 * dot))\" r=\"9\" fill=\"#${tints[depth]}\"/>"
    done
    x=$((x + 20))
  done
  echo '</svg>'
} >"$1"
