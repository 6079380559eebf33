#!/bin/sh
# capture.sh - what a user meets at the command line: messages, exit statuses, stored state.
mailtap=$1
demo=$(dirname "$0")/../captures/demo.pcap
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

rows() { sqlite3 "$1" "SELECT count(*) FROM v_session"; }

expect "analyse" 0 "24 mail sessions" "$mailtap" capture -r "$demo" -d "$dir/a.db"
same "sessions stored" "$(rows "$dir/a.db")" 24
expect "again changes nothing and says so" 0 "already" "$mailtap" capture -r "$demo" -d "$dir/a.db"
same "sessions after the second run" "$(rows "$dir/a.db")" 24
cp "$demo" "$dir/copy.pcap"
expect "a copy is the same capture" 0 "already" "$mailtap" capture -r "$dir/copy.pcap" -d "$dir/a.db"
expect "a copy in the same run" 0 "751 frames" \
    "$mailtap" capture -r "$demo" -r "$dir/copy.pcap" -d "$dir/both.db"
same "the other of the two" "$(grep -c "already in the database" "$dir/out")" 1
same "sessions of a capture and its copy" "$(rows "$dir/both.db")" 24
same "captures of them" "$(sqlite3 "$dir/both.db" "SELECT count(*) FROM v_capture")" 1
# an earlier version knew captures by their SHA-256: as a file, as a pipe, in a part; and not the next one
before() { sqlite3 "$1" "UPDATE capture SET digest = x'$2'"; }
cp "$dir/a.db" "$dir/before.db"
before "$dir/before.db" "$(sha256sum "$demo" | cut -d' ' -f1)"
expect "one of before" 0 "already" "$mailtap" capture -r "$dir/copy.pcap" -d "$dir/before.db"
expect "one of before, by a pipe" 0 "already" \
    sh -c 'cat "$1" | "$2" capture -r - -d "$3"' sh "$demo" "$mailtap" "$dir/before.db"
same "sessions after those" "$(rows "$dir/before.db")" 24
expect "a part of one of before" 0 "300 frames" "$mailtap" capture -c 300 -r "$demo" -d "$dir/before.db"
expect "the part again" 0 "already" "$mailtap" capture -c 300 -r "$demo" -d "$dir/before.db"
expect "quiet" 0 "" "$mailtap" capture -q -r "$demo" -d "$dir/q.db"
same "quiet prints nothing" "$(cat "$dir/out")" ""
same "one plain file is left" "$(ls "$dir" | grep -c 'a\.db')" 1

# a file cut short: status 3, says where, keeps what is whole
head -c 300000 "$demo" > "$dir/cut.pcap"
expect "cut short" 3 "cut.pcap.*frame.*octet" "$mailtap" capture -r "$dir/cut.pcap" -d "$dir/cut.db"
same "its capture is marked" \
    "$(sqlite3 "$dir/cut.db" "SELECT count(*) FROM v_capture WHERE damage LIKE '%frame%'")" 1
[ "$(rows "$dir/cut.db")" -gt 5 ] || { echo "FAILED: nothing kept of a cut file"; failed=1; }

# no capture, missing: status 1, and no database is made
echo "this is no capture, it is a text" > "$dir/text"
expect "no capture" 1 "text.*no capture file" "$mailtap" capture -r "$dir/text" -d "$dir/none.db"
expect "missing" 1 "missing.pcap.*[Nn]o such file" \
    "$mailtap" capture -r "$dir/missing.pcap" -d "$dir/none.db"
: > "$dir/empty"
expect "empty" 1 "empty" "$mailtap" capture -r "$dir/empty" -d "$dir/none.db"
same "no database for nothing" "$(ls "$dir" | grep -c none)" 0
expect "one of two missing" 3 "No such file" \
    "$mailtap" capture -r "$dir/missing.pcap" -r "$demo" -d "$dir/two.db"
same "the other is stored" "$(rows "$dir/two.db")" 24

# a database that cannot be written, or is none: status 1, and nothing changes
cp "$dir/a.db" "$dir/ro.db"
chmod 444 "$dir/ro.db"
before=$(sha256sum < "$dir/ro.db")
if [ "$(id -u)" != 0 ]; then
    expect "read-only" 1 "ro.db" "$mailtap" capture -r "$dir/cut.pcap" -d "$dir/ro.db"
elif command -v setpriv > /dev/null; then
    chmod 755 "$dir"
    expect "read-only" 1 "ro.db" setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
        "$mailtap" capture -r "$demo" -d "$dir/ro.db"
fi
same "a read-only database is as it was" "$(sha256sum < "$dir/ro.db")" "$before"
expect "reports from a read-only database" 0 "observer" "$mailtap" report "$dir/ro.db"
expect "not a database" 1 "text" "$mailtap" capture -r "$demo" -d "$dir/text"
expect "report without a database" 1 "missing.db" "$mailtap" report "$dir/missing.db"

# a pipe
expect "standard input" 0 "24 mail sessions" sh -c "cat '$demo' | '$mailtap' capture -r - -d '$dir/pipe.db'"
expect "standard input again" 0 "already" \
    sh -c "cat '$demo' | '$mailtap' capture -r - -d '$dir/pipe.db'"
same "sessions of the pipe" "$(rows "$dir/pipe.db")" 24
gzip -c "$demo" > "$dir/demo.pcap.gz"
expect "gzip" 0 "24 mail sessions" "$mailtap" capture -r "$dir/demo.pcap.gz" -d "$dir/gz.db"

# only so many frames
expect "-c" 0 "10 frames" "$mailtap" capture -c 10 -r "$demo" -d "$dir/c.db"
expect "the rest later" 0 "24 mail sessions" "$mailtap" capture -r "$demo" -d "$dir/c.db"

# folders and patterns, in the order of time
mkdir "$dir/many"
cp "$demo" "$dir/many/b.pcap"
head -c 100000 "$demo" > "$dir/many/a.pcap" # begins at the same frame, and sorts before
echo "not a capture" > "$dir/many/README"
expect "a folder" 3 "b.pcap: 751 frames" "$mailtap" capture -r "$dir/many" -d "$dir/folder.db"
same "both of it" "$(sqlite3 "$dir/folder.db" "SELECT group_concat(capture_source) FROM v_capture")" \
    "a.pcap,b.pcap"
rm "$dir/many/a.pcap"
expect "a pattern" 0 "b.pcap: 751" "$mailtap" capture -r "$dir/many/*.pcap" -d "$dir/pattern.db"
mkdir "$dir/none"
expect "a folder without captures" 1 "no capture file in this folder" \
    "$mailtap" capture -r "$dir/none" -d "$dir/none.db"

# a capture written in parts, as tcpdump -C does: connections go on in the next file
next() { od -An -tu4 -j $(($1 + 8)) -N 4 "$demo" | tr -d ' '; }
at=24 frame=0
while [ $frame -lt 300 ]; do
    at=$((at + 16 + $(next $at))) frame=$((frame + 1))
done
mkdir "$dir/parts"
head -c $at "$demo" > "$dir/parts/2.pcap" # the names do not matter
{ head -c 24 "$demo"; tail -c +$((at + 1)) "$demo"; } > "$dir/parts/1.pcap"
expect "parts" 0 "1.pcap: 451 frames" "$mailtap" capture -r "$dir/parts" -d "$dir/parts.db"
facts="SELECT client_port, started_at, ended_at, class, messages, content_octets FROM v_session ORDER BY 2"
same "rows of the parts and of the whole" "$(sqlite3 "$dir/parts.db" "$facts")" \
    "$(sqlite3 "$dir/a.db" "$facts")"
same "in the order of time" \
    "$(sqlite3 "$dir/parts.db" "SELECT group_concat(capture_source) FROM v_capture")" "2.pcap,1.pcap"

expect "the parts again" 0 "1.pcap: already" "$mailtap" capture -r "$dir/parts" -d "$dir/parts.db"
same "both of them" "$(grep -c already "$dir/out")" 2
expect "one part" 0 "2.pcap: 300 frames" "$mailtap" capture -r "$dir/parts/2.pcap" -d "$dir/later.db"
expect "and the one that follows it" 0 "1.pcap: 451 frames" \
    "$mailtap" capture -r "$dir/parts" -d "$dir/later.db"
same "the first is known" "$(grep -c "2.pcap: already" "$dir/out")" 1

# captures of one moment follow their copies: they are known before they are stored
head -c $((24 + 16 + $(next 24))) "$demo" > "$dir/moment.pcap"
cp "$dir/moment.pcap" "$dir/moment-copy.pcap"
cp "$dir/moment.pcap" "$dir/moment-third.pcap"
expect "one frame, three times" 0 ": 1 frames" "$mailtap" capture -r "$dir/moment.pcap" \
    -r "$dir/moment-copy.pcap" -r "$dir/moment-third.pcap" -d "$dir/moment.db"
same "copies of it" "$(grep -c already "$dir/out")" 2
same "captures of it" "$(sqlite3 "$dir/moment.db" "SELECT count(*) FROM v_capture")" 1

# interrupted: at once, whatever is done with the file, of which no end is in sight
interrupted() { # NAME FRAMES DATABASE OPTION...
    name=$1 frames=$2 db=$3
    shift 3
    "$mailtap" capture "$@" -r "$dir/endless.pcap" -d "$db" > "$dir/out" 2>&1 &
    while [ ! -e "$db-wal" ] && kill -0 $! 2> /dev/null; do sleep 0.05; done
    sleep 0.5
    kill -TERM $!
    wait $!
    same "interrupted, $name" "$? $(grep -c "interrupted at frame $frames of endless.pcap" "$dir/out")" "1 1"
}
cp "$demo" "$dir/endless.pcap"
truncate -s 1T "$dir/endless.pcap"
interrupted "while it is read" "[0-9]*" "$dir/stop.db"
expect "then another" 0 "24 mail sessions" "$mailtap" capture -r "$demo" -d "$dir/stop.db"
same "nothing is left of the first" "$(sqlite3 "$dir/stop.db" "SELECT count(*) FROM v_capture")" 1
interrupted "before it is read" 0 "$dir/stop.db"
interrupted "when it has been read" "[0-9]*" "$dir/stop10.db" -c 10
rm "$dir/endless.pcap"

# a filter, inside of whatever carries the packet
expect "a filter" 0 "4 mail sessions" \
    "$mailtap" capture -f "port 587 or port 465" -r "$demo" -d "$dir/filter.db"
expect "another filter is another capture" 0 "24 mail sessions" \
    "$mailtap" capture -r "$demo" -d "$dir/filter.db"
expect "the same filter is not" 0 "already" \
    "$mailtap" capture -f "port 587 or port 465" -r "$demo" -d "$dir/filter.db"
expect "no filter" 2 "cannot be used" "$mailtap" capture -f "porto 25" -r "$demo" -d "$dir/f.db"

# limits: under pressure mail is given up last, and what was given up is counted
expect "few connections" 0 "24 mail" "$mailtap" capture --max-flows 16 -r "$demo" -d "$dir/few.db"
expect "little memory" 0 "24 mail" "$mailtap" capture --max-held 1 --max-fragments 1 --idle 60 \
    -r "$demo" -d "$dir/little.db"

# wrong use
expect "no arguments" 2 "help" "$mailtap" capture
expect "no database" 2 "-d" "$mailtap" capture -r "$demo"
expect "unknown option" 2 "help" "$mailtap" capture --no-such-option
expect "unknown command" 2 "help" "$mailtap" no-such-command
expect "help" 0 "Usage" "$mailtap" --help
for command in capture report query; do
    expect "$command --help" 0 "Usage" "$mailtap" $command --help
    same "$command --help fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""
done
expect "version" 0 "mailtap" "$mailtap" --version

# questions
expect "the list of questions" 0 "exposure" "$mailtap" query "$dir/a.db"
expect "a question" 0 "offered" "$mailtap" query "$dir/a.db" offered
expect "SQL" 0 "24" "$mailtap" query "$dir/a.db" --sql "SELECT count(*) FROM v_session" --format csv
expect "SQL may only read" 1 "" "$mailtap" query "$dir/a.db" --sql "DELETE FROM session"
expect "no such question" 1 "no-such" "$mailtap" query "$dir/a.db" no-such
expect "report" 0 "observer" "$mailtap" report "$dir/a.db"
same "the report fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""
same "no escape sequences in a pipe" "$(grep -c "$(printf '\033')" "$dir/out")" 0
exit $failed
