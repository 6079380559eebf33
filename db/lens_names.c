/*
 * lens_names.c - what an anonymised database looks like, column by column.
 *
 * A pseudonym is a number that the database has anyway, or the place in an order that tells nothing
 * of what it stands for: not that of digests or names.  It is the same wherever the same thing is
 * meant, so that questions still join.  What is NULL stays NULL, for that says that nothing was
 * there; what is not stays something.  Numbers, and words out of lists of ours or of registries,
 * identify nobody.  What others may write as they like is kept where it is on a list.
 */
#include "lens_private.h"

#include <string.h>

#define HIDDEN(column, as) "CASE WHEN x." column " IS NOT NULL THEN " as " END"

/* The same as name.name says, where the name was read anywhere; else NULL. */
#define NAME_OF(value) "(SELECT 'name-' || n.name_id FROM main.name n WHERE n.name = " value ")"

/* All ports of an address are one. */
#define SERVER_OF(ip)                                                                              \
    "(SELECT 'server-' || min(o.server_id) FROM main.server o WHERE o.ip = " ip ")"

#define CERTIFICATE_OF(sha256)                                                                     \
    "(SELECT 'certificate-' || m.number FROM temp.lens_certificate m WHERE m.sha256 = " sha256 ")"
#define CHAIN_OF(chain)                                                                            \
    "(SELECT 'chain-' || m.number FROM temp.lens_chain m WHERE m.chain = " chain ")"
#define HOST_OF(name) "(SELECT m.pseudonym FROM temp.lens_host m WHERE m.name = " name ")"

/* Exact ones can be looked up in the logs of certificate transparency. */
#define MONTH_OF(column)                                                                           \
    "CAST(strftime('%s', x." column ", 'unixepoch', 'start of month') AS INTEGER)"

#define DAY "86400000000000"
#define DAY_OF(column) "(x." column " / " DAY " - (x." column " % " DAY " < 0)) * " DAY
#define DAY_TEXT_OF(column)                                                                        \
    "strftime('%Y-%m-%dT00:00:00.000000Z', (" DAY_OF(column) ") / 1000000000, 'unixepoch')"

/* A client may call its mechanism as it likes. */
#define MECHANISM(column)                                                                          \
    "CASE WHEN x." column " IN ('PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5', 'SCRAM-SHA-1',"        \
    " 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-512',"                 \
    " 'SCRAM-SHA-512-PLUS', 'NTLM', 'XOAUTH2', 'OAUTHBEARER', 'XOAUTH', 'OTP', 'SKEY',"            \
    " 'SECURID', 'EXTERNAL', 'ANONYMOUS', 'GSSAPI', 'GSS-SPNEGO', 'GS2-KRB5', 'GS2-KRB5-PLUS',"    \
    " 'KERBEROS_V4', 'KERBEROS_V5') THEN x." column " WHEN x." column " IS NOT NULL"               \
    " THEN 'OTHER' END"

#define PROTOCOL(column)                                                                           \
    "CASE WHEN x." column " IN ('smtp', 'lmtp', 'h2', 'http/1.1', 'imap', 'pop3') THEN x." column  \
    " WHEN x." column " IS NOT NULL THEN 'other' END"

/* An algorithm without a name has a number, which may be of somebody's own. */
#define ALGORITHM(column) "CASE WHEN x." column " GLOB '[0-9]*' THEN 'other' ELSE x." column " END"

#define TOP_TYPE "substr(x.media_type, 1, instr(x.media_type, '/') - 1)"
#define MEDIA_TYPE                                                                                 \
    "CASE WHEN x.media_type IN ('text/plain', 'text/html', 'text/calendar', 'text/csv',"           \
    " 'text/xml', 'image/jpeg', 'image/png', 'image/gif', 'application/pdf',"                      \
    " 'application/octet-stream', 'application/zip', 'application/msword',"                        \
    " 'application/vnd.ms-excel', 'application/pgp-encrypted', 'application/pgp-signature',"       \
    " 'application/pkcs7-mime', 'application/pkcs7-signature', 'message/rfc822',"                  \
    " 'message/delivery-status') THEN x.media_type"                                                \
    " WHEN " TOP_TYPE " IN ('text', 'image', 'audio', 'video', 'font', 'model', 'application',"    \
    " 'message', 'multipart') THEN " TOP_TYPE " || '/*' ELSE 'other' END"

/* The questions ask who says so, and of whom. */
#define DETAIL                                                                                     \
    "CASE WHEN x.rule = 'policy-violated' AND json_valid(x.detail) THEN json_object("              \
    "'by', CASE WHEN x.detail ->> 'by' IN ('list', 'mta-sts', 'tlsa') THEN x.detail ->> 'by' END," \
    " 'name', coalesce(" NAME_OF(                                                                  \
        "x.detail ->> 'name'") ", 'host-of-server-' ||"                                            \
                               " (SELECT s.server_id FROM main.session s WHERE s.session_id = "    \
                               "x.session_id))) ELSE '{}' END"

#define DNS_VALUE                                                                                  \
    "CASE WHEN x.type IN ('A', 'AAAA') THEN coalesce(" SERVER_OF(                                  \
        "x.value") ", 'address-' ||"                                                               \
                   " min(x.dns_id) OVER (PARTITION BY x.value)) WHEN x.type IN ('MX', 'CNAME') "   \
                   "THEN " HOST_OF(                                                                \
                       "x.value") " WHEN substr(x.value, 1, 7) = 'v=STSv1' THEN 'v=STSv1'"         \
                                  " WHEN x.value IS NOT NULL THEN 'hidden' END"
#define DNS_ASKER                                                                                  \
    "coalesce((SELECT 'client-' || k.client_id FROM main.client k WHERE k.ip = x.asker_ip),"       \
    " 'asker-' || min(x.dns_id) OVER (PARTITION BY x.asker_ip))"

static const struct lens_column columns[] = {
    /* no row of them is seen */
    {"meta", "key", NULL},
    {"meta", "value", NULL},
    {"kept", "kind", NULL},
    {"kept", "value", NULL},
    /* what mailtap says of itself */
    {"describe", "object", NULL},
    {"describe", "column", NULL},
    {"describe", "text", NULL},

    {"sensor", "mark", "'sensor-' || x.sensor_id"},
    {"sensor", "name", HIDDEN("name", "'sensor-' || x.sensor_id")},
    {"sensor", "key_mark", "'sensor-' || x.sensor_id"},
    {"capture", "source", "'capture-' || x.capture_id"},
    {"capture", "digest", "NULL"},
    {"capture", "state", NULL}, /* a word of ours */
    {"capture", "started_at", DAY_TEXT_OF("started_ns")},
    {"capture", "ended_at", DAY_TEXT_OF("ended_ns")},
    {"capture", "started_ns", DAY_OF("started_ns")},
    {"capture", "ended_ns", DAY_OF("ended_ns")},
    {"capture", "damage", HIDDEN("damage", "'damaged'")},
    {"capture", "trust_store", HIDDEN("trust_store", "'hidden'")},
    {"server", "ip", SERVER_OF("x.ip")},
    {"client", "ip", "'client-' || x.client_id"},
    {"name", "name", "'name-' || x.name_id"},

    {"certificate", "sha256", CERTIFICATE_OF("x.sha256")},
    {"certificate", "subject_cn", HIDDEN("subject_cn", CERTIFICATE_OF("x.sha256"))},
    {"certificate", "issuer_cn",
     HIDDEN("issuer_cn", "(SELECT 'issuer-' || m.issuer FROM temp.lens_certificate m"
                         " WHERE m.sha256 = x.sha256)")},
    {"certificate", "names", HIDDEN("names", CERTIFICATE_OF("x.sha256"))},
    {"certificate", "not_before", MONTH_OF("not_before")},
    {"certificate", "not_after", MONTH_OF("not_after")},
    {"certificate", "key_type", ALGORITHM("key_type")},
    {"certificate", "signature", ALGORITHM("signature")},
    {"chain", "chain", CHAIN_OF("x.chain")},
    {"chain", "sha256", CERTIFICATE_OF("x.sha256")},

    {"course", "ending", NULL}, /* a word of ours */
    {"course", "dpi_protocol",  /* it knows the services of some providers */
     "CASE WHEN x.dpi_protocol IN ('SMTP', 'SMTPS', 'TLS', 'Unknown') THEN x.dpi_protocol"
     " WHEN x.dpi_protocol IS NOT NULL THEN 'other' END"},
    {"course", "auth_mechanism", MECHANISM("auth_mechanism")},
    {"banner", "server_name", HIDDEN("server_name", "'host-of-server-' || x.server_id")},
    {"banner", "greeting", HIDDEN("greeting", "'hidden'")},
    {"banner", "keywords", HIDDEN("keywords", "'hidden'")},
    {"banner", "name_mark", "NULL"}, /* a name that is guessed can be tried */
    {"banner", "keyword_mark", "NULL"},
    {"banner", "software", NULL}, /* out of the list of products */

    /* names of registries, or numbers */
    {"tls", "tls_version_name", NULL},
    {"tls", "tls_cipher_name", NULL},
    {"tls", "tls_group_name", NULL},
    {"tls", "alpn", PROTOCOL("alpn")},
    {"tls", "alpn_chosen", PROTOCOL("alpn_chosen")},
    /* digests of what software offers, the same wherever it runs */
    {"tls", "ja3", NULL},
    {"tls", "ja3s", NULL},
    {"tls", "ja4", NULL},

    {"identity", "certificate", CERTIFICATE_OF("x.certificate")},
    {"identity", "chain", CHAIN_OF("x.chain")},
    {"identity", "cert_reason", NULL}, /* OpenSSL's words for a number */
    {"identity", "cert_asked",
     HIDDEN("cert_asked",
            "coalesce(" NAME_OF("x.cert_asked") ", 'host-of-server-' || x.server_id)")},
    {"identity", "cert_covering",
     HIDDEN("cert_covering", "'name-in-' || " CERTIFICATE_OF("x.certificate"))},

    {"media", "media_type", MEDIA_TYPE},
    {"auth", "mechanism", MECHANISM("mechanism")},
    {"auth", "given", NULL}, /* words of ours */
    {"auth", "outcome", NULL},
    {"address", "role", NULL}, /* a word of ours */
    /* NULL is the null reverse-path, which is nobody's address. */
    {"address", "local_hash", HIDDEN("local_hash", "zeroblob(16)")},
    {"address", "local_part", HIDDEN("local_part", "'hidden'")},
    {"conflict", "sent_by", NULL}, /* a word of ours */
    {"conflict", "first_sha256", "'first'"},
    {"conflict", "second_sha256", "'second'"},

    /* words of ours */
    {"opinion", "class", NULL},
    {"opinion", "cleartext_reason", NULL},
    {"opinion", "strip_rule", NULL},
    {"opinion", "strip_rank", NULL},
    {"opinion", "rung", NULL},
    {"weakness", "weakness", NULL},
    {"evidence", "rule", NULL},
    {"evidence", "rank", NULL},
    {"evidence", "detail", DETAIL},
    {"contrast", "sign", NULL},
    {"contrast", "keyword_mark", "0"},
    {"contrast", "name_mark", "0"},

    {"policy", "source", NULL}, /* words of ours */
    {"policy", "mode", NULL},
    {"policy", "domain",
     HIDDEN("domain", "coalesce(" NAME_OF("x.domain") ", 'domain-' || x.policy_id)")},
    {"policy", "host", HIDDEN("host", "coalesce(" NAME_OF("x.host") ", 'host-' || x.policy_id)")},
    {"policy", "address",
     HIDDEN("address", "coalesce(" SERVER_OF("x.address") ", 'address-' || x.policy_id)")},
    {"dns", "asker_ip", DNS_ASKER},
    {"dns", "question", HOST_OF("x.question")},
    {"dns", "owner", HOST_OF("x.owner")},
    {"dns", "type", NULL}, /* a word of a registry */
    {"dns", "value", DNS_VALUE},
};

const struct lens_column *lens_columns(unsigned *count_r)
{
    *count_r = sizeof columns / sizeof *columns;
    return columns;
}

/* What stands before the name that DNS is asked about. */
#define PREFIX(name)                                                                               \
    "CASE WHEN substr(" name ", 1, 9) = '_mta-sts.' THEN '_mta-sts.'"                              \
    " WHEN substr(" name ", 1, 9) = '_25._tcp.' THEN '_25._tcp.' ELSE '' END"

static const struct lens_part maps[] = {
    /* In the order in which they were first shown. */
    {"lens_certificate", "sha256 TEXT PRIMARY KEY, number INTEGER, issuer INTEGER",
     "WITH shown(sha256, identity_id, place) AS ("
     " SELECT certificate, identity_id, 0 FROM main.identity WHERE certificate IS NOT NULL"
     " UNION ALL SELECT p.sha256, i.identity_id, p.place FROM main.identity i"
     " JOIN main.chain p ON p.chain = i.chain"
     "), first(sha256, identity_id, place) AS ("
     " SELECT sha256, min(identity_id), min(place) FROM shown GROUP BY sha256"
     "), numbered AS ("
     " SELECT k.sha256, k.issuer_cn, row_number() OVER (ORDER BY f.identity_id IS NULL,"
     "  f.identity_id, f.place, k.sha256) AS number"
     " FROM main.certificate k LEFT JOIN first f ON f.sha256 = k.sha256"
     ") SELECT sha256, number, min(number) OVER (PARTITION BY issuer_cn) FROM numbered"},
    {"lens_chain", "chain TEXT PRIMARY KEY, number INTEGER",
     "SELECT chain, row_number() OVER (ORDER BY min(identity_id) IS NULL, min(identity_id), chain)"
     " FROM (SELECT chain, identity_id FROM main.identity WHERE chain IS NOT NULL"
     "  UNION ALL SELECT chain, NULL FROM main.chain) GROUP BY chain"},
    {"lens_host", "name TEXT PRIMARY KEY, pseudonym TEXT",
     "SELECT whole, prefix || coalesce(" NAME_OF(
         "base") ","
                 "  'dns-name-' || min(dns_id) OVER (PARTITION BY base))"
                 " FROM (SELECT whole, dns_id, prefix, substr(whole, length(prefix) + 1) AS base"
                 "  FROM (SELECT whole, min(dns_id) AS dns_id, " PREFIX(
                     "whole") " AS prefix"
                              "   FROM (SELECT question AS whole, dns_id FROM main.dns"
                              "    UNION ALL SELECT owner, dns_id FROM main.dns"
                              "    UNION ALL SELECT value, dns_id FROM main.dns WHERE type IN "
                              "('MX', 'CNAME'))"
                              "   WHERE whole IS NOT NULL GROUP BY whole))"},
};

const struct lens_part *lens_maps(unsigned *count_r)
{
    *count_r = sizeof maps / sizeof *maps;
    return maps;
}

bool lens_is_left_out(const char *table)
{
    return strcmp(table, "meta") == 0 || strcmp(table, "kept") == 0;
}
