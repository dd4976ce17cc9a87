#include "sim/demand.h"

#include "base/csv.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIT_ROUNDS 4

int shares_load(struct shares *net, enum day_type figures, struct error *err)
{
	struct csv csv = {0};
	int day, entry, exit, more = -1, quarter = 0;
	if (!csv_open_asset(&csv, "profile_15min.csv", err) && (day = csv_column(&csv, "day_type", err)) >= 0 &&
	    (entry = csv_column(&csv, "entry_share", err)) >= 0 && (exit = csv_column(&csv, "exit_share", err)) >= 0)
		while ((more = csv_next(&csv, err)) > 0) {
			if (strcmp(csv_field(&csv, day), day_type_name(figures)) || quarter == QUARTERS)
				continue;
			net->entry[quarter] = strtof(csv_field(&csv, entry), NULL);
			net->exit[quarter++] = strtof(csv_field(&csv, exit), NULL);
		}
	csv_fini(&csv);
	if (!more && quarter != QUARTERS)
		more = error_set(err, "profile_15min.csv has %d quarters of a %s, not %d", quarter, day_type_name(figures), QUARTERS);
	return more;
}

/* Reads the numbers of a shape; returns how many. */
static int read_shape(const char *text, float shape[QUARTERS])
{
	int count = 0;
	char *end;
	for (; count < QUARTERS; count++, text = end) {
		shape[count] = (float)strtoul(text, &end, 10);
		if (end == text)
			break;
	}
	return count;
}

/* Hours become quarters as the network's hours do. From the last to the first, since it is done in place. */
static void hours_to_quarters(float shape[QUARTERS], const float net[QUARTERS])
{
	for (int hour = HOURS - 1; hour >= 0; hour--) {
		const float *part = net + hour * 4;
		float sum = part[0] + part[1] + part[2] + part[3], of_hour = shape[hour];
		for (int i = 3; i >= 0; i--)
			shape[hour * 4 + i] = of_hour * (sum > 0 ? part[i] / sum : 0.25f);
	}
}

static void scale(float *values, size_t count, double total)
{
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += (double)values[i];
	for (size_t i = 0; i < count && sum > 0; i++)
		values[i] *= (float)(total / sum);
}

enum { ID, DAY, DIRECTION, SHAPE, COLUMNS };

static int add_profile(struct demand *dm, const struct csv *csv, const int column[COLUMNS], const struct shares *net, struct error *err)
{
	float shape[QUARTERS];
	ptrdiff_t at = census_find(&dm->census, csv_field(csv, column[ID]));
	int entry = !strcmp(csv_field(csv, column[DIRECTION]), "entry"), count = read_shape(csv_field(csv, column[SHAPE]), shape);
	if (at < 0)
		return error_set(err, "%s line %zu: station \"%s\" is not in stations.csv", csv->name, csv->line, csv_field(csv, column[ID]));
	if (count != QUARTERS && count != HOURS)
		return error_set(err, "%s line %zu: %d numbers in a shape, not %d or %d", csv->name, csv->line, count, QUARTERS, HOURS);
	if (count == HOURS)
		hours_to_quarters(shape, entry ? net->entry : net->exit);
	const struct census_row *row = &dm->census.rows[at];
	scale(shape, QUARTERS, entry ? row->entries : row->exits);
	if (entry)
		memcpy(dm->entries + at * QUARTERS, shape, sizeof shape);
	for (int i = 0; i < QUARTERS && !entry; i++)
		dm->exits[at * HOURS + i / 4] += shape[i];
	return 0;
}

static int read_profiles(struct demand *dm, enum day_type figures, const struct shares *net, struct csv *csv, struct error *err)
{
	static const char *const names[COLUMNS] = {"naptan_id", "day_type", "direction", "shape"};
	int column[COLUMNS], more;
	if (csv_open_asset(csv, "profiles.csv", err))
		return -1;
	for (int i = 0; i < COLUMNS; i++)
		if ((column[i] = csv_column(csv, names[i], err)) < 0)
			return -1;
	while ((more = csv_next(csv, err)) > 0)
		if (!strcmp(csv_field(csv, column[DAY]), day_type_name(figures)) && add_profile(dm, csv, column, net, err))
			return -1;
	return more;
}

/* Two estimates of the network's day differ by up to 2 %: the sum of the stations (totals of 2023 on profiles of 2021) and the network's
 * own profile (all of 2021). Each quarter goes half way, the stations' totals staying what they are. */
static void fit_network(struct demand *dm, const float net[QUARTERS])
{
	float sums[QUARTERS] = {0}, want[QUARTERS];
	size_t cells = dm->census.count * QUARTERS;
	for (size_t i = 0; i < cells; i++)
		sums[i % QUARTERS] += dm->entries[i];
	for (int q = 0; q < QUARTERS; q++)
		want[q] = sqrtf(sums[q] * net[q]);
	scale(want, QUARTERS, dm->total);
	for (int round = 0; round < FIT_ROUNDS; round++) {
		memset(sums, 0, sizeof sums);
		for (size_t i = 0; i < cells; i++)
			sums[i % QUARTERS] += dm->entries[i];
		for (size_t i = 0; i < cells; i++)
			if (sums[i % QUARTERS] > 0)
				dm->entries[i] *= want[i % QUARTERS] / sums[i % QUARTERS];
		for (size_t i = 0; i < dm->census.count; i++)
			scale(dm->entries + i * QUARTERS, QUARTERS, dm->census.rows[i].entries);
	}
}

static void make_flat(struct demand *dm, double per_second)
{
	double day = per_second * 86400, all_entries = dm->total, all_exits = 0;
	for (size_t i = 0; i < dm->census.count; i++)
		all_exits += dm->census.rows[i].exits;
	for (size_t i = 0; i < dm->census.count * QUARTERS; i++)
		dm->entries[i] = (float)(dm->census.rows[i / QUARTERS].entries / all_entries * day / QUARTERS);
	for (size_t i = 0; i < dm->census.count * HOURS; i++)
		dm->exits[i] = (float)(dm->census.rows[i / HOURS].exits / all_exits * day / HOURS);
	dm->total = day;
}

int demand_load(struct demand *dm, enum day_type figures, double per_second, struct error *err)
{
	*dm = (struct demand){0};
	struct shares net = {0};
	if (census_load(&dm->census, figures, err))
		return -1;
	for (size_t i = 0; i < dm->census.count; i++)
		dm->total += dm->census.rows[i].entries;
	dm->entries = xcalloc(dm->census.count, QUARTERS * sizeof *dm->entries);
	dm->exits = xcalloc(dm->census.count, HOURS * sizeof *dm->exits);
	struct csv csv = {0};
	int rc = shares_load(&net, figures, err) || read_profiles(dm, figures, &net, &csv, err) ? -1 : 0;
	csv_fini(&csv);
	if (rc) {
		demand_fini(dm);
		return -1;
	}
	if (per_second > 0) {
		make_flat(dm, per_second);
	} else {
		fit_network(dm, net.entry);
		scale(dm->exits, dm->census.count * HOURS, dm->total);
	}
	return 0;
}

void demand_fini(struct demand *dm)
{
	census_fini(&dm->census);
	free(dm->entries);
	free(dm->exits);
	*dm = (struct demand){0};
}

int demand_quarter(int64_t time_ms)
{
	struct civil at;
	zone_civil(time_ms / 1000, &at);
	return (at.hour * 4 + at.minute / 15 + QUARTERS - DEMAND_START_HOUR * 4) % QUARTERS;
}
