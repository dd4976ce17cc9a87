/* The model. Of those who enter at i in hour p, station j gets a share in proportion to
 *
 *	w(i, p, j) = f(ride from i to j) × Σ_k late(i, j, k) × pull(j, p + k)
 *
 * where f says how gladly people ride that long, late(i, j, k) is the part of them who arrive k hours later than they entered (they
 * enter evenly through the hour), and pull(j, h) is what makes people leave at j in hour h: home in the evening, work in the morning.
 * pull is not known; exits are. So it is found by Furness' method: begin with the exits themselves, send everybody, and wherever more
 * people leave than TfL counts lower the pull in proportion, and so on. Rounds on (station, hour) first, then on stations alone: the
 * total of a station is to be right even where its hours cannot be met. Few rounds suffice: totals are then right to 0.1 %, hours to 2 %.
 *
 * Drawing. Independent draws would let a station's exits scatter by √n. Here a draw is thrown again while the station drawn has
 * more than its due of the journeys begun so far: then totals stay within a few passengers of the model's mean at any rate. */
#include "sim/destinations.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LATE = 3, HOUR_ROUNDS = 3, DAY_ROUNDS = 1, REDRAWS = 5 };
#define SHORT_RIDE 5.0f   /* minutes: below it people would rather walk */
#define LONG_RIDE 15.0f   /* minutes: the e-folding of gladness; makes the mean journey last as long as TfL's counts say */
#define STEP_LIMIT 3.0f   /* a pull changes at most so much in a round */
#define AHEAD 1.0         /* passengers a station may be ahead of its due */

struct destinations {
	const struct demand *dm;
	size_t count;
	float *glad;              /* count × count × LATE: f × late */
	float *pull;              /* HOURS × count */
	float *due_share;         /* HOURS × count: of all who enter in an hour, the part that goes to a station */
	float *ladder;            /* count × count: for each origin the running sums of w in hour `rung[origin]` */
	int *rung;
	int hour;                 /* of the last draw */
	uint64_t hour_journeys;   /* begun in it */
	double *due;              /* per station: of all earlier hours */
	uint64_t *sent;           /* per station */
};

static void fill_glad(struct destinations *ds, const struct network *nw)
{
	for (size_t from = 0; from < ds->count; from++)
		for (size_t to = 0; to < ds->count; to++) {
			float *glad = ds->glad + (from * ds->count + to) * LATE, ride = nw->ride[from * ds->count + to];
			if (from == to || !isfinite(ride))
				continue;
			float f = ride / (ride + SHORT_RIDE) * expf(-ride / LONG_RIDE);
			float hours = fminf(network_minutes(nw, from, to) / 60, LATE - 1.001f);
			int late = (int)hours;
			glad[late] = f * ((float)(late + 1) - hours);
			glad[late + 1] = f * (hours - (float)late);
		}
}

/* w(origin, hour, ·), kept apart by how late; returns its sum. */
static float weigh(const struct destinations *ds, size_t origin, int hour, float *w)
{
	const float *glad = ds->glad + origin * ds->count * LATE;
	const float *pull[LATE];
	float sum = 0;
	for (int k = 0; k < LATE; k++)
		pull[k] = ds->pull + (size_t)((hour + k) % HOURS) * ds->count;
	for (size_t to = 0; to < ds->count; to++, glad += LATE, w += LATE) {
		w[0] = glad[0] * pull[0][to];
		w[1] = glad[1] * pull[1][to];
		w[2] = glad[2] * pull[2][to];
		sum += w[0] + w[1] + w[2];
	}
	return sum;
}

static float enter_in_hour(const struct demand *dm, size_t origin, int hour)
{
	const float *part = dm->entries + origin * QUARTERS + hour * 4;
	return part[0] + part[1] + part[2] + part[3];
}

typedef void add_fn(const struct destinations *ds, int hour, const float *w, float share, float *sums);

/* To the hour of leaving. */
static void add_arrivals(const struct destinations *ds, int hour, const float *w, float share, float *arrivals)
{
	float *at[LATE];
	for (int k = 0; k < LATE; k++)
		at[k] = arrivals + (size_t)((hour + k) % HOURS) * ds->count;
	for (size_t to = 0; to < ds->count; to++, w += LATE) {
		at[0][to] += share * w[0];
		at[1][to] += share * w[1];
		at[2][to] += share * w[2];
	}
}

/* To the hour of entering. */
static void add_begun(const struct destinations *ds, int hour, const float *w, float share, float *begun)
{
	begun += (size_t)hour * ds->count;
	for (size_t to = 0; to < ds->count; to++, w += LATE)
		begun[to] += share * (w[0] + w[1] + w[2]);
}

/* Sends everybody of the day; sums: HOURS × count. */
static void send_all(const struct destinations *ds, add_fn *add, float *sums, float *w)
{
	memset(sums, 0, HOURS * ds->count * sizeof *sums);
	for (int hour = 0; hour < HOURS; hour++)
		for (size_t origin = 0; origin < ds->count; origin++) {
			float people = enter_in_hour(ds->dm, origin, hour), sum = people > 0 ? weigh(ds, origin, hour, w) : 0;
			if (sum > 0)
				add(ds, hour, w, people / sum, sums);
		}
}

static float step(float want, float got)
{
	if (!(got > 0))
		return 1;
	return fminf(fmaxf(want / got, 1 / STEP_LIMIT), STEP_LIMIT);
}

static void correct_hours(struct destinations *ds, const float *arrivals)
{
	for (int hour = 0; hour < HOURS; hour++)
		for (size_t to = 0; to < ds->count; to++) {
			size_t cell = (size_t)hour * ds->count + to;
			ds->pull[cell] *= step(ds->dm->exits[to * HOURS + (size_t)hour], arrivals[cell]);
		}
}

static void correct_days(struct destinations *ds, const float *arrivals)
{
	for (size_t to = 0; to < ds->count; to++) {
		float want = 0, got = 0;
		for (size_t hour = 0; hour < HOURS; hour++) {
			want += ds->dm->exits[to * HOURS + hour];
			got += arrivals[hour * ds->count + to];
		}
		for (size_t hour = 0; hour < HOURS; hour++)
			ds->pull[hour * ds->count + to] *= step(want, got);
	}
}

static void balance(struct destinations *ds)
{
	float *arrivals = xreallocarray(NULL, HOURS * ds->count, sizeof *arrivals);
	float *w = xreallocarray(NULL, ds->count * LATE, sizeof *w);
	for (int hour = 0; hour < HOURS; hour++)
		for (size_t to = 0; to < ds->count; to++)
			ds->pull[(size_t)hour * ds->count + to] = ds->dm->exits[to * HOURS + (size_t)hour];
	for (int round = 0; round < HOUR_ROUNDS + DAY_ROUNDS; round++) {
		send_all(ds, add_arrivals, arrivals, w);
		(round < HOUR_ROUNDS ? correct_hours : correct_days)(ds, arrivals);
	}
	send_all(ds, add_begun, ds->due_share, w);
	free(arrivals);
	free(w);
}

/* From people to shares of all who enter in the hour. */
static void share_out(struct destinations *ds)
{
	for (size_t hour = 0; hour < HOURS; hour++) {
		float *row = ds->due_share + hour * ds->count, sum = 0;
		for (size_t to = 0; to < ds->count; to++)
			sum += row[to];
		for (size_t to = 0; to < ds->count && sum > 0; to++)
			row[to] /= sum;
	}
}

struct destinations *destinations_new(const struct demand *dm, const struct network *nw)
{
	struct destinations *ds = xcalloc(1, sizeof *ds);
	size_t n = dm->census.count;
	ds->dm = dm;
	ds->count = n;
	ds->glad = xcalloc(n * n, LATE * sizeof *ds->glad);
	ds->pull = xcalloc(HOURS * n, sizeof *ds->pull);
	ds->due_share = xcalloc(HOURS * n, sizeof *ds->due_share);
	ds->ladder = xcalloc(n * n, sizeof *ds->ladder);
	ds->rung = xcalloc(n, sizeof *ds->rung);
	ds->due = xcalloc(n, sizeof *ds->due);
	ds->sent = xcalloc(n, sizeof *ds->sent);
	ds->hour = -1;
	for (size_t i = 0; i < n; i++)
		ds->rung[i] = -1;
	fill_glad(ds, nw);
	balance(ds);
	share_out(ds);
	return ds;
}

void destinations_free(struct destinations *ds)
{
	free(ds->glad);
	free(ds->pull);
	free(ds->due_share);
	free(ds->ladder);
	free(ds->rung);
	free(ds->due);
	free(ds->sent);
	free(ds);
}

static void climb(struct destinations *ds, size_t origin, int hour)
{
	const float *glad = ds->glad + origin * ds->count * LATE;
	float *ladder = ds->ladder + origin * ds->count;
	double sum = 0;
	for (size_t to = 0; to < ds->count; to++, glad += LATE) {
		for (int k = 0; k < LATE; k++)
			sum += (double)(glad[k] * ds->pull[(size_t)((hour + k) % HOURS) * ds->count + to]);
		ladder[to] = (float)sum;
	}
	ds->rung[origin] = hour;
}

static size_t throw(const struct destinations *ds, size_t origin, struct rng *rng)
{
	const float *ladder = ds->ladder + origin * ds->count;
	double at = rng_unit(rng) * (double)ladder[ds->count - 1];
	size_t low = 0, high = ds->count - 1;
	while (low < high) {
		size_t mid = (low + high) / 2;
		*((double)ladder[mid] > at ? &high : &low) = (double)ladder[mid] > at ? mid : mid + 1;
	}
	return low;
}

static void enter_hour(struct destinations *ds, int hour)
{
	if (ds->hour >= 0)
		for (size_t to = 0; to < ds->count; to++)
			ds->due[to] += (double)ds->due_share[(size_t)ds->hour * ds->count + to] * (double)ds->hour_journeys;
	ds->hour = hour;
	ds->hour_journeys = 0;
}

static double ahead(const struct destinations *ds, size_t to)
{
	return (double)ds->sent[to] - ds->due[to] -
	       (double)ds->due_share[(size_t)ds->hour * ds->count + to] * (double)ds->hour_journeys;
}

size_t destinations_draw(struct destinations *ds, size_t origin, int hour, struct rng *rng)
{
	if (hour != ds->hour)
		enter_hour(ds, hour);
	if (ds->rung[origin] != hour)
		climb(ds, origin, hour);
	ds->hour_journeys++;
	size_t to = throw(ds, origin, rng);
	for (int i = 0; i < REDRAWS && ahead(ds, to) > AHEAD; i++)
		to = throw(ds, origin, rng);
	ds->sent[to]++;
	return to;
}
