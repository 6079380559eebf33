#!/bin/sh
# golden.sh - the rows of the demonstration capture, as they are known from how it was made.
mailtap=$1
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$mailtap" capture -q -r "$here/../captures/demo.pcap" -d "$dir/a.db" || exit 1
"$mailtap" query "$dir/a.db" --format csv --sql "
    SELECT client_port, server_ip, server_port, class, cleartext_reason, starttls_offered,
           starttls_requested, starttls_reply, tls_version, tls_cipher, sni, cert_subject_cn,
           messages, recipients_attempted, recipients_accepted, content_octets, auth_mechanism,
           credentials_exposed, strip_rule, strip_rank
    FROM v_session ORDER BY started_at, client_port" > "$dir/rows.csv"
diff -u "$here/golden.csv" "$dir/rows.csv"
