/*
 * tri.h - three answers: zeroed memory means "the capture does not tell", never "no".
 */
#ifndef MAILTAP_TRI_H
#define MAILTAP_TRI_H

typedef enum { UNKNOWN = 0, NO, YES } tri;

static inline tri tri_of(int truth)
{
    return truth ? YES : NO;
}

#endif
