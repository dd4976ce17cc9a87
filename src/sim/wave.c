#include "sim/wave.h"

#include <stdbool.h>

struct wave wave_start(const struct scenario *sc, int64_t from_ms, double rate)
{
	struct wave wv = {.ticks = sc->ticks, .people = sc->people, .tick = -1, .per_second = sc->per_second};
	wave_retime(&wv, 0, from_ms, rate);
	return wv;
}

static enum direction step(struct wave *wv)
{
	wv->tick++;
	bool enters = wv->inside * wv->ticks <= wv->tick % wv->ticks * (wv->people - wv->inside);
	wv->inside += enters ? 1 : -1;
	return enters ? ENTRY : EXIT;
}

int64_t wave_next(struct wave *wv, enum direction direction)
{
	while (step(wv) != direction) {
	}
	return (int64_t)(wv->base_ms + (double)(wv->tick - wv->base_tick) * wv->tick_ms);
}

void wave_retime(struct wave *wv, int64_t tick, int64_t time_ms, double rate)
{
	wv->base_tick = tick;
	wv->base_ms = (double)time_ms;
	wv->tick_ms = 1000 / (wv->per_second * rate);
}
