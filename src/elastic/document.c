#include "elastic/document.h"

#include "base/json_token.h"
#include "base/json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APART = 10 }; /* 1e-4 degrees in the units of struct place */

bool document_differs(const void *value, size_t len, const struct event *ev)
{
	return ev->station_from_key || ev->delta_from_topic || memchr(value, '\n', len) || memchr(value, '\r', len);
}

static bool is_named(const struct json_value *name, const char *want)
{
	char plain[64];
	if (!name->escaped)
		return name->len == strlen(want) && !memcmp(name->raw, want, name->len);
	ptrdiff_t len = name->len <= sizeof plain ? json_unescape(name, plain) : -1;
	return len == (ptrdiff_t)strlen(want) && !memcmp(plain, want, (size_t)len);
}

/* In valid JSON the end of a line is only ever a blank between two tokens. */
static void add_on_one_line(struct strbuf *out, const char *bytes, size_t len)
{
	size_t begin = out->len;
	strbuf_add(out, bytes, len);
	for (size_t i = begin; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
}

static void add_member(struct strbuf *out, const struct json_value *name, const struct json_value *value)
{
	bool quoted = value->kind == TOKEN_STRING;
	strbuf_puts(out, out->data[out->len - 1] == '{' ? "\"" : ",\"");
	strbuf_add(out, name->raw, name->len);
	strbuf_puts(out, quoted ? "\":\"" : "\":");
	add_on_one_line(out, value->raw, value->len);
	strbuf_puts(out, quoted ? "\"" : "");
}

void document_add(struct strbuf *out, const void *value, size_t len, const struct event *ev)
{
	struct json_cursor cur = {.p = value, .end = (const char *)value + len};
	struct json_value name, member;
	if (!ev->station_from_key && !ev->delta_from_topic) {
		add_on_one_line(out, value, len);
		return;
	}
	strbuf_addc(out, '{');
	json_object_begin(&cur);
	while (json_object_next(&cur, &name, &member))
		if (!(ev->station_from_key && is_named(&name, "station")))
			add_member(out, &name, &member);
	if (ev->station_from_key) {
		strbuf_puts(out, out->data[out->len - 1] == '{' ? "\"station\":" : ",\"station\":");
		json_add_text(out, ev->station.data, ev->station.len);
	}
	if (ev->delta_from_topic)
		strbuf_puts(out, ev->direction == ENTRY ? ",\"delta\":1" : ",\"delta\":-1");
	strbuf_addc(out, '}');
}

static double number(const struct json_value *v)
{
	char text[40];
	if (v->kind != TOKEN_NUMBER || v->len >= sizeof text)
		return NAN;
	memcpy(text, v->raw, v->len);
	text[v->len] = '\0';
	return strtod(text, NULL);
}

static void take_degrees(double lat, double lon, struct content *out)
{
	out->spot = SPOT_OTHER;
	if (!(fabs(lat) <= 90 && fabs(lon) <= 180))
		return;
	out->spot = SPOT_PLACE;
	out->place = (struct place){(int32_t)lround(lat * 1e5), (int32_t)lround(lon * 1e5)};
}

/* "lat,lon" */
static void take_spot_text(const struct json_value *v, struct content *out)
{
	char plain[EVENT_LOCATION_MAX * 6];
	struct text text = {v->raw, v->len};
	if (v->escaped) {
		ptrdiff_t len = v->len <= sizeof plain ? json_unescape(v, plain) : -1;
		text = (struct text){plain, len < 0 ? 0 : (size_t)len};
	}
	out->spot = place_parse(text, &out->place) ? SPOT_PLACE : SPOT_OTHER;
}

/* {"lat":51.5,"lon":-0.1} */
static void take_spot_object(const struct json_value *v, struct content *out)
{
	struct json_cursor cur = {.p = v->raw, .end = v->raw + v->len};
	struct json_value name, member;
	double lat = NAN, lon = NAN;
	json_object_begin(&cur);
	while (json_object_next(&cur, &name, &member)) {
		if (is_named(&name, "lat"))
			lat = number(&member);
		else if (is_named(&name, "lon"))
			lon = number(&member);
	}
	take_degrees(lat, lon, out);
}

static void take_spot(const struct json_value *v, struct content *out)
{
	if (v->kind == TOKEN_STRING)
		take_spot_text(v, out);
	else if (v->kind == TOKEN_OBJECT)
		take_spot_object(v, out);
	else
		out->spot = v->kind == TOKEN_NULL ? SPOT_NONE : SPOT_OTHER;
}

struct content document_content(const char *json, size_t len)
{
	struct json_cursor cur = {.p = json, .end = json + len};
	struct json_value name, value;
	struct content content = {0};
	if (json_object_begin(&cur))
		while (json_object_next(&cur, &name, &value)) {
			if (is_named(&name, "delta"))
				content.delta = number(&value) == 1 ? 1 : number(&value) == -1 ? -1 : 0;
			else if (is_named(&name, "location"))
				take_spot(&value, &content);
		}
	return content;
}

bool content_same(const struct content *a, const struct content *b)
{
	if (a->delta != b->delta)
		return false;
	if (a->spot == SPOT_OTHER || b->spot == SPOT_OTHER)
		return true;
	if (a->spot != b->spot)
		return false;
	return a->spot == SPOT_NONE ||
	       (labs((long)a->place.lat - b->place.lat) <= APART && labs((long)a->place.lon - b->place.lon) <= APART);
}
