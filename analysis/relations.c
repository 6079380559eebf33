/* relations.c - see relations.h. */
#include <mailtap/relations.h>

#include <stdlib.h>

struct relations *relations_new(size_t servers, size_t clients, size_t relations,
                                size_t correspondences)
{
    struct relations *r = must_alloc(1, sizeof *r);

    r->servers = must_alloc(servers, sizeof *r->servers);
    r->clients = must_alloc(clients, sizeof *r->clients);
    r->list = must_alloc(relations, sizeof *r->list);
    r->correspondences = must_alloc(correspondences, sizeof *r->correspondences);
    r->server_count = servers;
    r->client_count = clients;
    r->count = relations;
    r->correspondence_count = correspondences;
    return r;
}

void relations_free(struct relations **r)
{
    if (!*r)
        return;
    free((*r)->servers);
    free((*r)->clients);
    free((*r)->list);
    free((*r)->correspondences);
    free(*r);
    *r = NULL;
}

struct relation_sums relations_sums(const struct relations *r)
{
    struct relation_sums sums = {0};

    for (size_t i = 0; i < r->count; i++) {
        for (unsigned fate = 0; fate < FATES; fate++) {
            sums.messages[fate] += (double)r->list[i].messages[fate];
            sums.credentials[fate] += (double)r->list[i].credentials[fate];
        }
    }
    return sums;
}
