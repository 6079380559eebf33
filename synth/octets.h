/* octets.h - octets that grow as they are written, in network order. */
#ifndef SYNTH_OCTETS_H
#define SYNTH_OCTETS_H

#include <mailtap/slice.h>

struct octets {
    uint8_t *p; /* NULL while there are none */
    size_t n, room;
};

/* Room for n more, counted as written; what is in it is the caller's to write.  Valid until the next
 * call. */
uint8_t *octets_more(struct octets *o, size_t n);

void octets_add(struct octets *o, struct slice s);
void octets_text(struct octets *o, const char *text);
void octets_u8(struct octets *o, unsigned value);
void octets_u16(struct octets *o, unsigned value);
void octets_u32(struct octets *o, uint32_t value);
struct slice octets_slice(const struct octets *o);
void octets_free(struct octets *o);

/* A number written where there is room for it. */
void octets_put16(uint8_t *to, unsigned value);
void octets_put32(uint8_t *to, uint32_t value);

#endif
