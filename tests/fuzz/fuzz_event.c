/* fuzz_event.c: the decoder against the same rules written a second time on top of jansson. An input is 'E' or 'X' (entries or exits),
 * the key up to a line feed, and the value. */
#include "model/event.h"
#include "base/json_token.h"
#include "base/utf8.h"
#include "fuzz.h"

#include <regex.h>
#include <time.h>

#define NOW_MS 1706709600123 /* 2024-01-31T14:00:00.123Z */

static bool equal(struct text text, const char *data, size_t len)
{
	return text.len == len && !memcmp(text.data, data, len);
}

/* RFC 3339 by the C library. The pattern leaves only the calendar open, which timegm settles: it moves a day that does not exist. */
static bool parse_time(const char *text, size_t len, int64_t *ms)
{
	static regex_t pattern;
	static bool compiled;
	const char *form = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?"
			   "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";
	if (!compiled)
		MUST(!regcomp(&pattern, form, REG_EXTENDED | REG_NOSUB));
	compiled = true;
	if (strlen(text) != len || regexec(&pattern, text, 0, NULL, 0))
		return false;
	struct tm tm = {0}, same;
	sscanf(text, "%4d-%2d-%2dT", &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	sscanf(text + 11, "%2d:%2d:%2d", &tm.tm_hour, &tm.tm_min, &tm.tm_sec);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	same = tm;
	time_t minute = (same.tm_sec = 0, timegm(&same));
	if (same.tm_year != tm.tm_year || same.tm_mon != tm.tm_mon || same.tm_mday != tm.tm_mday)
		return false;
	char part[4] = "000";
	if (text[19] == '.')
		for (int i = 0; i < 3 && text[20 + i] >= '0' && text[20 + i] <= '9'; i++)
			part[i] = text[20 + i];
	int hours = 0, minutes = 0;
	if (text[len - 1] != 'Z' && text[len - 1] != 'z') {
		sscanf(text + len - 5, "%2d:%2d", &hours, &minutes);
		minute -= (hours * 3600 + minutes * 60) * (text[len - 6] == '-' ? -1 : 1);
	}
	if (tm.tm_sec == 60 && ((minute + 60) % 86400))
		return false;
	*ms = (minute + tm.tm_sec) * 1000 + atoi(part);
	return true;
}

struct record {
	const char *value, *key;
	size_t value_len, key_len;
	enum direction direction;
};

static enum dead_reason want_time(json_t *v, int64_t *ms)
{
	if (!v || json_is_null(v))
		return NO_TIME;
	if (!json_is_string(v) || !parse_time(json_string_value(v), json_string_length(v), ms))
		return BAD_TIME;
	return *ms > NOW_MS + 300000 ? FUTURE : *ms < 946684800000 ? TOO_OLD : ALIVE;
}

static bool fits(const char *data, size_t len, size_t max)
{
	return len <= max && !memchr(data, 0, len);
}

static enum dead_reason want_station(json_t *v, const struct record *rec, const char **data, size_t *len)
{
	*data = rec->key;
	*len = rec->key_len;
	if (v && !json_is_null(v) && !(json_is_string(v) && !json_string_length(v))) {
		*data = json_string_value(v);
		*len = json_string_length(v);
		return *data && fits(*data, *len, 200) ? ALIVE : BAD_STATION;
	}
	if (!*len || !fits(*data, *len, 200))
		return BAD_STATION;
	json_t *utf8 = json_stringn(*data, *len);
	json_decref(utf8);
	return utf8 ? ALIVE : BAD_UTF8;
}

static enum dead_reason want_user(json_t *v)
{
	if (!v || json_is_null(v))
		return ALIVE;
	return json_is_string(v) && fits(json_string_value(v), json_string_length(v), 1024) ? ALIVE : BAD_USER;
}

static enum dead_reason want_delta(json_t *v, enum direction direction)
{
	return !v || (json_is_integer(v) && json_integer_value(v) == (direction == ENTRY ? 1 : -1)) ? ALIVE : BAD_DELTA;
}

static void compare(json_t *object, const struct record *rec, enum dead_reason got, const struct event *ev)
{
	const char *station;
	size_t len;
	int64_t ms = 0;
	json_t *user = json_object_get(object, "user"), *location = json_object_get(object, "location");
	enum dead_reason want = want_time(json_object_get(object, "@timestamp"), &ms);
	if (!want)
		want = want_station(json_object_get(object, "station"), rec, &station, &len);
	if (!want)
		want = want_user(user);
	if (!want)
		want = want_delta(json_object_get(object, "delta"), rec->direction);
	MUST(got == want);
	if (got)
		return;
	MUST(ev->time_ms == ms && ev->direction == rec->direction && equal(ev->station, station, len));
	MUST(json_is_string(user) ? equal(ev->user, json_string_value(user), json_string_length(user)) : !ev->user.len);
	if (json_is_string(location) && fits(json_string_value(location), json_string_length(location), 80))
		MUST(ev->location.data && equal(ev->location, json_string_value(location), json_string_length(location)));
	else
		MUST(!ev->location.data);
}

static bool too_deep(const struct record *rec)
{
	struct json_cursor cur = {.p = rec->value, .end = rec->value + rec->value_len};
	json_read(&cur);
	return cur.error && !strcmp(cur.error, "nested too deeply");
}

static void check_detail(const char *detail)
{
	size_t size = strlen(detail);
	MUST(size);
	for (size_t i = 0, len; i < size; i += len)
		MUST((len = utf8_printable(detail + i, size - i)) > 0);
}

static bool split(const uint8_t *data, size_t size, struct record *rec)
{
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	if (!line || line == data)
		return false;
	rec->direction = data[0] == 'X' ? EXIT : ENTRY;
	rec->key = (const char *)data + 1;
	rec->key_len = (size_t)(line - data) - 1;
	rec->value = (const char *)line + 1;
	rec->value_len = size - rec->key_len - 2;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event_decoder dec;
	struct record rec;
	struct event ev;
	json_error_t err;
	if (!split(data, size, &rec))
		return 0;
	enum dead_reason got = event_decode(&dec, rec.value, rec.value_len, rec.key, rec.key_len, rec.direction, NOW_MS, &ev);
	if (got)
		check_detail(dec.detail);
	json_t *object = json_loadb(rec.value, rec.value_len, JSON_ALLOW_NUL, &err);
	if (rec.value_len && !rec.value[0]) /* how a frame of Avro begins */
		MUST(got == BAD_AVRO);
	else if (memchr(rec.value, '\0', rec.value_len)) /* jansson reads over some */
		MUST(got == BAD_JSON || got == BAD_UTF8);
	else if (!object || !json_is_object(object))
		MUST(got == BAD_JSON || got == BAD_UTF8 || (!object && jansson_is_narrower(&err)));
	else if (!too_deep(&rec))
		compare(object, &rec, got, &ev);
	json_decref(object);
	return 0;
}
