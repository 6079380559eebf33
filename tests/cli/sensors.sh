#!/bin/sh
# sensors.sh - where captures were made: a mark, and a name where the operator gave one.
mailtap=$1
demo=$(dirname "$0")/../captures/demo.pcap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

ask() { "$mailtap" query "$dir/$1" "$2" --format csv | tail -n +2 | tr -d '\r'; }
sql() { sqlite3 "$dir/$1" "$2"; }
refused() {
    "$mailtap" capture --sensor "$1" -r "$demo" -d "$dir/x.db" > /dev/null 2> "$dir/out"
    same "status for a sensor of ${#1} octets" $? 2
    grep -q 'sensor' "$dir/out" || { echo "FAILED: what is wrong is not said"; failed=1; }
}

"$mailtap" capture -q -r "$demo" -d "$dir/a.db" || exit 1
same "no name by itself" "$(sql a.db "SELECT count(*) FROM sensor WHERE name IS NULL")" 1
host=$(uname -n)
case $host in
???*) ! grep -qaF -- "$host" "$dir/a.db" || { echo "FAILED: the host's name is stored"; failed=1; } ;;
esac
mark=$(sql a.db "SELECT mark FROM sensor")
same "its mark" "$(printf %s "$mark" | tr -d '0-9a-f' | wc -c | tr -d ' ') ${#mark}" "0 32"
same "the question" "$(ask a.db sensors)" \
    ",$mark,1,24,2026-11-23T21:53:57.203160Z,2026-11-23T21:55:11.376434Z"

# The name is given later, and again; the capture itself is left alone.
"$mailtap" capture -q --sensor "rack 7" -r "$demo" -d "$dir/a.db"
same "a name" "$(sql a.db "SELECT sensor || sensor_mark FROM v_capture")" "rack 7$mark"
"$mailtap" capture -q --sensor "$(printf 'K\303\266ln\033[31m\\')" -r "$demo" -d "$dir/a.db"
same "another, escaped" "$(sql a.db "SELECT sensor FROM v_capture")" "$(printf 'K\303\266ln\\x1b[31m\\\\')"
same "and kept" "$("$mailtap" capture -q -r "$demo" -d "$dir/a.db"; sql a.db "SELECT count(name) FROM sensor")" 1
same "captures has it" "$(ask a.db captures | sed 's/.*,//')" "$(printf 'K\303\266ln\\x1b[31m\\\\')"
same "sessions" "$(sql a.db "SELECT count(*) FROM session")" 24

# The longest, and what is longer, or nothing.
long=$(printf '%255s' x | tr ' ' x)
"$mailtap" capture -q --sensor "$long" -r "$demo" -d "$dir/b.db"
same "the longest" "$(sql b.db "SELECT length(name) FROM sensor")" 255
refused "${long}x"
refused ""
same "nothing is made" "$(ls "$dir" | grep -c 'x\.db')" 0

# Two of them in one database.
"$mailtap" capture -q --sensor north -r "$(dirname "$0")/../captures/dns-answers.pcap" -d "$dir/n.db"
"$mailtap" merge -q -d "$dir/m.db" "$dir/a.db" "$dir/n.db" || { echo "FAILED: merge"; failed=1; }
same "both are told of" "$(ask m.db sensors | grep -c '^[Kn]')" 2
exit $failed
