/* steady.c - see steady.h. */
#include <mailtap/steady.h>

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

void steady_begin(struct steady *s, int64_t real_ns, int64_t monotonic_ns)
{
    *s = (struct steady){.real_ns = real_ns, .steady_ns = real_ns, .monotonic_ns = monotonic_ns};
}

bool steady_look(struct steady *s, int64_t real_ns, int64_t monotonic_ns)
{
    int64_t went = monotonic_ns - s->monotonic_ns;
    int64_t step = real_ns - s->real_ns - went;
    bool set = distance(step, 0) >= STEADY_STEP_NS;

    if (set) {
        s->before_ns = s->behind_ns;
        s->behind_ns += step;
        s->steps++;
    }
    s->real_ns = real_ns;
    s->monotonic_ns = monotonic_ns;
    s->steady_ns = real_ns - s->behind_ns;
    return set;
}

int64_t steady_of(const struct steady *s, int64_t stamp_ns)
{
    int64_t after = stamp_ns - s->behind_ns, before = stamp_ns - s->before_ns;

    return distance(after, s->steady_ns) <= distance(before, s->steady_ns) ? after : before;
}

int64_t steady_told(const struct steady *s, int64_t steady_ns)
{
    return steady_ns + s->behind_ns;
}
