/* tfl-top verify: counts what Kafka holds once more, and lays what the stores hold beside it. The stores are asked first, and how far their
 * feeds had come is kept with what they say: so the feeds may run meanwhile. */
#include "command/verify.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/timeword.h"
#include "command/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sums {
	size_t cells, differ;
	uint64_t events, behind, unsettled, dead, twins;
};

static void print_cell(const struct verify *vf, const struct cell *ce, bool first)
{
	char time[32];
	if (first)
		printf("%-20s  %-30s  %-7s  %9s%s%s\n", "BUCKET", "STATION", "WAY", "KAFKA", vf->history ? "    HISTORY" : "",
		       vf->elastic ? "    ELASTIC       DEAD" : "");
	printf("%-20s  %-30s  %-7s  %9" PRIu64, verify_stamp(ce->ts, time), ce->station, ce->direction == ENTRY ? "entries" : "exits", ce->kafka);
	if (vf->history)
		printf("  %9" PRIu64, ce->history);
	if (vf->elastic)
		printf("  %9" PRIu64 "  %9" PRIu64, ce->elastic, ce->dead);
	printf("%s%s\n", vf->history && !cell_history_agrees(ce) ? "  history" : "", vf->elastic && !cell_elastic_agrees(ce) ? "  elastic" : "");
}

static struct sums compare(struct verify *vf, int64_t from)
{
	struct sums sm = {0};
	tally_sort(&vf->tally);
	for (size_t i = 0; i < vf->tally.count; i++) {
		const struct cell *ce = &vf->tally.cell[i];
		if (ce->ts < from)
			continue;
		sm.cells++;
		sm.events += ce->kafka;
		sm.behind += ce->kafka - ce->read;
		sm.unsettled += ce->kafka - ce->settled;
		sm.dead += ce->dead;
		sm.twins += ce->twins;
		if ((vf->history && !cell_history_agrees(ce)) || (vf->elastic && !cell_elastic_agrees(ce)))
			print_cell(vf, ce, !sm.differ++);
	}
	return sm;
}

static void print_verdict(const struct verify *vf, const struct sums *sm, int64_t from)
{
	char first[32], last[32];
	fputs(strbuf_str(&vf->notes), stdout);
	if (vf->unreadable)
		printf("%" PRIu64 " records are no events: dead letters everywhere\n", vf->unreadable);
	if (vf->history && sm->behind)
		printf("%" PRIu64 " events were not yet read by the history feed: not compared\n", sm->behind);
	if (vf->elastic && sm->unsettled)
		printf("%" PRIu64 " events were not yet settled by the elastic feed: there or not, both is right\n", sm->unsettled);
	if (vf->elastic && sm->twins)
		printf("%" PRIu64 " events are equal to another one in station, user, time and direction: Elasticsearch keeps one of each\n", sm->twins);
	printf("%s: %s to %s, %" PRIu64 " events in %zu cells of a station, a quarter hour and a direction", sm->differ ? "different" : "equal",
	       verify_stamp(from, first), verify_stamp(vf->until, last), sm->events, sm->cells);
	printf(": Kafka%s%s", vf->history ? ", history" : "", vf->elastic ? ", Elasticsearch" : "");
	if (vf->elastic && sm->dead)
		printf(" (%" PRIu64 " as dead letters)", sm->dead);
	if (sm->differ)
		printf("; %zu cell%s", sm->differ, sm->differ == 1 ? " differs" : "s differ");
	putchar('\n');
}

static int run(struct verify *vf, struct sums *sm, struct error *err)
{
	int64_t from = vf->since;
	if (verify_read(vf, &from, err))
		return -1;
	*sm = compare(vf, from);
	print_verdict(vf, sm, from);
	return 0;
}

static int bound(const struct config *cfg, const char *key, const char *preset, int64_t *ts, struct error *err)
{
	const char *word = config_text(cfg, key);
	int64_t ms;
	if (timeword_parse(word ? word : preset, clock_wall_ms(), &ms, err))
		return error_prefix(err, "--%s", key);
	*ts = ms / 1000;
	return 0;
}

static int read_options(struct verify *vf, struct error *err)
{
	static const char *const names[] = {"history", "elastic"};
	const struct config *cfg = vf->cfg;
	for (size_t i = 0; i < config_words(cfg); i++) {
		const char *word = config_word(cfg, i), *near = nearest_name(word, names, 2);
		if (strcmp(word, names[0]) && strcmp(word, names[1]))
			return error_set(err, "\"%.80s\" cannot be compared%s%s%s; history and elastic can", word, near ? " (did you mean " : "",
					 near ? near : "", near ? "?)" : "");
		vf->history |= !strcmp(word, names[0]);
		vf->elastic |= !strcmp(word, names[1]);
	}
	if (!config_words(cfg)) {
		vf->history = true;
		vf->elastic = config_is_set(cfg, "elastic.url");
	}
	if (bound(cfg, "since", "-24h", &vf->since, err) || bound(cfg, "until", "now", &vf->until, err))
		return -1;
	vf->since = vf->since / VERIFY_QUARTER * VERIFY_QUARTER;
	vf->until = (vf->until + VERIFY_QUARTER - 1) / VERIFY_QUARTER * VERIFY_QUARTER;
	return vf->since < vf->until ? 0 : error_set(err, "--since is not before --until");
}

void verify_words(struct strbuf *out)
{
	strbuf_puts(out, " history elastic");
}

int verify_run(struct config *cfg)
{
	struct error err = {0};
	struct sums sm = {0};
	struct verify *vf = xcalloc(1, sizeof *vf);
	vf->cfg = cfg;
	int status = read_options(vf, &err) ? EXIT_USAGE : run(vf, &sm, &err) ? 1 : 0;
	if (status)
		fprintf(stderr, "tfl-top verify: %s\n", err.text);
	verify_fini(vf);
	free(vf);
	return status ? status : sm.differ > 0;
}
