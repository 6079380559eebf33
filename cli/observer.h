/*
 * observer.h - observers, shares and levels as they are written on the command line of simulate.
 *
 *     global               who sees everything
 *     sample:0.1           a tenth of the sessions; a share may be written 10% as well
 *     prefix:10.0.0.0/8,2001:db8::/32
 *     busiest:10           the ten servers with most messages
 *     paths:0.2            a fifth of the paths between networks
 */
#ifndef MAILTAP_OBSERVER_H
#define MAILTAP_OBSERVER_H

#include <mailtap/prefix.h>
#include <mailtap/simulation_report.h>

/* A share from 0 to 1: "0.1", "10%".  false: it is none. */
bool share_read(struct slice text, double *share_r);

/*
 * An observer who only listens.  0, or -1 with *e: what is wrong, and how it is written.  Of "prefix"
 * the list is read into *prefixes_r, and borrowed from there.
 */
int observer_read(struct slice text, struct observer *o_r, struct prefix_list *prefixes_r,
                  struct err *e);

/* "may=0.1,should=0.5,must=0.9", any of them: the others stay.  0, or -1 with *e: no share, or a
 * level that is followed by less than a weaker one. */
int follow_read(struct slice text, double follow[LEVELS], struct err *e);

#endif
