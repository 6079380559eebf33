#!/bin/sh
# migrate.sh - databases of earlier versions (tests/db) are brought up to date when they are written.
mailtap=$1
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

sound() { sqlite3 "$1" "PRAGMA integrity_check; PRAGMA foreign_key_check"; }

# view DB NAME COLUMNS: its rows, sorted.
view() { sqlite3 -header -csv "$1" "SELECT $3 FROM $2" | tr -d '\r' | LC_ALL=C sort; }

# told DB NAME: the same of what has sessions, which are numbered by their time: they are stored in the
# order in which they end, and when that is known is not the same in all versions.
told() {
    sqlite3 -header -csv "$1" "SELECT n, x.* FROM $2 x JOIN (SELECT session_id AS id,
        row_number() OVER (ORDER BY capture_id, started_ns, client_port) AS n FROM session)
        ON id = x.session_id" | tr -d '\r' | cut -d, -f1,3- | LC_ALL=C sort
}

# as_before DB VERSION: every view that the old database had says what it said.
as_before() {
    for csv in "$here/../db/version-$2"/*.csv; do
        tr -d '\r' < "$csv" | LC_ALL=C sort > "$dir/want.csv"
        view "$1" "$(basename "$csv" .csv)" "$(head -n 1 "$csv" | tr -d '\r')" > "$dir/view.csv"
        diff "$dir/want.csv" "$dir/view.csv" > "$dir/diff" ||
            { echo "FAILED: version $2: $(basename "$csv"):"; head -n 6 "$dir/diff"; failed=1; }
    done
}

# Its own sensor, as it is named in every database.
sensor() {
    sqlite3 "$1" "SELECT mark, key_mark, name FROM sensor JOIN meta ON mark = CAST(value AS TEXT)"
}

# Of a session, what hangs neither on rules nor on what version 1 did not look at.
facts_1="capture_source, vlan, client_ip, client_port, server_ip, server_port, started_at, ended_at,
    client_name, server_name, starttls_offered, starttls_requested, starttls_reply,
    tls_established, tls_version, tls_cipher, sni, cert_subject_cn, messages,
    recipients_attempted, recipients_accepted, content_octets, auth_mechanism,
    credentials_exposed, one_sided, midstream, gap_octets, server_software"

analyse() {
    (cd "$here/../db" || exit 1
     for f in demo dns-answers dns-large dns-referral conflict estimate/msmtp-auth \
         estimate/chunks-four; do
         "$mailtap" capture -q --trust-store authority.pem \
             --keep local-parts,users,subjects,filenames -r ../captures/$f.pcap -d "$1" || exit 1
     done) || { echo "FAILED: the captures cannot be analysed"; exit 1; }
}
analyse "$dir/now.db"

for v in 1 2 3 4; do
    cp "$here/../db/version-$v.db" "$dir/$v.db"
    chmod 640 "$dir/$v.db"
    expect "$v: reading it" 1 "format $v.*mailtap classify.*mailtap merge" \
        "$mailtap" report "$dir/$v.db"
    same "$v: nothing was changed" "$(cmp "$dir/$v.db" "$here/../db/version-$v.db" 2>&1)" ""
    keys=$(sqlite3 "$dir/$v.db" "SELECT hex(value) FROM meta WHERE key = 'address-key'")
    numbers=$(sqlite3 "$dir/$v.db" "SELECT capture_id, hex(digest) FROM capture")
    # a run that died has left its file; a link to the database stays one
    echo left > "$dir/$v.db-migrating"
    ln -s "$v.db" "$dir/link-$v.db"
    expect "$v: classify" 0 "27 sessions judged" "$mailtap" classify "$dir/link-$v.db"
    same "$v: files" "$(ls "$dir" | grep -c "^$v.db")" 1
    same "$v: the link" "$(readlink "$dir/link-$v.db")" "$v.db"
    same "$v: who may read it" "$(stat -c %a "$dir/$v.db")" 640
    same "$v: it is sound" "$(sound "$dir/$v.db")" ok
    same "$v: the key" \
        "$(sqlite3 "$dir/$v.db" "SELECT hex(value) FROM meta WHERE key = 'address-key'")" "$keys"
    same "$v: numbers of captures" \
        "$(sqlite3 "$dir/$v.db" "SELECT capture_id, hex(digest) FROM capture")" "$numbers"
    as_before "$dir/$v.db" $v
    [ $v = 1 ] || [ $v = 2 ] || same "$v: the sensor" "$(sensor "$dir/$v.db")" \
        "$(sensor "$here/../db/version-$v.db")"
    # merging the old one gives the same, and the same sensor
    expect "$v: merge" 0 "7 captures new (27 sessions)" \
        "$mailtap" merge -d "$dir/merged-$v.db" "$here/../db/version-$v.db"
    same "$v: merged" "$(view "$dir/merged-$v.db" v_facts '*')" "$(view "$dir/$v.db" v_facts '*')"
    same "$v: captures" "$(view "$dir/merged-$v.db" v_capture '*')" \
        "$(view "$dir/$v.db" v_capture '*')"
    expect "$v: merge the new one" 0 "0 captures new.*7 already there" \
        "$mailtap" merge -d "$dir/merged-$v.db" "$dir/$v.db"
    # it goes on as any other
    expect "$v: another capture" 0 "" "$mailtap" capture -q -d "$dir/$v.db" \
        -r "$here/../captures/estimate/swaks-probe.pcap"
    same "$v: is sound then" "$(sound "$dir/$v.db")" ok
done

# the same captures, analysed today
same "1: facts as of today" "$(view "$dir/merged-1.db" v_session "$facts_1")" \
    "$(view "$dir/now.db" v_session "$facts_1")"
reaction="SELECT session_id, server_id, client_ip, why, started_ns, next_session_id IS NULL, insist_by, did
    FROM v_reaction"
address="SELECT session_id, transaction_no, role, accepted, domain, local_part FROM v_address"
for n in 2 3 4; do
    merged=$dir/merged-$n.db
    expect "$n: no policies" 0 "" "$mailtap" classify -q --expect-nothing "$merged"
    for v in v_session v_evidence v_exposure v_header_field v_tls v_facts "($reaction)" "($address)" \
        kept media auth conflict; do
        same "$n: $v as of today" "$(told "$merged" "$v")" "$(told "$dir/now.db" "$v")"
    done
    for v in v_server chain; do
        same "$n: $v as of today" "$(view "$merged" $v '*')" "$(view "$dir/now.db" $v '*')"
    done
done

# one without its key takes no more captures, but can be merged
cp "$here/../db/version-2.db" "$dir/keyless.db"
sqlite3 "$dir/keyless.db" "DELETE FROM meta"
expect "without a key" 1 "no key for addresses.*mailtap merge" "$mailtap" classify "$dir/keyless.db"
same "nothing is left beside it" "$(ls "$dir" | grep -c keyless)" 1
expect "without a key, merged" 0 "7 captures new" \
    "$mailtap" merge -d "$dir/merged-keyless.db" "$dir/keyless.db"
same "each capture of its own sensor" \
    "$(sqlite3 "$dir/merged-keyless.db" "SELECT count(DISTINCT sensor_mark) FROM v_capture")" 7

# a damaged one stays as it is
cp "$here/../db/version-2.db" "$dir/damaged.db"
sqlite3 "$dir/damaged.db" "UPDATE capture SET digest = NULL"
before=$(sha256sum < "$dir/damaged.db")
expect "damaged" 1 "damaged" "$mailtap" classify "$dir/damaged.db"
same "it is as it was" "$(sha256sum < "$dir/damaged.db")" "$before"
same "nothing is left beside it either" "$(ls "$dir" | grep -c damaged)" 1
exit $failed
