/* simulation_policies.c - which policies a document tells of, what they are called, and where their
 * results are. */
#include "simulation_private.h"

#define AB (1u << POLICY_A | 1u << POLICY_B)
#define BC (1u << POLICY_B | 1u << POLICY_C)
#define ABC (AB | BC)
#define ALL (ABC | 1u << POLICY_D)

static const struct {
    const char *name, *label;
    unsigned letters;
    enum level level;
} rows[ROWS] = {
    [ROW_OBSERVED] = {"observed", "as observed", 0, LEVEL_MUST},
    [ROW_A_SHOULD] = {"a-should", "2.a SHOULD", 1u << POLICY_A, LEVEL_SHOULD},
    [ROW_B_SHOULD] = {"b-should", "2.b SHOULD", 1u << POLICY_B, LEVEL_SHOULD},
    [ROW_C_SHOULD] = {"c-should", "2.c SHOULD", 1u << POLICY_C, LEVEL_SHOULD},
    [ROW_D_SHOULD] = {"d-should", "2.d SHOULD", 1u << POLICY_D, LEVEL_SHOULD},
    [ROW_A_MUST] = {"a-must", "2.a MUST", 1u << POLICY_A, LEVEL_MUST},
    [ROW_B_MUST] = {"b-must", "2.b MUST", 1u << POLICY_B, LEVEL_MUST},
    [ROW_C_MUST] = {"c-must", "2.c MUST", 1u << POLICY_C, LEVEL_MUST},
    [ROW_D_MUST] = {"d-must", "2.d MUST", 1u << POLICY_D, LEVEL_MUST},
    [ROW_BC_MUST] = {"bc-must", "b + c MUST", BC, LEVEL_MUST},
    [ROW_ABC_MUST] = {"abc-must", "a + b + c MUST", ABC, LEVEL_MUST},
    [ROW_BCD_MUST] = {"bcd-must", "b + c + d MUST", ALL & ~(1u << POLICY_A), LEVEL_MUST},
    [ROW_ALL_MUST] = {"all-must", "all four MUST", ALL, LEVEL_MUST},
};

static const struct {
    const char *name, *label;
    unsigned letters;
} sweeps[SWEEPS] = {
    [SWEEP_A] = {"a", "2.a", 1u << POLICY_A}, [SWEEP_B] = {"b", "2.b", 1u << POLICY_B},
    [SWEEP_C] = {"c", "2.c", 1u << POLICY_C}, [SWEEP_D] = {"d", "2.d", 1u << POLICY_D},
    [SWEEP_BC] = {"bc", "b + c", BC},         [SWEEP_ALL] = {"all", "all four", ALL},
};

/* No step follows: as observed, which is a row. */
_Static_assert(SIMULATION_ROWS == ROWS, "the header knows how many");
_Static_assert(SIMULATION_POLICIES == ROWS + SWEEPS * SWEEP_STEPS, "the header knows how many");

double sweep_share(unsigned step)
{
    return (double)step / SWEEP_STEPS;
}

static struct policy_mix mix_of(unsigned letters, double share)
{
    struct policy_mix m = {{0}};

    for (unsigned i = 0; i < LETTERS; i++)
        m.follow[i] = letters & 1u << i ? share : 0;
    return m;
}

void simulation_policies(const double follow[LEVELS], struct policy_mix *to)
{
    for (unsigned i = 0; i < ROWS; i++)
        *to++ = mix_of(rows[i].letters, follow[rows[i].level]);
    for (unsigned i = 0; i < SWEEPS; i++)
        for (unsigned step = 1; step <= SWEEP_STEPS; step++)
            *to++ = mix_of(sweeps[i].letters, sweep_share(step));
}

const char *row_name(enum row row)
{
    return rows[row].name;
}

const char *row_label(enum row row)
{
    return rows[row].label;
}

const char *sweep_name(enum sweep sweep)
{
    return sweeps[sweep].name;
}

const char *sweep_label(enum sweep sweep)
{
    return sweeps[sweep].label;
}

static const struct simulated *result_of(const struct scene *of, unsigned policy, unsigned observer)
{
    return &of->results[(size_t)policy * of->s->observer_count + observer];
}

const struct simulated *row_result(const struct scene *of, unsigned observer, enum row row)
{
    return result_of(of, row, observer);
}

const struct simulated *sweep_result(const struct scene *of, unsigned observer, enum sweep sweep,
                                     unsigned step)
{
    return result_of(of, step ? ROWS + sweep * SWEEP_STEPS + step - 1 : ROW_OBSERVED, observer);
}
