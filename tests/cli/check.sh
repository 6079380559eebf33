#!/bin/sh
# check.sh - is a database sound?  What is said of one that is, of one that is not, and of one that is
# being written.
mailtap=$1
here=$(dirname "$0")
demo=$here/../captures/demo.pcap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

sum() { sha256sum < "$1"; }

"$mailtap" capture -q -r "$demo" -d "$dir/a.db" || exit 1
was=$(sum "$dir/a.db")
expect "what is sound" 0 "is sound" "$mailtap" check "$dir/a.db"
same "a line for each thing" "$(grep -c ' ok' "$dir/out")" 12
expect "quickly" 0 "as far as it was looked at" "$mailtap" check --quick "$dir/a.db"
same "fewer lines" "$(grep -c ' ok' "$dir/out")" 4
expect "quietly" 0 "" "$mailtap" check -q "$dir/a.db"
same "nothing is said" "$(cat "$dir/out")" ""
same "nothing is changed" "$(sum "$dir/a.db")" "$was"
same "nothing is made beside it" "$(ls "$dir" | grep -c '^a\.db')" 1

# every capture there is
captures=${MAILTAP_CAPTURES:-$here/../../../shared/captures}
[ -d "$captures" ] || captures=$here/../captures
set --
for file in "$captures"/*/*.pcap*; do set -- "$@" -r "$file"; done
"$mailtap" capture -q "$@" -d "$dir/all.db" 2> /dev/null
expect "a database of many captures" 0 "is sound" "$mailtap" check "$dir/all.db"
"$mailtap" prune -q --before 2026-11-23T21:54:30 "$dir/all.db"
expect "pruned" 0 "is sound" "$mailtap" check "$dir/all.db"
"$mailtap" merge -q -d "$dir/merged.db" "$dir/all.db" "$dir/a.db"
expect "merged" 0 "is sound" "$mailtap" check "$dir/merged.db"
for version in "$here"/../db/version-*.db; do
    cp "$version" "$dir/version.db"
    "$mailtap" classify -q "$dir/version.db"
    expect "brought up to date" 0 "is sound" "$mailtap" check "$dir/version.db"
done

# what is not
cp "$dir/a.db" "$dir/b.db"
sqlite3 "$dir/b.db" "UPDATE server SET ehlo_sessions = ehlo_sessions + 1 WHERE server_id = 1;
    UPDATE session SET ended_ns = 0 WHERE session_id = 7; DROP VIEW v_capture;
    CREATE VIEW v_capture AS SELECT 1"
was=$(sum "$dir/b.db")
expect "what is not sound" 3 "is not sound" "$mailtap" check "$dir/b.db"
for line in "schema *view v_capture is not as" "servers *server .* port" "times *session 7 ends"; do
    grep -q "^$line" "$dir/out" || { echo "FAILED: no '$line' in:"; cat "$dir/out"; failed=1; }
done
same "what is sound is said to be" "$(grep -c ' ok' "$dir/out")" 9
expect "quietly" 3 "" "$mailtap" check -q "$dir/b.db"
same "only what is wrong" "$(grep -c . "$dir/out")" 4
expect "quickly" 3 "v_capture" "$mailtap" check --quick "$dir/b.db"
same "it is left as it is" "$(sum "$dir/b.db")" "$was"

# what cannot be opened
expect "a missing database" 1 "missing.db" "$mailtap" check "$dir/missing.db"
echo "this is no database, it is a text" > "$dir/text"
expect "no database" 1 "text" "$mailtap" check "$dir/text"
sqlite3 "$dir/other.db" "CREATE TABLE t (x)"
expect "another program's" 1 "another program" "$mailtap" check "$dir/other.db"
head -c 30000 "$dir/a.db" > "$dir/cut.db"
expect "a file that was cut" 1 "damaged" "$mailtap" check "$dir/cut.db"
expect "no database named" 2 "name a database" "$mailtap" check
expect "two databases" 2 "one database" "$mailtap" check "$dir/a.db" "$dir/b.db"
expect "check --help" 0 "Usage" "$mailtap" check --help
same "check --help fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""

# while it is being written: no damage; when that run is killed: how it is put right
mkfifo "$dir/pipe"
"$mailtap" capture -q -r - -d "$dir/live.db" < "$dir/pipe" > /dev/null 2>&1 &
writer=$!
exec 9> "$dir/pipe"
head -c 200000 "$demo" >&9
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.2
    [ "$(sqlite3 "$dir/live.db" "SELECT count(*) FROM capture" 2> /dev/null)" = 1 ] && break
done
expect "while it is written" 0 "captures *ok: one is being read" "$mailtap" check "$dir/live.db"
grep -q "journal *ok: another mailtap is writing it" "$dir/out" || {
    echo "FAILED: the writer is not seen:"; cat "$dir/out"; failed=1; }
kill -9 $writer
wait $writer 2> /dev/null
exec 9>&-
expect "when it was killed" 3 "journal *a run that wrote it did not end" \
    "$mailtap" check "$dir/live.db"
grep -q "captures *capture 1 (standard input) did not end\|captures *capture 1 (-) did not end" \
    "$dir/out" || { echo "FAILED: the capture that did not end:"; cat "$dir/out"; failed=1; }
expect "what it asks for" 0 "" "$mailtap" classify -q "$dir/live.db"
expect "puts it right" 0 "is sound" "$mailtap" check "$dir/live.db"
exit $failed
