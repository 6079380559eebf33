#!/bin/sh
# tshark.sh - what the TLS observer read, against what tshark reads in the same captures: version,
# suite, server name, group, JA3 and JA3S of every connection in which either of them saw a hello.
# Folders named behind the program's path are read too.
mailtap=$1
case $mailtap in
*sanitized*) exit 0 ;; # what tshark says does not depend on the build
esac
shift
here=$(cd "$(dirname "$0")/.." && pwd)
command -v tshark > /dev/null || { echo "skipped: tshark is not installed"; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0 sessions=0 captures=0

plain() {
    case $1 in
    *.gz) gzip -dc "$1" ;;
    *.zst) zstd -dcq "$1" ;;
    *) cat "$1" ;;
    esac
}
# A record that begins with a hello, whoever finds it.
has_hello() { plain "$1" | LC_ALL=C grep -qaP '\x16\x03[\x00-\x04]..[\x01\x02]'; }

# hellos FILE OPTION...: a row for each frame that completes a hello or a ServerKeyExchange.
hellos() {
    file=$1
    shift
    tshark -r "$file" -o tcp.reassemble_out_of_order:TRUE "$@" \
        -Y "tls.handshake.type == 1 || tls.handshake.type == 2 || tls.handshake.type == 12" \
        -T fields -E separator=';' -E occurrence=a -E aggregator=, -e tcp.stream \
        -e ip.src -e ipv6.src -e tcp.srcport -e ip.dst -e ipv6.dst -e tcp.dstport \
        -e tls.handshake.type -e tls.handshake.version \
        -e tls.handshake.extensions.supported_version -e tls.handshake.ciphersuite \
        -e tls.handshake.extensions_server_name \
        -e tls.handshake.extensions_key_share_selected_group \
        -e tls.handshake.extensions_key_share_group -e tls.handshake.server_named_curve \
        -e tls.handshake.ja3 -e tls.handshake.ja3s 2> /dev/null
}

# stored DB: a row for each session with a hello.
stored() {
    "$mailtap" query "$1" --format csv --sql "
        SELECT v.client_ip, v.client_port, v.server_ip, v.server_port, s.tls_version, s.tls_cipher,
               s.tls_group, s.sni, s.ja3, s.ja3s
        FROM v_session v JOIN v_facts s USING (session_id)
        WHERE coalesce(s.tls_version, s.ja3, s.ja3s) IS NOT NULL
        ORDER BY v.started_at" | tail -n +2 | tr -d '\r' | tr , ';'
}

# Each connection of either list, what they say of it, and the number of those compared.
cat > "$dir/compare.awk" << 'AWK'
function last(list,   part) { return part[split(list, part, ",")] }
function first(list) { sub(/,.*/, "", list); return list }
function number(text,   value, i) {
    text = first(text)
    if (text !~ /^0x/)
        return text
    for (i = 3; i <= length(text); i++)
        value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return value
}
# The address inside of every tunnel.
function address(four, six) { return four != "" ? last(four) : last(six) }
# Connections that use the same ports again are told apart by their order.
function named(stream, key) {
    if (!(stream in name))
        name[stream] = key " #" ++uses[key]
    return name[stream]
}
function note(key, what, value) {
    if (value != "" && !((key, what) in theirs))
        theirs[key, what] = value
}
function fail(key, text) {
    print "FAILED: " capture ": " key ": " text
    failed = 1
}
function differ(key, what, ours,   value) {
    value = theirs[key, what]
    if (value != ours)
        fail(key, what " is '" ours "', says tshark '" value "'")
}
BEGIN { FS = ";" }
FILENAME ~ /theirs$/ {
    by_client = first($8) == 1
    source = address($2, $3) " " $4
    target = address($5, $6) " " $7
    key = named($1, by_client ? source " " target : target " " source)
    known[key]
    if (by_client) {
        note(key, "sni", first($12))
        note(key, "ja3", first($16))
        next
    }
    if ($8 ~ /(^|,)2(,|$)/) {
        note(key, "version", number($10 != "" ? $10 : $9))
        note(key, "cipher", number($11))
    }
    note(key, "group", number($13 != "" ? $13 : $14))
    note(key, "group", number($15))
    if ($13 == "") # no HelloRetryRequest
        note(key, "ja3s", first($17))
}
FILENAME ~ /ours$/ {
    key = $1 " " $2 " " $3 " " $4
    key = key " #" ++met[key]
    compared++
    if (!(key in known))
        fail(key, "no hello, says tshark")
    delete known[key]
    differ(key, "version", $5)
    differ(key, "cipher", $6)
    differ(key, "group", $7)
    differ(key, "sni", $8)
    differ(key, "ja3", $9)
    differ(key, "ja3s", $10)
}
END {
    for (key in known)
        fail(key, "a hello, says tshark")
    print compared + 0 > count
    exit failed
}
AWK

# compare FILE: both lists.  Where tshark does not follow STARTTLS it is told that there is TLS.
compare() {
    "$mailtap" capture -q -r "$1" -d "$dir/a.db" 2> /dev/null
    stored "$dir/a.db" > "$dir/ours"
    hellos "$1" > "$dir/theirs"
    if [ "$(cut -d';' -f1 "$dir/theirs" | sort -u | wc -l)" -lt "$(wc -l < "$dir/ours")" ]; then
        set -- "$1" $(cut -d';' -f4 "$dir/ours" | sort -u | sed 's/.*/-d tcp.port==&,tls/')
        hellos "$@" >> "$dir/theirs"
    fi
    awk -v capture="$(basename "$1")" -v count="$dir/count" -f "$dir/compare.awk" \
        "$dir/theirs" "$dir/ours" || failed=1
    rm -f "$dir"/a.db*
}

find "$here/captures" "$here/../../shared/captures" "$@" -type f 2> /dev/null |
    grep -E '\.(pcap|pcapng)(\.gz|\.zst)?$' | sort > "$dir/files"
while read -r file; do
    has_hello "$file" || continue
    compare "$file"
    captures=$((captures + 1))
    sessions=$((sessions + $(cat "$dir/count")))
done < "$dir/files"
echo "$sessions sessions of $captures captures compared with tshark"
[ $captures -gt 0 ] || failed=1
exit $failed
