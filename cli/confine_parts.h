/*
 * confine_parts.h - what confine() is made of; for cli/confine*.c alone.
 */
#ifndef MAILTAP_CONFINE_PARTS_H
#define MAILTAP_CONFINE_PARTS_H

#include "confine.h"

#include <sys/types.h>

/* Longer names of users are refused: NAME of useradd(8) has 32. */
#define CONFINE_USER 64

/* confine_user.c.  A user as the system knows it. */
struct account {
    char name[CONFINE_USER];
    uid_t uid;
    gid_t gid;
};

/* 1 and *a, 0: there is nobody to become, -1. */
int account_choose(const char *asked, struct account *a, struct err *e);
/* The name of who runs this process now, or its number. */
void account_name(char to[CONFINE_USER]);
/* Root becomes *a for good. */
int account_become(const struct account *a, struct err *e);
/* Before account_become(), which takes the right to do so: what no program could get back. */
void capabilities_bound(void);
/* After it: none left, and none to come. */
int capabilities_drop(struct err *e);

/* confine_landlock.c.  The version in force, 0: this kernel has none, -1: failed. */
int landlock_confine(const struct confinement *c, struct err *e);

/* confine_seccomp.c.  1, 0: this kernel has none, -1: failed. */
int seccomp_confine(struct err *e);

#endif
