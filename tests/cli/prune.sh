#!/bin/sh
# prune.sh - old sessions leave the database: what goes, what stays, and that nothing of it is left.
#
# Older captures are made of the demonstration's, which needs python3.  PRUNE_ROUNDS: how often a run
# is killed.
mailtap=$1
demo=$(dirname "$0")/../captures/demo.pcap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

differ() { [ "$2" != "$3" ] || { echo "FAILED: $1: '$2' twice"; failed=1; }; }
sql() { sqlite3 "$1" "$2"; }
everything() { sql "$1" .dump | sha256sum; }
sessions() { sql "$1" "SELECT count(*) FROM session"; }
size() { wc -c < "$1"; }
sound() { expect "$1 is sound" 0 "" "$mailtap" check -q "$dir/$1"; }
# What the views say, without the numbers of rows, and without captures and hashes, which differ.
views() {
    sql "$1" "SELECT s.*, (SELECT group_concat(e.rule || e.rank || e.detail) FROM v_evidence e
                WHERE e.session_id = s.session_id), (SELECT sum(count) || '/' || sum(octets)
                FROM v_exposure x WHERE x.session_id = s.session_id),
              (SELECT group_concat(role || domain) FROM v_address a WHERE a.session_id = s.session_id)
              FROM v_session s ORDER BY started_at, client_port; SELECT * FROM v_server
              ORDER BY server_ip, server_port; SELECT ip FROM client ORDER BY ip;
              SELECT name FROM name ORDER BY name; SELECT sha256 FROM certificate;
              SELECT count(*) FROM course; SELECT count(*) FROM tls; SELECT count(*) FROM banner" |
        sed 's/^[0-9]*|[^|]*|//'
}

# ---- one capture, cut in two
"$mailtap" capture -q -r "$demo" -d "$dir/a.db" || exit 1
cp "$dir/a.db" "$dir/b.db"
all=$(everything "$dir/a.db")
early=$(sql "$dir/a.db" "SELECT count(*) FROM v_session WHERE started_at < '2026-11-23T21:54:30'")
late=$((24 - early))
expect "a dry run" 0 "would be removed.*: $early sessions.*$late sessions left" \
    "$mailtap" prune -n --before 2026-11-23T21:54:30Z "$dir/a.db"
same "changes nothing" "$(everything "$dir/a.db")" "$all"
expect "it is done" 0 "removed.*: $early sessions.*verdicts now rest on the $late sessions left" \
    "$mailtap" prune --before 2026-11-23T21:54:30Z "$dir/a.db"
same "sessions left" "$(sessions "$dir/a.db")" "$late"
same "none is older" "$(sql "$dir/a.db" "SELECT min(started_at) >= '2026-11-23T21:54:30' FROM v_session")" 1
same "the capture stays, with its figures" \
    "$(sql "$dir/a.db" "SELECT frames || ' ' || mail_flows || ' ' || pruned_ns FROM v_capture")" \
    "751 24 1795470870000000000"
same "one plain file is left" "$(ls "$dir" | grep -c '^a\.db')" 1
sound a.db
left=$(everything "$dir/a.db")
expect "once more" 0 "nothing is from before.*nothing changed" \
    "$mailtap" prune --before 2026-11-23T21:54:30 "$dir/a.db"
same "changes nothing, again" "$(everything "$dir/a.db")" "$left"
expect "an earlier time" 0 "nothing changed" "$mailtap" prune --before 2026-11-23 "$dir/a.db"
same "changes nothing either" "$(everything "$dir/a.db")" "$left"
expect "judging again" 0 "$late sessions" "$mailtap" classify "$dir/a.db"
same "finds what was found" "$(everything "$dir/a.db")" "$left"
expect "the same capture again" 0 "already in the database" \
    "$mailtap" capture -r "$demo" -d "$dir/a.db"
same "brings nothing back" "$(everything "$dir/a.db")" "$left"
expect "quiet" 0 "" "$mailtap" prune -q --before 2026-11-23T21:55 "$dir/a.db"
same "quiet prints nothing" "$(cat "$dir/out")" ""

# the clock is that of the captures: the last frame is of 21:55:11.376
expect "an age" 0 "removed from before 2026-11-23T21:54:11.376434Z" \
    "$mailtap" prune --older-than 1m "$dir/b.db"
sound b.db
expect "ages of other units" 0 "2026-11-16T21:55:11.376434Z; nothing" \
    "$mailtap" prune --older-than 1w "$dir/b.db"
expect "in hours" 0 "2026-11-22T21:55:11" "$mailtap" prune --older-than 24h "$dir/b.db"
expect "in days" 0 "2026-08-25T21:55:11" "$mailtap" prune --older-than 90d "$dir/b.db"
expect "all of them" 0 "on the 0 sessions left" "$mailtap" prune --before 2027-01-01 "$dir/b.db"
sound b.db
same "nobody is left in it" "$(sql "$dir/b.db" "SELECT (SELECT count(*) FROM client) +
    (SELECT count(*) FROM server) + (SELECT count(*) FROM name) + (SELECT count(*) FROM course) +
    (SELECT count(*) FROM verdict) + (SELECT count(*) FROM certificate)")" 0
expect "and a report of nothing" 0 "" "$mailtap" report "$dir/b.db"

# what cannot be asked
for age in 90 d -1d 1y 1.5d "1 d" 90dd 99999999999d "" 0x1d; do
    expect "an age that is none: '$age'" 2 "older-than" "$mailtap" prune --older-than="$age" "$dir/a.db"
done
for time in 2026 2026-13-01 2026-02-30 yesterday 2026-01-31T25:00:00Z 2026-01-31T12:00:00+01:00 ""; do
    expect "a time that is none: '$time'" 2 "before" "$mailtap" prune --before="$time" "$dir/a.db"
done
expect "neither" 2 "either" "$mailtap" prune "$dir/a.db"
expect "both" 2 "either" "$mailtap" prune --before 2026-01-01 --older-than 1d "$dir/a.db"
expect "no database named" 2 "name a database" "$mailtap" prune --older-than 1d
expect "a database that is missing" 1 "missing.db" "$mailtap" prune --older-than 1d "$dir/missing.db"
same "it is not made" "$(ls "$dir" | grep -c missing)" 0
expect "a dry run on a missing one" 1 "missing.db" "$mailtap" prune -n --older-than 1d "$dir/missing.db"
expect "prune --help" 0 "only clock is that of the captures" "$mailtap" prune --help
same "prune --help fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""

if ! command -v python3 > /dev/null; then
    echo "prune.sh: the rest is skipped: there is no python3"
    exit $failed
fi

# ---- the same servers a hundred days before, with other domains
cat > "$dir/older.py" << 'EOF'
"""older.py FROM TO DAYS...: each frame again, so many days before; lab.example was old.example then."""
import struct, sys
data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "wb") as out:
    out.write(data[:24])
    for days in map(int, sys.argv[3:]):
        at = 24
        while at < len(data):
            seconds, rest, kept, whole = struct.unpack_from("<IIII", data, at)
            frame = data[at + 16:at + 16 + kept]
            out.write(struct.pack("<IIII", seconds - 86400 * days, rest, kept, whole))
            out.write(frame.replace(b"lab.example", b"old.example"))
            at += 16 + kept
EOF
python3 "$dir/older.py" "$demo" "$dir/old.pcap" 100
"$mailtap" capture -q -r "$demo" -d "$dir/new.db" || exit 1
"$mailtap" capture -q -r "$demo" -r "$dir/old.pcap" -d "$dir/both.db" || exit 1
cp "$dir/both.db" "$dir/keep.db"
same "both are in it" "$(sessions "$dir/both.db")" 48
grep -qa 'old\.example' "$dir/both.db" || { echo "FAILED: no old domain in the file"; failed=1; }
differ "others were known" "$(views "$dir/both.db")" "$(views "$dir/new.db")"
expect "ninety days" 0 "removed.*: 24 sessions" "$mailtap" prune --older-than 90d "$dir/both.db"
same "is as if they had never come" "$(views "$dir/both.db")" "$(views "$dir/new.db")"
grep -qa 'old\.example' "$dir/both.db" && { echo "FAILED: the old domain is in the file"; failed=1; }
sound both.db
expect "and the space kept" 0 "24 sessions" \
    "$mailtap" prune --keep-space --older-than 90d "$dir/keep.db"
same "says the same" "$(views "$dir/keep.db")" "$(views "$dir/new.db")"
grep -qa 'old\.example' "$dir/keep.db" && { echo "FAILED: the old domain is in free pages"; failed=1; }
sound keep.db
expect "the old capture again" 0 "already in the database" \
    "$mailtap" capture -r "$dir/old.pcap" -d "$dir/both.db"
same "stays away" "$(sessions "$dir/both.db")" 24

# DNS records go by when they were seen
dns=$(dirname "$0")/../captures/dns-answers.pcap
"$mailtap" capture -q -r "$demo" -r "$dns" -d "$dir/dns.db" || exit 1
records=$(sql "$dir/dns.db" "SELECT count(*) FROM dns")
[ "$records" -gt 0 ] || { echo "FAILED: no DNS records in the capture"; failed=1; }
expect "a time between" 0 "24 sessions, 0 DNS records" \
    "$mailtap" prune --before 2026-11-24 "$dir/dns.db"
same "DNS records stay" "$(sql "$dir/dns.db" "SELECT count(*) FROM dns")" "$records"
expect "and one after" 0 "0 sessions, $records DNS records" \
    "$mailtap" prune --before 2026-11-26 "$dir/dns.db"
same "no record is left" "$(sql "$dir/dns.db" "SELECT count(*) FROM dns")" 0
sound dns.db

# ---- a file that shrinks, and one that is read meanwhile
case $mailtap in
*sanitized*) copies=20 rounds=6 ;;
*) copies=150 rounds=20 ;;
esac
# shellcheck disable=SC2046
python3 "$dir/older.py" "$demo" "$dir/many.pcap" $(seq 100 $((99 + copies)))
"$mailtap" capture -q -r "$dir/many.pcap" -r "$demo" -d "$dir/many.db" || exit 1
for n in 1 2; do cp "$dir/many.db" "$dir/many$n.db"; done
was=$(size "$dir/many.db")
"$mailtap" prune -q --keep-space --older-than 90d "$dir/many1.db"
[ "$(size "$dir/many1.db")" -ge "$was" ] || { echo "FAILED: the space was not kept"; failed=1; }
expect "the space is given back later" 0 "nothing changed" \
    "$mailtap" prune --older-than 90d "$dir/many1.db"
[ "$(size "$dir/many1.db")" -lt "$was" ] || { echo "FAILED: the space is still kept"; failed=1; }
"$mailtap" prune -q --older-than 90d "$dir/many2.db"
[ "$(size "$dir/many2.db")" -lt "$was" ] || { echo "FAILED: $was octets did not shrink"; failed=1; }
same "as if they had never come" "$(views "$dir/many2.db")" "$(views "$dir/new.db")"

# ---- killed at any moment: before, or after; and the same command again ends it
cp "$dir/many.db" "$dir/k.db"
begun=$(date +%s%N)
"$mailtap" prune -q --older-than 90d "$dir/k.db"
took=$((($(date +%s%N) - begun) / 1000))
before=$(sessions "$dir/many.db")
round=0
while [ $round -lt "${PRUNE_ROUNDS:-$rounds}" ]; do
    round=$((round + 1))
    rm -f "$dir"/k.db*
    cp "$dir/many.db" "$dir/k.db"
    "$mailtap" prune -q --older-than 90d "$dir/k.db" &
    sleep "$(awk "BEGIN { print $took / 1000000 * $round / ($rounds + 1) }")"
    kill -9 $! 2> /dev/null && wait $! 2> /dev/null
    now=$(sessions "$dir/k.db")
    [ "$now" = "$before" ] || [ "$now" = 24 ] ||
        { echo "FAILED: killed in round $round: $now sessions"; failed=1; }
    same "killed in round $round: SQLite" \
        "$(sql "$dir/k.db" "PRAGMA integrity_check; PRAGMA foreign_key_check")" ok
    expect "and again, round $round" 0 "" "$mailtap" prune -q --older-than 90d "$dir/k.db"
    same "round $round ends as if undisturbed" "$(views "$dir/k.db")" "$(views "$dir/new.db")"
    sound k.db
done
exit $failed
