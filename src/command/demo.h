/* demo.h: what --demo adds: an embedded broker, a private database in a temporary folder, the station rows, the simulator at ten
 * times real time from 07:45 of the last full weekday (the hour before as fast as can be), and the join. Nothing else is needed, nothing stays behind. */
#ifndef TFLTOP_COMMAND_DEMO_H
#define TFLTOP_COMMAND_DEMO_H

#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "base/wake.h"
#include "pipeline/enrich.h"
#include "sim/simulator.h"
#include "store/live.h"

struct demo {
	char *folder;
	struct embedded *broker;
	struct enrich *enrich;
	struct simulator *sim;
};

/* The broker, the folder and the settings that point everything at them; before the feeds start. */
struct demo *demo_new(struct config *cfg, struct error *err);

/* The station rows, the join, the simulator; after the feeds started. lv: what history has counted, so that the simulator stays near;
 * it takes a note of each change. */
int demo_start(struct demo *demo, const struct config *cfg, struct live *lv, struct wake *news, struct error *err);

int demo_stop(struct demo *demo);    /* simulator, then join; -1: one of them hangs, and nothing may be freed */
void demo_free(struct demo *demo);   /* broker, folder */

/* Totals per station and the proof produced = enriched = counted. Returns 0 when it holds, 1 when not. */
int demo_proof(struct demo *demo, const char *db_path, struct strbuf *out, struct error *err);

#endif
