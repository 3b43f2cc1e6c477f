#!/usr/bin/env bash
# commands.sh TINYMOR TINYMOR_VIZ: every command that README.md or a chapter quotes, in a block of code or between `, is
# there, and so is every option that it is given.
set -euo pipefail
tinymor=$1 viz=$2
cd "$(dirname "$0")/../.."
wrong=0 quoted=0
declare -A help  # of each command, as it is quoted without its options

complain() {
  echo "$where: $line: $1"
  wrong=1
}

while IFS= read -r match; do
  where=${match%%:*} line=${match#*:}
  read -ra words <<<"${line#build/}"
  command=("$tinymor")
  case ${words[0]} in
    tinymor-viz) command=("$viz") ;;
    ./run.sh) command=(./run.sh) ;;
    *)
      # The subcommand, and that of bench, data or tokenizer.
      [[ ${words[1]:-} =~ ^[a-z]+$ ]] && command+=("${words[1]}")
      [[ ${words[1]:-} =~ ^(bench|data|tokenizer)$ && ${words[2]:-} =~ ^[a-z]+$ ]] && command+=("${words[2]}")
      ;;
  esac
  quoted=$((quoted + 1))
  name=${command[*]}
  if [ "${command[0]}" = ./run.sh ]; then
    grep -qE "^  ${words[1]:-demo} " <<<"${help[$name]:=$(./run.sh || true)}" || complain "run.sh has no such command"
    continue
  fi
  [ -n "${help[$name]:-}" ] || help[$name]=$("${command[@]}" --help 2>&1) || true
  grep -q "^Usage: .*${command[*]:1}" <<<"${help[$name]}" || complain "there is no such command"
  for word in "${words[@]}"; do
    option=${word%%=*} option=${option%[,;.:)]}
    [[ $option == --?* ]] || continue
    grep -qE -- "(^|[ ,])$option([ ,]|\$)" <<<"${help[$name]}" || complain "it has no $option"
  done
done < <(grep -noP '(^(\$ )?(?=build/|\./run)|`)\K((build/)?tinymor(-viz)?\b|\./run\.sh )[^`#|>]*' \
  README.md docs/*.md docs/exercises/README.md docs/teaching/*.md | sed -E 's/:([0-9]+):/ line \1:/')
echo "$quoted commands"
[ "$quoted" -gt 30 ] || wrong=1
exit $wrong
