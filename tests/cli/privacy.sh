#!/bin/sh
# privacy.sh - nothing of the mail is kept: not in the database, not in its WAL, nor is it printed.
#
# privacy.py, without mailtap, says what was in the captures and looks for it; it needs python3.
# MAILTAP_CAPTURES is a folder of more captures (default: the shared ones beside the project).
mailtap=$1
case $mailtap in
*sanitized*) exit 0 ;; # what is kept does not depend on the build
esac
here=$(dirname "$0")
more=${MAILTAP_CAPTURES:-$here/../../../shared/captures}
if ! command -v python3 > /dev/null; then
    echo "privacy.sh: skipped: there is no python3"
    exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
fail() { echo "FAILED: $*"; failed=1; }
look() { python3 "$here/privacy.py" search "$dir/list" "$mailtap" "$dir"/none/* -- "$@"; }

# analyse FOLDER CAPTURE...: into FOLDER/a.db, verbosely, keeping what is printed, a report, and
# copies of the database, its WAL and its index as they are on the way: a pipe that is slow to bring
# the last capture once more leaves time for that.  Leaves the status.
analyse() {
    folder=$dir/$1 round=0
    shift
    mkdir "$folder"
    for capture in "$@"; do
        set -- "$@" -r "$capture"
        shift
    done
    { sleep 0.5; cat "$capture"; } | {
        "$mailtap" capture -v "$@" -r - -d "$folder/a.db" > "$folder/stdout" 2> "$folder/stderr"
        echo $? > "$dir/status"
    } &
    while [ ! -s "$dir/status" ]; do
        for suffix in "" -wal -shm -journal; do
            [ -s "$folder/a.db$suffix" ] && cp "$folder/a.db$suffix" "$folder/a.db$suffix.$round"
        done 2> /dev/null
        round=$((round + 1))
        sleep 0.005
    done
    wait
    status=$(cat "$dir/status")
    rm "$dir/status"
    "$mailtap" report "$folder/a.db" > "$folder/report" 2>> "$folder/stderr"
}

set --
for capture in "$here"/../captures/*.pcap* "$more"/lab/*.pcap* "$more"/public/*.pcap* \
    "$more"/derived/*.pcap*; do
    [ -f "$capture" ] && set -- "$@" "$capture"
done
python3 "$here/privacy.py" gather "$dir/list" "$@" || exit 1

# What mailtap writes where there is no mail: a capture of one frame, one octet of it.
{
    printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\001\000\000\000'
    printf '\000\000\000\000\000\000\000\000\001\000\000\000\001\000\000\000\000'
} > "$dir/none.pcap"
analyse none "$dir/none.pcap"
[ "$status" = 0 ] || fail "a capture without mail: $(cat "$dir/none/stderr")"

analyse mail "$@"
[ "$status" = 0 ] || [ "$status" = 3 ] || # 3: some captures are cut short
    fail "the captures were not analysed: $(cat "$dir/mail/stderr")"
sessions=$(sqlite3 "$dir/mail/a.db" "SELECT count(*) FROM v_session")
[ "${sessions:-0}" -gt 20 ] || fail "only ${sessions:-0} sessions were stored"
echo "$sessions sessions; copies on the way: $(ls "$dir"/mail/a.db.* | wc -l) of the database," \
    "$(ls "$dir"/mail/a.db-wal.* | wc -l) of its WAL"
[ -f "$(ls "$dir"/mail/a.db-wal.* | head -n 1)" ] || fail "the WAL was not seen"
look "$dir"/mail/* || failed=1

# And it is found where it was kept: a value of each kind put into the database, one into a WAL that
# has not come to the database yet, one into what was printed.
values=$(awk -F'\t' '!seen[$1]++ { print NR ":" $2 }' "$dir/list")
for value in $values; do
    echo "INSERT INTO meta VALUES ('planted ${value%:*}', x'${value#*:}');"
done > "$dir/plant.sql"
cp "$dir/mail/a.db" "$dir/row.db"
sqlite3 "$dir/row.db" < "$dir/plant.sql"
subject=$(sed -n 's/^subject\t//p' "$dir/list" | head -n 1)
cp "$dir/mail/a.db" "$dir/later.db"
sqlite3 "$dir/later.db" "PRAGMA journal_mode = WAL" "SELECT count(*) FROM meta" \
    "INSERT INTO meta VALUES ('planted', x'$subject')" \
    ".shell cp '$dir/later.db-wal' '$dir/row.db-wal'" > /dev/null
sqlite3 :memory: "SELECT writefile('$dir/log', readfile('$dir/mail/stdout') || x'$subject')" > /dev/null
look "$dir/row.db" "$dir/row.db-wal" "$dir/log" > "$dir/out" && fail "nothing is found"
{
    cut -f1 "$dir/list" | sort -u | sed 's/^\(.*\)$/FAILED: \1: in row.db/'
    printf 'FAILED: subject: in %s\n' row.db-wal log
} > "$dir/expected"
grep FAILED "$dir/out" | diff "$dir/expected" - || fail "something is not found"
echo "found what was put there: $(wc -l < "$dir/expected") kinds and places"
exit $failed
