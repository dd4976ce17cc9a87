#include "model/event.h"

#include "base/json_token.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS (60 * 1000)
#define FUTURE_MS (5 * MINUTE_MS)
#define YEAR_2000_MS 946684800000

const char *dead_reason_name(enum dead_reason reason)
{
	static const char *const names[DEAD_REASONS] = {
		[ALIVE] = "alive", [BAD_AVRO] = "bad_avro", [BAD_JSON] = "bad_json", [BAD_UTF8] = "bad_utf8", [NO_TIME] = "no_time",
		[BAD_TIME] = "bad_time", [FUTURE] = "future", [TOO_OLD] = "too_old", [BAD_STATION] = "bad_station", [BAD_USER] = "bad_user",
		[BAD_DELTA] = "bad_delta", [TOO_LARGE] = "too_large", [TOO_MANY_STATIONS] = "too_many_stations",
	};
	return names[reason];
}

/* The members an event knows; the last of several with one name counts, any other member is stepped over. */
enum member { TIME, USER, DELTA, STATION, LOCATION, MEMBERS };

static const struct {
	const char *name;
	size_t len;
} member_rows[MEMBERS] = {
	[TIME] = {"@timestamp", 10}, [USER] = {"user", 4}, [DELTA] = {"delta", 5}, [STATION] = {"station", 7}, [LOCATION] = {"location", 8},
};

static int member_find(const char *name, size_t len)
{
	for (int i = 0; i < MEMBERS; i++)
		if (member_rows[i].len == len && !memcmp(member_rows[i].name, name, len))
			return i;
	return -1;
}

static int member_of(const struct json_value *name)
{
	char plain[64]; /* the longest name, each of its bytes as \u0000 */
	if (!name->escaped)
		return member_find(name->raw, name->len);
	if (name->len > sizeof plain)
		return -1;
	ptrdiff_t len = json_unescape(name, plain);
	return len < 0 ? -1 : member_find(plain, (size_t)len);
}

/* Writes the detail: what is wrong, and the head of the text it is wrong with; what must not reach a terminal as '?'. */
static enum dead_reason dead(struct event_decoder *dec, enum dead_reason reason, const char *what, struct text text)
{
	enum { SHOW = 60 };
	char safe[SHOW + 4];
	size_t shown = 0, len;
	for (size_t i = 0; i < text.len && shown < SHOW; i += len ? len : 1) {
		len = utf8_printable(text.data + i, text.len - i);
		memcpy(safe + shown, len ? text.data + i : "?", len ? len : 1);
		shown += len ? len : 1;
	}
	safe[shown] = '\0';
	snprintf(dec->detail, sizeof dec->detail, "%s%s%s%s", what, text.data ? ": " : "", safe, text.len > SHOW ? "…" : "");
	return reason;
}

#define NO_TEXT ((struct text){0})

static enum dead_reason read_members(struct event_decoder *dec, const char *json, size_t size, struct json_value *members)
{
	struct json_cursor cur = {.p = json, .end = json + size};
	struct json_value name, value;
	memset(members, 0, MEMBERS * sizeof *members); /* TOKEN_END */
	if (json_object_begin(&cur))
		while (json_object_next(&cur, &name, &value)) {
			int i = member_of(&name);
			if (i >= 0)
				members[i] = value;
		}
	if (!cur.error && !json_at_end(&cur))
		cur.error = "something follows the object";
	if (!cur.error)
		return ALIVE;
	snprintf(dec->detail, sizeof dec->detail, "byte %td: %s", cur.p - json, cur.error);
	return cur.bad_utf8 ? BAD_UTF8 : BAD_JSON;
}

/* Behind 1 or -1; NULL for any other number. */
static const char *one_end(const char *p, const char *end)
{
	p += p < end && *p == '-';
	return p < end && *p == '1' ? p + 1 : NULL;
}

#define LITERAL(text) (text), sizeof(text) - 1

/* Reads the one spelling that the joins write, a name by one comparison: half the cost of the tokenizer. Anything else, be it a space, an
 * escape or an é, is not judged here: false, and the tokenizer reads it from its beginning. */
static bool read_usual(const char *json, size_t size, struct json_value *members)
{
	static const struct {
		const char *before; /* the value, from the value before it on */
		size_t len;
		enum member member;
		enum json_kind kind;
	} rows[] = {
		{LITERAL("{\"@timestamp\":\""), TIME, TOKEN_STRING}, {LITERAL("\",\"user\":\""), USER, TOKEN_STRING},
		{LITERAL("\",\"delta\":"), DELTA, TOKEN_NUMBER}, {LITERAL(",\"station\":\""), STATION, TOKEN_STRING},
		{LITERAL("\",\"location\":\""), LOCATION, TOKEN_STRING},
	};
	const char *p = json, *end = json + size;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if ((size_t)(end - p) < rows[i].len || memcmp(p, rows[i].before, rows[i].len))
			return false;
		p += rows[i].len;
		const char *raw = p;
		p = rows[i].kind == TOKEN_STRING ? json_plain_end(p, end) : one_end(p, end);
		if (!p)
			return false;
		members[rows[i].member] = (struct json_value){.kind = rows[i].kind, .raw = raw, .len = (size_t)(p - raw)};
	}
	return end - p == 2 && !memcmp(p, "\"}", 2);
}

static struct text raw_text(const struct json_value *v)
{
	return (struct text){v->raw, v->len};
}

/* Parses `count` digits. */
static bool digits(const char *p, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*value = *value * 10 + (p[i] - '0');
	}
	return true;
}

static int days_in_month(int year, int month)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant, days_from_civil), for years from 0. */
static int64_t days_from_civil(int year, int month, int day)
{
	int y = year - (month <= 2) + 400; /* 400 years on, so that nothing is negative */
	int era = y / 400, of_era = y % 400;
	int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return (int64_t)(era - 1) * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* ".123456" at *p, which is stepped over; up to 9 digits, cut to milliseconds. */
static bool fraction(const char **p, const char *end, int *ms)
{
	static const int weight[] = {100, 10, 1};
	int n = 0;
	*ms = 0;
	if (*p == end || **p != '.')
		return true;
	for ((*p)++; *p < end && **p >= '0' && **p <= '9'; (*p)++, n++)
		*ms += n < 3 ? (**p - '0') * weight[n] : 0;
	return n >= 1 && n <= 9;
}

/* "Z", "+01:00": the whole rest. */
static bool offset(const char *p, const char *end, int *minutes)
{
	int hour, minute;
	*minutes = 0;
	if (end - p == 1)
		return *p == 'Z' || *p == 'z';
	if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':' || !digits(p + 1, 2, &hour) || !digits(p + 4, 2, &minute))
		return false;
	*minutes = (hour * 60 + minute) * (*p == '-' ? -1 : 1);
	return hour < 24 && minute < 60;
}

int event_time_parse(const char *text, size_t len, int64_t *ms)
{
	int year, month, day, hour, minute, second, part, east;
	const char *p = text + 19, *end = text + len;
	if (len < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
		return -1;
	if (!digits(text, 4, &year) || !digits(text + 5, 2, &month) || !digits(text + 8, 2, &day) || !digits(text + 11, 2, &hour) ||
	    !digits(text + 14, 2, &minute) || !digits(text + 17, 2, &second) || !fraction(&p, end, &part) || !offset(p, end, &east))
		return -1;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 60)
		return -1;
	int64_t minutes = days_from_civil(year, month, day) * 1440 + hour * 60 + minute - east;
	if (second == 60 && (minutes + 1) % 1440) /* a leap second ends a UTC day; Unix time gives it to the next */
		return -1;
	*ms = (minutes * 60 + second) * 1000 + part;
	return 0;
}

/* Writes the last `width` decimal digits of n. */
static char *put_digits(char *p, int64_t n, int width)
{
	for (int i = width - 1; i >= 0; i--, n /= 10)
		p[i] = (char)('0' + n % 10);
	return p + width;
}

static char *put_year(char *p, int64_t year)
{
	int width = 4;
	if (year > 9999) {
		*p++ = '+';
		for (int64_t rest = year / 10000; rest; rest /= 10)
			width++;
	}
	return put_digits(p, year, width);
}

size_t event_time_text(int64_t time_ms, char out[EVENT_TIME_MAX])
{
	/* days → date in the Gregorian calendar, counted in eras of 400 years from 0000-03-01 */
	int64_t days = time_ms / 86400000 + 719468, ms = time_ms % 86400000;
	int64_t era = days / 146097, doe = days % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	char *p = put_year(out, era * 400 + yoe + (month <= 2));
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, doy - (153 * mp + 2) / 5 + 1, 2);
	*p++ = 'T';
	p = put_digits(p, ms / 3600000, 2);
	*p++ = ':';
	p = put_digits(p, ms / 60000 % 60, 2);
	*p++ = ':';
	p = put_digits(p, ms / 1000 % 60, 2);
	*p++ = '.';
	p = put_digits(p, ms % 1000, 3);
	*p++ = 'Z';
	return (size_t)(p - out);
}

static enum dead_reason take_time(struct event_decoder *dec, const struct json_value *v, int64_t now_ms, struct event *ev)
{
	char plain[6 * 40];
	struct text text = raw_text(v);
	if (v->kind == TOKEN_END || v->kind == TOKEN_NULL)
		return dead(dec, NO_TIME, "@timestamp is missing", NO_TEXT);
	if (v->kind != TOKEN_STRING)
		return dead(dec, BAD_TIME, "@timestamp is no string", text);
	if (v->escaped && v->len <= sizeof plain) {
		ptrdiff_t len = json_unescape(v, plain);
		text = (struct text){plain, len < 0 ? 0 : (size_t)len};
	}
	if (event_time_parse(text.data, text.len, &ev->time_ms))
		return dead(dec, BAD_TIME, "@timestamp is no RFC 3339 time", raw_text(v));
	if (ev->time_ms > now_ms + FUTURE_MS)
		return dead(dec, FUTURE, "@timestamp lies more than 5 minutes ahead", text);
	if (ev->time_ms < YEAR_2000_MS)
		return dead(dec, TOO_OLD, "@timestamp lies before 2000", text);
	return ALIVE;
}

/* The text of a string value, unescaped into `room` (6 * max bytes) where it must be. False when it cannot be kept: longer than max, half
 * a surrogate pair, or a NUL, which neither the names of stations nor SQL text can hold. */
static bool take_text(const struct json_value *v, char *room, size_t max, struct text *text)
{
	*text = raw_text(v);
	if (v->escaped) {
		if (v->len > 6 * max)
			return false;
		ptrdiff_t len = json_unescape(v, room);
		if (len < 0)
			return false;
		*text = (struct text){room, (size_t)len};
	}
	return text->len <= max && !memchr(text->data, '\0', text->len);
}

static bool is_utf8(struct text text)
{
	uint32_t code;
	for (size_t i = 0, len; i < text.len; i += len)
		if (!(len = utf8_decode(text.data + i, text.len - i, &code)))
			return false;
	return true;
}

/* The record's key names the station when the value does not. */
static enum dead_reason take_key(struct event_decoder *dec, struct text key, struct event *ev)
{
	if (!key.len)
		return dead(dec, BAD_STATION, "neither value nor key names a station", NO_TEXT);
	if (key.len > EVENT_STATION_MAX)
		return dead(dec, BAD_STATION, "key, which names the station, is longer than 200 bytes", key);
	if (memchr(key.data, '\0', key.len))
		return dead(dec, BAD_STATION, "key, which names the station, holds a NUL", key);
	if (!is_utf8(key))
		return dead(dec, BAD_UTF8, "key, which names the station, is not UTF-8", key);
	ev->station = key;
	return ALIVE;
}

static enum dead_reason take_station(struct event_decoder *dec, const struct json_value *v, struct text key, struct event *ev)
{
	ev->station_from_key = v->kind == TOKEN_END || v->kind == TOKEN_NULL || (v->kind == TOKEN_STRING && !v->len);
	if (ev->station_from_key)
		return take_key(dec, key, ev);
	if (v->kind != TOKEN_STRING)
		return dead(dec, BAD_STATION, "station is no string", raw_text(v));
	if (!take_text(v, dec->station, EVENT_STATION_MAX, &ev->station))
		return dead(dec, BAD_STATION, "station is longer than 200 bytes, holds a NUL or half a surrogate pair", raw_text(v));
	return ALIVE;
}

static enum dead_reason take_user(struct event_decoder *dec, const struct json_value *v, struct event *ev)
{
	ev->user = (struct text){"", 0};
	if (v->kind == TOKEN_END || v->kind == TOKEN_NULL)
		return ALIVE;
	if (v->kind != TOKEN_STRING)
		return dead(dec, BAD_USER, "user is no string", raw_text(v));
	if (!take_text(v, dec->user, EVENT_USER_MAX, &ev->user))
		return dead(dec, BAD_USER, "user is longer than 1024 bytes, holds a NUL or half a surrogate pair", raw_text(v));
	return ALIVE;
}

/* 1 and -1 have one spelling each as JSON integers; 1.0, 1e0, "1" and null are none. */
static enum dead_reason take_delta(struct event_decoder *dec, const struct json_value *v, struct event *ev)
{
	const char *want = ev->direction == ENTRY ? "1" : "-1";
	ev->delta_from_topic = v->kind == TOKEN_END;
	if (ev->delta_from_topic)
		return ALIVE;
	if (v->kind != TOKEN_NUMBER || v->len != strlen(want) || memcmp(v->raw, want, v->len))
		return dead(dec, BAD_DELTA, ev->direction == ENTRY ? "delta is not 1, as its topic says" : "delta is not -1, as its topic says",
			    raw_text(v));
	return ALIVE;
}

/* A location only tells stations of one name apart: one that cannot be read is none, and no reason to lose a passenger. */
static void take_location(struct event_decoder *dec, const struct json_value *v, struct event *ev)
{
	if (v->kind != TOKEN_STRING || !take_text(v, dec->location, EVENT_LOCATION_MAX, &ev->location))
		ev->location = NO_TEXT;
}

enum dead_reason event_decode(struct event_decoder *dec, const void *value, size_t value_len, const void *key, size_t key_len,
			      enum direction topic_direction, int64_t now_ms, struct event *ev)
{
	struct json_value members[MEMBERS];
	ev->direction = topic_direction;
	if (value_len > EVENT_VALUE_MAX)
		return dead(dec, TOO_LARGE, "value is larger than 1 MiB", NO_TEXT);
	if (value_len && !*(const char *)value)
		return dead(dec, BAD_AVRO, "a value in Avro, or none at all", NO_TEXT);
	enum dead_reason reason = read_usual(value, value_len, members) ? ALIVE : read_members(dec, value, value_len, members);
	if (reason == ALIVE)
		reason = take_time(dec, &members[TIME], now_ms, ev);
	if (reason == ALIVE)
		reason = take_station(dec, &members[STATION], (struct text){key, key ? key_len : 0}, ev);
	if (reason == ALIVE)
		reason = take_user(dec, &members[USER], ev);
	if (reason == ALIVE)
		reason = take_delta(dec, &members[DELTA], ev);
	if (reason == ALIVE)
		take_location(dec, &members[LOCATION], ev);
	return reason;
}
