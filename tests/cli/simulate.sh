#!/bin/sh
# simulate.sh - what an observer would read under a policy: of a database, of a scenario, in all three
# formats; the same seed gives the same octets; and wrong use.
mailtap=$1
case $mailtap in
*sanitized*) exit 0 ;; # its unit tests run under the sanitizers, too
esac
here=$(dirname "$0")
build=$(dirname "$mailtap")
demo=$here/../captures/demo.pcap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$here/../expect.sh"

one_line() { tr '\n' ' ' | tr -s ' '; }

# figure NAME FILE: "count of" of a figure in JSON
figure() { sed -n "s/.*{\"name\": \"$1\", .*\"count\": \([0-9]*\), \"of\": \([0-9a-z]*\), .*/\1 \2/p" "$2"; }

"$mailtap" capture -q -r "$demo" -d "$dir/a.db" || exit 1
before=$(sha256sum "$dir/a.db")
cat > "$dir/scenario" << 'EOF'
# Receivers that do not offer are what makes mail readable here.
servers = 40
clients = 60
sessions = 2000
offered = 0.6
used = 0.95
stripped-networks = 0
EOF

# of a database
expect "a database" 0 "^Simulation of .*a\.db" "$mailtap" simulate "$dir/a.db"
cp "$dir/out" "$dir/text"
same "it fits 80 columns" "$(awk 'length > 80' "$dir/text")" ""
same "too few for shares" "$(grep -c 'Too few messages to tell: 19\.' "$dir/text")" 1
same "what it rests on" "$(grep -c '^What this rests on' "$dir/text")" 1
expect "JSON" 0 '"format": "mailtap-report"' "$mailtap" simulate --format json "$dir/a.db"
cp "$dir/out" "$dir/json"
"$mailtap" report --format json "$dir/a.db" > "$dir/report.json"
same "as observed is what the report says" "$(figure sim-observed-readable "$dir/json")" \
    "$(figure messages-readable "$dir/report.json")"
same "which is something" "$(figure sim-observed-readable "$dir/json")" "13 19"
expect "a part of it" 0 "^Sessions that began at 2036-01-01 or later" \
    "$mailtap" simulate --since 2036-01-01 "$dir/a.db"
same "the database is not changed" "$(sha256sum "$dir/a.db")" "$before"

# of a scenario
simulate() { "$mailtap" simulate --draws 60 --scenario "$dir/scenario" "$@"; }
expect "a scenario" 0 "^  Yes, against an observer who only listens" simulate
cp "$dir/out" "$dir/text"
same "it fits 80 columns" "$(awk 'length > 80' "$dir/text")" ""
same "only 2.d helps against an interferer" \
    "$(one_line < "$dir/text" | grep -c 'Of the four, only 2\.d has an effect on the interferer\.')" 1
same "curves from nobody to everybody" "$(grep -c '^  100\.0 %' "$dir/text")" 2
expect "the same seed" 0 "" simulate --seed 1 --threads 2
same "the same octets" "$(cksum < "$dir/out")" "$(cksum < "$dir/text")"
expect "another seed" 0 "draws, seed 2$" simulate --seed 2 --threads 1
same "another result" "$([ "$(cksum < "$dir/out")" = "$(cksum < "$dir/text")" ] && echo same)" ""
expect "JSON" 0 '"kind": "curves"' simulate --format json
cp "$dir/out" "$dir/json"
# A stricter policy never raises what who only listens can read.
readable() { figure "sim-$1-readable" "$dir/json" | cut -d' ' -f1; }
last=$(readable observed)
for policy in b-should b-must bc-must abc-must all-must; do
    [ "$(readable $policy)" -le "$last" ] || same "$policy raises what is read" "$(readable $policy)" "$last"
    last=$(readable $policy)
done
if command -v python3 > /dev/null; then
    expect "JSON is JSON" 0 "readable 11 6, insisting 11 3" python3 -c '
import json, sys
curves = [b for s in json.load(open(sys.argv[1]))["sections"] for b in s["blocks"] if b["kind"] == "curves"]
assert all(len(l[k]) == 11 for b in curves for l in b["lines"] for k in ("values", "low", "high"))
assert all(a <= b <= c for b in curves for l in b["lines"] for a, b, c in zip(l["low"], l["values"], l["high"]))
print(", ".join("%s %d %d" % (b["name"], len(b["places"]), len(b["lines"])) for b in curves))
' "$dir/json"
fi

# observers, levels
expect "observers" 0 "Who sees the busiest server, and strips 20 % of the offers" simulate --strips 20% \
    --observer global --observer sample:0.1 --observer prefix:10.0.0.0/8 --observer busiest:1 \
    --observer paths:.5
same "each twice" "$(grep -c '^Who sees ' "$dir/out")" 10
same "it fits 80 columns" "$(awk 'length > 80' "$dir/out")" ""
expect "nobody interferes" 0 "only listens" simulate --strips 0
same "so nobody does" "$(grep -c 'interfere' "$dir/out")" 0
expect "levels" 0 "who follow: 10, 50 and 100 %" simulate --follow must=1
expect "others like them" 0 "The servers seen stand for others" simulate --resample
expect "wanted" 0 "at most 100, where all" simulate --wanted 1%

# a page
simulate --format html -o "$build/simulate.html" --observer busiest:5 || failed=1
same "a page" "$(grep -ci '<!doctype html>' "$build/simulate.html")" 1
same "with charts" "$(grep -c '<svg class="chart"' "$build/simulate.html")" 4
if command -v python3 > /dev/null && command -v chromium > /dev/null && command -v chromedriver > /dev/null; then
    python3 "$here/html.py" "$build/simulate.html" || failed=1
fi

# wrong use
expect "nothing" 2 "name a database, or --scenario" "$mailtap" simulate
expect "both" 2 "not both" simulate "$dir/a.db"
expect "two" 2 "name one database" "$mailtap" simulate "$dir/a.db" "$dir/a.db"
expect "a time of a scenario" 2 "are for a database" simulate --since 2026-11-27
expect "no observer" 2 "'everybody': an observer is global" simulate --observer everybody
expect "no share" 2 "'sample:2': the share" simulate --observer sample:2
expect "no prefix" 2 "10.0.0.0/33" simulate --observer prefix:10.0.0.0/33
expect "no levels" 2 "levels are written" simulate --follow can=1
expect "levels upside down" 2 "a stronger level" simulate --follow may=1
expect "no share stripped" 2 "--strips must be a share" simulate --strips 1.5
expect "nothing wanted" 2 "--wanted must be above 0" simulate --wanted 0
expect "no draws" 2 "draws" simulate --draws 0
expect "no such time" 2 "yesterday" "$mailtap" simulate --since yesterday "$dir/a.db"
expect "no such file" 1 "none\.db" "$mailtap" simulate "$dir/none.db"
expect "no database" 1 "demo\.pcap" "$mailtap" simulate "$demo"
expect "no such scenario" 1 "none cannot be read: No such file" "$mailtap" simulate --scenario "$dir/none"
echo "offered = 2" > "$dir/bad"
expect "no scenario" 1 "bad, line 1" "$mailtap" simulate --scenario "$dir/bad"
head -c 70000 /dev/zero | tr '\0' '#' > "$dir/long"
expect "too long" 1 "at most 65536 octets" "$mailtap" simulate --scenario "$dir/long"
expect "help" 0 "2\.d" "$mailtap" simulate --help
exit $failed
