#!/bin/sh
# html.sh - the HTML report as a browser sees it, on a phone, a screen, in the dark and on paper.
#
# html.py drives Chromium over WebDriver; it needs python3, chromium and chromedriver.  What it looked
# at stays beside the program: report.html, .png, .pdf.
mailtap=$1
here=$(dirname "$0")
build=$(dirname "$mailtap")
case $mailtap in
*sanitized*) exit 0 ;; # the same octets, which the other build has shown to the browser
esac
for tool in python3 chromium chromedriver; do
    if ! command -v $tool > /dev/null; then
        echo "html.sh: skipped: there is no $tool"
        exit 0
    fi
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$here/../expect.sh"

"$mailtap" capture -q -r "$here/../captures/demo.pcap" -d "$dir/demo.db" || exit 1
"$mailtap" report --format html -o "$build/report.html" "$dir/demo.db" || exit 1
"$mailtap" report --format html -o "$dir/again.html" "$dir/demo.db" || exit 1
same "the same octets" "$(cksum < "$dir/again.html")" "$(cksum < "$build/report.html")"
python3 "$here/html.py" "$build/report.html" || failed=1
exit $failed
