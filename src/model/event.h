/* event.h: one passenger through one barrier, as every sink sees it, and the one decoder that makes it. Pure. Thread: any. */
#ifndef TFLTOP_MODEL_EVENT_H
#define TFLTOP_MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum direction { ENTRY, EXIT };

#define EVENT_STATION_MAX 200
#define EVENT_USER_MAX 1024
#define EVENT_LOCATION_MAX 80
#define EVENT_VALUE_MAX (1024 * 1024)

struct text { /* borrowed bytes, not NUL-terminated */
	const char *data;
	size_t len;
};

struct event { /* all texts are UTF-8 without NUL; control characters are kept */
	int64_t time_ms;          /* @timestamp, Unix ms */
	enum direction direction;
	struct text station;      /* never empty */
	struct text user;         /* may be empty (null or absent) */
	struct text location;     /* "lat,lon" as written; data NULL when null, absent, or unfit to be one */
	bool station_from_key;    /* the value did not name it */
	bool delta_from_topic;    /* the value had none */
};

/* Why a record is a dead letter; names as in dead_reason_name, `alive` = it is none. */
enum dead_reason {
	ALIVE, BAD_AVRO, BAD_JSON, BAD_UTF8, NO_TIME, BAD_TIME, FUTURE, TOO_OLD, BAD_STATION, BAD_USER, BAD_DELTA, TOO_LARGE,
	TOO_MANY_STATIONS, /* not the decoder's: a good event of a station for which there is no more room */
	DEAD_REASONS
};
const char *dead_reason_name(enum dead_reason reason); /* "bad_json" … */

struct event_decoder { /* one per thread; holds the unescaped texts of the last event */
	char station[EVENT_STATION_MAX * 6 + 8];
	char user[EVENT_USER_MAX * 6 + 8];
	char location[EVENT_LOCATION_MAX * 6 + 8];
	char detail[160];  /* of the last dead letter: what exactly, in words, made safe for a terminal */
};

/* Decodes a Kafka record's value: one JSON object with the members @timestamp, user, delta, station, location.
 *  - any order, any spelling of strings by escapes, other members allowed; of a member that comes twice the last one counts.
 *  - @timestamp: string, see event_time_parse. Missing or null: no_time. More than 5 min after now_ms: future; before 2000: too_old.
 *  - station: string; missing, null or empty: the key. Neither: bad_station. Longer than 200 bytes: bad_station.
 *  - user: string; missing, null: empty. Longer than 1 KiB: bad_user.
 *  - delta: 1 in entries, -1 in exits, spelt as an integer (1.0, 1e0, "1" and null: bad_delta). Missing: what the topic says.
 *  - location: kept as written when it is a string of at most 80 bytes, else there is none; never a reason to refuse.
 *  - a NUL (\u0000) or half a surrogate pair in station or user: bad_station, bad_user: no store can keep it.
 *  - a value that begins with a zero byte is one in Avro that nobody has made JSON of: bad_avro.
 * The first reason in the order of enum dead_reason is given, too_large before all. topic_direction: what its topic says.
 * ev borrows from value, key and the decoder; on a dead letter its contents are unspecified and dec->detail says what and where.
 * value must not be NULL (a tombstone is no event: the feed skips it before). */
enum dead_reason event_decode(struct event_decoder *dec, const void *value, size_t value_len, const void *key, size_t key_len,
			      enum direction topic_direction, int64_t now_ms, struct event *ev);

/* Parses an RFC 3339 instant (offset required; 0 to 9 digits of fraction, cut to ms; a leap second is the second after it).
 * Returns -1 when it is none. */
int event_time_parse(const char *text, size_t len, int64_t *ms);

/* A time ≥ 0 as java.time prints it: 2024-01-31T14:00:00.123Z, from the year 10000 on with a sign. Returns the length; no NUL. */
#define EVENT_TIME_MAX 40
size_t event_time_text(int64_t time_ms, char out[EVENT_TIME_MAX]);

#define EVENT_TIME_FIELD "timestamp" /* what @timestamp is called where a name may not hold an @: in Avro */

#endif
