#!/bin/sh
# query.sh - questions at the command line: parameters, what is said of a question, wrong use.
mailtap=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"
db=$dir/a.db
"$mailtap" capture -q -r "$(dirname "$0")/../captures/demo.pcap" -d "$db" || exit 1

# expect NAME STATUS PATTERN ARGUMENT...: exit status, and a pattern in what `query DB` prints.
expect() {
    name=$1 status=$2 pattern=$3
    shift 3
    "$mailtap" query "$db" "$@" > "$dir/out" 2> "$dir/err" < /dev/null
    got=$?
    if [ $got != "$status" ] || ! cat "$dir/out" "$dir/err" | grep -qi -e "$pattern"; then
        echo "FAILED: $name: status $got instead of $status, or no '$pattern' in:"
        cat "$dir/out" "$dir/err"
        failed=1
    fi
    if [ $status = 2 ] && [ -s "$dir/out" ]; then
        echo "FAILED: $name: wrong use, and something on standard output"
        failed=1
    fi
}
csv() { "$mailtap" query "$db" --format csv "$@" | tr -d '\r'; }

# parameters of SQL
same "a value is bound" "$(csv --sql "SELECT :a AS a, typeof(:a) AS t" --set "a=x'; --" | tail -1)" \
    "x'; --,text"
same "a whole number is one" "$(csv --sql "SELECT :n + 1 AS n" --set n=41 | tail -1)" 42
same "an equals sign in a value" "$(csv --sql "SELECT :a AS a" -s a=b=c | tail -1)" b=c
same "an empty value" "$(csv --sql "SELECT :a AS a" -s a= | tail -1)" '""'
same "the last one counts" "$(csv --sql "SELECT :a AS a" -s a=1 -s a=2 | tail -1)" 2
same "two of them" "$(csv --sql "SELECT :a || :b AS ab" -s a=1 -s b=2 | tail -1)" 12
expect "one not set" 2 "'b' must be set" --sql "SELECT :a, :b" --set a=1
expect "one too many" 2 "no parameter 'c'; there is a, b" --sql "SELECT :a, :b" --set c=1
expect "none to set" 2 "has none" --sql "SELECT 1" --set c=1
expect "no value" 2 "NAME=VALUE" --sql "SELECT :a" --set a
expect "no name" 2 "no parameter ''" --sql "SELECT :a" --set =1
expect "wrong SQL is no wrong use" 1 "syntax error" --sql "SELEKT :a" --set a=1

# parameters of questions
expect "a question with its defaults" 0 "STARTTLS offered" changed
expect "and with a time" 0 "too few" changed --set at=2030-01-01
wide="-s since=1970-01-01 -s until=2031-01-01"
same "all before it, all after it" \
    "$(csv changed $wide -s at=2030-01-01 | grep '^in the clear' | cut -d, -f2,3)" \
    "$(csv changed $wide -s at=1970-01-02 | grep '^in the clear' | cut -d, -f5,6)"
same "which are some" "$(csv changed $wide -s at=2030-01-01 | grep -c '^stripped of decided,1,23,')" 1
expect "no such parameter" 2 "no parameter 'til'; there is since, until" daily --set til=2030-01-01
expect "no time" 2 "YYYY-MM-DD" daily --set until=tomorrow
expect "no number" 2 "whole number" clients --set rows=many
expect "required" 2 "'ip' must be set: its address" server
expect "given" 0 "sessions" server --set ip=10.77.2.3
expect "set without a question" 2 "question" --set a=1
same "rows" "$(csv clients -s rows=1 | wc -l)" 2
expect "JSON" 0 '"what":"sessions","value":3' server -s ip=10.77.2.3 --format json
expect "one object a line" 0 '^{"day":' daily --format ndjson

# what is said of them
expect "about" 0 "at=TIME" changed --about
same "its title" "$(head -1 "$dir/out")" "What changed between two times?"
expect "about comes first, too" 0 "ip=TEXT.*required" --about server
expect "about one without parameters" 0 "Columns:" classes --about
same "then none are told" "$(grep -c Parameters "$dir/out")" 0
expect "about nothing" 2 "name of a question" --about
expect "about what is not there" 1 "no question" --about no-such
expect "about and set" 2 "set" changed --about --set at=2030-01-01
expect "the list" 0 "^worst-servers  *Which" --format csv
same "the list fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""
for question in $(cut -d' ' -f1 "$dir/out"); do
    expect "about $question" 0 "?" "$question" --about
    same "about $question fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""
done
exit $failed
