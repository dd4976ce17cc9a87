/* busyness.h: how busy a station is against its own greatest quarter and against its typical day, in TfL's words. Pure. */
#ifndef TFLTOP_MODEL_BUSYNESS_H
#define TFLTOP_MODEL_BUSYNESS_H

#include <stdint.h>

struct baseline {           /* of one station, for one service quarter */
	uint32_t max;       /* greatest quarter (entries + exits) of 90 days; 0 unknown */
	int max_is_profile; /* fewer than 7 days of history: max comes from TfL's published profile */
	double typical;     /* mean of the same service quarter on earlier days of the same day type */
	int n;              /* on how many days (≤ 8) */
};

/* now = entries + exits of the 15 whole minutes before the watermark's minute. NAN when max is unknown. */
double busyness(uint64_t now, const struct baseline *base);
const char *busyness_word(double busy); /* quiet < 0.4 ≤ busy ≤ 0.7 < very busy; "unknown" for NAN */

#endif
