#!/bin/sh
# instructions.sh - has a packet become dearer?  Instructions that mailtap itself runs for one, under callgrind.
#
# usage: bench/instructions.sh MAILTAP
#
# Three small captures of `mailtap synth`; what is counted are the instructions in the program's own object, divided by
# the frames: not those of libraries, which choose their functions by the processor and change with their version, nor
# of the kernel.  Libraries are told of beside it.  What the first frame of a capture costs, with the start of the
# program, is taken away.
#
# Compared with bench/instructions.txt: more by over 3 % fails; less by over 3 % asks to store the new value.  What
# another compiler made, or other flags, cannot be compared: that is said, and no failure.  In the environment:
# UPDATE=1 stores what was counted; MAILTAP_INSTRUCTIONS is another file of stored values.
set -eu
[ $# -eq 1 ] || { sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2; }
mailtap=$1
here=$(cd "$(dirname "$0")" && pwd)
stored=${MAILTAP_INSTRUCTIONS:-$here/instructions.txt}
if ! command -v valgrind > /dev/null; then
    echo "instructions.sh: skipped: there is no valgrind"
    exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
# The same addresses in each run, where that is allowed.
still=
if setarch -R true 2> /dev/null; then still="setarch -R"; fi

# count NAME FRAMES: the instructions of reading so many of NAME.pcap, by object, into NAME.count
count() {
    env -i PATH="$PATH" $still valgrind -q --tool=callgrind --callgrind-out-file="$dir/out" \
        "$mailtap" capture -q -r "$dir/$1.pcap" -c "$2" -d "$dir/$1.db" --trust-store none
    awk -f "$here/instructions.awk" "$dir/out" > "$dir/$1.count"
}

# measure NAME FRAMES SYNTH...: a line "NAME INSTRUCTIONS" to values, and to standard output what libraries took.
measure() {
    name=$1 frames=$2
    shift 2
    "$mailtap" synth -q --seed 7 -o "$dir/$name.pcap" "$@"
    count "$name" "$frames"
    # "INSTRUCTIONS OBJECT" for each frame, mailtap's own first.
    awk -v frames="$frames" -v own="$mailtap" '
        { object = substr($0, index($0, " ") + 1) }
        NR == FNR { before[object] = $1; next }
        { printf "%d %.0f %s\n", object == own, ($1 - before[object]) / frames, object }' \
        "$dir/start.count" "$dir/$name.count" | sort -k1,1nr -k2,2nr | cut -d' ' -f2- > "$dir/$name.each"
    echo "$name $(sed -n '1s/ .*//p' "$dir/$name.each")" >> "$dir/values"
    awk -v name="$name" '
        NR == 1 { printf "%s: %d instructions a frame in mailtap; in libraries:", name, $1; next }
        NR < 7 { n = split($2, path, "/"); printf " %s %d", path[n], $1 }
        END { print "" }' "$dir/$name.each"
}

# How the program was made, as its debugging information says it.
made=$(readelf --debug-dump=info "$mailtap" 2> /dev/null | sed -n '/DW_AT_producer/{s/.*): //p;q;}')
echo "made ${made:-unknown}" > "$dir/values"
"$mailtap" synth -q --seed 7 --sessions 1 -o "$dir/start.pcap"
count start 1
measure mail 6000 --sessions 200 --set days=1 --set octets=12000
measure part 15000 --sessions 16 --set days=1 --set octets=15000 --set background=0.97
measure short 6000 --sessions 600 --set days=1 --set probes=1

if [ "${UPDATE:-}" = 1 ]; then
    cp "$dir/values" "$stored"
    echo "instructions.sh: stored in $stored"
    exit 0
fi
awk -f "$here/compare.awk" "$stored" "$dir/values"
