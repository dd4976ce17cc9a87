/* inflow.h: who enters at which station when, and where they go: what a scenario makes of TfL's figures, from a moment on. Depends on
 * nothing but the data, scenario, seed, rate and that moment. Pure. Thread: the owner's. */
#ifndef TFLTOP_SIM_INFLOW_H
#define TFLTOP_SIM_INFLOW_H

#include "base/error.h"
#include "sim/scenario.h"

#include <stdint.h>

struct trip {
	int64_t in_ms, out_ms;
	uint32_t from, to;     /* rows of census */
};

struct inflow;

struct inflow *inflow_new(const struct scenario *sc, uint64_t seed, double rate, int64_t from_ms, struct error *err);
void inflow_free(struct inflow *fl);

int64_t inflow_next_ms(const struct inflow *fl);          /* when the next one enters; INT64_MAX: nobody does any more */
struct trip inflow_next(struct inflow *fl);               /* there must be one */
void inflow_set_rate(struct inflow *fl, double rate, int64_t now_ms);

/* When somebody who reaches a barrier at that time is let out. */
int64_t inflow_let_out(struct inflow *fl, int64_t time_ms);

#endif
