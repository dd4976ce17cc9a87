#include "sim/network.h"

#include "base/csv.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define ON_FOOT 6.0    /* minutes from barrier to train, for trains, between them, and from train to barrier, in the mean */
#define SPREAD 0.1     /* deviation of the ride itself, as a share of it */
#define LEAST_MS 60000 /* nobody is through faster */

struct arc {
	size_t from, to;
	float minutes;
};

struct arcs { /* both ways of each connection, sorted by `from`; those of station i are [first[i], first[i + 1]) */
	struct arc *arcs;
	size_t count, cap;
	size_t *first;
};

static void add_arc(struct arcs *ar, size_t from, size_t to, float minutes)
{
	ar->arcs = xgrow(ar->arcs, ar->count, &ar->cap, sizeof *ar->arcs);
	ar->arcs[ar->count++] = (struct arc){from, to, minutes};
}

static int add_connection(struct arcs *ar, const struct census *cs, const struct csv *csv, const int column[3], struct error *err)
{
	ptrdiff_t from = census_find(cs, csv_field(csv, column[0])), to = census_find(cs, csv_field(csv, column[1]));
	if (from < 0 || to < 0)
		return error_set(err, "%s line %zu: station \"%s\" is not in stations.csv", csv->name, csv->line,
				 csv_field(csv, column[from < 0 ? 0 : 1]));
	float minutes = strtof(csv_field(csv, column[2]), NULL);
	if (!(minutes > 0))
		return error_set(err, "%s line %zu: minutes must be more than 0", csv->name, csv->line);
	add_arc(ar, (size_t)from, (size_t)to, minutes);
	add_arc(ar, (size_t)to, (size_t)from, minutes);
	return 0;
}

static int read_connections(struct arcs *ar, const struct census *cs, struct csv *csv, struct error *err)
{
	static const char *const names[3] = {"from_id", "to_id", "minutes"};
	int column[3], more;
	if (csv_open_asset(csv, "connections.csv", err))
		return -1;
	for (int i = 0; i < 3; i++)
		if ((column[i] = csv_column(csv, names[i], err)) < 0)
			return -1;
	while ((more = csv_next(csv, err)) > 0)
		if (add_connection(ar, cs, csv, column, err))
			return -1;
	return more;
}

static int by_from(const void *a, const void *b)
{
	size_t x = ((const struct arc *)a)->from, y = ((const struct arc *)b)->from;
	return (x > y) - (x < y);
}

static void index_arcs(struct arcs *ar, size_t stations)
{
	qsort(ar->arcs, ar->count, sizeof *ar->arcs, by_from);
	ar->first = xcalloc(stations + 1, sizeof *ar->first);
	for (size_t i = 0; i < ar->count; i++)
		ar->first[ar->arcs[i].from + 1]++;
	for (size_t i = 0; i < stations; i++)
		ar->first[i + 1] += ar->first[i];
}

/* Corrects labels in the order of a queue (Bellman, Ford, Moore): on a sparse network of 509 stations faster than a heap. */
static void shortest_from(const struct arcs *ar, size_t stations, size_t origin, float *ride, size_t *queue, char *queued)
{
	for (size_t i = 0; i < stations; i++)
		ride[i] = INFINITY;
	ride[origin] = 0;
	size_t head = 0, waiting = 1;
	queue[0] = origin;
	while (waiting) {
		size_t at = queue[head];
		head = (head + 1) % stations;
		waiting--;
		queued[at] = 0;
		for (const struct arc *arc = ar->arcs + ar->first[at]; arc < ar->arcs + ar->first[at + 1]; arc++) {
			if (ride[at] + arc->minutes >= ride[arc->to])
				continue;
			ride[arc->to] = ride[at] + arc->minutes;
			if (!queued[arc->to])
				queue[(head + waiting++) % stations] = arc->to;
			queued[arc->to] = 1;
		}
	}
}

int network_load(struct network *nw, const struct census *cs, struct error *err)
{
	struct arcs ar = {0};
	struct csv csv = {0};
	int rc = read_connections(&ar, cs, &csv, err);
	csv_fini(&csv);
	if (!rc) {
		index_arcs(&ar, cs->count);
		size_t *queue = xreallocarray(NULL, cs->count, sizeof *queue);
		char *queued = xcalloc(cs->count, 1);
		nw->count = cs->count;
		nw->ride = xreallocarray(NULL, cs->count * cs->count, sizeof *nw->ride);
		for (size_t i = 0; i < cs->count; i++)
			shortest_from(&ar, cs->count, i, nw->ride + i * cs->count, queue, queued);
		free(queue);
		free(queued);
	}
	free(ar.arcs);
	free(ar.first);
	return rc;
}

void network_fini(struct network *nw)
{
	free(nw->ride);
	*nw = (struct network){0};
}

float network_minutes(const struct network *nw, size_t from, size_t to)
{
	return nw->ride[from * nw->count + to] + (float)ON_FOOT;
}

/* The ride varies normally; walking and waiting are two exponential stages, as many short waits and a few long ones. */
int64_t network_draw_ms(const struct network *nw, size_t from, size_t to, struct rng *rng)
{
	double ride = (double)nw->ride[from * nw->count + to] * (1 + SPREAD * rng_normal(rng));
	double on_foot = -ON_FOOT / 2 * log((1 - rng_unit(rng)) * (1 - rng_unit(rng)));
	int64_t ms = (int64_t)((ride + on_foot) * 60000);
	return ms > LEAST_MS ? ms : LEAST_MS;
}
