#!/usr/bin/env bash
# What a network costs two processes that train together: each runs in a network namespace of its own, as on a machine of
# its own, and the link between them is made as slow as a real one. Prints chapter 16's table. Takes root, iproute2
# and Open MPI 4 (Debian 12 has it).
#
#   docs/network.sh [STEPS]      default 20
set -euo pipefail
steps=${1:-20}
tinymor=$(cd "$(dirname "$0")/.." && pwd)/build/tinymor
work=$(mktemp -d)
as_root='OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1'

remove() {
  for i in 1 2; do ip netns del "rank$i"; done
  ip link del ranks
} 2>/dev/null
trap 'remove || true; rm -rf "$work"' EXIT

# How mpirun starts a process on "machine" 10.9.0.N: in place of ssh.
cat >"$work/start" <<END
#!/bin/sh
n=\${1##*.}; shift
exec ip netns exec rank\$n unshare -u sh -c "hostname rank\$n; $as_root \$*"
END
chmod +x "$work/start"

milliseconds() { "$tinymor" runs "$1" --json | sed -nE 's/.*"step":([0-9]+).*"seconds":([0-9.]+).*/\2 \1/p' | awk '{ printf "%.0f", 1e3 * $1 / $2 }'; }

run() { # NAME COMMAND...: trains the default model; two micro-batches per step in all.
  local out=$work/$1
  shift
  "$@" "$tinymor" train --steps "$steps" --threads 1 --set train.eval_every=1000 --out "$out" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  milliseconds "$out"
}

echo "| link | ms per step | MB sent per step | at least, ms |"
echo "|---|---|---|---|"
alone=$(run alone env)
echo "| one process, half the batch | $alone | 0 | |"
for rate in none 1gbit 100mbit 10mbit; do
  ip link add ranks type bridge
  ip link set ranks up
  for i in 1 2; do
    ip netns add "rank$i"
    ip link add "rank$i" type veth peer name eth0 netns "rank$i"
    ip link set "rank$i" master ranks up
    ip netns exec "rank$i" ip addr add "10.9.0.$i/24" dev eth0
    for device in eth0 lo; do ip netns exec "rank$i" ip link set "$device" up; done
    [ "$rate" = none ] || ip netns exec "rank$i" tc qdisc add dev eth0 root tbf rate "$rate" burst 64kb limit 20mb
  done
  took=$(run "$rate" ip netns exec rank1 unshare -u sh -c "hostname rank1; $as_root exec mpirun --bind-to none -n 2 -H 10.9.0.1,10.9.0.2 \
    --mca plm_rsh_agent $work/start --mca btl tcp,self --mca btl_tcp_if_include 10.9.0.0/24 \
    --mca oob_tcp_if_include 10.9.0.0/24 \"\$@\"" sh)
  sent=$(sed -nE 's/^per step ([0-9.]+) MB.*/\1/p' "$work/log")
  case $rate in none) least=0 ;; 1gbit) least=$(awk "BEGIN { print 8 * $sent }") ;; 100mbit) least=$(awk "BEGIN { print 80 * $sent }") ;; *) least=$(awk "BEGIN { print 800 * $sent }") ;; esac
  echo "| ${rate/none/no limit} | $took | $sent | $(printf %.0f "$least") |"
  remove
done
