#!/bin/sh
# classify.sh - judging a database again: what it changes, what it leaves, and what it says.
mailtap=$1
demo=$(dirname "$0")/../captures/demo.pcap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

sql() { sqlite3 "$dir/a.db" "$1"; }
sessions() { sql "SELECT * FROM v_session ORDER BY session_id"; }
everything() { sql .dump | sha256sum; }
policies() { sql "SELECT count(*) FROM policy"; }
by_policy() { sql "SELECT count(*) FROM v_evidence WHERE rule = 'policy-violated'"; }

"$mailtap" capture -q -r "$demo" -d "$dir/a.db" || exit 1
facts=$(sessions)
all=$(everything)
expect "judge again" 0 "24 sessions judged; STARTTLS was stripped from [0-9]" \
    "$mailtap" classify "$dir/a.db"
same "the facts and verdicts are as before" "$(sessions)" "$facts"
same "and so is everything" "$(everything)" "$all"
same "one plain file is left" "$(ls "$dir" | grep -c 'a\.db')" 1
expect "quiet" 0 "" "$mailtap" classify -q "$dir/a.db"
same "quiet prints nothing" "$(cat "$dir/out")" ""
sql "DELETE FROM judgement; DELETE FROM evidence; DELETE FROM weakness"
expect "verdicts that are missing" 0 "24 sessions" "$mailtap" classify "$dir/a.db"
same "are made of the facts alone" "$(everything)" "$all"

# what servers are expected to do
server=$(sql "SELECT server_ip FROM v_session WHERE cleartext_reason = 'not-offered'
              AND server_port = 25 AND server_ip LIKE '%.%' LIMIT 1")
without=$(sql "SELECT count(*) FROM v_session WHERE server_ip = '$server' AND server_port = 25
               AND starttls_offered = 0")
[ "$without" -gt 0 ] || { echo "FAILED: no session without the offer in the capture"; failed=1; }
printf '# ours\n%s must-offer\nmx.no-such.example must-offer\n' "$server" > "$dir/list"
expect "a list" 0 "24 sessions" "$mailtap" classify --expect "$dir/list" "$dir/a.db"
same "policies stored" "$(policies)" 2
same "sessions of the listed server" "$(by_policy)" "$without"
listed=$(everything)
expect "the list is remembered" 0 "" "$mailtap" classify "$dir/a.db"
same "and says the same" "$(everything)" "$listed"

# a file that is wrong: which, and where; nothing of it, and nothing of others, is taken
printf 'mx.example must-offer\nmx2.example perhaps\n' > "$dir/bad"
expect "a bad line" 1 "bad.*2" "$mailtap" classify --expect "$dir/bad" "$dir/a.db"
same "the database is as it was" "$(everything)" "$listed"
expect "a good file and a bad one" 1 "bad.*2" \
    "$mailtap" classify --expect "$dir/list" --expect "$dir/bad" "$dir/a.db"
same "the database is as it was, again" "$(everything)" "$listed"
expect "a missing file" 1 "none" "$mailtap" classify -e "$dir/none" "$dir/a.db"
same "the database is still as it was" "$(everything)" "$listed"
printf '%s:25 must-offer\n%s:25 may\n' "$server" "$server" > "$dir/both"
expect "a server that is told two things" 1 "both" "$mailtap" classify -e "$dir/both" "$dir/a.db"

# lists are replaced, and forgotten
printf '%s may\n' "$server" > "$dir/may"
expect "another list" 0 "" "$mailtap" classify --expect "$dir/may" "$dir/a.db"
same "it replaces the one before" "$(policies)" 1
same "nobody expects it now" "$(by_policy)" 0
expect "the first again" 0 "" "$mailtap" classify -q --expect "$dir/list" "$dir/a.db"
expect "expect nothing" 0 "" "$mailtap" classify --expect-nothing "$dir/a.db"
same "the policies are forgotten" "$(policies)" 0
same "the sessions are as at first" "$(sessions)" "$facts"
printf 'version: STSv1\nmode: testing\nmx: mx.example\nmax_age: 86400\n' > "$dir/a.example.mta-sts"
expect "an MTA-STS policy" 0 "" "$mailtap" classify -e "$dir/a.example.mta-sts" "$dir/a.db"
same "its domain and mode" "$(sql "SELECT domain || ' ' || mode FROM policy")" "a.example testing"
expect "sessions that come later" 0 "24 mail" \
    "$mailtap" capture -f "tcp" -r "$demo" -d "$dir/a.db"
same "keep the policies" "$(policies)" 1

# a database that is missing, or none
expect "a missing database" 1 "missing.db" "$mailtap" classify "$dir/missing.db"
expect "a missing database, with a list" 1 "missing.db" \
    "$mailtap" classify -e "$dir/list" "$dir/missing.db"
same "it is not made" "$(ls "$dir" | grep -c missing)" 0
echo "this is no database, it is a text" > "$dir/text"
expect "no database" 1 "text" "$mailtap" classify "$dir/text"
same "it is left alone" "$(cat "$dir/text")" "this is no database, it is a text"

# wrong use
expect "no database named" 2 "name a database" "$mailtap" classify
expect "two databases" 2 "one database" "$mailtap" classify "$dir/a.db" "$dir/b.db"
expect "an unknown option" 2 "help" "$mailtap" classify --no-such-option "$dir/a.db"
expect "an option without its file" 2 "expect" "$mailtap" classify "$dir/a.db" --expect
expect "both at once" 2 "expect" \
    "$mailtap" classify --expect "$dir/list" --expect-nothing "$dir/a.db"
expect "classify --help" 0 "Usage" "$mailtap" classify --help
same "classify --help fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""
exit $failed
