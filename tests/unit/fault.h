/*
 * fault.h - a disk under SQLite that fails, or takes the process with it, at a chosen moment.
 *
 * All that changes a file is counted: writes, truncations, syncs, files made and removed, growth of
 * the WAL's index.  Readings are counted apart, and so are requests for memory.  Syncs are not made for real, to save their time.
 */
#ifndef FAULT_H
#define FAULT_H

enum fault {
    FAULT_ONCE,      /* the change fails, those after it do not */
    FAULT_LASTING,   /* it and all after it fail */
    FAULT_DISK_FULL, /* it and all after it that need room fail for want of it */
    FAULT_READ,      /* reading fails, once */
    FAULT_DEATH,     /* the process is killed before it */
    FAULT_TORN,      /* the process is killed with half of it written */
    FAULT_MEMORY,    /* SQLite is refused memory, once */
};

const char *fault_name(enum fault kind);

/* From now on SQLite opens its files here, and asks here for memory; before it is used at all. */
void fault_install(void);

/* At the n-th change, reading or request, from now on; counted from 1. */
void fault_arm(enum fault kind, unsigned n);

/* No more of it; how many of them there were since it was armed. */
unsigned fault_disarm(void);

#endif
