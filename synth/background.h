/* background.h - connections that are no mail: the web, in the clear and by TLS, and names asked for. */
#ifndef SYNTH_BACKGROUND_H
#define SYNTH_BACKGROUND_H

#include "connection.h"
#include "dialogue.h"

/* Ends and octets of one into *c, which is zero; *server_r tells its servers from others.  0, or -1
 * with *e: a handshake could not be made. */
int background_make(const struct stage *stage, uint32_t client, struct random *r,
                    struct connection *c, uint32_t *server_r, struct err *e);

#endif
