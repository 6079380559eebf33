/*
 * box.h - what a box between client and server makes of what passes, as seen from a place on either
 * side of it.
 *
 * The client's side sees what the server says changed, and what the client says as it was; the
 * server's side the other way round.  Some forms leave no trace on the server's side.
 */
#ifndef SYNTH_BOX_H
#define SYNTH_BOX_H

#include "speech.h"

#include <mailtap/scenario.h>

const char *box_name(enum box_form box); /* "none" for BOX_FORMS */

/* A line of the reply to EHLO; NULL: it is gone. */
const char *box_keyword(enum box_form box, enum speaker near, const char *keyword);

/* STARTTLS of the client; NULL: it does not come so far. */
const char *box_request(enum box_form box, enum speaker near);

/* What is answered to it; NULL: the server's own answer. */
const char *box_answer(enum box_form box);

/* The word EHLO of the client. */
const char *box_ehlo(enum box_form box, enum speaker near);

/* The rule that should find it there (contract: evidence of stripping); NULL: nothing shows there. */
const char *box_rule(enum box_form box, enum speaker near);

#endif
