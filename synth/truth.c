/* truth.c - see truth.h. */
#include "truth.h"

#include "box.h"

#include <mailtap/text.h>

#include <inttypes.h>

/* Names that we make ourselves: nothing in them needs an escape. */
static void add_text(FILE *to, const char *name, const char *value)
{
    if (value && value[0])
        fprintf(to, ",\"%s\":\"%s\"", name, value);
    else
        fprintf(to, ",\"%s\":null", name);
}

static void add_number(FILE *to, const char *name, uint64_t value)
{
    fprintf(to, ",\"%s\":%" PRIu64, name, value);
}

static void add_tri(FILE *to, const char *name, tri value)
{
    fprintf(to, ",\"%s\":%s", name, value == UNKNOWN ? "null" : value == YES ? "true" : "false");
}

static void add_end(FILE *to, const char *ip, const char *port, const struct endpoint *end)
{
    char address[ADDRESS_TEXT];

    address_text(address, &end->address);
    add_text(to, ip, address);
    add_number(to, port, end->port);
}

void truth_begin(FILE *to, const struct scenario *s, const char *vantage)
{
    char start[TEXT_TIME];

    text_time(start, s->start_ns);
    fprintf(to, "{\"seed\":%" PRIu64 ",\"vantage\":\"%s\",\"start\":\"%s\",\n\"sessions\":[",
            s->seed, vantage, start);
}

static void add_tls(FILE *to, const struct truth *t)
{
    static const char *const versions[] = {"TLSv1.2", "TLSv1.3"};

    add_tri(to, "starttls_offered", t->offered);
    add_tri(to, "starttls_requested", t->requested);
    if (t->starttls_reply)
        add_number(to, "starttls_reply", t->starttls_reply);
    else
        add_text(to, "starttls_reply", NULL);
    add_tri(to, "tls_established", t->established);
    add_text(to, "tls_version", t->tls_version ? versions[t->tls_version == 0x0304] : NULL);
}

static void add_mail(FILE *to, const struct truth *t)
{
    add_number(to, "messages", t->messages);
    add_number(to, "recipients_attempted", t->recipients_attempted);
    add_number(to, "recipients_accepted", t->recipients_accepted);
    add_number(to, "content_octets", t->content_octets);
    add_text(to, "auth_mechanism", t->auth);
    add_tri(to, "credentials_exposed", t->auth && t->established != YES ? YES : NO);
}

static bool touched(const struct truth *t)
{
    return t->lost || t->disordered || t->duplicated;
}

void truth_count(struct truth_sums *sums, const struct truth *t)
{
    sums->connections++;
    sums->messages += t->messages;
    sums->content_octets += t->content_octets;
    sums->touched += touched(t);
    sums->classes[t->class]++;
}

void truth_add(FILE *to, struct truth_sums *sums, const struct truth *t)
{
    char start[TEXT_TIME];

    text_time(start, t->started_ns);
    fprintf(to, "%s\n{\"session\":%" PRIu64 ",\"connection\":%u", sums->connections ? "," : "",
            t->session, t->connection);
    add_end(to, "client_ip", "client_port", &t->client);
    add_end(to, "server_ip", "server_port", &t->server);
    add_text(to, "started_at", start);
    add_text(to, "class", class_name(t->class));
    add_text(to, "cleartext_reason", reason_name(t->reason));
    add_text(to, "box", box_name(t->box));
    add_text(to, "strip_rule", t->rule);
    add_text(to, "client_name", t->client_name);
    add_text(to, "server_name", t->server_name);
    add_tls(to, t);
    add_mail(to, t);
    add_text(to, "wrapping", t->wrapping);
    add_number(to, "frames", t->frames);
    add_number(to, "frames_lost", t->lost);
    add_number(to, "frames_disordered", t->disordered);
    add_number(to, "frames_duplicated", t->duplicated);
    fputc('}', to);
    truth_count(sums, t);
}

void truth_end(FILE *to, const struct truth_sums *sums)
{
    fputs("\n],\n\"totals\":{", to);
    fprintf(to, "\"connections\":%" PRIu64, sums->connections);
    for (unsigned c = 0; c < CLASSES; c++)
        add_number(to, class_name((enum session_class)c), sums->classes[c]);
    add_number(to, "messages", sums->messages);
    add_number(to, "content_octets", sums->content_octets);
    add_number(to, "touched", sums->touched);
    fputs("}}\n", to);
}
