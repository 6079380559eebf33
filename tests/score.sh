#!/bin/sh
# score.sh - run the scorer of labelled captures, where it lies beside the project: all must be right.
mailtap=$1
score=$(dirname "$0")/../../shared/score
said=${TMPDIR:-/tmp}/mailtap-score.$$
failed=0
for family in dialogue tls public frames stripped vantage; do
    "$score" --mailtap "$mailtap" --family $family > "$said" || failed=1
    echo "  SCORE $family: $(tail -n 1 "$said")"
    [ $failed = 0 ] || grep -v ' of ' "$said" | head -n 40
done
rm -f "$said"
exit $failed
