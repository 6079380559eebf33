/*
 * simulate_private.h - what the sources of a simulation share.
 *
 *   simulate.c          what is wrong with what was asked; threads; figures over the draws
 *   simulate_prior.c    what a population says of one of whom little is known
 *   simulate_draw.c     one world: rates, and who follows
 *   simulate_observe.c  who sees which relations
 *   simulate_sum.c      sums of what becomes of the mail, for all policies and observers at once
 *   simulate_know.c     correspondents, and bits: costly, for some of the draws
 *
 * Policies go in blocks of LANES, a bit for each: whoever follows is an octet for each block.
 */
#ifndef SIMULATE_PRIVATE_H
#define SIMULATE_PRIVATE_H

#include <mailtap/simulate.h>

#define LANES 8u

/* ---- simulate_prior.c */

struct prior {
    double a, b; /* of Beta(a, b) */
};

/* The rates of a population, as one resample of it has them. */
struct priors {
    struct prior used, established, alternatives, insisted, control;
    struct prior offered; /* of capable servers, each server once: what 2.a hopes for */
};

/* The prior that these cases give, case i counting weights[i] times; Jeffreys' if there is none. */
struct prior prior_fit(const struct trials *cases, const double *weights, size_t n);

/* So many resamples of all rates, made once: *priors_r has room for them. */
#define PRIORS 128u
void priors_fit(struct priors *priors_r, const struct relations *r, uint64_t seed);

/* random_unit(), inlined: a world takes a million. */
static inline double draw_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}

double draw_exponential(struct random *r);
double draw_beta(struct random *r, double a, double b);

/* ---- simulate_observe.c */

/* What is seen by the same observers is added up together: that is a group. */
struct vision {
    uint16_t *set;      /* of each relation: what the observers of prefixes and servers see of it */
    uint64_t *masks;    /* of each set: a bit for each observer; other kinds' bits are set */
    uint64_t *paths;    /* of each relation: its path; NULL when no observer asks */
    double *levels;     /* the shares of paths asked for, in order */
    unsigned *level_of; /* of each observer: how many of them it sees; others: all and the rest */
    unsigned sets, level_count, groups; /* groups: sets * (level_count + 1) */
};

int vision_make(struct vision *v_r, const struct relations *r, const struct simulation *s,
                struct err *e);
void vision_free(struct vision *v);
/* The group of each relation in a world. */
void vision_groups(const struct vision *v, size_t relations, uint64_t world, uint16_t *group_r);
bool vision_sees(const struct vision *v, unsigned observer, unsigned group);

/* ---- simulate_draw.c */

/* Who follows one letter: policies that one with a number between two neighbouring shares follows. */
struct ladder {
    double *shares; /* distinct, in order */
    uint8_t *bits; /* bits[rank * blocks + block]; rank: how many shares are not above the number */
    unsigned count;
};

struct stage {
    const struct relations *r;
    const struct simulation *s;
    unsigned blocks;
    bool interferes; /* some observer strips */
    bool insisting;  /* somebody may insist, by policy or because of the interference */
    struct ladder ladders[LETTERS];
    struct vision vision;
    struct priors *priors;
    bool *server_asked, *client_asked; /* their rates matter for mail in the clear */
    double *server_messages, messages; /* for weights */
    unsigned every;                    /* knowledge is worked out in each so many-th draw */
};

struct world {
    double *established, *alternatives; /* of servers */
    double *weights;                    /* of servers; NULL: each once */
    double *drawn;                      /* room for weights */
    double *used;                       /* of clients: share of their messages */
    bool *insists;                      /* of clients: already, whatever the policy */
    uint16_t *insist_rank;              /* of clients: rank on the ladder of 2.d */
    uint8_t *offers;         /* offers[block * servers + server]: now, under the policies */
    uint8_t *uses, *demands; /* of clients, likewise: use it (c, d), insist (d) */
    uint16_t *group;         /* of relations */
};

/* simulate.c; s and r are as they should be.  0, or -1 with *e: then there is nothing to free. */
int stage_make(struct stage *g, const struct relations *r, const struct simulation *s,
               struct err *e);
void stage_free(struct stage *g);

void stage_make_ladders(struct stage *g);
void stage_free_ladders(struct stage *g);
void world_make(struct world *w_r, const struct stage *g);
void world_free(struct world *w);
void world_draw(struct world *w, const struct stage *g, unsigned draw);
uint64_t world_hash(uint64_t a, uint64_t b);

/* ---- simulate_sum.c */

/* What a relation has in the clear that may change: of mail, or of sessions that gave credentials.  A
 * copy, so that it stands together in memory. */
struct part {
    uint32_t client, server, relation;
    float parts[FATES - 1]; /* not the untold; nothing of the encrypted counts */
};

/* What a policy makes of the mail of one relation in a world, before anybody interferes. */
struct change {
    double gone;   /* no longer in the clear */
    double sealed; /* of that, encrypted now; the rest has an insisting client and no TLS */
};
/* Who does what of the two ends, and their rates. */
struct ends {
    double completes, used;
    bool offers, uses, demands;
};

/*
 * Mail that was not offered TLS is sealed if the server offers now, the client uses it, and the
 * handshake completes; mail that did not use it, if the client does now.  With a client that insists
 * none is left in the clear but what nobody knows the reason of.
 */
static inline struct change part_change(const struct part *p, const struct ends *e)
{
    double unoffered = (double)p->parts[FATE_NOT_OFFERED], unused = (double)p->parts[FATE_UNUSED];
    double all = unoffered + unused +
                 ((double)p->parts[FATE_FAILED] + (double)p->parts[FATE_STRIPPED]);
    double tries = e->offers ? e->uses ? 1 : e->used : 0;
    double sealed = unoffered * e->completes * tries + (e->uses ? unused * e->completes : 0);

    return (struct change){e->demands ? all : sealed, sealed};
}

/* The figures of struct simulated that are added up in draws, in their order there. */
enum figure {
    FIGURE_MESSAGES,
    FIGURE_READABLE,
    FIGURE_SHARE,
    FIGURE_STRIPPED,
    FIGURE_CORRESPONDENTS,
    FIGURE_CREDENTIALS,
    FIGURE_REROUTED,
    FIGURE_UNDELIVERED,
    FIGURE_BITS,
    FIGURE_ENCRYPTED,
    FIGURE_BURDEN,
    FIGURE_SELECTIVE,
    FIGURES
};

struct sums; /* room to add up in */
struct sums *sums_new(const struct stage *g);
void sums_free(struct sums **m);
/* All figures but those of knowledge: figures_r[(policy * observers + observer) * FIGURES + f]. */
void world_sum(const struct world *w, const struct stage *g, struct sums *m, double *figures_r);

/* ---- simulate_know.c */

struct knowledge;
struct knowledge *knowledge_new(const struct stage *g);
void knowledge_free(struct knowledge **k);
/* Correspondents and bits, into the same figures. */
void world_know(const struct world *w, const struct stage *g, struct knowledge *k,
                double *figures_r);

#endif
