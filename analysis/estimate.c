/*
 * estimate.c - from the turns of a TLS session to the messages in it; see estimate.h.
 *
 * What is known is the order of the turns and their sizes.  The dialogue of SMTP is a grammar: a
 * client that has been greeted may send MAIL, after RCPT it may send DATA, after DATA comes content.
 * Here it is a table of steps, each a turn of the client and the answer to it, from one state of
 * the dialogue to the next, with the sizes that such a turn has.  The explanation of a session is
 * the path through the table that is likeliest (Viterbi's way); likelihood is counted in bits, so
 * it adds up.  Sizes are as good as log-normal, or exact where the words are: "DATA", "RSET" and
 * "QUIT" are six octets with their line end.  The sizes come from the syntax of RFC 5321, 4954 and
 * 3030 and from what lines usually hold; spreads are wide, so that the grammar decides.
 */
#include <mailtap/estimate.h>

#include <mailtap/err.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- turns */

/* Room for another turn; false when they are too many. */
static bool begin_turn(struct turns *t, bool by_client)
{
    if (t->count == BOUND_TURNS)
        return false;
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 16;
        t->list = must_grow(t->list, t->room, sizeof *t->list);
    }
    t->list[t->count++] = (struct turn){.by_client = by_client};
    return true;
}

void turns_add(struct turns *t, bool by_client, uint32_t octets)
{
    bool goes_on = t->count && t->list[t->count - 1].by_client == by_client;

    if (t->cut)
        return;
    if (!goes_on && !begin_turn(t, by_client)) {
        t->cut = true;
        return;
    }
    struct turn *last = &t->list[t->count - 1];
    last->records++;
    last->octets += octets;
    last->last = octets;
}

void turns_free(struct turns *t)
{
    free(t->list);
    *t = (struct turns){0};
}

/* ---- what protection adds */

#define TAG_OCTETS 16u      /* of GCM, CCM and ChaCha20-Poly1305 */
#define SHORT_TAG_OCTETS 8u /* of CCM_8 */
#define NONCE_OCTETS 8u     /* sent along with GCM and CCM up to TLS 1.2 (RFC 5288 3) */
#define TYPE_OCTETS 1u      /* the type inside the record (RFC 8446 5.2) */

static bool says(const char *name, const char *word)
{
    return strstr(name, word) != NULL;
}

static bool is_aead(const char *name)
{
    return says(name, "_GCM") || says(name, "_CCM") || says(name, "CHACHA20");
}

/* Of the cipher in CBC mode; 0: it is none. */
static uint32_t block_octets(const char *name)
{
    if (!says(name, "_CBC"))
        return 0;
    return says(name, "DES") || says(name, "IDEA") || says(name, "RC2") ? 8 : 16;
}

static uint32_t mac_octets(const char *name)
{
    if (says(name, "_SHA384"))
        return 48;
    if (says(name, "_SHA256"))
        return 32;
    return says(name, "_MD5") ? 16 : says(name, "_SHA") ? 20 : 0;
}

/* Drafts of it, too. */
static bool is_13(uint16_t version)
{
    return version == 0x0304 || version >> 8 == 0x7f;
}

uint32_t tls_overhead(uint16_t version, uint16_t cipher)
{
    const char *name = tls_cipher_name(cipher);

    if (!name)
        return 0;
    uint32_t tag = says(name, "_CCM_8") ? SHORT_TAG_OCTETS : TAG_OCTETS;
    if (is_13(version))
        return TYPE_OCTETS + (says(name, "TLS_SHA") ? mac_octets(name) : tag);
    if (is_aead(name))
        return tag + (says(name, "CHACHA20") ? 0 : NONCE_OCTETS);
    /* The initialisation vector is sent along from TLS 1.1 on (RFC 4346 6.2.3.2). */
    uint32_t block = block_octets(name), vector = version >= 0x0302 ? block : 0;
    return vector + mac_octets(name) + block / 2;
}

uint32_t tls_overhead_spread(uint16_t cipher)
{
    const char *name = tls_cipher_name(cipher);

    return name ? block_octets(name) / 2 : 0;
}

/* ---- what TLS 1.3 hides among the data */

#define ALERT_OCTETS 2u

/* RFC 8446 4.4.4: four octets, and a hash of SHA-256 or SHA-384 */
static bool is_finished(uint32_t octets)
{
    return octets == 4 + 32 || octets == 4 + 48;
}

/* Is this dialogue, and not what the sides send up to the client's Finished? */
static bool is_dialogue(struct turns *t, bool by_client, uint32_t octets)
{
    if (octets == ALERT_OCTETS)
        return false;
    if (t->talking)
        return true;
    /* The server has gone on, so Finished was in one record with something else. */
    bool passed = !by_client && t->client_began;
    t->talking = passed || (by_client && is_finished(octets));
    t->client_began |= by_client;
    return passed;
}

void turns_add_record(struct turns *t, uint16_t version, uint16_t cipher, bool by_client,
                      size_t length)
{
    uint32_t overhead = tls_overhead(version, cipher);
    uint32_t octets = length > overhead ? (uint32_t)length - overhead : 0;

    if (!is_13(version) || is_dialogue(t, by_client, octets))
        turns_add(t, by_client, octets);
}

/* ---- the grammar */

enum state {
    CONNECTED,  /* nothing was said, or the greeting */
    GREETED,    /* EHLO was answered, AUTH may come */
    CHALLENGED, /* in the middle of AUTH */
    AGAIN,      /* and a second time */
    READY,      /* no transaction, AUTH is over */
    MAILED,     /* MAIL was accepted */
    ADDRESSED,  /* and a recipient */
    CONTENT,    /* 354 was said */
    CHUNKS,     /* BDAT, and not the last one */
    OVER,       /* QUIT was sent */
    STATES
};

/* What a session costs that ends there, in bits: most end by QUIT. */
static const double ending[STATES] = {
    [CONNECTED] = 3, [GREETED] = 3,   [CHALLENGED] = 6, [AGAIN] = 6,  [READY] = 3,
    [MAILED] = 6,    [ADDRESSED] = 6, [CONTENT] = 8,    [CHUNKS] = 8, [OVER] = 0,
};

/* How clients send content; one client sticks to one of them. */
enum manner { ANY, BY_DATA, BY_CHUNKS };

enum form {
    PLAIN,
    ENCODED,    /* base64 and CRLF: 4n + 2 octets (RFC 4954 4) */
    OFFERED,    /* a mechanism and base64: mostly AUTH PLAIN or LOGIN, 11 + 4n + 2 */
    LAST_ONE,   /* nothing follows it */
    BROKEN_OFF, /* nor is it answered */
    CUT,        /* the server spoke before it was over: its last record is full */
};

enum what {
    GROWS = 1,     /* the answer, with the client's octets: its median is a share of them */
    CHALLENGE = 2, /* the answer is 334 and base64: 4 + 4n + 2 octets */
    COMPLETE = 4,  /* a message is */
    BODY = 8,      /* the client's octets are content, but for `around` */
    AUTH = 16,     /* part of such an exchange */
};

/* Octets of a turn: the median and how widely they spread, in doublings; 0: exactly `least`. */
struct shape {
    double median, spread;
    uint32_t least;
};

enum shape_name {
    EHLO,
    MAIL,
    RCPT,
    RCPTS,
    RCPTS_DATA,
    MAIL_RCPTS,
    MAIL_RCPTS_DATA,
    WORD,  /* DATA, RSET, NOOP, QUIT */
    OTHER, /* VRFY, HELP, ... */
    DOT,   /* no content at all */
    DOT_QUIT,
    MECHANISM, /* AUTH LOGIN */
    RESPONSE,  /* AUTH PLAIN, and the rest of it */
    TOKEN,     /* AUTH XOAUTH2, and the rest of it */
    ENCODED_LINE,
    MESSAGE,
    CHUNK,
    OPENING_CHUNK, /* with MAIL and RCPT before it */
    LAST_CHUNK,
    /* answers */
    LISTED,   /* to EHLO */
    DONE,     /* 250 */
    REFUSED,  /* 550 and why */
    ANYHOW,   /* to another command */
    ADMITTED, /* 235 */
    EXPELLED, /* 535 */
    ASKED,    /* 334 */
    GO_AHEAD, /* 354 */
    QUEUED,   /* 250 and a number */
    QUEUED_BYE,
    QUEUED_AHEAD, /* 250, and what MAIL, RCPT, and DATA are answered */
    ALL_DONE,     /* what MAIL, RCPT and BDAT are answered */
    SOME_DONE,    /* the same, or MAIL and RCPT before the content was read */
    SHARE,        /* to a group of commands */
    SHARE_OF_TWO,
    SHARE_REFUSED,
    SHAPES
};

/* The shortest of them are by syntax; nothing usual comes near the limits of RFC 5321 4.5.3.1. */
static const struct shape shapes[SHAPES] = {
    [EHLO] = {22, 0.8, 7},
    [MAIL] = {45, 0.7, 14}, /* "MAIL FROM:<>" */
    [RCPT] = {38, 0.7, 13},
    [RCPTS] = {90, 1.2, 26},
    [RCPTS_DATA] = {50, 1.0, 19},
    [MAIL_RCPTS] = {95, 1.0, 27},
    [MAIL_RCPTS_DATA] = {110, 1.0, 33},
    [WORD] = {6, 0, 6},
    [OTHER] = {16, 1.0, 4},
    [DOT] = {3, 0, 3},
    [DOT_QUIT] = {9, 0, 9},
    [MECHANISM] = {14, 0.5, 11},
    [RESPONSE] = {50, 0.8, 13},
    [TOKEN] = {1500, 0.8, 200},
    [ENCODED_LINE] = {40, 1.2, 2},
    [MESSAGE] = {4000, 3.5, 38}, /* the fields that all mail has (RFC 5322 3.6), and the dot */
    [CHUNK] = {4000, 3.5, 48},
    [OPENING_CHUNK] = {4100, 3.5, 110},
    [LAST_CHUNK] = {4000, 3.5, 13}, /* "BDAT 0 LAST" */

    [LISTED] = {200, 1.0, 10},
    [DONE] = {24, 1.0, 6},
    [REFUSED] = {70, 0.8, 6},
    [ANYHOW] = {40, 1.5, 6},
    [ADMITTED] = {34, 0.5, 15},
    [EXPELLED] = {55, 0.5, 20},
    [ASKED] = {18, 1.5, 6},
    [GO_AHEAD] = {42, 0.8, 6},
    [QUEUED] = {50, 0.8, 6},
    [QUEUED_BYE] = {60, 0.7, 6},
    [QUEUED_AHEAD] = {110, 0.7, 24},
    [ALL_DONE] = {90, 0.6, 18},
    [SOME_DONE] = {45, 0.8, 12},
    [SHARE] = {0.6, 0.9, 16},
    [SHARE_OF_TWO] = {1.0, 0.9, 12},
    [SHARE_REFUSED] = {1.0, 0.8, 24},
};

/* Octets around content: "." CRLF; "QUIT" CRLF; "BDAT 4000 LAST" CRLF; MAIL and RCPT before it. */
#define END 3u
#define BYE 6u
#define BDAT 16u
#define GROUP 85u

/* A turn of the client and the answer to it. */
struct step {
    enum state from, to;
    enum manner manner;
    enum form form;
    double bits; /* how rarely it is taken there */
    enum shape_name client, server;
    unsigned what;   /* bits of enum what */
    uint32_t around; /* octets of the client that are no content */
};

static const struct step steps[] = {
    /* clang-format off */
    /* EHLO, HELO, and what needs no transaction */
    {CONNECTED,  GREETED,    ANY,       PLAIN,      0.2, EHLO,            LISTED,        0,                0},
    {CONNECTED,  READY,      ANY,       PLAIN,      6,   EHLO,            DONE,          0,                0},
    {GREETED,    GREETED,    ANY,       PLAIN,      6,   EHLO,            LISTED,        0,                0},
    {GREETED,    GREETED,    ANY,       PLAIN,      8,   OTHER,           ANYHOW,        0,                0},
    {READY,      READY,      ANY,       PLAIN,      8,   OTHER,           ANYHOW,        0,                0},
    /* AUTH */
    {GREETED,    READY,      ANY,       PLAIN,      5,   TOKEN,           ADMITTED,      AUTH,             0},
    {GREETED,    READY,      ANY,       OFFERED,    1.5, RESPONSE,        ADMITTED,      AUTH,             0},
    {GREETED,    GREETED,    ANY,       OFFERED,    6,   RESPONSE,        EXPELLED,      AUTH,             0},
    {GREETED,    CHALLENGED, ANY,       PLAIN,      2,   MECHANISM,       ASKED,         CHALLENGE | AUTH, 0},
    {GREETED,    CHALLENGED, ANY,       OFFERED,    4,   RESPONSE,        ASKED,         CHALLENGE | AUTH, 0},
    {CHALLENGED, AGAIN,      ANY,       ENCODED,    1.5, ENCODED_LINE,    ASKED,         CHALLENGE | AUTH, 0},
    {AGAIN,      AGAIN,      ANY,       ENCODED,    8,   ENCODED_LINE,    ASKED,         CHALLENGE | AUTH, 0},
    {AGAIN,      READY,      ANY,       ENCODED,    1,   ENCODED_LINE,    ADMITTED,      AUTH,             0},
    {AGAIN,      GREETED,    ANY,       ENCODED,    5,   ENCODED_LINE,    EXPELLED,      AUTH,             0},
    {CHALLENGED, READY,      ANY,       ENCODED,    1,   ENCODED_LINE,    ADMITTED,      AUTH,             0},
    {CHALLENGED, GREETED,    ANY,       ENCODED,    5,   ENCODED_LINE,    EXPELLED,      AUTH,             0},
    /* one command at a time */
    {GREETED,    MAILED,     ANY,       PLAIN,      1.5, MAIL,            DONE,          0,                0},
    {READY,      MAILED,     ANY,       PLAIN,      1,   MAIL,            DONE,          0,                0},
    {READY,      READY,      ANY,       PLAIN,      6,   MAIL,            REFUSED,       0,                0},
    {GREETED,    READY,      ANY,       PLAIN,      6,   MAIL,            REFUSED,       0,                0},
    {MAILED,     ADDRESSED,  ANY,       PLAIN,      0.5, RCPT,            DONE,          0,                0},
    {MAILED,     MAILED,     ANY,       PLAIN,      4,   RCPT,            REFUSED,       0,                0},
    {ADDRESSED,  ADDRESSED,  ANY,       PLAIN,      1.5, RCPT,            DONE,          0,                0},
    {ADDRESSED,  ADDRESSED,  ANY,       PLAIN,      5,   RCPT,            REFUSED,       0,                0},
    {ADDRESSED,  CONTENT,    BY_DATA,   PLAIN,      0.5, WORD,            GO_AHEAD,      0,                0},
    {ADDRESSED,  READY,      BY_DATA,   PLAIN,      7,   WORD,            REFUSED,       0,                0},
    /* in groups (RFC 2920) */
    {GREETED,    ADDRESSED,  ANY,       PLAIN,      4,   MAIL_RCPTS,      SHARE,         GROWS,            0},
    {READY,      ADDRESSED,  ANY,       PLAIN,      4,   MAIL_RCPTS,      SHARE,         GROWS,            0},
    {GREETED,    CONTENT,    BY_DATA,   PLAIN,      2,   MAIL_RCPTS_DATA, SHARE,         GROWS,            0},
    {READY,      CONTENT,    BY_DATA,   PLAIN,      2,   MAIL_RCPTS_DATA, SHARE,         GROWS,            0},
    {GREETED,    READY,      BY_DATA,   PLAIN,      6,   MAIL_RCPTS_DATA, SHARE_REFUSED, GROWS,            0},
    {READY,      READY,      BY_DATA,   PLAIN,      6,   MAIL_RCPTS_DATA, SHARE_REFUSED, GROWS,            0},
    {MAILED,     ADDRESSED,  ANY,       PLAIN,      5,   RCPTS,           SHARE,         GROWS,            0},
    {MAILED,     CONTENT,    BY_DATA,   PLAIN,      5,   RCPTS_DATA,      SHARE_OF_TWO,  GROWS,            0},
    {ADDRESSED,  CONTENT,    BY_DATA,   PLAIN,      6,   RCPTS_DATA,      SHARE_OF_TWO,  GROWS,            0},
    /* content; a client that has no recipient left sends the dot alone */
    {CONTENT,    READY,      BY_DATA,   PLAIN,      0.5, MESSAGE,         QUEUED,        COMPLETE | BODY,  END},
    {CONTENT,    OVER,       BY_DATA,   LAST_ONE,   2,   MESSAGE,         QUEUED_BYE,    COMPLETE | BODY,  END + BYE},
    {CONTENT,    CONTENT,    BY_DATA,   PLAIN,      7,   MESSAGE,         QUEUED_AHEAD,  COMPLETE | BODY,  END + GROUP},
    {CONTENT,    CONTENT,    BY_DATA,   BROKEN_OFF, 2,   MESSAGE,         DONE,          0,                0},
    {CONTENT,    READY,      BY_DATA,   PLAIN,      4,   DOT,             REFUSED,       0,                0},
    {CONTENT,    OVER,       BY_DATA,   LAST_ONE,   4,   DOT_QUIT,        REFUSED,       0,                0},
    /* chunks (RFC 3030) */
    {ADDRESSED,  READY,      BY_CHUNKS, PLAIN,      1,   CHUNK,           QUEUED,        COMPLETE | BODY,  BDAT},
    {ADDRESSED,  OVER,       BY_CHUNKS, LAST_ONE,   3,   CHUNK,           QUEUED_BYE,    COMPLETE | BODY,  BDAT + BYE},
    {ADDRESSED,  CHUNKS,     BY_CHUNKS, PLAIN,      2,   CHUNK,           DONE,          BODY,             BDAT},
    {GREETED,    READY,      BY_CHUNKS, PLAIN,      1,   OPENING_CHUNK,   ALL_DONE,      COMPLETE | BODY,  BDAT + GROUP},
    {READY,      READY,      BY_CHUNKS, PLAIN,      1,   OPENING_CHUNK,   ALL_DONE,      COMPLETE | BODY,  BDAT + GROUP},
    {GREETED,    CHUNKS,     BY_CHUNKS, PLAIN,      1,   OPENING_CHUNK,   SOME_DONE,     BODY,             BDAT + GROUP},
    {READY,      CHUNKS,     BY_CHUNKS, PLAIN,      1,   OPENING_CHUNK,   SOME_DONE,     BODY,             BDAT + GROUP},
    {CHUNKS,     CHUNKS,     BY_CHUNKS, PLAIN,      1,   CHUNK,           DONE,          BODY,             BDAT},
    {CHUNKS,     READY,      BY_CHUNKS, PLAIN,      1,   LAST_CHUNK,      QUEUED,        COMPLETE | BODY,  BDAT},
    /* the server answers MAIL and RCPT, or anything, while content is on its way */
    {GREETED,    CHUNKS,     BY_CHUNKS, CUT,        1,   OPENING_CHUNK,   SOME_DONE,     BODY,             BDAT + GROUP},
    {READY,      CHUNKS,     BY_CHUNKS, CUT,        1,   OPENING_CHUNK,   SOME_DONE,     BODY,             BDAT + GROUP},
    {CHUNKS,     CHUNKS,     BY_CHUNKS, CUT,        3,   CHUNK,           DONE,          BODY,             0},
    {CONTENT,    CONTENT,    BY_DATA,   CUT,        3,   MESSAGE,         ANYHOW,        BODY,             0},
    /* RSET, NOOP, QUIT */
    {GREETED,    READY,      ANY,       PLAIN,      4,   WORD,            DONE,          0,                0},
    {READY,      READY,      ANY,       PLAIN,      3,   WORD,            DONE,          0,                0},
    {MAILED,     READY,      ANY,       PLAIN,      2.5, WORD,            DONE,          0,                0},
    {ADDRESSED,  READY,      ANY,       PLAIN,      3,   WORD,            DONE,          0,                0},
    {CONNECTED,  OVER,       ANY,       LAST_ONE,   1,   WORD,            DONE,          0,                0},
    {GREETED,    OVER,       ANY,       LAST_ONE,   1,   WORD,            DONE,          0,                0},
    {READY,      OVER,       ANY,       LAST_ONE,   0.5, WORD,            DONE,          0,                0},
    {MAILED,     OVER,       ANY,       LAST_ONE,   2.5, WORD,            DONE,          0,                0},
    {ADDRESSED,  OVER,       ANY,       LAST_ONE,   3,   WORD,            DONE,          0,                0},
    /* clang-format on */
};

/* ---- how well a step explains a turn and its answer */

struct exchange {
    const struct turn *client, *server; /* `server` NULL: none came */
    const struct turn *before;          /* the turn of the client before; or NULL */
    const struct logarithms *of;        /* of each shape */
    double client_log, server_log;      /* log2 of their octets */
    bool last;
    uint32_t spread; /* of a record, in octets */
};

struct logarithms { /* of what a shape has; each exchange asks for them again */
    double median, density;
};

static void take_logarithms(struct logarithms of[SHAPES])
{
    for (int i = 0; i < SHAPES; i++) /* sqrt(2 pi) ln 2 is 1.74 */
        of[i] = (struct logarithms){log2(shapes[i].median), log2(1.74 * shapes[i].spread)};
}

#define IMPOSSIBLE HUGE_VAL

/* An answer that did not come; content that was not accepted is no message, most likely. */
#define UNANSWERED_BITS 6
#define UNACCEPTED_BITS 14

static bool is_off_by(uint64_t octets, uint64_t from, uint64_t tolerance)
{
    return (octets > from ? octets - from : from - octets) > tolerance;
}

/* `median` is log2 of the octets that the shape mostly has. */
static double shape_bits(const struct exchange *x, enum shape_name name, double median, bool answer)
{
    const struct shape *s = &shapes[name];
    const struct turn *t = answer ? x->server : x->client;
    double n = answer ? x->server_log : x->client_log;
    uint64_t off = (uint64_t)x->spread * t->records;

    if (s->spread == 0)
        return is_off_by(t->octets, s->least, off) ? IMPOSSIBLE : log2(2.0 * (double)off + 1);
    if (t->octets + off < s->least)
        return IMPOSSIBLE;
    /* The density of a log-normal variable: 1 / (2 ln 2) is 0.72. */
    double z = (n - median) / s->spread;
    return n + x->of[name].density + 0.72 * z * z;
}

/* Base64 comes in fours: what a line of it weighs more or less than any line. */
static double form_bits(enum form form, const struct exchange *x)
{
    uint64_t n = x->client->octets;

    if (x->spread)
        return 0;
    if (form == ENCODED)
        return n % 4 == 2 ? -2 : IMPOSSIBLE;
    if (form == OFFERED)
        return n % 4 == 1 ? -1.5 : 1.5;
    return 0;
}

/* A record that is full was not written last, but for one chance in 2^14; some more if a client
 * cuts what it sends at such sizes. */
#define FULL_OCTETS 16384u
#define FULL_BITS 8

static double cut_bits(enum form form, const struct exchange *x)
{
    bool full = !is_off_by(x->client->last, FULL_OCTETS, x->spread);

    if (form == CUT)
        return full ? 0 : IMPOSSIBLE;
    return full && form != BROKEN_OFF ? FULL_BITS : 0;
}

/* Chunks of one message are alike to the octet, but for the last. */
#define REPEATED_BITS 3

static bool repeats(const struct step *s, const struct exchange *x)
{
    return s->from == CHUNKS && s->to == CHUNKS && x->before &&
           x->before->octets == x->client->octets;
}

static double step_bits(const struct step *s, const struct exchange *x)
{
    double bits = s->bits + form_bits(s->form, x) + cut_bits(s->form, x);

    if (s->form == LAST_ONE && !x->last)
        return IMPOSSIBLE;
    bits += repeats(s, x) ? REPEATED_BITS
                          : shape_bits(x, s->client, x->of[s->client].median, false);
    if (s->form == BROKEN_OFF)
        return x->server ? IMPOSSIBLE : bits;
    if (!x->server)
        return bits + (s->what & COMPLETE    ? UNACCEPTED_BITS
                       : s->form == LAST_ONE ? 1
                                             : UNANSWERED_BITS);
    if (s->what & CHALLENGE && !x->spread)
        bits += x->server->octets % 4 == 2 ? -2 : IMPOSSIBLE;
    double median = s->what & GROWS
                        ? log2(shapes[s->server].median * fmax(1, (double)x->client->octets))
                        : x->of[s->server].median;
    return bits + shape_bits(x, s->server, median, true);
}

/* ---- the likeliest path */

struct path {
    double bits; /* HUGE_VAL: there is none */
    uint32_t messages;
    uint64_t octets;
    bool auth;
};

static void begin(struct path *path)
{
    for (int i = 0; i < STATES; i++)
        path[i] = (struct path){.bits = IMPOSSIBLE};
    path[CONNECTED].bits = 0;
    path[GREETED].bits = 8; /* EHLO was not counted: it came in one record with the Finished */
}

static void take(struct path *to, const struct path *from, const struct step *s, double bits,
                 const struct exchange *x)
{
    if (from->bits + bits >= to->bits)
        return;
    *to = *from;
    to->bits += bits;
    to->messages += (s->what & COMPLETE) != 0;
    to->auth |= (s->what & AUTH) != 0;
    if (s->what & BODY && x->client->octets > s->around)
        to->octets += x->client->octets - s->around;
}

/* The client broke off in the middle of content, or of anything. */
static void leave(struct path *over, const struct path *path)
{
    for (int i = 0; i < STATES; i++)
        if (path[i].bits + ending[i] < over->bits) {
            *over = path[i];
            over->bits += ending[i];
        }
}

static struct exchange exchange_at(const struct turns *t, uint32_t i, const struct logarithms *of)
{
    struct exchange x = {.client = &t->list[i], .of = of, .spread = t->spread};

    x.client_log = log2(fmax(1, (double)x.client->octets));
    if (i + 1 < t->count) {
        x.server = &t->list[i + 1];
        x.server_log = log2(fmax(1, (double)x.server->octets));
    }
    if (i >= 2)
        x.before = &t->list[i - 2];
    x.last = i + 2 >= t->count;
    return x;
}

/* Each message made dearer by so many bits: the explanation with few of them, or many. */
enum { LIKELIEST, FEWEST, MOST, TILTS };
static const double tilt[TILTS] = {[LIKELIEST] = 0, [FEWEST] = 10, [MOST] = -10};

static void walk(const struct turns *t, enum manner manner, struct path *over)
{
    struct path path[TILTS][STATES], next[TILTS][STATES];
    struct logarithms of[SHAPES];

    take_logarithms(of);
    for (int k = 0; k < TILTS; k++)
        begin(path[k]);
    for (uint32_t i = t->count && !t->list[0].by_client; i < t->count; i += 2) {
        struct exchange x = exchange_at(t, i, of);
        for (int k = 0; k < TILTS; k++)
            for (int j = 0; j < STATES; j++)
                next[k][j] = (struct path){.bits = IMPOSSIBLE};
        for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
            const struct step *s = &steps[j];
            if (s->manner != ANY && s->manner != manner)
                continue;
            if (path[LIKELIEST][s->from].bits == IMPOSSIBLE) /* and so it is in all tilts */
                continue;
            double bits = step_bits(s, &x);
            for (int k = 0; k < TILTS; k++)
                take(&next[k][s->to], &path[k][s->from], s,
                     bits + (s->what & COMPLETE ? tilt[k] : 0), &x);
        }
        memcpy(path, next, sizeof path);
    }
    for (int k = 0; k < TILTS; k++)
        leave(&over[k], path[k]);
}

/* Sessions by BDAT are the fewer. */
#define CHUNKS_BITS 4

void estimate_messages(const struct turns *t, struct estimate *estimate_r)
{
    struct path data[TILTS], chunks[TILTS];

    *estimate_r = (struct estimate){0};
    if (t->blind || t->count == 0)
        return;
    for (int k = 0; k < TILTS; k++)
        data[k] = chunks[k] = (struct path){.bits = IMPOSSIBLE};
    walk(t, BY_DATA, data);
    walk(t, BY_CHUNKS, chunks);
    for (int k = 0; k < TILTS; k++)
        if (chunks[k].bits + CHUNKS_BITS < data[k].bits)
            data[k] = chunks[k];
    if (data[LIKELIEST].bits == IMPOSSIBLE)
        return;
    estimate_r->low = data[FEWEST].messages;
    if (t->cut)
        return;
    estimate_r->made = true;
    estimate_r->high = data[MOST].messages;
    estimate_r->messages = data[LIKELIEST].messages;
    estimate_r->octets = data[LIKELIEST].octets;
    estimate_r->authenticated = data[LIKELIEST].auth;
}
