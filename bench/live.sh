#!/bin/sh
# live.sh - does a live capture lose frames that tcpdump with the same buffer does not?
#
# usage (as root): bench/live.sh MAILTAP [ROUNDS]
#
# Mail of `mailtap synth` is sent by tcpreplay over a veth pair, at several rates and as fast as it can, to
# tcpdump -w /dev/null and to mailtap in turn.  Prints a table in Markdown, for docs/LIVE.md.  In the environment:
# BENCH_SESSIONS (60000), BENCH_OCTETS (3000) of a message, BENCH_MIBS ("2 16 64"), BENCH_WORKERS ("1 2"), BENCH_RATES
# ("25 50 100 200 top 2top": thousands of frames a second; as fast as it goes; two senders at once).
set -eu
[ $# -ge 1 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2; }
[ "$(id -u)" = 0 ] || { echo "live.sh: namespaces and captures want root" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
place=bench$$
trap 'ip netns del $place 2> /dev/null || true; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
ip netns add $place
ip -n $place link add v0 mtu 9000 type veth peer name v1 mtu 9000
for v in v0 v1; do
    # Nothing else is to be on the wire.
    ip netns exec $place sysctl -qw net.ipv6.conf.$v.disable_ipv6=1 || true
    ip -n $place link set $v up
done
"$1" synth -q --seed 7 --sessions "${BENCH_SESSIONS:-60000}" --set octets="${BENCH_OCTETS:-3000}" --set days=1 -o "$dir/mail.pcap"
ip netns exec $place python3 "$here/live.py" "$1" "$dir" "${2:-3}"
