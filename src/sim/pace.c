#include "sim/pace.h"

#include <math.h>

#define NEAR_MS 1000 /* as good as now */

void pace_set(struct pace *pc, int64_t at_ms, const struct instant *now)
{
	pc->at_ms = at_ms < now->wall_ms ? at_ms : now->wall_ms;
	pc->mono_us = now->mono_us;
}

void pace_change(struct pace *pc, double speed, bool paused, const struct instant *now)
{
	if (pc->speed > 0 || pc->paused)
		pace_set(pc, pace_ms(pc, now), now);
	pc->speed = speed;
	pc->paused = paused;
}

int64_t pace_ms(const struct pace *pc, const struct instant *now)
{
	if (pc->paused)
		return pc->at_ms;
	if (!(pc->speed > 0))
		return now->wall_ms;
	double shown = (double)pc->at_ms + (double)(now->mono_us - pc->mono_us) / 1000 * pc->speed;
	return shown < (double)now->wall_ms ? (int64_t)shown : now->wall_ms;
}

double pace_speed(const struct pace *pc, int64_t at_ms, const struct instant *now)
{
	if (pc->paused)
		return 0;
	bool at_now = at_ms >= now->wall_ms - NEAR_MS;
	return at_now && (pc->speed > 1 || !(pc->speed > 0)) ? 1 : pc->speed;
}

int64_t pace_wait_ms(const struct pace *pc, int64_t time_ms, const struct instant *now)
{
	if (pc->paused)
		return -1;
	int64_t ahead = time_ms - pace_ms(pc, now);
	if (ahead <= 0)
		return 0;
	double until_now = (double)(time_ms - now->wall_ms); /* however fast, not before it is that late */
	double at_speed = pc->speed > 0 ? (double)ahead / pc->speed : 0;
	return (int64_t)fmax(1, fmax(until_now, at_speed));
}
