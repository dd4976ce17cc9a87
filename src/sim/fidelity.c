#include "sim/fidelity.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define STEP 100000 /* passings */
#define EXITS_SHARE 0.03
#define DAY_S 86400

/* Of a scenario that follows the calendar: the last one of its type. */
static void last_whole_day(struct fidelity *fi, const struct scenario *sc, int64_t now_ms)
{
	int32_t day = zone_service_day(now_ms / 1000) - 1;
	while (zone_service_day_start(day + 1) - zone_service_day_start(day) != DAY_S || (sc->calendar && zone_day_type(day) != fi->figures))
		day--;
	fi->from_ms = zone_service_day_start(day) * 1000;
	fi->to_ms = fi->from_ms + DAY_S * 1000;
}

/* TfL counts more exits than entries or fewer; nobody stays, so its exits are scaled to its entries. */
static void fill_wants(struct fidelity *fi)
{
	double all[2] = {0};
	for (size_t i = 0; i < fi->census.count; i++) {
		all[ENTRY] += fi->census.rows[i].entries * fi->rate;
		all[EXIT] += fi->census.rows[i].exits * fi->rate;
	}
	for (size_t i = 0; i < fi->census.count; i++) {
		fi->station[i][ENTRY].want = fi->census.rows[i].entries * fi->rate;
		fi->station[i][EXIT].want = fi->census.rows[i].exits * fi->rate * all[ENTRY] / all[EXIT];
	}
	for (size_t q = 0; q < QUARTERS; q++) {
		fi->quarter[q][ENTRY].want = (double)fi->shares.entry[q] * all[ENTRY];
		fi->quarter[q][EXIT].want = (double)fi->shares.exit[q] * all[ENTRY];
	}
	fi->total[ENTRY].want = fi->total[EXIT].want = all[ENTRY];
}

int fidelity_init(struct fidelity *fi, const struct scenario *sc, enum day_type figures, uint64_t seed, double rate, int64_t now_ms,
		  struct error *err)
{
	*fi = (struct fidelity){.rate = rate, .figures = figures};
	last_whole_day(fi, sc, now_ms);
	if (sc->per_second > 0)
		return error_set(err, "scenario %s is not made after TfL's figures, so it cannot be compared with them", sc->name);
	if (census_load(&fi->census, figures, err) || shares_load(&fi->shares, figures, err))
		return -1;
	fi->journeys = journeys_new(sc, seed, rate, fi->from_ms, &(struct journey_goal){.to_ms = fi->to_ms}, err);
	if (!fi->journeys)
		return -1;
	fi->station = xcalloc(fi->census.count, sizeof *fi->station);
	fill_wants(fi);
	return 0;
}

void fidelity_fini(struct fidelity *fi)
{
	if (fi->journeys)
		journeys_free(fi->journeys);
	census_fini(&fi->census);
	free(fi->station);
	*fi = (struct fidelity){0};
}

bool fidelity_step(struct fidelity *fi)
{
	struct passing ps;
	for (int i = 0; i < STEP; i++) {
		if (!journeys_next(fi->journeys, &ps))
			return false;
		fi->station[ps.station][ps.direction].got++;
		fi->quarter[demand_quarter(ps.time_ms)][ps.direction].got++;
		fi->total[ps.direction].got++;
		if (journeys_inside(fi->journeys) > fi->inside_most) {
			fi->inside_most = journeys_inside(fi->journeys);
			fi->inside_most_ms = ps.time_ms;
		}
	}
	return true;
}

static bool judge(struct fidelity_cell *cell, double share)
{
	double off = fabs(cell->got - cell->want);
	cell->outside = off > 4 * sqrt(cell->want + 1) && off > share * cell->want;
	return cell->outside;
}

static double correlation(const struct fidelity *fi, enum direction direction)
{
	double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, n = QUARTERS;
	for (int q = 0; q < QUARTERS; q++) {
		double x = fi->quarter[q][direction].want, y = fi->quarter[q][direction].got;
		sx += x;
		sy += y;
		sxx += x * x;
		syy += y * y;
		sxy += x * y;
	}
	return (sxy - sx * sy / n) / sqrt((sxx - sx * sx / n) * (syy - sy * sy / n));
}

bool fidelity_judge(struct fidelity *fi)
{
	fi->stations_outside = fi->quarters_outside = 0;
	for (size_t i = 0; i < fi->census.count; i++) {
		bool entries = judge(&fi->station[i][ENTRY], 0), exits = judge(&fi->station[i][EXIT], EXITS_SHARE);
		fi->stations_outside += entries || exits;
	}
	for (int q = 0; q < QUARTERS; q++)
		fi->quarters_outside += judge(&fi->quarter[q][ENTRY], 0);
	bool totals = judge(&fi->total[ENTRY], 0) || judge(&fi->total[EXIT], 0);
	fi->correlation[ENTRY] = correlation(fi, ENTRY);
	fi->correlation[EXIT] = correlation(fi, EXIT);
	return !totals && !fi->stations_outside && !fi->quarters_outside && fi->correlation[ENTRY] >= FIDELITY_CORRELATION &&
	       fi->correlation[EXIT] >= FIDELITY_CORRELATION;
}
