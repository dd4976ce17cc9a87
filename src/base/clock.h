/* clock.h: the two clocks. Thread: any. */
#ifndef TFLTOP_BASE_CLOCK_H
#define TFLTOP_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void); /* Unix time */
int64_t clock_mono_us(void); /* for intervals; never jumps */

#endif
