/*
 * lens.h - looking at a part of a findings database, or at all of it without names, with every
 * question there is.
 *
 * The period: a session belongs to it when it began in it.  With it go its verdict and whatever else
 * is a session's; servers are those with such a session, and count those only; so do what servers
 * said and showed.  Captures are those that overlap the period or have a session in it, with the
 * figures of all of it.  What is known beyond single sessions stays whole: DNS answers, policies,
 * comparisons of servers with themselves (contrast), and the rows that sessions share (client, name,
 * course, tls, certificate, chain).  Verdicts stay what they are: judged with all that is known.
 *
 * Anonymised: who it was is replaced by numbers that stay the same while the database does, and
 * need no key: server-7.  Counts, sizes and the times of sessions stay.
 */
#ifndef MAILTAP_LENS_H
#define MAILTAP_LENS_H

#include <mailtap/store.h>

struct lens {
    const char *since, *until; /* written as a parameter TIME; NULL: no limit */
    bool anonymise;
};

/* Are these times, and does the period begin before it ends?  0, or -1 with *e. */
int lens_check(const struct lens *lens, struct err *e);

/*
 * What all further questions to st see, which was opened with STORE_READ and has no lens yet: all of
 * it as it is at one moment.  0, or -1 with *e: then st answers nothing any more.  What has "main."
 * before its name is not narrowed; when anonymised, it is refused, and so is whatever is not
 * mailtap's.
 */
int store_lens(struct store *st, const struct lens *lens, struct err *e);

#endif
