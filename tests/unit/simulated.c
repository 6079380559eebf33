/* simulated.c - see simulated.h. */
#include "simulated.h"

#include <stdlib.h>

static struct outcome around(double mean, double wide)
{
    return (struct outcome){mean, mean * (1 - wide), mean * (1 + wide)};
}

static struct simulated result(const double f[LETTERS], double strips, double messages, double wide)
{
    double none = 0.3 * (1 - 0.1 * f[POLICY_A]) * (1 - f[POLICY_B]);
    double unused = 0.1 * (1 - f[POLICY_C]) * (1 - f[POLICY_D]);
    double stripped = (1 - none - unused) * strips, insisted = (none + stripped) * f[POLICY_D];
    double clear = (none + stripped) * (1 - f[POLICY_D]) + unused;

    return (struct simulated){
        .messages = around(messages, 0),
        .readable = around(messages * clear, wide),
        .share = around(clear, wide),
        .stripped = around(messages * stripped * (1 - f[POLICY_D]), wide),
        .correspondents = around(100 * clear, wide),
        .credentials = around(10 * clear, wide),
        .rerouted = around(messages * insisted / 2, wide),
        .undelivered = around(messages * insisted / 2, wide),
        .bits = around(clear * (1 - clear), wide),
        .encrypted = around(1 - clear, wide),
        .burden = around(1000, 0),
        .burden_selective = around(1000 * (1 - clear), wide),
    };
}

void made_again(struct made *m, double messages, double wide)
{
    for (unsigned p = 0; p < SIMULATION_POLICIES; p++)
        for (unsigned o = 0; o < m->s.observer_count; o++)
            m->results[p * m->s.observer_count + o] = result(
                m->policies[p].follow, m->observers[o].strips, messages, wide);
}

struct made *made_simulation(double messages, double wide, double strips)
{
    struct made *m = must_alloc(1, sizeof *m);

    m->words = (struct simulation_words){.name = "a.db", .follow = {0.1, 0.5, 0.9}};
    simulation_policies(m->words.follow, m->policies);
    m->observers[1].strips = strips;
    m->s = (struct simulation){.policies = m->policies,
                               .policy_count = SIMULATION_POLICIES,
                               .observers = m->observers,
                               .observer_count = strips > 0 ? 2 : 1,
                               .draws = 1000,
                               .threads = 1,
                               .seed = 1,
                               .wanted = 0.001};
    made_again(m, messages, wide);
    return m;
}
