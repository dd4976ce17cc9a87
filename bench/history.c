/* history.c: bench/history FILE [EVENTS]: what the history sink costs: an event through write(), and a transaction of a thousand cells. */
#include "base/clock.h"
#include "base/config.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/zone.h"
#include "feed/sink.h"
#include "model/station.h"
#include "store/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 10000
#define BATCHES_A_COMMIT 10
#define T0 1795507200000LL /* 2026-11-24T08:00:00Z */
#define EVENTS_A_MINUTE 50000

static void make_value(struct stations *st, struct rng *rng, int64_t ms, struct record *rec, char *value)
{
	char time[21];
	const struct station *row = &st->rows[rng_below(rng, (uint32_t)st->count)];
	zone_utc_text(ms / 1000, time);
	rec->value_len = (size_t)snprintf(value, 256, "{\"@timestamp\":\"%.19s.%03dZ\",\"user\":\"Jacob Williams\",\"delta\":1,\"station\":\"%s\","
					  "\"location\":\"%.5f,%.5f\"}", time, (int)(ms % 1000), row->name, row->lat, row->lon);
	rec->value = value;
	rec->key = row->name;
	rec->key_len = strlen(row->name);
}

int main(int argc, char *argv[])
{
	struct error err;
	struct stations st;
	struct rng rng;
	struct partition part = {.topic = "station_entries", .direction = ENTRY, .epoch = 1};
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 2000000, done = 0, commits = 0;
	int64_t write_us = 0, commit_us = 0, worst_us = 0;
	struct record *records = xcalloc(BATCH, sizeof *records);
	char (*values)[256] = xcalloc(BATCH, sizeof *values);
	struct config *cfg = config_new();
	if (argc < 2) {
		fprintf(stderr, "usage: history FILE [EVENTS]\n");
		return 2;
	}
	config_override(cfg, "history.db", argv[1]);
	rng_init(&rng, 1, 0);
	stations_init(&st);
	void *hs = history_sink.open(cfg, NULL, &err);
	if (!hs || stations_load_reference(&st, &err)) {
		fprintf(stderr, "history: %s\n", err.text);
		return 1;
	}
	while (done < events) {
		for (size_t i = 0; i < BATCH; i++, done++)
			make_value(&st, &rng, T0 + (int64_t)(done * 60000 / EVENTS_A_MINUTE), &records[i], values[i]);
		part.next_offset += BATCH;
		part.ledger.consumed += BATCH;
		part.ledger.in_flight += BATCH;
		struct batch bat = {records, BATCH, &part, 1, T0 + 86400000};
		int64_t begin = clock_mono_us();
		history_sink.write(hs, &bat, &err);
		write_us += clock_mono_us() - begin;
		if (done / BATCH % BATCHES_A_COMMIT)
			continue;
		begin = clock_mono_us();
		if (history_sink.commit(hs, &part, 1, NULL, 0, &err) != SINK_OK)
			fprintf(stderr, "history: %s\n", err.text);
		int64_t took = clock_mono_us() - begin;
		commit_us += took;
		worst_us = took > worst_us ? took : worst_us;
		commits++;
	}
	printf("write: %.0f events/s · commit of %d events: %.2f ms, worst %.2f ms · dead %llu\n", (double)done * 1e6 / (double)write_us,
	       BATCH * BATCHES_A_COMMIT, (double)commit_us / 1000 / (double)commits, (double)worst_us / 1000, (unsigned long long)part.ledger.dead);
	history_sink.close(hs);
	stations_fini(&st);
	config_free(cfg);
	free(values);
	free(records);
	return 0;
}
