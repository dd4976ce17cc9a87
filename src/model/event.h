/* event.h: one passenger through one barrier, as every sink sees it, and the one decoder that makes it. Pure. Thread: any. */
#ifndef TFLTOP_MODEL_EVENT_H
#define TFLTOP_MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum direction { ENTRY, EXIT };

#define EVENT_STATION_MAX 200
#define EVENT_USER_MAX 1024
#define EVENT_VALUE_MAX (1024 * 1024)

struct text { /* borrowed bytes, not NUL-terminated */
	const char *data;
	size_t len;
};

struct event {
	int64_t time_ms;          /* @timestamp, Unix ms */
	enum direction direction;
	struct text station;      /* never empty */
	struct text user;         /* may be empty (null or absent) */
	struct text location;     /* "lat,lon" as written; data NULL when null or absent */
};

/* Why a record is a dead letter; names as in dead_reason_name, `alive` = it is none. */
enum dead_reason {
	ALIVE, BAD_JSON, BAD_UTF8, NO_TIME, BAD_TIME, FUTURE, TOO_OLD, BAD_STATION, BAD_USER, BAD_DELTA, TOO_LARGE, DEAD_REASONS
};
const char *dead_reason_name(enum dead_reason reason); /* "bad_json" … */

struct event_decoder { /* one per thread; holds the unescaped texts of the last event */
	char station[EVENT_STATION_MAX * 6 + 8];
	char user[EVENT_USER_MAX * 6 + 8];
	char location[512];
	char detail[160];  /* of the last dead letter: what exactly, in words, made safe for a terminal */
};

/* Decodes a Kafka record's value. topic_direction: what its topic says. now_ms: for `future`. ev borrows from value, key and the decoder.
 * value must not be NULL (a tombstone is no event: the feed skips it before). */
enum dead_reason event_decode(struct event_decoder *dec, const void *value, size_t value_len, const void *key, size_t key_len,
			      enum direction topic_direction, int64_t now_ms, struct event *ev);

/* Parses an RFC 3339 instant (offset required; fraction of 0-9 digits, cut to ms). Returns -1 when it is none. */
int event_time_parse(const char *text, size_t len, int64_t *ms);

#endif
