#!/bin/sh
# diff.sh - before and after: what is said of two databases, in all three formats, and wrong use.
mailtap=$1
demo=$(dirname "$0")/../captures/demo.pcap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

one_line() { tr '\n' ' ' | tr -s ' '; }

"$mailtap" capture -q -r "$demo" -d "$dir/a.db" || exit 1
# The same, where nearly all that was in the clear went under TLS.
cp "$dir/a.db" "$dir/b.db"
sqlite3 "$dir/b.db" "UPDATE opinion SET class = 'starttls', rung = 'authenticable'
                     WHERE class = 'cleartext'"
before=$(sha256sum "$dir/a.db" "$dir/b.db")

expect "with itself" 0 "No figure is better, none is worse" "$mailtap" diff "$dir/a.db" "$dir/a.db"
same "no count changed" "$(one_line < "$dir/out" | grep -c 'captured, 0 changed\.')" 1
same "no server did" \
    "$(one_line < "$dir/out" | grep -c 'No server began to expose mail, 4 show no difference\.')" 1

expect "before and after" 0 "^  [1-9][0-9]* figures are better, none is worse" \
    "$mailtap" diff "$dir/a.db" "$dir/b.db"
same "which" "$(one_line < "$dir/out" | grep -c "sessions in the clear (sessions-clear): 15 of 23\
 (65.2 %) before, 1 of 23 (4.3 %) after, -60.9 points (-")" 1
same "both are named" "$(grep -c '^Before: .*a\.db$\|^After: .*b\.db$' "$dir/out")" 2
same "it fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""
better=$(sed -n 's/^  \([0-9]*\) figures are better.*/\1/p' "$dir/out")
expect "the other way round" 0 "No figure is better, $better are worse" \
    "$mailtap" diff "$dir/b.db" "$dir/a.db"

# a server that was not seen again is none that exposes nothing
"$mailtap" capture -q -r "$(dirname "$0")/../captures/conflict.pcap" -d "$dir/c.db" || exit 1
expect "other servers" 0 "^  Exposed mail, and were not seen again:" "$mailtap" diff "$dir/a.db" "$dir/c.db"

# formats
expect "JSON" 0 '"name":' "$mailtap" diff --format json "$dir/a.db" "$dir/b.db"
cp "$dir/out" "$dir/json"
if command -v python3 > /dev/null; then
    expect "JSON is JSON" 0 "better sessions-clear -60.9" python3 -c '
import json, sys
sections = json.load(open(sys.argv[1]))["sections"]
for block in sections[0]["blocks"]:
    if block["kind"] == "table":
        for row in block["rows"]:
            row = row if isinstance(row, dict) else dict(zip(
                [c["name"] for c in block["columns"]], row))
            print(row["verdict"], row["figure"], row["points"])
' "$dir/json"
fi
expect "HTML" 0 "" "$mailtap" diff --format html -o "$dir/out.html" "$dir/a.db" "$dir/b.db"
same "nothing else" "$(cat "$dir/out")" ""
same "a page" "$(grep -ci '<!doctype html>' "$dir/out.html")" 1
same "with the answer" "$(grep -c "$better figures are better, none is worse" "$dir/out.html")" 1
expect "a folder that is not there" 1 "no-such" \
    "$mailtap" diff -o "$dir/no-such/x" "$dir/a.db" "$dir/b.db"
same "nothing is changed" "$(sha256sum "$dir/a.db" "$dir/b.db")" "$before"

# networks
expect "home" 0 "inbound (clear-inbound)" "$mailtap" diff --home 10.77.2.0/24 "$dir/a.db" "$dir/b.db"
expect "no network" 2 "10.77.2.0/33" "$mailtap" diff --home 10.77.2.0/33 "$dir/a.db" "$dir/b.db"

# wrong use
expect "one database" 2 "name two databases" "$mailtap" diff "$dir/a.db"
expect "none" 2 "name two databases" "$mailtap" diff
expect "three" 2 "name two databases" "$mailtap" diff "$dir/a.db" "$dir/a.db" "$dir/a.db"
expect "no such format" 2 "pdf" "$mailtap" diff --format pdf "$dir/a.db" "$dir/b.db"
expect "the first is missing" 1 "none\.db" "$mailtap" diff "$dir/none.db" "$dir/a.db"
expect "the second is missing" 1 "none\.db" "$mailtap" diff "$dir/a.db" "$dir/none.db"
expect "the second is none" 1 "demo\.pcap" "$mailtap" diff "$dir/a.db" "$demo"
expect "help" 0 "BEFORE AFTER" "$mailtap" diff --help
exit $failed
