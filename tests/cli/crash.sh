#!/bin/sh
# crash.sh - a run that dies loses nothing: killed at any moment, short of disk, with others about.
#
# CRASH_ROUNDS is how often a run is killed (60; 15 of a sanitized build), CRASH_SEED when and which;
# MAILTAP_CAPTURES as in order.sh.  crash.py needs python3.
mailtap=$1
here=$(dirname "$0")
lab=${MAILTAP_CAPTURES:-$here/../../../shared/captures}/lab
[ -d "$lab" ] || lab=$here/../captures
if ! command -v python3 > /dev/null; then
    echo "crash.sh: skipped: there is no python3"
    exit 0
fi
case $mailtap in
*sanitized*) rounds=15 ;;
*) rounds=60 ;;
esac
dir=$(mktemp -d)
mkdir "$dir/disk"
# What is mounted is never left behind, whatever became of crash.py.
trap 'umount "$dir/disk" 2> /dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
python3 "$here/crash.py" "$mailtap" "$lab" "$here/../captures/demo.pcap" "$dir" \
    "${CRASH_ROUNDS:-$rounds}" "${CRASH_SEED:-$$}"
