#include "command/simulate_check.h"

#include "base/clock.h"
#include "base/signals.h"
#include "command/command.h"
#include "sim/fidelity.h"

#include <inttypes.h>
#include <stdio.h>

static void put_percent(char out[16], const struct fidelity_cell *cell)
{
	if (cell->want > 0)
		snprintf(out, 16, "%+.1f %%", (cell->got / cell->want - 1) * 100);
	else
		snprintf(out, 16, "%s", cell->got > 0 ? "" : "0.0 %");
}

static void print_cell(const char *gap, const struct fidelity_cell *cell)
{
	char off[16];
	put_percent(off, cell);
	printf("%s %9.0f %9.0f %9s", gap, cell->want, cell->got, off);
}

static void print_row(const char *label, int width, const struct fidelity_cell cells[2])
{
	printf("%-*s", width, label);
	print_cell("", &cells[ENTRY]);
	print_cell(cells[ENTRY].outside ? " ! " : "   ", &cells[EXIT]);
	printf("%s\n", cells[EXIT].outside ? " !" : "");
}

static void print_head(const char *label, int width)
{
	static const char columns[] = "    TFL IN    SIM IN      DIFF      TFL OUT   SIM OUT      DIFF";
	printf("%-*s%s\n", width, label, columns);
}

enum { NAME_WIDTH = 44 };

static void print_stations(const struct fidelity *fi)
{
	print_head("STATION", NAME_WIDTH);
	for (size_t i = 0; i < fi->census.count; i++)
		print_row(fi->census.rows[i].name, NAME_WIDTH, fi->station[i]);
	printf("\n");
}

static void print_quarters(const struct fidelity *fi)
{
	print_head("QUARTER", NAME_WIDTH);
	for (int q = 0; q < QUARTERS; q++) {
		char label[8];
		int minute = (DEMAND_START_HOUR * 60 + q * 15) % 1440;
		snprintf(label, sizeof label, "%02d:%02d", minute / 60, minute % 60);
		print_row(label, NAME_WIDTH, fi->quarter[q]);
	}
	printf("\n");
}

static void print_verdict(const struct fidelity *fi, const struct scenario *sc, uint64_t seed, bool within)
{
	struct civil at;
	zone_civil(fi->inside_most_ms / 1000, &at);
	print_head("", NAME_WIDTH);
	print_row("all", NAME_WIDTH, fi->total);
	printf("\nat most %" PRIu64 " inside, at %02d:%02d\n", fi->inside_most, at.hour, at.minute);
	printf("stations outside (!: by more than 4 times the root, exits also by more than 3 %%): %zu of %zu\n", fi->stations_outside,
	       fi->census.count);
	printf("quarter hours outside: %zu of %d; correlation of entries %.4f, of exits %.4f (at least %.2f)\n", fi->quarters_outside, QUARTERS,
	       fi->correlation[ENTRY], fi->correlation[EXIT], FIDELITY_CORRELATION);
	printf("scenario %s, seed %" PRIu64 ", rate %g: %s TfL's %s\n", sc->name, seed, fi->rate, within ? "within" : "outside",
	       day_type_name(fi->figures));
}

/* The whole day; -1 when a signal stopped it. */
static int run_day(struct fidelity *fi)
{
	while (fidelity_step(fi))
		if (signals_wait(NULL, 0, 0) & SIGNALS_STOP)
			return -1;
	return 0;
}

/* 0: within; 1: not, or stopped by a signal; EXIT_USAGE + err: there is nothing to compare it with. */
static int check_day(const struct scenario *sc, enum day_type figures, const struct config *cfg, struct error *err)
{
	struct fidelity fi = {0};
	uint64_t seed = config_count(cfg, "sim.seed");
	int rc = 1;
	if (fidelity_init(&fi, sc, figures, seed, config_real(cfg, "sim.rate"), clock_wall_ms(), err)) {
		rc = EXIT_USAGE;
	} else if (!run_day(&fi)) {
		bool within = fidelity_judge(&fi);
		print_stations(&fi);
		print_quarters(&fi);
		print_verdict(&fi, sc, seed, within);
		rc = within && !fflush(stdout) ? 0 : 1;
	}
	fidelity_fini(&fi);
	return rc;
}

/* Of a scenario that follows the calendar, one day of each type. */
int simulate_check(const struct config *cfg)
{
	struct error err = {0};
	const struct scenario *sc = scenario_find(config_text(cfg, "sim.scenario"), &err);
	int rc = sc ? 0 : EXIT_USAGE;
	for (int type = 0; sc && type < DAY_TYPES && rc != EXIT_USAGE && !signals_stops(); type++)
		if (sc->calendar || sc->figures == (enum day_type)type)
			rc |= check_day(sc, (enum day_type)type, cfg, &err);
	if (rc == EXIT_USAGE)
		fprintf(stderr, "tfl-top simulate: %s\n", err.text);
	return rc;
}
