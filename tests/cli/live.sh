#!/bin/sh
# live.sh - live capture of real mail: says the same as reading a recording of it, and what became of
# it when things went wrong.
#
# It wants root, namespaces, and postfix, swaks, tcpdump, iproute2, python3; without them it says so.
# LIVE_CLOCK=1: the clock of the whole machine is stepped, too; LIVE_CASES: only these (tests/live/live.py).
mailtap=$1
here=$(cd "$(dirname "$0")/.." && pwd)
skip() {
    echo "live.sh: skipped: $1"
    exit 0
}
[ "$(id -u)" = 0 ] || skip "this is not root"
export PATH="$PATH:/usr/sbin:/sbin"
for program in postfix swaks tcpdump ip python3 openssl; do
    command -v $program > /dev/null || skip "there is no $program"
done
perl -MNet::SSLeay -e 1 2> /dev/null || skip "swaks has no TLS (libnet-ssleay-perl)"
# A place to try in: namespaces, a veth pair, a tap device, and capturing there.
place=live$$
trap 'ip netns del $place 2> /dev/null' EXIT
if ! { ip netns add $place && ip -n $place link add v0 type veth peer name v1 &&
    ip -n $place link add v7 type vxlan id 7 dev v0 dstport 4789 &&
    ip -n $place tuntap add dev t0 mode tap &&
    ip -n $place link set v0 up && ip netns exec $place tcpdump -i v0 -d; } > /dev/null 2>&1; then
    skip "no namespaces, or no veth, vxlan and tap devices in them"
fi
ip netns del $place
dir=$(mktemp -d)
chmod 755 "$dir" # Postfix is somebody else
mkdir "$dir/disk"
# What is mounted is never left behind, whatever became of live.py.
trap 'umount "$dir/disk" 2> /dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
case $mailtap in
*sanitized*) cases=${LIVE_CASES:-equal,signals} ;;
*) cases=${LIVE_CASES:-all} ;;
esac
python3 "$here/live/live.py" "$mailtap" "$dir" "$cases"
