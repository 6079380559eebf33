/* dns.c - one DNS message; see dns.h. */
#include <mailtap/dns.h>

#include <mailtap/digest.h>
#include <mailtap/text.h>

#include <stdio.h>
#include <string.h>

#define HEADER_OCTETS 12
#define NAME_OCTETS 255 /* on the wire, RFC 1035 2.3.4 */

enum { CLASS_IN = 1, TYPE_NS = 2, TYPE_SOA = 6, TYPE_OPT = 41 };
enum { RCODE_NO_ERROR = 0, RCODE_NAME_ERROR = 3 };
enum section { ANSWER, AUTHORITY, ADDITIONAL, SECTIONS };

struct reading {
    struct slice all;
    struct cursor c;
    struct dns_message *m;
    bool name_servers, start_of_authority; /* seen in the authority section */
};

/* Where the cursor of the message stands. */
static size_t position(const struct reading *r)
{
    return r->all.n - cursor_left(&r->c);
}

/* ---- names */

struct name {
    char *text; /* BOUND_NAME octets */
    size_t n;
    bool clipped;
};

static void append(struct name *name, const char *text)
{
    size_t n = strlen(text);

    name->clipped = name->clipped || n >= BOUND_NAME - name->n;
    if (name->clipped)
        return;
    memcpy(name->text + name->n, text, n + 1);
    name->n += n;
}

static void append_label(struct name *name, struct slice label)
{
    char piece[4 * 63 + 1];

    if (name->n)
        append(name, ".");
    while (label.n) {
        size_t dot = slice_find(label, '.');
        text_escape(piece, sizeof piece, slice_head(label, dot));
        append(name, piece);
        if (dot < label.n)
            append(name, "\\x2e");
        label = slice_tail(label, dot + 1);
    }
}

/*
 * RFC 1035 4.1.4: a pointer leads to a name that stands before this one.  Where one leads elsewhere
 * the name is bad; so each leads further back than the last, and they come to an end.
 * `at` is where c stands in the message.  False when not all of the name fits.
 */
static bool take_name(struct slice all, struct cursor *c, size_t at, char to[BOUND_NAME])
{
    struct name name = {.text = to};
    struct cursor elsewhere, *now = c;
    size_t octets = 0;
    unsigned pointers = 0;

    to[0] = '\0';
    while (now->status == CURSOR_OK) {
        uint8_t length = cursor_u8(now);
        if (length >= 0xc0) {
            size_t target = (length & 0x3fu) << 8 | cursor_u8(now);
            if (now->status != CURSOR_OK)
                break;
            if (target < HEADER_OCTETS || target >= at || ++pointers > BOUND_DNS_POINTERS)
                cursor_bad(now);
            at = target;
            elsewhere = cursor_open(slice_tail(all, target));
            elsewhere.up = c;
            now = c->status == CURSOR_OK ? &elsewhere : c;
            continue;
        }
        octets += 1u + length;
        if (length > 63 || octets > NAME_OCTETS)
            cursor_bad(now);
        if (length == 0)
            break;
        append_label(&name, cursor_take(now, length));
    }
    if (name.n == 0)
        append(&name, ".");
    text_lower(to);
    return !name.clipped;
}

/* Is it a name of this first part, "_mta-sts." of a domain or "_25._tcp." of a host? */
static bool is_at(const char *name, const char *first)
{
    size_t n = strlen(first);

    return strncmp(name, first, n) == 0 && name[n] != '\0';
}

/* RFC 7672 2.2.3, RFC 8461 3.1 */
static bool is_mail_name(const char *name, uint16_t type)
{
    return (type == DNS_TLSA && is_at(name, "_25._tcp.")) ||
           (type == DNS_TXT && is_at(name, "_mta-sts."));
}

/* ---- what records hold */

static void take_address(struct cursor *data, uint8_t version, struct ip_address *a_r)
{
    struct slice octets = cursor_take(data, version == 4 ? 4 : 16);

    if (octets.n) {
        a_r->version = version;
        memcpy(a_r->octets, octets.p, octets.n);
    }
}

/* RFC 8461 3.1: several strings are one text. */
static void take_text(struct cursor *data, struct dns_record *record)
{
    uint8_t joined[BOUND_NAME];
    size_t n = 0;

    while (cursor_more(data)) {
        struct cursor string = cursor_block(data, 1);
        struct slice all = cursor_rest(&string), fits = slice_head(all, sizeof joined - n);
        if (fits.n)
            memcpy(joined + n, fits.p, fits.n);
        n += fits.n;
        record->clipped = record->clipped || fits.n < all.n;
    }
    if (!text_escape(record->text, sizeof record->text, (struct slice){joined, n}))
        record->clipped = true;
}

/* RFC 6698 2.1: usage, selector, matching type, and what is matched. */
static void take_tlsa(struct cursor *data, struct dns_record *record)
{
    unsigned usage = cursor_u8(data), selector = cursor_u8(data), matching = cursor_u8(data);
    struct slice matched = cursor_take(data, cursor_left(data));
    int n = snprintf(record->text, sizeof record->text, "%u %u %u ", usage, selector, matching);
    struct slice fits = slice_head(matched, (sizeof record->text - 1 - (size_t)n) / 2);

    record->clipped = fits.n < matched.n;
    digest_hex(record->text + n, fits);
}

/* `at` is where the data stands in the message.  False when not all of a name fits. */
static bool take_data(struct slice all, struct cursor *data, size_t at, struct dns_record *record)
{
    bool fits = true;

    switch (record->type) {
    case DNS_A:
        take_address(data, 4, &record->address);
        break;
    case DNS_AAAA:
        take_address(data, 6, &record->address);
        break;
    case DNS_MX:
        record->preference = cursor_u16(data);
        fits = take_name(all, data, at + 2, record->target);
        break;
    case DNS_CNAME:
        fits = take_name(all, data, at, record->target);
        break;
    case DNS_TXT:
        take_text(data, record);
        break;
    case DNS_TLSA:
        take_tlsa(data, record);
        break;
    }
    cursor_close(data);
    return fits;
}

/* ---- sections */

static bool is_exchange(const struct dns_message *m, const char *name)
{
    for (unsigned i = 0; i < m->records; i++)
        if (m->record[i].type == DNS_MX && strcmp(m->record[i].target, name) == 0)
            return true;
    return false;
}

/* A TLSA or TXT record may stand at the end of aliases: then the question says what it is. */
static bool bears_on_mail(const struct dns_message *m, enum section section, const char *owner,
                          uint16_t type)
{
    if (!m->response || section == AUTHORITY)
        return false;
    switch (type) {
    case DNS_A:
    case DNS_AAAA:
        return section == ANSWER || is_exchange(m, owner);
    case DNS_MX:
    case DNS_CNAME:
        return section == ANSWER;
    case DNS_TXT:
    case DNS_TLSA:
        return section == ANSWER && (is_mail_name(owner, type) ||
                                     (m->question_type == type && is_mail_name(m->question, type)));
    default:
        return false;
    }
}

static void note_section(struct reading *r, enum section section, uint16_t type, uint32_t ttl)
{
    if (section == AUTHORITY) {
        r->name_servers = r->name_servers || type == TYPE_NS;
        r->start_of_authority = r->start_of_authority || type == TYPE_SOA;
    }
    if (section == ADDITIONAL && type == TYPE_OPT)
        r->m->rcode |= (uint16_t)(ttl >> 24 << 4);
}

/* RFC 1035 4.1.3 */
static void read_record(struct reading *r, enum section section)
{
    struct dns_record record = {0};
    bool fits = take_name(r->all, &r->c, position(r), record.owner);
    uint16_t type = cursor_u16(&r->c), class = cursor_u16(&r->c);
    uint32_t ttl = cursor_u32(&r->c);
    size_t at = position(r) + 2;
    struct cursor data = cursor_block(&r->c, 2);

    if (r->c.status != CURSOR_OK)
        return;
    note_section(r, section, type, ttl);
    if (class != CLASS_IN || !bears_on_mail(r->m, section, record.owner, type))
        return;
    record.type = (enum dns_type)type;
    record.ttl = ttl > INT32_MAX ? 0 : ttl; /* RFC 2181 8 */
    fits = take_data(r->all, &data, at, &record) && fits;
    if (r->c.status != CURSOR_OK)
        return;
    if (fits && r->m->records < BOUND_DNS_RECORDS)
        r->m->record[r->m->records++] = record;
    else
        r->m->dropped++;
}

/* RFC 1035 4.1.2 */
static void read_question(struct reading *r, bool first)
{
    char name[BOUND_NAME];
    bool fits = take_name(r->all, &r->c, position(r), name);
    uint16_t type = cursor_u16(&r->c), class = cursor_u16(&r->c);

    if (!first || !fits || class != CLASS_IN || r->c.status != CURSOR_OK)
        return;
    memcpy(r->m->question, name, sizeof name);
    r->m->question_type = type;
}

enum dns_read dns_read(struct slice message, struct dns_message *m)
{
    struct reading r = {.all = message, .c = cursor_open(message), .m = m};
    uint16_t count[SECTIONS];

    memset(m, 0, offsetof(struct dns_message, record)); /* most hold one record, or none */
    uint16_t id = cursor_u16(&r.c), flags = cursor_u16(&r.c), questions = cursor_u16(&r.c);
    for (enum section s = ANSWER; s < SECTIONS; s++)
        count[s] = cursor_u16(&r.c);
    if (r.c.status != CURSOR_OK)
        return DNS_CUT;
    m->id = id;
    m->response = (flags & 0x8000) != 0;
    m->truncated = (flags & 0x0200) != 0;
    m->authentic = (flags & 0x0020) != 0;
    m->rcode = flags & 0x000f;
    if ((flags & 0x7800) != 0) /* another operation: its sections mean something else */
        return DNS_READ;
    for (unsigned i = 0; i < questions && r.c.status == CURSOR_OK; i++)
        read_question(&r, i == 0);
    for (enum section s = ANSWER; s < SECTIONS; s++)
        for (unsigned i = 0; i < count[s] && r.c.status == CURSOR_OK; i++)
            read_record(&r, s);
    enum cursor_status status = cursor_close(&r.c);
    m->no_data = status == CURSOR_OK && m->response && !m->truncated && questions == 1 &&
                 m->rcode == RCODE_NO_ERROR && count[ANSWER] == 0 &&
                 (r.start_of_authority || !r.name_servers);
    return status == CURSOR_OK ? DNS_READ : status == CURSOR_SHORT ? DNS_CUT : DNS_BAD;
}

bool dns_about_mail(const struct dns_message *m)
{
    bool asked = (m->question_type == DNS_MX && m->question[0] != '\0') ||
                 is_mail_name(m->question, m->question_type);

    if (!m->response)
        return false;
    return m->records > 0 || (asked && (m->no_data || m->rcode == RCODE_NAME_ERROR));
}
