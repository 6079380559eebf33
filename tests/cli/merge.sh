#!/bin/sh
# merge.sh - captures of several databases in one: in any order, again, after a kill, from strangers.
#
# MAILTAP_CAPTURES is a folder with captures in its lab/ (default: the shared ones beside the project,
# else our own); MAILTAP_MERGES is how many orders are tried.  merge.py needs python3.
mailtap=$1
here=$(cd "$(dirname "$0")" && pwd)
lab=${MAILTAP_CAPTURES:-$here/../../../shared/captures}/lab
[ -d "$lab" ] || lab=$here/../captures
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

"$mailtap" capture -q -r "$here/../captures/demo.pcap" -d "$dir/a.db" || exit 1
expect "help" 0 "usage: mailtap merge" "$mailtap" merge --help
expect "no target" 2 "with -d" "$mailtap" merge "$dir/a.db"
expect "no source" 2 "name a findings database" "$mailtap" merge -d "$dir/b.db"
expect "what is new" 0 "a.db: 1 captures new (24 sessions)$" "$mailtap" merge -d "$dir/b.db" "$dir/a.db"
expect "what is not" 0 "0 captures new (0 sessions), 1 already" "$mailtap" merge -d "$dir/b.db" "$dir/a.db"
expect "quiet" 0 "" "$mailtap" merge -q -d "$dir/b.db" "$dir/a.db"
same "quiet says nothing" "$(cat "$dir/out")" ""
same "one plain file is left" "$(ls "$dir" | grep -c 'b\.db')" 1
expect "into itself" 1 "name another source" "$mailtap" merge -d "$dir/b.db" "$dir/b.db"
expect "it is missing" 1 "does not exist" "$mailtap" merge -d "$dir/b.db" "$dir/none.db"
expect "one of two is missing" 3 "does not exist" \
    "$mailtap" merge -d "$dir/b.db" "$dir/none.db" "$dir/a.db"
head -c 20000 /dev/zero > "$dir/zeros.db"
expect "no database" 1 "zeros.db" "$mailtap" merge -d "$dir/b.db" "$dir/zeros.db"
# an earlier version knew it by its SHA-256
cp "$dir/a.db" "$dir/before.db"
sqlite3 "$dir/before.db" "UPDATE capture SET digest = randomblob(32)"
expect "one of before" 0 "0 captures new (0 sessions), 1 already" \
    "$mailtap" merge -d "$dir/b.db" "$dir/before.db"
expect "into one of before" 0 "0 captures new (0 sessions), 1 already" \
    "$mailtap" merge -d "$dir/before.db" "$dir/a.db"
sqlite3 "$dir/before.db" "UPDATE capture SET octets = octets + 1"
expect "another one of before" 0 "1 captures new" "$mailtap" merge -d "$dir/before.db" "$dir/a.db"
# further captures can be analysed into it
expect "and on" 0 "" "$mailtap" capture -q -d "$dir/b.db" \
    -r "$here/../captures/estimate/swaks-probe.pcap"
same "sessions" "$(sqlite3 "$dir/b.db" "SELECT count(*) FROM session")" 25

# a stranger's: endless views, triggers, values that are out of place
cp "$dir/a.db" "$dir/evil.db"
sqlite3 "$dir/evil.db" "DROP TABLE conflict; CREATE VIEW conflict AS WITH RECURSIVE n(i) AS (SELECT 1
    UNION ALL SELECT i + 1 FROM n) SELECT i AS session_id FROM n"
expect "endless" 1 "a table of it is none" timeout 20 "$mailtap" merge -d "$dir/c.db" "$dir/evil.db"
same "nothing of it is taken" "$(sqlite3 "$dir/c.db" "SELECT count(*) FROM capture")" 0
cp "$dir/a.db" "$dir/evil.db"
sqlite3 "$dir/evil.db" "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
    CREATE TRIGGER t AFTER INSERT ON session BEGIN DELETE FROM capture; END;
    UPDATE session SET started_ns = 9223372036854775807, messages = -1, client_port = 99999999,
        banner_id = 7777, client_id = session_id + 9;
    INSERT INTO client VALUES (10, char(27) || '[2J');
    UPDATE course SET starttls_reply = 9223372036854775807, vlan = -99, anomalies = -1"
expect "odd values" 0 "1 captures new" "$mailtap" merge -d "$dir/c.db" "$dir/evil.db"
same "it is sound" "$(sqlite3 "$dir/c.db" "PRAGMA integrity_check; PRAGMA foreign_key_check")" ok

if ! command -v python3 > /dev/null; then
    echo "merge.sh: orders skipped: there is no python3"
    exit $failed
fi
python3 "$here/merge.py" "$mailtap" "$lab" "${MAILTAP_MERGES:-12}" || failed=1
exit $failed
