/* row.c - facts to a row of `session` and back: one table for both ways, so none can be forgotten.
 */
#include "store_private.h"

#include <mailtap/baseline.h>
#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/text.h>
#include <mailtap/tls.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_TEXT,      /* char[size]; NULL is empty */
    KIND_TRI,       /* NULL is UNKNOWN */
    KIND_BOOL,      /* */
    KIND_INT_MINUS, /* int; NULL is -1 */
    KIND_INT_ZERO,  /* int; NULL is 0 */
    KIND_U16,
    KIND_U16_ZERO, /* NULL is 0 */
    KIND_U32,
    KIND_U32_ZERO, /* 0 is NULL */
    KIND_U64,
    KIND_I64,
    KIND_ENDING,
    KIND_ADDRESS,
};

struct field {
    const char *column;
    enum kind kind;
    size_t at, size;
};

#define FIELD(member, kind)                                                                        \
    {                                                                                              \
#member, kind, offsetof(struct facts, member), sizeof((struct facts *)0)->member           \
    }
#define FIELD_AS(column, member, kind)                                                             \
    {                                                                                              \
        column, kind, offsetof(struct facts, member), sizeof((struct facts *)0)->member            \
    }

static const struct field fields[] = {
    FIELD_AS("client_ip", client.address, KIND_ADDRESS),
    FIELD_AS("client_port", client.port, KIND_U16),
    FIELD(started_ns, KIND_I64),
    FIELD(ended_ns, KIND_I64),
    FIELD(vlan, KIND_INT_MINUS),
    FIELD(ending, KIND_ENDING),
    FIELD(one_sided, KIND_TRI),
    FIELD(midstream, KIND_BOOL),
    FIELD(gap_octets, KIND_U64),
    FIELD(conflicts, KIND_U32),
    FIELD(dpi_protocol, KIND_TEXT),
    FIELD(server_name, KIND_TEXT),
    FIELD(greeting, KIND_TEXT),
    FIELD(client_name, KIND_TEXT),
    FIELD(dialogue, KIND_BOOL),
    FIELD(ehlo_sent, KIND_BOOL),
    FIELD(helo_sent, KIND_BOOL),
    FIELD(quit_sent, KIND_BOOL),
    FIELD(ehlo_reply, KIND_INT_ZERO),
    FIELD(helo_reply, KIND_INT_ZERO),
    FIELD(masked_command, KIND_U32_ZERO),
    FIELD(masked_reply, KIND_INT_ZERO),
    FIELD(ehlo_masked, KIND_BOOL),
    FIELD(ehlo_accepted, KIND_TRI),
    FIELD(starttls_offered, KIND_TRI),
    FIELD(keywords, KIND_TEXT),
    FIELD(keywords_cut, KIND_BOOL),
    FIELD(starttls_requested, KIND_TRI),
    FIELD(starttls_reply, KIND_INT_ZERO),
    FIELD(tls_from_start, KIND_TRI),
    FIELD(decided, KIND_TRI),
    FIELD(hello_seen, KIND_BOOL),
    FIELD(tls_established, KIND_TRI),
    FIELD(tls_version, KIND_U16_ZERO),
    FIELD(sni, KIND_TEXT),
    FIELD(alpn, KIND_TEXT),
    FIELD(alpn_chosen, KIND_TEXT),
    FIELD(tls_version_offered, KIND_U16_ZERO),
    FIELD(tls_group, KIND_U16_ZERO),
    FIELD(tls_dh_bits, KIND_U32_ZERO),
    FIELD(tls_retried, KIND_BOOL),
    FIELD(ech, KIND_TRI),
    FIELD(tls_resumed, KIND_TRI),
    FIELD(client_certificate_asked, KIND_TRI),
    FIELD(client_certificate_sent, KIND_TRI),
    FIELD(extended_master_secret, KIND_TRI),
    FIELD(tls_fallback, KIND_TRI),
    FIELD(tls_compression, KIND_TRI),
    FIELD(tls_downgrade, KIND_U16_ZERO),
    FIELD(ja3, KIND_TEXT),
    FIELD(ja3s, KIND_TEXT),
    FIELD(ja4, KIND_TEXT),
    FIELD(cert_verified, KIND_TRI),
    FIELD(cert_error, KIND_INT_ZERO),
    FIELD(cert_reason, KIND_TEXT),
    FIELD(cert_asked, KIND_TEXT),
    FIELD(cert_named, KIND_TRI),
    FIELD(cert_covering, KIND_TEXT),
    FIELD_AS("estimated", estimate.made, KIND_BOOL),
    FIELD_AS("estimated_messages", estimate.messages, KIND_U32),
    FIELD_AS("estimated_low", estimate.low, KIND_U32),
    FIELD_AS("estimated_high", estimate.high, KIND_U32),
    FIELD_AS("estimated_octets", estimate.octets, KIND_U64),
    FIELD(tls_alert, KIND_INT_MINUS),
    FIELD(tls_alert_by_client, KIND_BOOL),
    FIELD(tls_alert_hidden, KIND_BOOL),
    FIELD(tls_garbled, KIND_BOOL),
    FIELD(text_before_tls, KIND_U64),
    FIELD(transactions, KIND_U32),
    FIELD(messages, KIND_U32),
    FIELD(messages_known, KIND_TRI),
    FIELD(recipients_attempted, KIND_U32),
    FIELD(recipients_accepted, KIND_U32),
    FIELD(recipients_known, KIND_TRI),
    FIELD(content_octets, KIND_U64),
    FIELD_AS("auth_mechanism", auth[0].mechanism, KIND_TEXT),
    FIELD(credentials_exposed, KIND_TRI),
    FIELD(auths, KIND_U32),
    FIELD(address_queries, KIND_U32),
    FIELD_AS("addresses", address_count, KIND_U32),
    FIELD(lost, KIND_BOOL),
    FIELD(anomalies, KIND_U32),
};

#define FIELDS (sizeof fields / sizeof *fields)

static const char *const endings[ENDINGS] = {
    [ENDING_NOT_SEEN] = "not-seen",
    [ENDING_CLOSED] = "closed",
    [ENDING_RESET] = "reset",
};

void bind_count(sqlite3_stmt *s, int at, uint64_t value)
{
    sqlite3_bind_int64(s, at, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void bind_tri(sqlite3_stmt *s, int at, tri value)
{
    if (value == UNKNOWN)
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_int(s, at, value == YES);
}

void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    if (*text)
        sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(s, at);
}

static void bind_int_or_null(sqlite3_stmt *s, int at, int value, int null)
{
    if (value == null)
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_int(s, at, value);
}

static void bind_address(sqlite3_stmt *s, int at, const struct ip_address *a)
{
    char text[ADDRESS_TEXT];

    address_text(text, a);
    sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
}

static void bind_field(sqlite3_stmt *s, int at, const struct field *field, const struct facts *f)
{
    const void *p = (const char *)f + field->at;

    switch (field->kind) {
    case KIND_TEXT:
        bind_text(s, at, p);
        break;
    case KIND_TRI:
        bind_tri(s, at, *(const tri *)p);
        break;
    case KIND_BOOL:
        sqlite3_bind_int(s, at, *(const bool *)p);
        break;
    case KIND_INT_MINUS:
        bind_int_or_null(s, at, *(const int *)p, -1);
        break;
    case KIND_INT_ZERO:
        bind_int_or_null(s, at, *(const int *)p, 0);
        break;
    case KIND_U16:
        sqlite3_bind_int(s, at, *(const uint16_t *)p);
        break;
    case KIND_U16_ZERO:
        bind_int_or_null(s, at, *(const uint16_t *)p, 0);
        break;
    case KIND_U32:
        bind_count(s, at, *(const uint32_t *)p);
        break;
    case KIND_U32_ZERO:
        bind_int_or_null(s, at, (int)*(const uint32_t *)p, 0);
        break;
    case KIND_U64:
        bind_count(s, at, *(const uint64_t *)p);
        break;
    case KIND_I64:
        sqlite3_bind_int64(s, at, *(const int64_t *)p);
        break;
    case KIND_ENDING:
        sqlite3_bind_text(s, at, endings[*(const enum ending *)p], -1, SQLITE_STATIC);
        break;
    case KIND_ADDRESS:
        bind_address(s, at, p);
        break;
    }
}

/* A number without a name is still worth its digits: "0x1302". */
static void bind_wire_name(sqlite3_stmt *s, int at, const char *name, unsigned number)
{
    char digits[16];

    snprintf(digits, sizeof digits, "0x%04X", number);
    sqlite3_bind_text(s, at, name ? name : digits, -1, SQLITE_TRANSIENT);
}

void row_chain(char to[ROW_CHAIN_TEXT], const struct facts *f)
{
    struct digest *d = digest_new();
    uint8_t whole[DIGEST_OCTETS];

    for (uint32_t i = 0; i < f->chain_length; i++)
        digest_add(d, slice_of(f->chain[i].facts.sha256));
    digest_finish(&d, whole);
    digest_hex(to, (struct slice){whole, (ROW_CHAIN_TEXT - 1) / 2});
}

static void bind_chain(sqlite3_stmt *s, int at, const struct facts *f)
{
    char chain[ROW_CHAIN_TEXT];

    row_chain(chain, f);
    sqlite3_bind_text(s, at, chain, -1, SQLITE_TRANSIENT);
}

void row_bind(sqlite3_stmt *s, const struct facts *f)
{
    char at[TEXT_TIME];

    text_time(at, f->started_ns);
    bind_text(s, ROW_STARTED_AT, at);
    text_time(at, f->ended_ns);
    bind_text(s, ROW_ENDED_AT, at);
    if (f->tls_version)
        bind_wire_name(s, ROW_TLS_VERSION_NAME, tls_version_name(f->tls_version), f->tls_version);
    if (f->tls_cipher_known) {
        sqlite3_bind_int(s, ROW_TLS_CIPHER, f->tls_cipher);
        bind_wire_name(s, ROW_TLS_CIPHER_NAME, tls_cipher_name(f->tls_cipher), f->tls_cipher);
    }
    if (f->tls_group) {
        bind_wire_name(s, ROW_TLS_GROUP_NAME, tls_group_name(f->tls_group), f->tls_group);
        sqlite3_bind_int(s, ROW_TLS_POST_QUANTUM, tls_group_is_post_quantum(f->tls_group));
    }
    if (baseline_name_mark(f->server_name))
        sqlite3_bind_int64(s, ROW_NAME_MARK, (int64_t)baseline_name_mark(f->server_name));
    if (f->ehlo_accepted == YES)
        sqlite3_bind_int64(s, ROW_KEYWORD_MARK, (int64_t)baseline_keyword_mark(f->keywords));
    if (f->cert_seen)
        bind_text(s, ROW_CERTIFICATE, f->cert.sha256);
    if (f->chain_length)
        bind_chain(s, ROW_CHAIN, f);
    for (size_t i = 0; i < FIELDS; i++)
        bind_field(s, ROW_FIRST_FIELD + (int)i, &fields[i], f);
}

/* ---- back.  The row may be a stranger's: a value out of range becomes the nearest in range. */

static int64_t column_within(sqlite3_stmt *s, int at, int64_t low, int64_t high)
{
    int64_t value = sqlite3_column_int64(s, at);

    return value < low ? low : value > high ? high : value;
}

uint64_t column_count(sqlite3_stmt *s, int at)
{
    int64_t value = sqlite3_column_int64(s, at);

    return value < 0 ? 0 : (uint64_t)value;
}

void column_text(sqlite3_stmt *s, int at, char *to, size_t size)
{
    const unsigned char *text = sqlite3_column_text(s, at);

    snprintf(to, size, "%s", text ? (const char *)text : "");
}

static tri column_tri(sqlite3_stmt *s, int at)
{
    if (sqlite3_column_type(s, at) == SQLITE_NULL)
        return UNKNOWN;
    return tri_of(sqlite3_column_int64(s, at) != 0);
}

static int column_int(sqlite3_stmt *s, int at, int null)
{
    if (sqlite3_column_type(s, at) == SQLITE_NULL)
        return null;
    return (int)column_within(s, at, -1, INT32_MAX);
}

static enum ending column_ending(sqlite3_stmt *s, int at)
{
    const unsigned char *text = sqlite3_column_text(s, at);

    for (int i = 0; i < ENDINGS; i++)
        if (text && strcmp((const char *)text, endings[i]) == 0)
            return (enum ending)i;
    return ENDING_NOT_SEEN;
}

static void column_address(sqlite3_stmt *s, int at, struct ip_address *a)
{
    const unsigned char *text = sqlite3_column_text(s, at);

    if (!text || !address_parse((const char *)text, a))
        *a = (struct ip_address){0};
}

static void read_field(sqlite3_stmt *s, int at, const struct field *field, struct facts *f)
{
    void *p = (char *)f + field->at;

    switch (field->kind) {
    case KIND_TEXT:
        column_text(s, at, p, field->size);
        break;
    case KIND_TRI:
        *(tri *)p = column_tri(s, at);
        break;
    case KIND_BOOL:
        *(bool *)p = sqlite3_column_int64(s, at) != 0;
        break;
    case KIND_INT_MINUS:
        *(int *)p = column_int(s, at, -1);
        break;
    case KIND_INT_ZERO:
        *(int *)p = column_int(s, at, 0);
        break;
    case KIND_U16:
    case KIND_U16_ZERO:
        *(uint16_t *)p = (uint16_t)column_within(s, at, 0, UINT16_MAX);
        break;
    case KIND_U32:
    case KIND_U32_ZERO:
        *(uint32_t *)p = (uint32_t)column_within(s, at, 0, UINT32_MAX);
        break;
    case KIND_U64:
        *(uint64_t *)p = (uint64_t)column_within(s, at, 0, INT64_MAX);
        break;
    case KIND_I64:
        *(int64_t *)p = sqlite3_column_int64(s, at);
        break;
    case KIND_ENDING:
        *(enum ending *)p = column_ending(s, at);
        break;
    case KIND_ADDRESS:
        column_address(s, at, p);
        break;
    }
}

/* Columns after those of the field table, in row_select_sql(). */
enum {
    AFTER_SERVER_IP = FIELDS,
    AFTER_SERVER_PORT,
    AFTER_CIPHER,
    AFTER_SHA256,
    AFTER_SUBJECT_CN,
    AFTER_ISSUER_CN,
    AFTER_NOT_BEFORE,
    AFTER_NOT_AFTER,
    AFTER_NAMES,
    AFTER_KEY_TYPE,
    AFTER_KEY_BITS,
    AFTER_SIGNATURE,
    AFTER_SELF_SIGNED,
    AFTER_AUTHORITY,
};

static void read_certificate(sqlite3_stmt *s, struct cert_facts *c)
{
    column_text(s, AFTER_SHA256, c->sha256, sizeof c->sha256);
    column_text(s, AFTER_SUBJECT_CN, c->subject_cn, sizeof c->subject_cn);
    column_text(s, AFTER_ISSUER_CN, c->issuer_cn, sizeof c->issuer_cn);
    column_text(s, AFTER_NAMES, c->names, sizeof c->names);
    column_text(s, AFTER_KEY_TYPE, c->key_type, sizeof c->key_type);
    column_text(s, AFTER_SIGNATURE, c->signature, sizeof c->signature);
    c->not_before = sqlite3_column_int64(s, AFTER_NOT_BEFORE);
    c->not_after = sqlite3_column_int64(s, AFTER_NOT_AFTER);
    c->key_bits = (unsigned)column_within(s, AFTER_KEY_BITS, 0, UINT32_MAX);
    c->self_signed = sqlite3_column_int(s, AFTER_SELF_SIGNED) != 0;
    c->authority = sqlite3_column_int(s, AFTER_AUTHORITY) != 0;
}

void row_read(sqlite3_stmt *s, struct facts *facts_r)
{
    struct facts *f = facts_r;

    memset(f, 0, sizeof *f);
    for (size_t i = 0; i < FIELDS; i++)
        read_field(s, (int)i, &fields[i], f);
    f->addresses = NULL;
    f->address_count = 0;
    column_address(s, AFTER_SERVER_IP, &f->server.address);
    f->server.port = (uint16_t)column_within(s, AFTER_SERVER_PORT, 0, UINT16_MAX);
    f->tls_cipher_known = sqlite3_column_type(s, AFTER_CIPHER) != SQLITE_NULL;
    f->tls_cipher = (uint16_t)column_within(s, AFTER_CIPHER, 0, UINT16_MAX);
    f->cert_seen = sqlite3_column_type(s, AFTER_SHA256) != SQLITE_NULL;
    read_certificate(s, &f->cert);
}

/* ---- the SQL of both ways */

#define SQL_ROOM 8192

char *row_insert_sql(void)
{
    char *sql = must_alloc(1, SQL_ROOM);
    size_t n = (size_t)snprintf(sql, SQL_ROOM,
                                "INSERT INTO session (capture_id, server_id, started_at, ended_at,"
                                " tls_version_name, tls_cipher, tls_cipher_name, tls_group_name,"
                                " tls_post_quantum, name_mark, keyword_mark, certificate, chain");

    for (size_t i = 0; i < FIELDS; i++)
        n += (size_t)snprintf(sql + n, SQL_ROOM - n, ", %s", fields[i].column);
    n += (size_t)snprintf(sql + n, SQL_ROOM - n, ") VALUES (?");
    for (size_t i = 1; i < ROW_FIRST_FIELD - 1 + FIELDS; i++)
        n += (size_t)snprintf(sql + n, SQL_ROOM - n, ",?");
    snprintf(sql + n, SQL_ROOM - n, ")");
    return sql;
}

char *row_select_sql(void)
{
    char *sql = must_alloc(1, SQL_ROOM);
    size_t n = (size_t)snprintf(sql, SQL_ROOM, "SELECT ");

    for (size_t i = 0; i < FIELDS; i++)
        n += (size_t)snprintf(sql + n, SQL_ROOM - n, "s.%s, ", fields[i].column);
    snprintf(
        sql + n, SQL_ROOM - n,
        "r.ip, r.port, s.tls_cipher, k.sha256, k.subject_cn, k.issuer_cn, k.not_before,"
        " k.not_after, k.names, k.key_type, k.key_bits, k.signature, k.self_signed, k.authority"
        " FROM session s JOIN server r ON r.server_id = s.server_id"
        " LEFT JOIN certificate k ON k.sha256 = s.certificate WHERE s.session_id = ?");
    return sql;
}
