#!/bin/sh
# tools.sh - the database is good for any SQLite tool: the stock shell, Python, Perl's DBD::SQLite.
#
# It is copied to a folder that cannot be written, and read by somebody whose it is not.
mailtap=$1
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

mkdir "$dir/shelf"
"$mailtap" capture -q --sensor "a shelf" -r "$here/../captures/demo.pcap" \
    -r "$here/../captures/dns-answers.pcap" -d "$dir/a.db" || exit 1
cp "$dir/a.db" "$dir/shelf/a.db"
chmod 444 "$dir/shelf/a.db"
chmod 755 "$dir"
chmod 555 "$dir/shelf"
db=$dir/shelf/a.db
# root may write everywhere, nobody may not.
reader=
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
    reader="setpriv --reuid=65534 --regid=65534 --clear-groups"
fi

# by COMMAND ARGUMENT: who runs it: that reader, where he can.
by() { $reader "$@" > /dev/null 2>&1 < /dev/null && echo "$reader"; }

# ---- the shell
shell() { $reader sqlite3 -batch "$@"; }
same "the shell: sound" "$(shell "$db" "PRAGMA integrity_check; PRAGMA foreign_key_check")" ok
same "what it is" "$(shell "$db" "PRAGMA application_id; PRAGMA journal_mode")" "$(printf '1297367376\ndelete')"
shell "$db" .tables > "$dir/tables"
for name in session v_session v_server describe; do
    grep -qw "$name" "$dir/tables" || { echo "FAILED: .tables does not list $name"; failed=1; }
done
# .schema says of each table and view what it is.
shell "$db" .schema > "$dir/schema"
same "statements of .schema that do not say what they make" \
    "$(awk '/^CREATE (TABLE|VIEW)/ { made = $0; getline; if ($0 !~ /^ *-- [a-z]/) print made }' "$dir/schema")" ""
same "those that do" "$(grep -cE '^CREATE (TABLE|VIEW)' "$dir/schema")" \
    "$(shell "$db" "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view')")"
same "lines of .schema that are too long" "$(awk 'length > 100 && !/^\/\*/' "$dir/schema")" ""
# describe has them all.
same "what is not described" "$(shell "$db" "
    SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
      WHERE m.type IN ('table', 'view')
      AND NOT EXISTS (SELECT 1 FROM describe d WHERE d.object = m.name AND d.\"column\" = c.name)
    UNION ALL SELECT m.name FROM sqlite_schema m WHERE m.type IN ('table', 'view')
      AND NOT EXISTS (SELECT 1 FROM describe d WHERE d.object = m.name AND d.\"column\" = '')")" ""
views=$(shell "$db" "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
for view in $views; do
    for trusted in ON OFF; do
        shell "$db" "PRAGMA trusted_schema = $trusted" "SELECT * FROM $view" \
            > "$dir/$view.$trusted" 2>&1 ||
            { echo "FAILED: $view, trusted_schema $trusted:"; head -3 "$dir/$view.$trusted"; failed=1; }
    done
    cmp -s "$dir/$view.ON" "$dir/$view.OFF" || { echo "FAILED: $view differs"; failed=1; }
done
same "sessions" "$(wc -l < "$dir/v_session.OFF" | tr -d ' ')" 24
same "a dump goes back in" "$(shell "$db" .dump | sqlite3 "$dir/back.db" &&
    sqlite3 "$dir/back.db" "SELECT count(*) FROM v_session")" 24
same "nothing was made beside it" "$(ls "$dir/shelf")" a.db

# ---- Python: every view, as counted by the shell
for view in $views; do
    printf '%s %s\n' "$view" "$(shell "$db" "SELECT count(*) FROM $view")"
done > "$dir/counts"
if command -v python3 > /dev/null; then
    $(by python3 -V) python3 - "$db" $views > "$dir/python" 2>&1 << 'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for view in sys.argv[2:]:
    print(view, len(db.execute(f"SELECT * FROM {view}").fetchall()))
EOF
    same "python3" "$(cat "$dir/python")" "$(cat "$dir/counts")"
else
    echo "tools.sh: python3 is not there"
fi

# ---- Perl
if perl -MDBD::SQLite -e 1 2> /dev/null; then
    $(by perl -MDBD::SQLite -e 1) perl - "$db" $views > "$dir/perl" 2>&1 << 'EOF'
use DBI;
use DBD::SQLite::Constants ':file_open';
my $db = DBI->connect("dbi:SQLite:dbname=" . shift, "", "",
    {RaiseError => 1, sqlite_open_flags => SQLITE_OPEN_READONLY});
printf "%s %d\n", $_, scalar @{$db->selectall_arrayref("SELECT * FROM $_")} for @ARGV;
EOF
    same "DBD::SQLite" "$(cat "$dir/perl")" "$(cat "$dir/counts")"
else
    echo "tools.sh: DBD::SQLite of Perl is not there (libdbd-sqlite3-perl)"
fi
# Python's sqlite-utils, where somebody has it.
if command -v sqlite-utils > /dev/null; then
    same "sqlite-utils" "$(sqlite-utils rows "$db" v_session --csv -c session_id | wc -l | tr -d ' ')" 25
fi

# ---- and mailtap itself, from that shelf
for command in "query $db servers" "report $db" "check -q $db"; do
    # shellcheck disable=SC2086
    $(by "$mailtap" --version) "$mailtap" $command > "$dir/out" 2>&1 ||
        { echo "FAILED: mailtap $command:"; cat "$dir/out"; failed=1; }
done
exit $failed
