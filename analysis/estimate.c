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

#include <math.h>
#include <pthread.h>

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
enum manner { ANY, BY_DATA, BY_CHUNKS, MANNERS };

enum form {
    PLAIN,
    ENCODED,    /* base64 and CRLF: 4n + 2 octets (RFC 4954 4) */
    OFFERED,    /* a mechanism and base64: mostly AUTH PLAIN or LOGIN, 11 + 4n + 2 */
    LAST_ONE,   /* nothing follows it */
    BROKEN_OFF, /* nor is it answered */
    CUT,        /* the server spoke before it was over: its last record is full */
    FORMS
};

enum what {
    CHALLENGE = 1, /* the answer is 334 and base64: 4 + 4n + 2 octets */
    COMPLETE = 2,  /* a message is */
    BODY = 4,      /* the client's octets are content, but for `around` */
    AUTH = 8,      /* part of such an exchange */
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
    ANSWERS,
    LISTED = ANSWERS, /* to EHLO */
    DONE,             /* 250 */
    REFUSED,          /* 550 and why */
    ANYHOW,           /* to another command */
    ADMITTED,         /* 235 */
    EXPELLED,         /* 535 */
    ASKED,            /* 334 */
    GO_AHEAD,         /* 354 */
    QUEUED,           /* 250 and a number */
    QUEUED_BYE,
    QUEUED_AHEAD, /* 250, and what MAIL, RCPT, and DATA are answered */
    ALL_DONE,     /* what MAIL, RCPT and BDAT are answered */
    SOME_DONE,    /* the same, or MAIL and RCPT before the content was read */
    SHARES,       /* to a group of commands: the median is a share of the client's octets */
    SHARE = SHARES,
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
    {GREETED,    ADDRESSED,  ANY,       PLAIN,      4,   MAIL_RCPTS,      SHARE,         0,                0},
    {READY,      ADDRESSED,  ANY,       PLAIN,      4,   MAIL_RCPTS,      SHARE,         0,                0},
    {GREETED,    CONTENT,    BY_DATA,   PLAIN,      2,   MAIL_RCPTS_DATA, SHARE,         0,                0},
    {READY,      CONTENT,    BY_DATA,   PLAIN,      2,   MAIL_RCPTS_DATA, SHARE,         0,                0},
    {GREETED,    READY,      BY_DATA,   PLAIN,      6,   MAIL_RCPTS_DATA, SHARE_REFUSED, 0,                0},
    {READY,      READY,      BY_DATA,   PLAIN,      6,   MAIL_RCPTS_DATA, SHARE_REFUSED, 0,                0},
    {MAILED,     ADDRESSED,  ANY,       PLAIN,      5,   RCPTS,           SHARE,         0,                0},
    {MAILED,     CONTENT,    BY_DATA,   PLAIN,      5,   RCPTS_DATA,      SHARE_OF_TWO,  0,                0},
    {ADDRESSED,  CONTENT,    BY_DATA,   PLAIN,      6,   RCPTS_DATA,      SHARE_OF_TWO,  0,                0},
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

/* What a turn and its answer are, and what each shape and form costs there: steps share them. */
struct exchange {
    const struct turn *client, *server; /* `server` NULL: none came */
    const struct turn *before;          /* the turn of the client before; or NULL */
    bool last;
    uint32_t spread; /* of a record, in octets */
    double shape[SHAPES], form[FORMS], cut[FORMS];
};

static struct logarithms { /* of what a shape has */
    double median, density;
} logarithms[SHAPES];
static pthread_once_t logarithms_taken = PTHREAD_ONCE_INIT;

static void take_logarithms(void)
{
    for (int i = 0; i < SHAPES; i++) /* sqrt(2 pi) ln 2 is 1.74 */
        logarithms[i] = (struct logarithms){log2(shapes[i].median), log2(1.74 * shapes[i].spread)};
}

#define IMPOSSIBLE HUGE_VAL

/* An answer that did not come; content that was not accepted is no message, most likely. */
#define UNANSWERED_BITS 6
#define UNACCEPTED_BITS 14

static bool is_off_by(uint64_t octets, uint64_t from, uint64_t tolerance)
{
    return (octets > from ? octets - from : from - octets) > tolerance;
}

/* `n` is log2 of the octets of the turn, `median` of those that the shape mostly has. */
static double shape_bits(const struct turn *t, uint64_t off, double n, int shape, double median)
{
    const struct shape *s = &shapes[shape];

    if (t->octets + off < s->least)
        return IMPOSSIBLE;
    if (s->spread == 0)
        return t->octets > s->least + off ? IMPOSSIBLE : off ? log2(2.0 * (double)off + 1) : 0;
    /* The density of a log-normal variable: 1 / (2 ln 2) is 0.72. */
    double z = (n - median) / s->spread;
    return n + logarithms[shape].density + 0.72 * z * z;
}

static double logarithm_of(uint64_t octets)
{
    return log2(fmax(1, (double)octets));
}

static void weigh_client(struct exchange *x)
{
    double n = logarithm_of(x->client->octets);
    uint64_t off = (uint64_t)x->spread * x->client->records;

    for (int i = 0; i < ANSWERS; i++)
        x->shape[i] = shape_bits(x->client, off, n, i, logarithms[i].median);
}

static void weigh_server(struct exchange *x)
{
    double n = logarithm_of(x->server->octets), client = fmax(1, (double)x->client->octets);
    uint64_t off = (uint64_t)x->spread * x->server->records;

    for (int i = ANSWERS; i < SHARES; i++)
        x->shape[i] = shape_bits(x->server, off, n, i, logarithms[i].median);
    for (int i = SHARES; i < SHAPES; i++)
        x->shape[i] = shape_bits(x->server, off, n, i, log2(shapes[i].median * client));
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
    double bits = s->bits + x->form[s->form] + x->cut[s->form];

    if (s->form == LAST_ONE && !x->last)
        return IMPOSSIBLE;
    bits += repeats(s, x) ? REPEATED_BITS : x->shape[s->client];
    if (s->form == BROKEN_OFF)
        return x->server ? IMPOSSIBLE : bits;
    if (!x->server)
        return bits + (s->what & COMPLETE    ? UNACCEPTED_BITS
                       : s->form == LAST_ONE ? 1
                                             : UNANSWERED_BITS);
    if (s->what & CHALLENGE && !x->spread)
        bits += x->server->octets % 4 == 2 ? -2 : IMPOSSIBLE;
    return bits + x->shape[s->server];
}

static void exchange_at(struct exchange *x, const struct turns *t, uint32_t i)
{
    x->client = &t->list[i];
    x->server = i + 1 < t->count ? &t->list[i + 1] : NULL;
    x->before = i >= 2 ? &t->list[i - 2] : NULL;
    x->last = i + 2 >= t->count;
    x->spread = t->spread;
    weigh_client(x);
    if (x->server)
        weigh_server(x);
    for (int form = 0; form < FORMS; form++) {
        x->form[form] = form_bits((enum form)form, x);
        x->cut[form] = cut_bits((enum form)form, x);
    }
}

/* ---- the likeliest path */

struct path {
    double bits; /* HUGE_VAL: there is none, and nothing else is set */
    uint32_t messages;
    uint64_t octets;
    bool auth;
};

/* Each message made dearer by so many bits: the explanation with few of them, or many. */
enum { LIKELIEST, FEWEST, MOST, TILTS };
static const double tilt[TILTS] = {[LIKELIEST] = 0, [FEWEST] = 10, [MOST] = -10};

/* Up to one exchange, by how the client sends content: BY_DATA or BY_CHUNKS. */
struct paths {
    struct path to[MANNERS][TILTS][STATES];
};

static void no_path(struct paths *p)
{
    for (int m = BY_DATA; m < MANNERS; m++)
        for (int k = 0; k < TILTS; k++)
            for (int i = 0; i < STATES; i++)
                p->to[m][k][i].bits = IMPOSSIBLE;
}

static void begin(struct paths *p)
{
    no_path(p);
    for (int m = BY_DATA; m < MANNERS; m++)
        for (int k = 0; k < TILTS; k++) {
            p->to[m][k][CONNECTED] = (struct path){0};
            /* EHLO was not counted: it came in one record with the Finished */
            p->to[m][k][GREETED] = (struct path){.bits = 8};
        }
}

/* What a step adds to a path: `more` for this tilt. */
static void take(struct path *to, const struct path *from, const struct path *step, double more)
{
    double bits = from->bits + (step->bits + more);

    if (bits >= to->bits)
        return;
    *to = (struct path){bits, from->messages + step->messages, from->octets + step->octets,
                        from->auth || step->auth};
}

/* Manners as bits. */
static const unsigned manners[MANNERS] = {
    [ANY] = 1u << BY_DATA | 1u << BY_CHUNKS,
    [BY_DATA] = 1u << BY_DATA,
    [BY_CHUNKS] = 1u << BY_CHUNKS,
};

/* The manners in which there is a path to a state; if in one tilt, then in all of them. */
static void reach(const struct paths *p, unsigned reached_r[STATES])
{
    for (int i = 0; i < STATES; i++) {
        reached_r[i] = 0;
        for (int m = BY_DATA; m < MANNERS; m++)
            if (p->to[m][LIKELIEST][i].bits != IMPOSSIBLE)
                reached_r[i] |= manners[m];
    }
}

/* In the manners `can`. */
static void take_step(struct paths *to, const struct paths *from, const struct step *s,
                      unsigned can, const struct exchange *x)
{
    uint64_t octets = x->client->octets;
    bool complete = s->what & COMPLETE;
    struct path step = {.bits = step_bits(s, x), .messages = complete, .auth = s->what & AUTH};

    if (step.bits == IMPOSSIBLE)
        return;
    if (s->what & BODY && octets > s->around)
        step.octets = octets - s->around;
    for (int m = BY_DATA; m < MANNERS; m++)
        for (int k = 0; can & manners[m] && k < TILTS; k++)
            take(&to->to[m][k][s->to], &from->to[m][k][s->from], &step, complete ? tilt[k] : 0);
}

/* All steps that can be taken there. */
static void take_steps(struct paths *to, const struct paths *from, const struct exchange *x)
{
    unsigned reached[STATES];

    no_path(to);
    reach(from, reached);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        unsigned can = reached[steps[i].from] & manners[steps[i].manner];
        if (can)
            take_step(to, from, &steps[i], can, x);
    }
}

/* The client broke off in the middle of content, or of anything. */
static struct path leave(const struct path path[STATES])
{
    struct path over = {.bits = IMPOSSIBLE};

    for (int i = 0; i < STATES; i++)
        if (path[i].bits + ending[i] < over.bits) {
            over = path[i];
            over.bits += ending[i];
        }
    return over;
}

/* The paths to the end of the turns, in one of the two. */
static const struct paths *walk(const struct turns *t, struct paths room[2])
{
    struct paths *now = &room[0], *next = &room[1], *swap;
    struct exchange x;

    pthread_once(&logarithms_taken, take_logarithms);
    begin(now);
    for (uint32_t i = !t->list[0].by_client; i < t->count; i += 2) {
        exchange_at(&x, t, i);
        take_steps(next, now, &x);
        swap = now;
        now = next;
        next = swap;
    }
    return now;
}

/* Sessions by BDAT are the fewer. */
#define CHUNKS_BITS 4

void estimate_messages(const struct turns *t, struct estimate *estimate_r)
{
    struct paths room[2];
    struct path best[TILTS];

    *estimate_r = (struct estimate){0};
    if (t->blind || t->count == 0)
        return;
    const struct paths *paths = walk(t, room);
    for (int k = 0; k < TILTS; k++) {
        struct path chunks = leave(paths->to[BY_CHUNKS][k]);
        best[k] = leave(paths->to[BY_DATA][k]);
        if (chunks.bits + CHUNKS_BITS < best[k].bits)
            best[k] = chunks;
    }
    if (best[LIKELIEST].bits == IMPOSSIBLE)
        return;
    estimate_r->low = best[FEWEST].messages;
    if (t->cut)
        return;
    estimate_r->made = true;
    estimate_r->high = best[MOST].messages;
    estimate_r->messages = best[LIKELIEST].messages;
    estimate_r->octets = best[LIKELIEST].octets;
    estimate_r->authenticated = best[LIKELIEST].auth;
}
