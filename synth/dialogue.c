/* dialogue.c - see dialogue.h. */
#include "dialogue.h"

#include "box.h"
#include "content.h"
#include "talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t dialogue_seed(const struct scenario *s, uint64_t number, unsigned purpose)
{
    struct random key = random_seeded(s->seed ^ 0x73796e7468 ^ (uint64_t)purpose << 56);
    struct random r = random_seeded(random_u64(&key) + number);

    return random_u64(&r);
}

/* ---- servers, by what they say of themselves */

static const struct software {
    const char *greeting; /* behind the name */
    const char *keywords; /* in order; AUTH stands at the end where there is some */
    const char *ready, *taken, *bye;
} software[] = {
    {"ESMTP Postfix",
     "PIPELINING\nSIZE 52428800\nVRFY\nETRN\nSTARTTLS\nENHANCEDSTATUSCODES\n8BITMIME\nDSN\n"
     "SMTPUTF8\nCHUNKING",
     "220 2.0.0 Ready to start TLS", "250 2.0.0 Ok: queued as", "221 2.0.0 Bye"},
    {"ESMTP Exim 4.96",
     "SIZE 52428800\n8BITMIME\nPIPELINING\nPIPECONNECT\nCHUNKING\nSTARTTLS\nSMTPUTF8\nHELP",
     "220 TLS go ahead", "250 OK id=", "221 closing connection"},
    {"ESMTP Sendmail 8.17.1/8.17.1",
     "ENHANCEDSTATUSCODES\nPIPELINING\n8BITMIME\nSIZE 35882577\nDSN\nETRN\nSTARTTLS\nDELIVERBY\n"
     "HELP",
     "220 2.0.0 Ready to start TLS", "250 2.0.0 Message accepted for delivery",
     "221 2.0.0 closing"},
    {"Microsoft ESMTP MAIL Service ready",
     "SIZE 37748736\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\nSTARTTLS\n8BITMIME\nBINARYMIME\n"
     "CHUNKING\nSMTPUTF8",
     "220 2.0.0 SMTP server ready", "250 2.6.0 Queued mail for delivery",
     "221 2.0.0 Service closing transmission channel"},
};

/* One connection while it is written. */
struct scene {
    const struct stage *stage;
    const struct scenario_session *session;
    const struct scenario_connection *c;
    const struct software *server;
    struct talk talk;
    struct truth *truth;
    bool pipelines;
};

static void client(struct scene *s, const char *text)
{
    talk_say(&s->talk, SPEAKER_CLIENT, text);
}

static void server(struct scene *s, const char *text)
{
    talk_say(&s->talk, SPEAKER_SERVER, text);
}

/* ---- before mail */

/* Keywords in the reply to EHLO, as they are seen; AUTH on ports of submission. */
static unsigned list_keywords(struct scene *s, bool offers, char list[][96])
{
    struct slice rest = slice_of(s->server->keywords);
    unsigned n = 0;

    while (rest.n) {
        struct slice line = slice_until(&rest, '\n');
        char keyword[64];
        snprintf(keyword, sizeof keyword, "%.*s", (int)line.n, (const char *)line.p);
        bool starttls = strcmp(keyword, "STARTTLS") == 0;
        const char *seen = box_keyword(s->c->box, s->stage->near, keyword);
        if (!seen || (starttls && !offers))
            continue;
        if (starttls && strcmp(seen, keyword) == 0)
            s->truth->offered = YES;
        snprintf(list[n++], sizeof *list, "%s", seen);
    }
    if (s->c->port != 25)
        snprintf(list[n++], sizeof *list, "AUTH PLAIN LOGIN");
    return n;
}

static void reply_to_ehlo(struct scene *s, bool offers)
{
    char list[16][96], reply[2048];
    unsigned n = list_keywords(s, offers, list);
    size_t at = (size_t)snprintf(reply, sizeof reply, "250%c%s", n ? '-' : ' ',
                                 s->truth->server_name);

    for (unsigned i = 0; i < n; i++)
        at += (size_t)snprintf(reply + at, sizeof reply - at, "\r\n250%c%s", i + 1 < n ? '-' : ' ',
                               list[i]);
    server(s, reply);
}

static void greet(struct scene *s)
{
    char text[256];

    snprintf(text, sizeof text, "220 %s %s", s->truth->server_name, s->server->greeting);
    server(s, text);
}

static void introduce(struct scene *s)
{
    char text[256];

    snprintf(text, sizeof text, "%s %s", box_ehlo(s->c->box, s->stage->near),
             s->truth->client_name);
    client(s, text);
    if (s->c->box != BOX_EHLO) {
        s->truth->offered = NO; /* or what the list says */
        reply_to_ehlo(s, s->c->offers);
        return;
    }
    /* Who refuses EHLO offers nothing; where it is overwritten nobody asked. */
    s->truth->offered = s->stage->near == SPEAKER_CLIENT ? NO : UNKNOWN;
    server(s, "500 5.5.1 Command unrecognized");
    if (!s->c->helo)
        return;
    snprintf(text, sizeof text, "HELO %s", s->truth->client_name);
    client(s, text);
    snprintf(text, sizeof text, "250 %s", s->truth->server_name);
    server(s, text);
}

/* RFC 3207 4.2: under TLS all begins anew, and STARTTLS is not offered. */
static void introduce_again(struct scene *s)
{
    char text[256];

    snprintf(text, sizeof text, "EHLO %s", s->truth->client_name);
    client(s, text);
    reply_to_ehlo(s, false);
}

/* ---- TLS */

static int shake_hands(struct scene *s, struct shaken *shaken, struct err *e)
{
    struct shake want = {
        .server = s->c->server,
        .name = s->truth->server_name,
        .tls13 = s->c->tls13,
        .variant = (unsigned)random_below(&s->talk.random, HANDSHAKE_VARIANTS),
    };

    return handshakes_make(s->stage->handshakes, &want, shaken, e);
}

static int begin_tls(struct scene *s, struct err *e)
{
    struct shaken shaken = {.count = 0};
    int rc = shake_hands(s, &shaken, e);

    if (rc == 0) {
        talk_shake(&s->talk, &shaken, shaken.count);
        talk_protect(&s->talk, &shaken);
        s->truth->established = YES;
        s->truth->tls_version = shaken.version;
    }
    octets_free(&shaken.octets);
    return rc;
}

/* Octets that are no TLS, in place of the ServerHello; the client says that it cannot read them. */
static void garble(struct scene *s)
{
    static const uint8_t decode_error[] = {21, 3, 3, 0, 2, 2, 50};
    uint8_t noise[48];

    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(0x80 | random_below(&s->talk.random, 0x80));
    talk_octets(&s->talk, SPEAKER_SERVER, (struct slice){noise, sizeof noise});
    talk_octets(&s->talk, SPEAKER_CLIENT, (struct slice){decode_error, sizeof decode_error});
    s->talk.speech->ending = ENDS_BY_CLIENT;
}

/* The ClientHello passes; then there is a reset, or what comes back is garbled. */
static int break_handshake(struct scene *s, struct err *e)
{
    struct shaken shaken = {.count = 0};
    int rc = shake_hands(s, &shaken, e);

    if (rc == 0) {
        talk_shake(&s->talk, &shaken, 1);
        if (random_below(&s->talk.random, 3) == 0)
            garble(s);
        else
            s->talk.speech->ending = ENDS_RESET_BY_SERVER;
        s->truth->class = CLASS_STARTTLS_FAILED;
    }
    octets_free(&shaken.octets);
    return rc;
}

/* The client asks.  1: TLS; 0: in the clear; 2: over; -1: *e. */
enum asked { ASKED_FAILED = -1, ASKED_CLEAR, ASKED_TLS, ASKED_OVER };

static enum asked ask(struct scene *s, struct err *e)
{
    const char *seen = box_request(s->c->box, s->stage->near), *answer = box_answer(s->c->box);

    if (!seen)
        return ASKED_CLEAR;
    client(s, seen);
    s->truth->requested = tri_of(strcmp(seen, "STARTTLS") == 0);
    if (s->c->refused)
        answer = "454 4.7.0 TLS not available due to local problem";
    server(s, answer ? answer : s->server->ready);
    if (answer) {
        if (s->truth->requested == YES)
            s->truth->starttls_reply = (unsigned)((answer[0] - '0') * 100 + (answer[1] - '0') * 10 +
                                                  (answer[2] - '0'));
        return ASKED_CLEAR;
    }
    s->truth->starttls_reply = 220;
    if (s->c->box == BOX_BROKEN)
        return break_handshake(s, e) < 0 ? ASKED_FAILED : ASKED_OVER;
    if (begin_tls(s, e) < 0)
        return ASKED_FAILED;
    introduce_again(s);
    return ASKED_TLS;
}

/* ---- mail */

/* Credentials that nobody can take for some. */
static void log_in(struct scene *s)
{
    char user[64], secret[] = "not-a-secret", text[256], line[320];
    int n = snprintf(user, sizeof user, "user%u@%s", s->session->client, s->truth->client_name);

    s->truth->auth = random_below(&s->talk.random, 2) ? "PLAIN" : "LOGIN";
    if (strcmp(s->truth->auth, "PLAIN") == 0) {
        n = snprintf(text, sizeof text, "%c%s%c%s", 0, user, 0, secret);
        snprintf(line, sizeof line, "AUTH PLAIN ");
        talk_base64(line + strlen(line), text, (size_t)n);
        client(s, line);
    } else {
        client(s, "AUTH LOGIN");
        server(s, "334 VXNlcm5hbWU6");
        talk_base64(line, user, (size_t)n);
        client(s, line);
        server(s, "334 UGFzc3dvcmQ6");
        talk_base64(line, secret, strlen(secret));
        client(s, line);
    }
    server(s, "235 2.7.0 Authentication successful");
}

#define MOST_RECIPIENTS 4

/* The envelope: commands and replies one by one, or all in one go.  RFC 2920: DATA comes last. */
static void envelope(struct scene *s, const struct content *c, unsigned recipients, bool refuse)
{
    char commands[MOST_RECIPIENTS + 2][192], replies[MOST_RECIPIENTS + 2][96];
    unsigned n = 0;

    snprintf(commands[n], sizeof *commands, "MAIL FROM:<%s>", c->sender);
    snprintf(replies[n++], sizeof *replies, "250 2.1.0 Sender ok");
    for (unsigned i = 0; i < recipients; i++) {
        bool no = refuse && i + 1 == recipients;
        snprintf(commands[n], sizeof *commands, "RCPT TO:<%s%.*s>", i ? "x" : "",
                 (int)sizeof commands[n] - 16, c->recipient);
        snprintf(replies[n++], sizeof *replies,
                 no ? "550 5.1.1 User unknown" : "250 2.1.5 Recipient ok");
    }
    snprintf(commands[n], sizeof *commands, "DATA");
    snprintf(replies[n++], sizeof *replies, "354 End data with <CR><LF>.<CR><LF>");
    if (!s->pipelines || s->c->helo) {
        for (unsigned i = 0; i < n; i++) {
            client(s, commands[i]);
            server(s, replies[i]);
        }
        return;
    }
    talk_say_all(&s->talk, SPEAKER_CLIENT, commands[0], sizeof *commands, n);
    talk_say_all(&s->talk, SPEAKER_SERVER, replies[0], sizeof *replies, n);
}

static void send_message(struct scene *s, unsigned i)
{
    char sender[96], recipient[96], text[128];
    uint64_t number = s->session->number * 64 + i;
    struct random *r = &s->talk.random;
    unsigned recipients = 1 + (unsigned)(random_below(r, 6) / 3 * random_below(r, MOST_RECIPIENTS));
    bool refuse = recipients > 1 && random_below(r, 8) == 0;
    struct content c = {
        .sender = sender,
        .recipient = recipient,
        .client_name = s->truth->client_name,
        .at_ns = s->c->started_ns,
        .number = number,
        .octets = scenario_message_octets(s->stage->population, s->session->number, i),
    };

    snprintf(sender, sizeof sender, "u%u@%s", (unsigned)(number % 97), s->truth->client_name);
    snprintf(recipient, sizeof recipient, "r%u@d%u.example", (unsigned)(number % 89),
             s->session->destination);
    envelope(s, &c, recipients, refuse);
    talk_content(&s->talk, s->stage->pools, &c);
    snprintf(text, sizeof text, "%s %08" PRIX64, s->server->taken, number);
    server(s, text);
    s->truth->messages++;
    s->truth->recipients_attempted += recipients;
    s->truth->recipients_accepted += recipients - refuse;
    s->truth->content_octets += c.octets;
}

/* ---- what it is called */

/* Of a connection that went in the clear. */
static void judge(struct scene *s)
{
    struct truth *t = s->truth;
    bool mail = s->c->messages > 0;

    t->rule = box_rule(s->c->box, s->stage->near);
    /* Who does not fall back loses nothing, and shows nothing. */
    if ((s->c->box == BOX_EHLO && !s->c->helo) || (s->c->box == BOX_BROKEN && !mail))
        t->rule = NULL;
    t->class = t->rule ? CLASS_STRIPPED : CLASS_CLEARTEXT;
    if (t->rule)
        return;
    /* "XXXX client" tells who has not seen what came before nothing. */
    if (s->c->box == BOX_EHLO && s->stage->near == SPEAKER_SERVER) {
        t->class = CLASS_UNKNOWN;
        t->requested = t->established = UNKNOWN;
        t->client_name[0] = '\0';
    } else if (t->requested == YES)
        t->reason = REASON_REFUSED;
    else
        t->reason = t->offered == YES ? REASON_OFFERED_UNUSED : REASON_NOT_OFFERED;
}

static void end(struct scene *s)
{
    client(s, "QUIT");
    server(s, s->server->bye);
    talk_close(&s->talk);
}

/* ---- all of it */

static int play(struct scene *s, struct err *e)
{
    enum asked asked = ASKED_CLEAR;

    if (s->c->implicit) {
        if (begin_tls(s, e) < 0)
            return -1;
        s->truth->class = CLASS_IMPLICIT_TLS;
    }
    greet(s);
    introduce(s);
    if (s->c->asks)
        asked = ask(s, e);
    if (asked == ASKED_FAILED)
        return -1;
    if (asked == ASKED_OVER)
        return 0;
    if (s->c->auth)
        log_in(s);
    for (unsigned i = 0; i < s->c->messages; i++)
        send_message(s, i);
    end(s);
    if (s->c->implicit)
        s->truth->offered = s->truth->requested = UNKNOWN;
    else if (asked == ASKED_TLS)
        s->truth->class = CLASS_STARTTLS;
    else
        judge(s);
    return 0;
}

static void begin_truth(const struct stage *stage, const struct scenario_session *s, unsigned i,
                        struct truth *t)
{
    const struct scenario_connection *c = &s->connections[i];
    const struct scenario_population *p = stage->population;

    *t = (struct truth){
        .session = s->number,
        .connection = i,
        .client = {p->clients[s->client].address, c->client_port},
        .server = {p->servers[c->server].address, c->port},
        .started_ns = c->started_ns,
        .box = c->box,
        .requested = NO,
        .established = NO,
    };
    snprintf(t->client_name, sizeof t->client_name, "client%u.example", s->client);
    snprintf(t->server_name, sizeof t->server_name, "mx%u.example", c->server);
}

int dialogue_make(const struct stage *stage, const struct scenario_session *s, unsigned i,
                  struct speech *speech_r, struct truth *truth_r, struct err *e)
{
    uint64_t seed = dialogue_seed(&stage->population->scenario, s->number, 1 + i);
    struct scene scene = {
        .stage = stage,
        .session = s,
        .c = &s->connections[i],
        .truth = truth_r,
    };
    uint64_t kind = dialogue_seed(&stage->population->scenario, scene.c->server, 8);

    scene.server = &software[kind % (sizeof software / sizeof *software)];
    scene.talk = talk_begin(speech_r, seed);
    scene.pipelines = dialogue_seed(&stage->population->scenario, s->client, 9) % 2;
    begin_truth(stage, s, i, truth_r);
    return play(&scene, e);
}
