/* content.h - messages (RFC 5322, MIME) of a size that is asked for, made of few octets of their own. */
#ifndef SYNTH_CONTENT_H
#define SYNTH_CONTENT_H

#include "speech.h"

#include <mailtap/random.h>

struct content {
    const char *sender, *recipient; /* addresses */
    const char *client_name;
    int64_t at_ns;
    uint64_t number; /* tells the messages of a capture apart */
    uint64_t octets; /* as the recipient gets them, dot-stuffing undone; at least CONTENT_LEAST */
};

#define CONTENT_LEAST 200u

/* The client says it, as it goes over the wire: dots doubled, without the line that ends it. */
void content_say(struct speech *s, const struct pools *pools, const struct content *c,
                 struct random *r);

#endif
