#!/bin/sh
# synth.sh - captures that are made, analysed, and compared with their truth, connection by connection.
mailtap=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

synth() { "$mailtap" synth "$@"; }
sql() { sqlite3 "$dir/m.db" "$1"; }

# made NAME OPTION...: a capture, its truth, and what is found in it, side by side in table `both`.
made() {
    made=$1
    shift
    rm -f "$dir"/m.*
    expect "$made is made" 0 "" synth -q -o "$dir/m.pcap" --truth "$dir/m.json" \
        --authority "$dir/m.pem" "$@"
    expect "$made is analysed" 0 "" "$mailtap" capture -q -r "$dir/m.pcap" -d "$dir/m.db" \
        --trust-store "$dir/m.pem"
    sql "CREATE TABLE seen AS SELECT client_ip || ' ' || client_port || ' ' || server_ip || ' '
             || server_port AS ends, * FROM v_session;
         CREATE UNIQUE INDEX seen_ends ON seen (ends);
         CREATE TABLE both AS SELECT t.value AS truth, t.value ->> 'class' AS true_class, s.*
         FROM json_each(readfile('$dir/m.json'), '$.sessions') t LEFT JOIN seen s ON s.ends =
             (t.value ->> 'client_ip') || ' ' || (t.value ->> 'client_port') || ' ' ||
             (t.value ->> 'server_ip') || ' ' || (t.value ->> 'server_port')"
}

# What of the truth is not what was found, as 'what: truth, found', counted.  Mail under TLS, and what
# is weak, are not for comparing.
differences() {
    sql "SELECT key || ': ' || coalesce(value, 'NULL') || ', ' || coalesce(found, 'NULL') || ' '
             || count(*) FROM (
           SELECT f.key, f.value, json_object(
               'class', class, 'cleartext_reason', cleartext_reason, 'started_at', started_at,
               'client_name', client_name, 'server_name', server_name,
               'starttls_offered', starttls_offered, 'starttls_requested', starttls_requested,
               'starttls_reply', starttls_reply, 'tls_established', tls_established,
               'tls_version', tls_version, 'strip_rule', strip_rule, 'messages', messages,
               'recipients_attempted', recipients_attempted,
               'recipients_accepted', recipients_accepted, 'content_octets', content_octets,
               'auth_mechanism', auth_mechanism, 'credentials_exposed', credentials_exposed)
             ->> f.key AS found
           FROM both, json_each(truth) f
           WHERE key IN ('class', 'cleartext_reason', 'starttls_offered', 'starttls_requested',
                         'starttls_reply', 'tls_established', 'tls_version')
             OR (key = 'started_at' AND truth ->> 'frames_disordered' = 0)
             OR (key IN ('client_name', 'server_name') AND true_class <> 'implicit-tls')
             OR (key = 'strip_rule' AND true_class = 'stripped')
             OR (key IN ('messages', 'recipients_attempted', 'recipients_accepted',
                         'content_octets', 'auth_mechanism', 'credentials_exposed')
                 AND true_class NOT IN ('starttls', 'implicit-tls')))
         WHERE value IS NOT found GROUP BY key, value, found"
}

# agree NAME FEWEST CLASS: nothing differs; there are so many of the class; nothing else is there.
agree() {
    same "$1: nothing differs" "$(differences)" ""
    same "$1: at least $2 $3" "$(sql "SELECT count(*) >= $2 FROM both WHERE class = '$3'")" 1
    same "$1: all of them" "$(sql "SELECT (SELECT count(*) FROM both) - (SELECT count(*) FROM seen)")" 0
    same "$1: no gap" "$(sql "SELECT total(gap_octets) FROM seen")" 0.0
}

# Under the sanitizers, which are slow, a little of everything; its pieces have unit tests there.
case $mailtap in
*sanitized*)
    made "everything" --sessions 300 --set loss=0.02 --set disorder=0.02 --set tunnelled=0.2 \
        --set background=0.1 --set octets=2000
    exit $failed
    ;;
esac
forms="deleted masked refused command ehlo broken"

# ---- without boxes
clear="--set stripped-networks=0"
# shellcheck disable=SC2086
made "mail as it is" $clear --sessions 800 --set octets=4000 --set servers=40
agree "mail as it is" 300 starttls
same "totals are sums" "$(sql "SELECT sum(true_class = 'cleartext') = j ->> '$.totals.cleartext' AND
    sum(true_class = 'starttls') = j ->> '$.totals.starttls' AND
    sum(truth ->> 'messages') = j ->> '$.totals.messages' AND
    sum(truth ->> 'content_octets') = j ->> '$.totals.content_octets' AND
    count(*) = j ->> '$.totals.connections'
    FROM both, (SELECT readfile('$dir/m.json') AS j)")" 1
same "certificates verify, and name their servers" "$(sql "SELECT count(*) > 20 AND
    sum(rung = 'authenticable') = count(*) FROM seen WHERE tls_version = 'TLSv1.2'")" 1
same "of both kinds of keys" "$(sql "SELECT count(DISTINCT key_type) FROM certificate")" 2

made "submission" $clear --sessions 400 --set submission=0.5 --set implicit=0.3 --set probes=0.2 \
    --set octets=2000
agree "submission" 50 implicit-tls
same "credentials in the clear, of both kinds" "$(sql "SELECT count(DISTINCT auth_mechanism)
    FROM seen WHERE credentials_exposed = 1")" 2

# ---- boxes, as the client's side and the server's side see them
only() {
    for form in $forms; do
        [ $form = "$1" ] || printf -- '--set form-%s=0 ' $form
    done
}
small="--sessions 1500 --set servers=3 --set clients=40 --set networks=40 --set offered=1 --set skew=0
       --set octets=1000 --set established=1 --set stripped-networks=0.08"
box() { # FORM, and the rule that finds it on both sides
    # shellcheck disable=SC2046,SC2086
    made "a box: $1" $small $(only "$1")
    agree "a box: $1" 20 stripped
    same "by its rule: $1" "$(sql "SELECT DISTINCT strip_rule FROM seen WHERE class = 'stripped'")" "$2"
    # shellcheck disable=SC2046,SC2086
    made "behind a box: $1" --vantage server $small $(only "$1")
    agree "behind a box: $1" "$([ "$3" ] && echo 20 || echo 0)" stripped
    same "by its rule behind it: $1" \
        "$(sql "SELECT DISTINCT strip_rule FROM seen WHERE class = 'stripped'")" "$3"
}
box deleted offer-missing ""
box masked offer-masked ""
box refused refused ""
box command refused command-masked
box ehlo ehlo-masked ehlo-masked
box broken handshake-broken handshake-broken

# ---- what frames go through
made "tunnels" $clear --sessions 300 --set tunnelled=1 --set octets=3000
agree "tunnels" 100 starttls
same "all kinds" "$(sql "SELECT group_concat(DISTINCT truth ->> 'wrapping') LIKE '%gre%' AND
    count(DISTINCT truth ->> 'wrapping') = 3 FROM both")" 1
made "background" $clear --sessions 300 --set background=0.5 --set octets=3000
agree "background" 100 starttls
same "is half of the frames" "$(sql "SELECT abs(sum(truth ->> 'frames') * 2.0 / (SELECT frames FROM
    capture) - 1) < 0.2 FROM both")" 1
made "duplicates" $clear --sessions 300 --set duplicates=0.2 --set octets=3000
agree "duplicates" 100 starttls
made "disorder" --sessions 600 $clear --set disorder=0.05 --set octets=3000
agree "disorder" 200 starttls
same "there is some" "$(sql "SELECT sum(truth ->> 'frames_disordered' > 0) > 200 FROM both")" 1

# What is missing takes answers away and turns none round; counts become less, and no more.
contradictions() {
    sql "SELECT key || ': ' || coalesce(value, 'NULL') || ', ' || found || ' ' || count(*) FROM (
           SELECT f.key, f.value, true_class, json_object(
               'class', nullif(class, 'unknown'), 'client_name', nullif(client_name, ''),
               'server_name', nullif(server_name, ''), 'starttls_offered', starttls_offered,
               'starttls_requested', starttls_requested, 'starttls_reply', starttls_reply,
               'tls_established', tls_established, 'tls_version', tls_version,
               'messages', messages, 'recipients_attempted', recipients_attempted,
               'recipients_accepted', recipients_accepted, 'content_octets', content_octets,
               'auth_mechanism', auth_mechanism, 'credentials_exposed', credentials_exposed)
             ->> f.key AS found
           FROM both, json_each(truth) f
           WHERE key NOT IN ('client_name', 'server_name') OR true_class <> 'implicit-tls')
         WHERE found IS NOT NULL AND CASE
             WHEN key NOT IN ('messages', 'recipients_attempted', 'recipients_accepted',
                              'content_octets') THEN found IS NOT value
             WHEN true_class IN ('starttls', 'implicit-tls') THEN found > 0
             ELSE found > value END
         GROUP BY key, value, found"
}
for loss in 0.005 0.05; do
    made "loss of $loss" $clear --sessions 750 --set loss=$loss --set octets=4000
    same "what is lost is known: $loss" "$(contradictions)" ""
    same "some is lost: $loss" "$(sql "SELECT sum(truth ->> 'frames_lost' > 0) > 50 FROM both")" 1
    same "most is read: $loss" \
        "$(sql "SELECT sum(class = true_class) > 0.9 * count(*) FROM both")" 1
done

# ---- the same octets, whoever makes them
all="--sessions 500 --set background=0.2 --set loss=0.01 --set disorder=0.01 --set duplicates=0.01
     --set tunnelled=0.2 --set implicit=0.1"
sum() { # shellcheck disable=SC2086
    synth -q -o "$dir/s.pcap" --truth "$dir/s.json" --authority "$dir/s.pem" $all "$@" && cat "$dir"/s.* | cksum; }
once=$(sum)
same "twice" "$(sum)" "$once"
same "by two threads" "$(sum --threads 2)" "$once"
same "by three" "$(sum --threads 3)" "$once"
[ "$(sum --seed 2)" != "$once" ] || { echo "FAILED: another seed gives the same"; failed=1; }

# ---- the command
printf 'sessions = 20\nseed = 7 # any\n' > "$dir/scenario"
expect "a scenario" 0 "20 sessions" synth -s "$dir/scenario" -o "$dir/a.pcap"
expect "an option over it" 0 "30 sessions" synth -s "$dir/scenario" --sessions 30 -o "$dir/b.pcap"
expect "a seed beside it" 0 "" synth -q -s "$dir/scenario" --seed 7 -o "$dir/b.pcap"
same "is the same" "$(cksum < "$dir/a.pcap")" "$(cksum < "$dir/b.pcap")"
same "to standard output" "$(synth -q -s "$dir/scenario" -o - | cksum)" "$(cksum < "$dir/a.pcap")"
echo 'sesions = 3' > "$dir/scenario"
expect "no such name" 1 "scenario, line 1.*sessions" synth -s "$dir/scenario" -o "$dir/c.pcap"
expect "no such file" 1 "cannot be read" synth -s "$dir/none" -o "$dir/c.pcap"
expect "no such name by option" 2 "no name of a scenario" synth --set x=1 -o "$dir/c.pcap"
expect "a value out of its range" 2 "share from 0 to 1" synth --set loss=2 -o "$dir/c.pcap"
expect "two lines in one option" 2 "NAME=VALUE" synth --set "loss=0
seed=1" -o "$dir/c.pcap"
expect "nowhere to write to" 2 "say where" synth
expect "an operand" 2 "no option" synth -o "$dir/c.pcap" more
expect "all to one place" 2 "only one" synth -o - --truth -
expect "a folder that is not there" 1 "cannot be written" synth -o "$dir/none/c.pcap"
expect "a disk that is full" 1 "No space" synth -q --sessions 20 -o /dev/full
same "nothing is left of what failed" "$(ls "$dir" | grep -c '^c\.')" 0
expect "help" 0 "vantage" synth --help
exit $failed
