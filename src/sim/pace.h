/* pace.h: the virtual clock: runs `speed` times as fast as the real one, stands still, or is as fast as it can; it never passes now.
 * Pure: real time is handed in. Thread: the owner's. */
#ifndef TFLTOP_SIM_PACE_H
#define TFLTOP_SIM_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct instant { /* the two real clocks, read together */
	int64_t mono_us;
	int64_t wall_ms;
};

struct pace {
	int64_t at_ms;   /* what the clock showed … */
	int64_t mono_us; /* … at this real time */
	double speed;    /* 0: max */
	bool paused;
};

/* Sets the clock. */
void pace_set(struct pace *pc, int64_t at_ms, const struct instant *now);

/* Another speed from now on. */
void pace_change(struct pace *pc, double speed, bool paused, const struct instant *now);

/* What the clock shows; at max speed: now, since all up to now is due. */
int64_t pace_ms(const struct pace *pc, const struct instant *now);

/* Virtual per real seconds at this moment: 1 where the clock has reached now. */
double pace_speed(const struct pace *pc, int64_t at_ms, const struct instant *now);

/* Real milliseconds until the clock shows time_ms, at least 0; -1 while it stands still. */
int64_t pace_wait_ms(const struct pace *pc, int64_t time_ms, const struct instant *now);

#endif
