#!/bin/sh
# order.sh - findings do not depend on the order in which captures came in, nor on how many at a time.
#
# MAILTAP_CAPTURES is a folder with captures in its lab/ (default: the shared ones beside the
# project); MAILTAP_ORDERS is how many orders are tried.  order.py needs python3.
mailtap=$1
here=$(dirname "$0")
lab=${MAILTAP_CAPTURES:-$here/../../../shared/captures}/lab
if ! command -v python3 > /dev/null; then
    echo "order.sh: skipped: there is no python3"
    exit 0
fi
if [ ! -d "$lab" ]; then
    echo "order.sh: skipped: there are no captures in $lab"
    exit 0
fi
exec python3 "$here/order.py" "$mailtap" "$lab" "${MAILTAP_ORDERS:-50}"
