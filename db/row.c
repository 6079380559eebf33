/*
 * row.c - facts to rows and back: one table of fields for both ways, so none can be forgotten.
 *
 * A session has a row of its own; what many sessions have in common (how the dialogue went, what the
 * hellos agreed on) stands in rows that they share, and `struct field` says which is where.
 */
#include "row_private.h"

#include <mailtap/baseline.h>
#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/software.h>
#include <mailtap/text.h>
#include <mailtap/tls.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(column, part, member, kind)                                                          \
    {                                                                                              \
        column, part, kind, offsetof(struct facts, member), sizeof((struct facts *)0)->member      \
    }

const struct field row_fields[] = {
    FIELD("client_port", ROW_SESSION, client.port, KIND_U16),
    FIELD("started_ns", ROW_SESSION, started_ns, KIND_I64),
    FIELD("ended_ns", ROW_SESSION, ended_ns, KIND_I64),
    FIELD("gap_octets", ROW_SESSION, gap_octets, KIND_U64),
    FIELD("transactions", ROW_SESSION, transactions, KIND_U32),
    FIELD("messages", ROW_SESSION, messages, KIND_U32),
    FIELD("recipients_attempted", ROW_SESSION, recipients_attempted, KIND_U32),
    FIELD("recipients_accepted", ROW_SESSION, recipients_accepted, KIND_U32),
    FIELD("content_octets", ROW_SESSION, content_octets, KIND_U64),
    FIELD("estimated_messages", ROW_SESSION, estimate.messages, KIND_ESTIMATE_U32),
    FIELD("estimated_low", ROW_SESSION, estimate.low, KIND_ESTIMATE_U32),
    FIELD("estimated_high", ROW_SESSION, estimate.high, KIND_ESTIMATE_U32),
    FIELD("estimated_octets", ROW_SESSION, estimate.octets, KIND_ESTIMATE_U64),
    FIELD("client_identity", ROW_SESSION, exposure[ITEM_CLIENT_IDENTITY].count, KIND_U64_ZERO),
    FIELD("client_identity_octets", ROW_SESSION, exposure[ITEM_CLIENT_IDENTITY].octets,
          KIND_U64_ZERO),
    FIELD("server_identity", ROW_SESSION, exposure[ITEM_SERVER_IDENTITY].count, KIND_U64_ZERO),
    FIELD("server_identity_octets", ROW_SESSION, exposure[ITEM_SERVER_IDENTITY].octets,
          KIND_U64_ZERO),
    FIELD("tls_metadata", ROW_SESSION, exposure[ITEM_TLS_METADATA].count, KIND_U64_ZERO),
    FIELD("tls_metadata_octets", ROW_SESSION, exposure[ITEM_TLS_METADATA].octets, KIND_U64_ZERO),
    FIELD("client_name", ROW_NAME, client_name, KIND_TEXT),
    FIELD("sni", ROW_NAME, sni, KIND_TEXT),
    FIELD("vlan", ROW_COURSE, vlan, KIND_INT_MINUS),
    FIELD("ending", ROW_COURSE, ending, KIND_ENDING),
    FIELD("one_sided", ROW_COURSE, one_sided, KIND_TRI),
    FIELD("midstream", ROW_COURSE, midstream, KIND_BOOL),
    FIELD("conflicts", ROW_COURSE, conflicts, KIND_U32),
    FIELD("dpi_protocol", ROW_COURSE, dpi_protocol, KIND_TEXT),
    FIELD("dialogue", ROW_COURSE, dialogue, KIND_BOOL),
    FIELD("ehlo_sent", ROW_COURSE, ehlo_sent, KIND_BOOL),
    FIELD("helo_sent", ROW_COURSE, helo_sent, KIND_BOOL),
    FIELD("quit_sent", ROW_COURSE, quit_sent, KIND_BOOL),
    FIELD("ehlo_reply", ROW_COURSE, ehlo_reply, KIND_INT_ZERO),
    FIELD("helo_reply", ROW_COURSE, helo_reply, KIND_INT_ZERO),
    FIELD("masked_command", ROW_COURSE, masked_command, KIND_U32_ZERO),
    FIELD("masked_reply", ROW_COURSE, masked_reply, KIND_INT_ZERO),
    FIELD("ehlo_masked", ROW_COURSE, ehlo_masked, KIND_BOOL),
    FIELD("ehlo_accepted", ROW_COURSE, ehlo_accepted, KIND_TRI),
    FIELD("starttls_offered", ROW_COURSE, starttls_offered, KIND_TRI),
    FIELD("starttls_requested", ROW_COURSE, starttls_requested, KIND_TRI),
    FIELD("starttls_reply", ROW_COURSE, starttls_reply, KIND_INT_ZERO),
    FIELD("tls_from_start", ROW_COURSE, tls_from_start, KIND_TRI),
    FIELD("decided", ROW_COURSE, decided, KIND_TRI),
    FIELD("hello_seen", ROW_COURSE, hello_seen, KIND_BOOL),
    FIELD("tls_established", ROW_COURSE, tls_established, KIND_TRI),
    FIELD("tls_alert", ROW_COURSE, tls_alert, KIND_INT_MINUS),
    FIELD("tls_alert_by_client", ROW_COURSE, tls_alert_by_client, KIND_BOOL),
    FIELD("tls_alert_hidden", ROW_COURSE, tls_alert_hidden, KIND_BOOL),
    FIELD("tls_garbled", ROW_COURSE, tls_garbled, KIND_BOOL),
    FIELD("text_before_tls", ROW_COURSE, text_before_tls, KIND_U64),
    FIELD("messages_known", ROW_COURSE, messages_known, KIND_TRI),
    FIELD("recipients_known", ROW_COURSE, recipients_known, KIND_TRI),
    FIELD("auth_mechanism", ROW_COURSE, auth[0].mechanism, KIND_TEXT),
    FIELD("credentials_exposed", ROW_COURSE, credentials_exposed, KIND_TRI),
    FIELD("auths", ROW_COURSE, auths, KIND_U32),
    FIELD("address_queries", ROW_COURSE, address_queries, KIND_U32),
    FIELD("lost", ROW_COURSE, lost, KIND_BOOL),
    FIELD("anomalies", ROW_COURSE, anomalies, KIND_U32),
    FIELD("server_name", ROW_BANNER, server_name, KIND_TEXT),
    FIELD("greeting", ROW_BANNER, greeting, KIND_TEXT),
    FIELD("keywords", ROW_BANNER, keywords, KIND_TEXT),
    FIELD("keywords_cut", ROW_BANNER, keywords_cut, KIND_BOOL),
    FIELD("tls_version", ROW_TLS, tls_version, KIND_U16_ZERO),
    FIELD("tls_cipher", ROW_TLS, tls_cipher, KIND_CIPHER),
    FIELD("tls_version_offered", ROW_TLS, tls_version_offered, KIND_U16_ZERO),
    FIELD("tls_group", ROW_TLS, tls_group, KIND_U16_ZERO),
    FIELD("tls_dh_bits", ROW_TLS, tls_dh_bits, KIND_U32_ZERO),
    FIELD("tls_retried", ROW_TLS, tls_retried, KIND_BOOL),
    FIELD("tls_resumed", ROW_TLS, tls_resumed, KIND_TRI),
    FIELD("tls_fallback", ROW_TLS, tls_fallback, KIND_TRI),
    FIELD("tls_compression", ROW_TLS, tls_compression, KIND_TRI),
    FIELD("tls_downgrade", ROW_TLS, tls_downgrade, KIND_U16_ZERO),
    FIELD("extended_master_secret", ROW_TLS, extended_master_secret, KIND_TRI),
    FIELD("ech", ROW_TLS, ech, KIND_TRI),
    FIELD("client_certificate_asked", ROW_TLS, client_certificate_asked, KIND_TRI),
    FIELD("client_certificate_sent", ROW_TLS, client_certificate_sent, KIND_TRI),
    FIELD("alpn", ROW_TLS, alpn, KIND_TEXT),
    FIELD("alpn_chosen", ROW_TLS, alpn_chosen, KIND_TEXT),
    FIELD("ja3", ROW_TLS, ja3, KIND_TEXT),
    FIELD("ja3s", ROW_TLS, ja3s, KIND_TEXT),
    FIELD("ja4", ROW_TLS, ja4, KIND_TEXT),
    FIELD("cert_verified", ROW_IDENTITY, cert_verified, KIND_TRI),
    FIELD("cert_error", ROW_IDENTITY, cert_error, KIND_INT_ZERO),
    FIELD("cert_reason", ROW_IDENTITY, cert_reason, KIND_TEXT),
    FIELD("cert_asked", ROW_IDENTITY, cert_asked, KIND_TEXT),
    FIELD("cert_named", ROW_IDENTITY, cert_named, KIND_TRI),
    FIELD("cert_covering", ROW_IDENTITY, cert_covering, KIND_TEXT),
    FIELD("envelope_sender", ROW_MAIL, exposure[ITEM_ENVELOPE_SENDER].count, KIND_U64),
    FIELD("envelope_sender_octets", ROW_MAIL, exposure[ITEM_ENVELOPE_SENDER].octets, KIND_U64),
    FIELD("envelope_recipient", ROW_MAIL, exposure[ITEM_ENVELOPE_RECIPIENT].count, KIND_U64),
    FIELD("envelope_recipient_octets", ROW_MAIL, exposure[ITEM_ENVELOPE_RECIPIENT].octets,
          KIND_U64),
    FIELD("header_field", ROW_MAIL, exposure[ITEM_HEADER_FIELD].count, KIND_U64),
    FIELD("header_field_octets", ROW_MAIL, exposure[ITEM_HEADER_FIELD].octets, KIND_U64),
    FIELD("body", ROW_MAIL, exposure[ITEM_BODY].count, KIND_U64),
    FIELD("body_octets", ROW_MAIL, exposure[ITEM_BODY].octets, KIND_U64),
    FIELD("attachment", ROW_MAIL, exposure[ITEM_ATTACHMENT].count, KIND_U64),
    FIELD("attachment_octets", ROW_MAIL, exposure[ITEM_ATTACHMENT].octets, KIND_U64),
    FIELD("credential", ROW_MAIL, exposure[ITEM_CREDENTIAL].count, KIND_U64),
    FIELD("credential_octets", ROW_MAIL, exposure[ITEM_CREDENTIAL].octets, KIND_U64),
};

_Static_assert(sizeof row_fields / sizeof *row_fields == ROW_FIELDS, "row_private.h counts them");

const struct row_range row_ranges[ROW_PARTS] = {
    [ROW_SESSION] = {0, 19}, [ROW_NAME] = {19, 21}, [ROW_COURSE] = {21, 57},
    [ROW_BANNER] = {57, 61}, [ROW_TLS] = {61, 80},  [ROW_IDENTITY] = {80, 86},
    [ROW_MAIL] = {86, 98},
};

const struct row_beside row_beside[ROW_PARTS] = {
    [ROW_SESSION] = {"session",
                     "capture_id, server_id, client_id, course_id, banner_id, tls_id, identity_id,"
                     " client_name_id, sni_id",
                     "tls_broken", ROW_SESSION_IDS, 1},
    [ROW_COURSE] = {"course", NULL, NULL, 0, 0},
    [ROW_BANNER] = {"banner", "server_id", "name_mark, keyword_mark, software", 1, 3},
    [ROW_TLS] = {"tls", NULL, "tls_version_name, tls_cipher_name, tls_group_name, tls_post_quantum",
                 0, 4},
    [ROW_IDENTITY] = {"identity", "server_id", "certificate, chain", 1, 2},
    [ROW_MAIL] = {"mail", "session_id",
                  "received, received_tls, encoded_words, eai_messages, "
                  "end_to_end_messages, parts, media_left_out, field_from, "
                  "field_from_octets, field_sender, field_sender_octets, field_reply_to, "
                  "field_reply_to_octets, field_to, field_to_octets, field_cc, "
                  "field_cc_octets, field_bcc, field_bcc_octets, field_subject, "
                  "field_subject_octets, field_date, field_date_octets, field_message_id, "
                  "field_message_id_octets, field_in_reply_to, field_in_reply_to_octets, "
                  "field_references, field_references_octets, field_return_path, "
                  "field_return_path_octets, field_received, field_received_octets, "
                  "field_user_agent, field_user_agent_octets, field_origin, "
                  "field_origin_octets, field_list, field_list_octets, field_dkim, "
                  "field_dkim_octets, field_mime, field_mime_octets, field_tls_required, "
                  "field_tls_required_octets, field_other, field_other_octets",
                  1, 47},
};

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
        sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(s, at);
}

static void bind_int_or_null(sqlite3_stmt *s, int at, int64_t value, int null)
{
    if (value == null)
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_int64(s, at, value);
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
        bind_int_or_null(s, at, *(const uint32_t *)p, 0);
        break;
    case KIND_U64_ZERO:
        if (*(const uint64_t *)p == 0) {
            sqlite3_bind_null(s, at);
            break;
        }
        /* fall through */
    case KIND_U64:
        bind_count(s, at, *(const uint64_t *)p);
        break;
    case KIND_I64:
        sqlite3_bind_int64(s, at, *(const int64_t *)p);
        break;
    case KIND_CIPHER:
        bind_int_or_null(s, at, f->tls_cipher_known ? *(const uint16_t *)p : -1, -1);
        break;
    case KIND_ESTIMATE_U32:
        bind_int_or_null(s, at, f->estimate.made ? (int64_t) * (const uint32_t *)p : -1, -1);
        break;
    case KIND_ESTIMATE_U64:
        if (f->estimate.made)
            bind_count(s, at, *(const uint64_t *)p);
        else
            sqlite3_bind_null(s, at);
        break;
    case KIND_ENDING:
        sqlite3_bind_text(s, at, endings[*(const enum ending *)p], -1, SQLITE_STATIC);
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
        digest_add(d, slice_of(f->chain[i].sha256));
    digest_finish(&d, whole);
    digest_hex(to, (struct slice){whole, (ROW_CHAIN_TEXT - 1) / 2});
}

static void bind_identity(sqlite3_stmt *s, int at, const struct facts *f)
{
    char chain[ROW_CHAIN_TEXT];

    if (f->cert_seen)
        bind_text(s, at, f->cert.sha256);
    if (f->chain_length == 0)
        return;
    row_chain(chain, f);
    sqlite3_bind_text(s, at + 1, chain, -1, SQLITE_TRANSIENT);
}

static void bind_tls_names(sqlite3_stmt *s, int at, const struct facts *f)
{
    if (f->tls_version)
        bind_wire_name(s, at, tls_version_name(f->tls_version), f->tls_version);
    if (f->tls_cipher_known)
        bind_wire_name(s, at + 1, tls_cipher_name(f->tls_cipher), f->tls_cipher);
    if (!f->tls_group)
        return;
    bind_wire_name(s, at + 2, tls_group_name(f->tls_group), f->tls_group);
    sqlite3_bind_int(s, at + 3, tls_group_is_post_quantum(f->tls_group));
}

static void bind_banner_marks(sqlite3_stmt *s, int at, const struct facts *f)
{
    const char *software = software_name(f->greeting, f->keywords);

    if (baseline_name_mark(f->server_name))
        sqlite3_bind_int64(s, at, (int64_t)baseline_name_mark(f->server_name));
    if (f->ehlo_accepted == YES)
        sqlite3_bind_int64(s, at + 1, (int64_t)baseline_keyword_mark(f->keywords));
    if (software)
        sqlite3_bind_text(s, at + 2, software, -1, SQLITE_STATIC);
}

static void bind_content(sqlite3_stmt *s, int at, const struct content_facts *c)
{
    const uint64_t counts[] = {c->received,   c->received_tls, c->encoded_words, c->eai,
                               c->end_to_end, c->parts,        c->media_left_out};
    const int n = sizeof counts / sizeof *counts;

    for (int i = 0; i < n; i++)
        bind_count(s, at + i, counts[i]);
    for (int i = 0; i < HEADER_FIELDS; i++) {
        if (c->field[i].count == 0)
            continue;
        bind_count(s, at + n + 2 * i, c->field[i].count);
        bind_count(s, at + n + 2 * i + 1, c->field[i].octets);
    }
}

static void bind_after(sqlite3_stmt *s, enum row_part part, int at, const struct facts *f)
{
    switch (part) {
    case ROW_SESSION:
        if (f->starttls_reply == 220 && f->tls_established == NO)
            sqlite3_bind_int(s, at, 1);
        break;
    case ROW_BANNER:
        bind_banner_marks(s, at, f);
        break;
    case ROW_TLS:
        bind_tls_names(s, at, f);
        break;
    case ROW_IDENTITY:
        bind_identity(s, at, f);
        break;
    case ROW_MAIL:
        if (f->content)
            bind_content(s, at, f->content);
        break;
    default:
        break;
    }
}

void row_bind(sqlite3_stmt *s, enum row_part part, const struct facts *f)
{
    int at = row_beside[part].before_count + 1;

    for (size_t i = row_ranges[part].from; i < row_ranges[part].to; i++)
        bind_field(s, at++, &row_fields[i], f);
    bind_after(s, part, at, f);
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

/* Times far from any that can be, so that sums and differences of them are in range. */
#define MOST_TIME INT64_C(4000000000000000000)

uint32_t column_count32(sqlite3_stmt *s, int at)
{
    return (uint32_t)column_within(s, at, 0, UINT32_MAX);
}

bool column_is(sqlite3_stmt *s, int at, const char *text)
{
    const unsigned char *is = sqlite3_column_text(s, at);

    return is && strcmp((const char *)is, text) == 0;
}

int64_t column_time(sqlite3_stmt *s, int at)
{
    return column_within(s, at, -MOST_TIME, MOST_TIME);
}

void column_text(sqlite3_stmt *s, int at, char *to, size_t size)
{
    const unsigned char *text = sqlite3_column_text(s, at);
    size_t n = text ? strnlen((const char *)text, size - 1) : 0;

    if (n)
        memcpy(to, text, n);
    to[n] = '\0';
    text_mend(to);
}

tri column_tri(sqlite3_stmt *s, int at)
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
    case KIND_CIPHER:
        f->tls_cipher_known = sqlite3_column_type(s, at) != SQLITE_NULL;
        *(uint16_t *)p = (uint16_t)column_within(s, at, 0, UINT16_MAX);
        break;
    case KIND_ESTIMATE_U32:
        f->estimate.made |= sqlite3_column_type(s, at) != SQLITE_NULL;
        *(uint32_t *)p = (uint32_t)column_within(s, at, 0, UINT32_MAX);
        break;
    case KIND_ESTIMATE_U64:
        f->estimate.made |= sqlite3_column_type(s, at) != SQLITE_NULL;
        /* fall through */
    case KIND_U64:
    case KIND_U64_ZERO:
        *(uint64_t *)p = (uint64_t)column_within(s, at, 0, INT64_MAX);
        break;
    case KIND_I64:
        *(int64_t *)p = column_time(s, at);
        break;
    case KIND_ENDING:
        *(enum ending *)p = column_ending(s, at);
        break;
    }
}

const char *const row_certificate_columns[ROW_CERTIFICATE_COLUMNS] = {
    "sha256",   "subject_cn", "issuer_cn", "not_before",  "not_after", "names",
    "key_type", "key_bits",   "signature", "self_signed", "authority",
};

void row_read_certificate(sqlite3_stmt *s, int at, struct cert_facts *c)
{
    column_text(s, at, c->sha256, sizeof c->sha256);
    column_text(s, at + 1, c->subject_cn, sizeof c->subject_cn);
    column_text(s, at + 2, c->issuer_cn, sizeof c->issuer_cn);
    c->not_before = sqlite3_column_int64(s, at + 3);
    c->not_after = sqlite3_column_int64(s, at + 4);
    column_text(s, at + 5, c->names, sizeof c->names);
    column_text(s, at + 6, c->key_type, sizeof c->key_type);
    c->key_bits = (unsigned)column_within(s, at + 7, 0, UINT32_MAX);
    column_text(s, at + 8, c->signature, sizeof c->signature);
    c->self_signed = sqlite3_column_int(s, at + 9) != 0;
    c->authority = sqlite3_column_int(s, at + 10) != 0;
}

void row_read_conflict(sqlite3_stmt *s, int at, struct facts *f)
{
    if (f->conflicts_kept == BOUND_CONFLICTS)
        return;
    struct conflict_facts *c = &f->conflict[f->conflicts_kept++];
    c->by_client = column_is(s, at, "client");
    c->offset = column_count(s, at + 1);
    c->octets = column_count32(s, at + 2);
    c->at_ns = sqlite3_column_int64(s, at + 3);
    column_text(s, at + 4, c->first_sha256, sizeof c->first_sha256);
    column_text(s, at + 5, c->second_sha256, sizeof c->second_sha256);
    c->first_starttls = sqlite3_column_int64(s, at + 6) != 0;
    c->second_starttls = sqlite3_column_int64(s, at + 7) != 0;
}

void row_read_content(sqlite3_stmt *s, int at, struct content_facts *c)
{
    c->received = column_count(s, at);
    c->received_tls = column_count(s, at + 1);
    c->encoded_words = column_count(s, at + 2);
    c->eai = (uint32_t)column_within(s, at + 3, 0, UINT32_MAX);
    c->end_to_end = (uint32_t)column_within(s, at + 4, 0, UINT32_MAX);
    c->parts = column_count(s, at + 5);
    c->media_left_out = column_count(s, at + 6);
    for (int i = 0; i < HEADER_FIELDS && at + 8 + 2 * i < sqlite3_column_count(s); i++) {
        c->field[i].count = column_count(s, at + 7 + 2 * i);
        c->field[i].octets = column_count(s, at + 8 + 2 * i);
    }
}

void row_read(sqlite3_stmt *s, struct facts *facts_r)
{
    struct facts *f = facts_r;

    memset(f, 0, sizeof *f);
    for (size_t i = 0; i < ROW_FIELDS; i++)
        read_field(s, (int)i, &row_fields[i], f);
    column_address(s, AFTER_CLIENT_IP, &f->client.address);
    column_address(s, AFTER_SERVER_IP, &f->server.address);
    f->server.port = (uint16_t)column_within(s, AFTER_SERVER_PORT, 0, UINT16_MAX);
    f->cert_seen = sqlite3_column_type(s, AFTER_CERTIFICATE) != SQLITE_NULL;
    row_read_certificate(s, AFTER_CERTIFICATE, &f->cert);
}

void row_read_part(sqlite3_stmt *s, enum row_part part, int at, struct facts *facts_r)
{
    for (size_t i = row_ranges[part].from; i < row_ranges[part].to; i++)
        read_field(s, at++, &row_fields[i], facts_r);
}
