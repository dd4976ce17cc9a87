/* wave.h: a saw-tooth of people in a network of `people`: every tick one of them enters or one leaves. A fraction rises from 0 to 1 over
 * `ticks` and falls back to 0; while those inside are at most that fraction of those outside one enters, else one leaves. So at most half
 * of them are inside. Pure. Thread: the owner's. */
#ifndef TFLTOP_SIM_WAVE_H
#define TFLTOP_SIM_WAVE_H

#include "model/event.h"
#include "sim/scenario.h"

struct wave {
	int64_t ticks, people;
	int64_t tick, inside;      /* decided last; inside after it */
	int64_t base_tick;         /* a tick … */
	double base_ms, tick_ms;   /* … its time, and how far apart they are */
	double per_second;
};

struct wave wave_start(const struct scenario *sc, int64_t from_ms, double rate);

/* When the next one passes in that direction, passing over those in the other. */
int64_t wave_next(struct wave *wv, enum direction direction);

/* Another rate, from a tick and its time on. */
void wave_retime(struct wave *wv, int64_t tick, int64_t time_ms, double rate);

#endif
