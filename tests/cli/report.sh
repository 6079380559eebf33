#!/bin/sh
# report.sh - the report at the command line: what it says is the same in each format and in the
# answers to the questions, the same each time, harmless whatever is in the database, and a condition
# ends it with status 4.
#
# With UPDATE=1 in the environment the golden files are written anew: look at the difference.
mailtap=$1
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$here/../expect.sh"
cd "$dir" || exit 1
"$mailtap" capture -q -r "$here/../captures/demo.pcap" -d demo.db || exit 1
"$mailtap" capture -q -r "$here/../captures/dns-answers.pcap" -d none.db || exit 1
home=10.77.2.0/24,fd77:2::/64

# ---- the same database gives the same octets: golden files
for format in text json html; do
    for again in 1 2; do
        "$mailtap" report --home $home -F $format -o $format.$again demo.db || failed=1
    done
    "$mailtap" report --home $home -F $format demo.db > $format.3 || failed=1
    cmp -s $format.1 $format.2 && cmp -s $format.1 $format.3 ||
        { echo "FAILED: $format differs from one time to the next"; failed=1; }
done
# Of the page without its style, and the policy that has the style's digest.
sed -e '/^<style>/,/<\/style>$/d' -e '/Content-Security-Policy/d' html.1 > page && mv page html.1
for format in text json html; do
    [ "${UPDATE:-}" ] && cp $format.1 "$here/report.$format"
    # Without a trust store certificates are not checked, and other things are said.
    grep -q "trust store: system" text.1 || { echo "report.sh: no trust store: no golden files"; break; }
    diff -u "$here/report.$format" $format.1 > diff ||
        { echo "FAILED: report.$format is not what it was:"; head -40 diff; failed=1; }
done
same "lines of more than 80 columns" "$(awk 'length > 80 && !/[^ -~]/' text.1)" ""

# ---- conditions
expect "no condition" 0 "" "$mailtap" report demo.db
expect "met" 4 "sessions-stripped is" "$mailtap" report demo.db --fail-on "sessions-stripped > 0"
same "the report is written all the same" "$(grep -c "Exposure audit" "$dir/out")" 1
expect "not met" 0 "" "$mailtap" report demo.db --fail-on "sessions-stripped > 50%"
expect "one of two" 4 "given-password" "$mailtap" report demo.db --fail-on "sessions-stripped > 50%" \
    --fail-on "count(given-password) > 0"
expect "the interval decides" 0 "" "$mailtap" report demo.db --fail-on "low(sessions-clear) > 60%"
expect "the same without it" 4 "65.2 %" "$mailtap" report demo.db --fail-on "sessions-clear > 60%"
expect "what cannot be told is said" 0 "cannot be told" "$mailtap" report none.db \
    --fail-on "messages-readable > 5%"
expect "weak-rc4 is known where there is none" 0 "" "$mailtap" report demo.db --fail-on "weak-rc4 > 0"
expect "no such figure" 2 "no figure 'stripped'" "$mailtap" report demo.db --fail-on "stripped > 0"
expect "no condition at all" 2 "octet 1" "$mailtap" report demo.db --fail-on ""
expect "half a condition" 2 "octet" "$mailtap" report demo.db --fail-on "sessions-stripped >"
expect "asked before the database is" 2 "octet" "$mailtap" report no.db --fail-on "sessions-stripped >"

# ---- options
expect "help" 0 "fail-on" "$mailtap" report -h
expect "no such format" 2 "xml" "$mailtap" report -F xml demo.db
expect "no prefix" 2 "10.0.0.0/33" "$mailtap" report --home 10.0.0.0/33 demo.db
expect "no time" 2 "YYYY-MM-DD" "$mailtap" report --since monday demo.db
expect "no database" 1 "no.db" "$mailtap" report no.db
expect "two databases" 2 "one" "$mailtap" report demo.db none.db
expect "nothing of that time" 0 "No capture is of this time" "$mailtap" report --since 2027-01-01 demo.db
expect "a time with all of it" 0 "24 mail sessions" "$mailtap" report --until 2027-01-01 demo.db
expect "anonymised" 0 "server-1" "$mailtap" report --anonymise demo.db
same "names that are told all the same" \
    "$(grep -cE "10\.77|fd77|lab\.example|client\.example|demo" "$dir/out")" 0

# ---- where it goes
echo before > kept
expect "a folder that is not there" 1 "cannot be written" "$mailtap" report -o no/report demo.db
mkdir closed && echo before > closed/report && chmod 555 closed
if ! touch closed/try 2> /dev/null; then
    expect "a folder that is closed" 1 "cannot be written" "$mailtap" report -o closed/report demo.db
    same "what was there stays" "$(cat closed/report)" before
fi
chmod 755 closed
"$mailtap" report -o kept demo.db
same "replaced" "$(head -1 kept)" "Exposure audit of demo.db"
same "nothing is left behind" "$(ls | grep -c part)" 0
ln -s elsewhere kept.part && "$mailtap" report -o kept demo.db
same "a link that was laid is not followed" "$(ls elsewhere 2> /dev/null)" ""
if [ -w /dev/full ]; then
    expect "a full disk" 1 "cannot be written" "$mailtap" report -o /dev/full demo.db
    "$mailtap" report demo.db > /dev/full 2> err
    same "a full standard output" "$?" 1
fi
"$mailtap" report -F text demo.db | head -1 > first
same "a pipe that is closed" "$(cat first)" "Exposure audit of demo.db"
same "no colour in a pipe" "$(grep -c "$(printf '\033')" text.3)" 0
if command -v script > /dev/null; then
    TERM=xterm script -qec "'$mailtap' report demo.db" /dev/null > tty < /dev/null
    same "colour on a terminal" "$(grep -c "$(printf '\033\\[1m')" tty | grep -c '^[1-9]')" 1
    NO_COLOR=1 TERM=xterm script -qec "'$mailtap' report demo.db" /dev/null > tty < /dev/null
    same "not with NO_COLOR" "$(grep -c "$(printf '\033\\[1m')" tty)" 0
fi

if ! command -v python3 > /dev/null; then
    echo "report.sh: skipped in part: there is no python3"
    exit $failed
fi
# -I: the html of the library, not the html.py beside it.
python3 -I "$here/report.py" "$mailtap" "$dir" || failed=1
# And a browser is not fooled either.
case $mailtap in
*sanitized*) exit $failed ;; # the same octets
esac
if command -v chromium > /dev/null && command -v chromedriver > /dev/null; then
    python3 "$here/html.py" "$dir/hostile.html" || failed=1
fi
exit $failed
