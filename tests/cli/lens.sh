#!/bin/sh
# lens.sh - questions that look at a part of the database, and at one without names.
mailtap=$1
case $mailtap in
*sanitized*) exit 0 ;; # its unit tests run under the sanitizers, too
esac
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
captures=$(dirname "$0")/../captures
. "$(dirname "$0")/../expect.sh"
db=$dir/a.db
"$mailtap" capture -q -r "$captures/demo.pcap" -d "$db" || exit 1
csv() { "$mailtap" query "$1" -F csv $3 "$2" $4 2>&1 | tr -d '\r'; }
questions=$("$mailtap" query "$db" | cut -d' ' -f1)
ip() { [ "$1" != server ] || echo "--set ip=$2"; }

# what a question can be told by itself
at=2026-11-23T21:54:30
for question in daily clients worst-servers; do
    for limit in since until; do
        same "$question $limit" "$(csv "$db" $question "--$limit $at")" \
            "$(csv "$db" $question "--set $limit=$at")"
    done
done
same "one server" "$(csv "$db" server "--since $at" "--set ip=10.77.2.2")" \
    "$(csv "$db" server "--set since=$at" "--set ip=10.77.2.2")"

# a lens of all is none
for question in $questions; do
    same "all of $question" "$(csv "$db" $question "--since 1970-01-01 --until 2100-01-01" \
        "$(ip $question 10.77.2.2)")" "$(csv "$db" $question "" "$(ip $question 10.77.2.2)")"
done

# what is left when the rest is pruned; in this capture no verdict rests on what goes
for at in 2026-11-23T21:54:10 2026-11-23T21:54:50; do
    cp "$db" "$dir/pruned.db"
    "$mailtap" prune -q --before $at "$dir/pruned.db" || failed=1
    for question in $questions; do
        same "$question since $at" "$(csv "$db" $question "--since $at" \
            "$(ip $question 10.77.2.2)")" \
            "$(csv "$dir/pruned.db" $question "" "$(ip $question 10.77.2.2)")"
    done
done
sessions="SELECT count(*) AS n FROM v_session"
part() { "$mailtap" query "$db" -F csv --sql "$sessions" "$@" | tail -1 | tr -d '\r'; }
same "both parts are the whole" "$(($(part --since $at) + $(part --until $at)))" "$(part)"
same "a part of it" "$(part --since $at)" 6

# without names
hosts='lab\.example|10\.77\.|fd77:|demo\.pcap|Lab Test'
shown=0
for question in $questions; do
    csv "$db" $question "" "$(ip $question 10.77.2.2)" > "$dir/plain"
    csv "$db" $question --anonymise "$(ip $question server-1)" > "$dir/anonymised"
    grep -qE "$hosts" "$dir/plain" && shown=$((shown + 1))
    same "no name in $question" "$(grep -E "$hosts" "$dir/anonymised")" ""
    same "rows of $question" "$(wc -l < "$dir/anonymised")" "$(wc -l < "$dir/plain")"
done
same "there would be some" $((shown > 10)) 1
expect "a pseudonym" 0 "server-1.*25" "$mailtap" query "$db" servers --anonymise
expect "and a part" 0 "server-" "$mailtap" query "$db" servers --anonymise --since $at
expect "SQL, too" 0 "client-1" "$mailtap" query "$db" --anonymise \
    --sql "SELECT DISTINCT client_ip FROM v_session"
expect "the file itself" 1 "'main' cannot be named" "$mailtap" query "$db" --anonymise \
    --sql "SELECT ip FROM main.client"
same "nothing was written" "$(ls "$dir" | grep -c 'a.db-')" 0

# wrong use
expect "no time" 2 "'since' is a day, YYYY-MM-DD" "$mailtap" query "$db" classes --since yesterday
expect "no time either" 2 "'until' is a day" "$mailtap" query "$db" classes --until 2026-11-31T
expect "no period" 2 "nothing can begin" "$mailtap" query "$db" classes --since $at --until $at
expect "no question" 2 "want a question" "$mailtap" query "$db" --since $at
expect "about one" 2 "want a question" "$mailtap" query "$db" daily --about --anonymise
expect "no database" 1 "does not exist" "$mailtap" query "$dir/none.db" daily --since $at
exit $failed
