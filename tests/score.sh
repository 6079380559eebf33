#!/bin/sh
# score.sh - run the scorer of labelled captures, where it lies beside the project.
#
# Families whose support is complete must be perfect; the others are printed for information.
mailtap=$1
score=$(dirname "$0")/../../shared/score
failed=0
for family in dialogue tls public frames; do
    "$score" --mailtap "$mailtap" --family $family > "${TMPDIR:-/tmp}/mailtap-score.$$" || failed=1
    echo "  SCORE $family: $(tail -n 1 "${TMPDIR:-/tmp}/mailtap-score.$$")"
    [ $failed = 0 ] || grep -v ' of ' "${TMPDIR:-/tmp}/mailtap-score.$$" | head -n 40
done
for family in stripped vantage; do
    echo "  SCORE $family: $("$score" --mailtap "$mailtap" --family $family | tail -n 1) (not required yet)"
done
rm -f "${TMPDIR:-/tmp}/mailtap-score.$$"
exit $failed
