#!/bin/sh
# layers.sh - which layer may include what.  Each rule is one grep over #include lines.
cd "$(dirname "$0")/.." || exit 1
failed=0

# only HEADER WHERE: no file outside WHERE (a pattern of paths) includes HEADER.
only() {
    found=$(grep -rnE "^#include [<\"]$1" --include='*.c' --include='*.h' \
        base capture analysis db report synth cli include | grep -vE "^($2)")
    [ -z "$found" ] || { echo "$1 belongs in $2 only:"; echo "$found"; failed=1; }
}
# never WHERE HEADER: no file in WHERE includes HEADER.
never() {
    found=$(grep -rnE "^#include [<\"]$2" $1)
    [ -z "$found" ] || { echo "$1 must not know $2:"; echo "$found"; failed=1; }
}

only 'pcap' 'capture/'
only 'ndpi' 'analysis/dpi\.c'
only 'xxhash\.h' 'base/fingerprint\.c'
only 'openssl/' 'analysis/(cert\.c|chain\.c|x509\.h)|base/digest\.c|synth/(authority\.[ch]|handshake\.c)'
only 'x509\.h' 'analysis/(cert|chain)\.c'
only 'sqlite3' 'db/'
never base 'mailtap/(frame|packet|flow|stream|smtp|tls|session|facts|store|query|report)'
never capture 'mailtap/(smtp|tls|session|facts|evidence|classify|store|query|report|dpi|cert)'
never analysis 'mailtap/(store|query|report)'
never db 'mailtap/(smtp|session|flow|stream|frame|dpi|report)'
never synth 'mailtap/(store|query|report|frame|flow|stream|session)'
never report 'mailtap/(smtp|session|flow|stream|frame|dpi)'

# Every source has its test.
for f in base/*.c capture/*.c analysis/*.c analysis/evidence/*.c db/*.c report/*.c synth/*.c; do
    [ -f "tests/unit/test_$(basename "$f")" ] || { echo "$f has no unit test"; failed=1; }
done
exit $failed
