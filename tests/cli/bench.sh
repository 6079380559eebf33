#!/bin/sh
# bench.sh - what the benchmarks measure with: captures that are made, runs that are timed, figures, instructions.
mailtap=$1
build=$(dirname "$mailtap")
bench=$(cd "$(dirname "$0")/../../bench" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

sql() { "$mailtap" query "$dir/$1.db" -F csv --sql "$2" | tr -d '\r' | tail -n +2; }
runs() { "$build/bench-run" "$@" | cut -d' ' -f5; }

if [ -x "$build/bench-run" ] && [ -x "$build/bench-floor" ] && [ -x "$build/bench-generate" ]; then
    # What is made is read by mailtap to the last frame, and is what it should be.
    for kind in open hostile; do
        "$build/bench-generate" $kind 70 > "$dir/$kind.pcap"
        "$build/bench-generate" $kind 70 | cmp - "$dir/$kind.pcap" || failed=1
        expect "$kind is analysed" 0 "" "$mailtap" capture -q -r "$dir/$kind.pcap" -d "$dir/$kind.db" --trust-store none
        same "the floor counts the frames of $kind" "$("$build/bench-floor" "$dir/$kind.pcap" | cut -d' ' -f1)" \
            "$(sql $kind 'SELECT frames FROM v_capture')"
    done
    same "all are open" "$(sql open "SELECT count(*), sum(ending = 'not-seen'), sum(messages) FROM session JOIN course USING (course_id)")" "70,70,0"
    same "all octets came together" "$(sql hostile 'SELECT count(*), sum(messages), min(conflicts) > 0 FROM session JOIN course USING (course_id)')" "70,70,1"
    head -c 1000 "$dir/open.pcap" > "$dir/cut.pcap"
    expect "a floor that is cut" 1 "truncated" "$build/bench-floor" "$dir/cut.pcap"
    expect "no kind" 2 "usage" "$build/bench-generate" closed 70
    expect "no number" 2 "usage" "$build/bench-generate" open none
    expect "too many" 2 "usage" "$build/bench-generate" open 16000001
    expect "no room" 1 "write" sh -c "'$build/bench-generate' open 10 > /dev/full"

    same "a run that ends well" "$(runs 9 true)" 0
    same "one that does not" "$(runs 9 sh -c 'exit 3')" 3
    same "one that a signal ends" "$(runs 9 sh -c 'kill -TERM $$')" 143
    same "no such program" "$(runs 9 /nonexistent)" 127
    same "one that is late, with what it started" "$(runs 1 sh -c 'sleep 77; :')" -1
    expect "no limit" 2 "usage" "$build/bench-run" soon true
else
    echo "bench.sh: captures and runs skipped: make $build/bench-run $build/bench-floor $build/bench-generate"
fi

if command -v python3 > /dev/null; then
    expect "figures" 0 "" python3 "$bench/../tests/cli/bench.py" "$bench"
    expect "no scale" 1 "BENCH_SCALE is a number" env BENCH_SCALE=0 python3 "$bench/files.py" "$dir"
    expect "no workload" 1 "'letters' is none of: mail" env BENCH_WORKLOADS=letters python3 "$bench/files.py" "$dir"
else
    echo "bench.sh: figures skipped: there is no python3"
fi

# Instructions by object: what is called counts where it is, and only once.
cat > "$dir/out" << 'END'
events: Ir

ob=(1) /usr/bin/with space
fl=(1) a.c
fn=(1) main
16 400
+3 20
cob=(2) /lib/library.so
cfn=(2) there
calls=5 30
* 7000
-1 3

ob=(2)
fn=(2)
30 6000
ob=(1)
fn=(3) end
* 77
END
same "instructions by object" "$(awk -f "$bench/instructions.awk" "$dir/out" | sort)" "500 /usr/bin/with space
6000 /lib/library.so"

# compared NAME STATUS PATTERN STORED COUNTED: of lines with ';' between them.
compared() {
    echo "$4" | tr ';' '\n' > "$dir/stored"
    echo "$5" | tr ';' '\n' > "$dir/counted"
    expect "$1" "$2" "$3" awk -f "$bench/compare.awk" "$dir/stored" "$dir/counted"
}
compared "the same" 0 "" "made A 1;mail 1000" "made A 1;mail 1000"
same "says nothing" "$(cat "$dir/out")" ""
compared "a little more" 0 "" "made A 1;mail 1000" "made A 1;mail 1030"
same "says nothing either" "$(cat "$dir/out")" ""
compared "more" 1 "mail: 1031 .* 3.1 % more than the 1000" "made A 1;mail 1000;part 5" "made A 1;mail 1031;part 5"
compared "fewer" 0 "mail: 900 .* 10.0 % fewer .*UPDATE=1" "made A 1;mail 1000" "made A 1;mail 900"
compared "another compiler" 0 "not compared: made by 'A 2'.* by 'A 1'" "made A 1;mail 1000" "made A 2;mail 9000"
compared "nothing stored" 1 "short: no value" "made A 1;mail 1000" "made A 1;mail 1000;short 7"
exit $failed
