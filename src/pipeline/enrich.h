/* enrich.h: the stand-in for ksqlDB's join: entries, exits × stations → station_entries, station_exits, byte for byte, in transactions.
 * One thread. On the embedded broker the same loop without transactions. */
#ifndef TFLTOP_PIPELINE_ENRICH_H
#define TFLTOP_PIPELINE_ENRICH_H

#include "base/config.h"
#include "base/error.h"
#include "base/wake.h"

#include <stdbool.h>
#include <stdint.h>

enum enrich_state { ENRICH_STARTING, ENRICH_WAITING /* table empty, topic missing */, ENRICH_RUNNING, ENRICH_FAILED, ENRICH_STOPPED };
const char *enrich_state_name(enum enrich_state state);

struct enrich_status {
	enum enrich_state state;
	char detail[256];
	uint64_t stations;   /* rows of the table */
	uint64_t read;       /* events */
	uint64_t joined;     /* written */
	uint64_t unknown;    /* dropped: station not in the table */
	uint64_t bad;        /* dropped: not decodable as ksqlDB decodes */
	uint64_t empty;      /* dropped: null key or value */
	uint64_t commits, aborts;
	int64_t lag;         /* -1 unknown */
	double rate;
	char last_error[200];
};

struct enrich;

/* exit_at_end: stop once the ends as of the first assignment are passed and committed. */
struct enrich *enrich_new(const struct config *cfg, bool exit_at_end, struct wake *news, struct error *err);
void enrich_start(struct enrich *en);
void enrich_stop(struct enrich *en);                                 /* thread: any */
bool enrich_done(struct enrich *en);                                 /* thread: any */
bool enrich_settled(struct enrich *en);                              /* thread: any. Nothing was read that is not committed */
int enrich_join(struct enrich *en, int64_t wait_ms);
void enrich_status(struct enrich *en, struct enrich_status *out);    /* thread: any, lock: enrich */
void enrich_free(struct enrich *en);

#endif
