/* Looking at the server: what it is, whether our data streams are there, and of which kind. Nothing is sent before that is known, for a
 * document that arrives before its template makes an ordinary index, which no template will ever mend. The look is repeated now and then:
 * streams may be removed, made anew, or become a time series while the program runs. */
#include "elastic/elastic_inside.h"

#include "base/json_token.h"
#include "base/log.h"
#include "elastic/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	AGAIN_MS = 60 * 1000,   /* while all is well */
	MISSING_MS = 5 * 1000,  /* while somebody is perhaps just setting it up */
	RECHECK_MS = 1000,
};

enum { STEP_ROOT, STEP_STREAM, STEP_CREATE, STEP_KIND };

struct look { /* an answer to a step */
	struct elastic *el;
	const struct http_reply *reply;
	struct json_value body;
};

static const char *stream_of(const struct elastic *el)
{
	return el->stream[el->gate.stream];
}

void gate_close(struct elastic *el, int64_t wait_ms, const char *why)
{
	struct gate *gt = &el->gate;
	gt->open = false;
	gt->look_ms = el->now_ms() + wait_ms;
	gt->step = STEP_ROOT;
	snprintf(gt->closed, sizeof gt->closed, "%.250s", why);
	elastic_complain(el, gt->closed);
}

void gate_recheck(struct elastic *el, const char *why)
{
	gate_close(el, RECHECK_MS, why);
}

static void go_to(struct elastic *el, size_t step)
{
	el->gate.step = step;
	el->gate.look_ms = 0;
}

/* Nothing is under way, unless it was open before. */
static void open_gate(struct elastic *el)
{
	struct gate *gt = &el->gate;
	bool was_open = gt->open, series = false;
	for (size_t i = 0; !was_open && i < el->ntargets; i++)
		el->targets[i].plain = gt->plain[el->targets[i].direction];
	for (size_t i = 0; !was_open && i < el->nlanes; i++)
		if (!elastic_asking(&el->lanes[i]))
			lane_compact(&el->lanes[i], el->targets);
	series = !gt->plain[ENTRY] || !gt->plain[EXIT];
	snprintf(gt->product, sizeof gt->product, "%.40s, %s", gt->server.text, series ? "time series" : "plain data streams");
	gt->open = true;
	gt->closed[0] = '\0';
	gt->step = STEP_ROOT;
	gt->look_ms = el->now_ms() + AGAIN_MS;
	if (!was_open)
		log_info("elastic: %s at %s", gt->product, el->fig.endpoint);
}

static void note_kind(struct elastic *el, bool plain)
{
	struct gate *gt = &el->gate;
	if (gt->open && gt->plain[gt->stream] != plain)
		gt->open = false; /* what is under way is written in the old way: the new one begins when that is done */
	gt->plain[gt->stream] = plain;
	if (gt->stream == ENTRY) {
		gt->stream = EXIT;
		go_to(el, STEP_STREAM);
	} else if (gt->open || http_under_way(el->http) <= 1) { /* this look still is */
		open_gate(el);
	} else {
		gt->step = STEP_ROOT; /* looked at again when what is under way is done */
		gt->look_ms = el->now_ms() + RECHECK_MS;
	}
}

static void missing(struct elastic *el)
{
	char why[256];
	snprintf(why, sizeof why, "Elasticsearch has neither a data stream %s nor a template for one; run: tfl-top setup elastic",
		 stream_of(el));
	gate_close(el, MISSING_MS, why);
}

static void is_index(struct elastic *el)
{
	char why[256];
	snprintf(why, sizeof why, "%s is an ordinary index in Elasticsearch, not a data stream; delete it, then run: tfl-top setup elastic",
		 stream_of(el));
	gate_close(el, MISSING_MS, why);
}

static void not_it(struct look *lk)
{
	char why[256];
	snprintf(why, sizeof why, "%s answers, but not as Elasticsearch does: check elastic.url: HTTP status %d", lk->reply->server,
		 lk->reply->status);
	gate_close(lk->el, GATE_SLOW_MS, why);
}

static bool member_text(const struct json_value *of, const char *name, char *out, size_t size)
{
	struct json_value v = reply_member(of, name);
	snprintf(out, size, "%.*s", v.kind == TOKEN_STRING ? (int)v.len : 0, v.kind == TOKEN_STRING ? v.raw : "");
	return v.kind == TOKEN_STRING;
}

static void on_root(struct look *lk)
{
	struct gate *gt = &lk->el->gate;
	struct error err;
	if (server_read(lk->reply, &gt->server, &err)) {
		gate_close(lk->el, GATE_SLOW_MS, err.text);
		return;
	}
	gt->named = lk->reply->product[0];
	gt->stream = ENTRY;
	go_to(lk->el, STEP_STREAM);
}

/* {"data_streams":[{"indices":[…,{"index_name":"newest"}]}]} */
static bool newest_index(const struct json_value *body, char *out, size_t size)
{
	struct json_value streams = reply_member(body, "data_streams"), stream, index;
	struct json_cursor cur = {.p = streams.raw, .end = streams.raw + streams.len};
	bool found = false;
	if (streams.kind != TOKEN_ARRAY || !json_array_begin(&cur) || !json_array_next(&cur, &stream))
		return false;
	struct json_value indices = reply_member(&stream, "indices");
	cur = (struct json_cursor){.p = indices.raw, .end = indices.raw + indices.len};
	if (indices.kind == TOKEN_ARRAY && json_array_begin(&cur))
		while (json_array_next(&cur, &index))
			found = member_text(&index, "index_name", out, size);
	return found;
}

static void on_stream(struct look *lk)
{
	struct elastic *el = lk->el;
	if (lk->reply->status == 404)
		go_to(el, STEP_CREATE);
	else if (lk->reply->status != 200 || !newest_index(&lk->body, el->gate.index, sizeof el->gate.index))
		not_it(lk);
	else if (el->mode == MODE_AUTO)
		go_to(el, STEP_KIND);
	else
		note_kind(el, el->mode == MODE_PLAIN);
}

/* A stream is made by its template; one that was made meanwhile is as good. */
static void on_create(struct look *lk)
{
	struct text type, reason;
	int status = lk->reply->status;
	reply_error(lk->reply->body, lk->reply->body_len, &type, &reason);
	bool there = type.data && memmem(type.data, type.len, "resource_already_exists", 23);
	if (status == 200 || there)
		go_to(lk->el, STEP_STREAM);
	else
		missing(lk->el);
}

/* {".ds-…":{"settings":{"index":{"mode":"time_series"}}}}; settings that are preset do not appear. */
static void on_kind(struct look *lk)
{
	struct elastic *el = lk->el;
	char mode[32];
	struct json_value index = reply_member(&lk->body, el->gate.index), settings = reply_member(&index, "settings");
	struct json_value inner = reply_member(&settings, "index");
	if (lk->reply->status != 200) {
		not_it(lk);
		return;
	}
	member_text(&inner, "mode", mode, sizeof mode);
	note_kind(el, strcmp(mode, "time_series"));
}

static const char *no_name(const struct elastic *el)
{
	(void)el;
	return "";
}

static const char *newest(const struct elastic *el)
{
	return el->gate.index;
}

static const struct {
	const char *method;
	const char *head;          /* of the path, … */
	const char *(*name)(const struct elastic *el);
	const char *tail;          /* … and what follows the name in it */
	void (*done)(struct look *lk);
} steps[] = {
	[STEP_ROOT] = {"GET", "/", no_name, "", on_root},
	[STEP_STREAM] = {"GET", "/_data_stream/", stream_of, "", on_stream},
	[STEP_CREATE] = {"PUT", "/_data_stream/", stream_of, "", on_create},
	[STEP_KIND] = {"GET", "/", newest, "/_settings/index.mode", on_kind},
};

/* No answer: if bulks can be sent, theirs will tell; a closed gate stays so. */
static void no_answer(struct elastic *el, const struct http_reply *reply)
{
	if (el->gate.open) {
		el->gate.look_ms = el->now_ms() + AGAIN_MS;
		el->gate.step = STEP_ROOT;
		return;
	}
	pace_failed(&el->pace, reply->retry_after_ms, el->now_ms());
	gate_close(el, el->pace.hold_until_ms - el->now_ms(), reply->error);
}

static void refused_entry(struct elastic *el, const struct http_reply *reply)
{
	char why[256];
	snprintf(why, sizeof why,
		 "%s does not let us in (HTTP status %d): check elastic.user and elastic.password, or elastic.api_key, and their "
		 "privileges",
		 reply->server, reply->status);
	gate_close(el, GATE_SLOW_MS, why);
}

static bool is_busy(int status)
{
	return status == 429 || status >= 500;
}

static void busy(struct elastic *el, const struct http_reply *reply)
{
	char why[256];
	struct text type, reason;
	reply_error(reply->body, reply->body_len, &type, &reason);
	if (reason.data && memmem(reason.data, reason.len, "conflicts with index", 20)) { /* a 500, of all things */
		is_index(el);
		return;
	}
	snprintf(why, sizeof why, "%s is not ready: HTTP status %d", reply->server, reply->status);
	if (el->gate.open) {
		el->gate.look_ms = el->now_ms() + AGAIN_MS;
		el->gate.step = STEP_ROOT;
		return;
	}
	pace_failed(&el->pace, reply->retry_after_ms, el->now_ms());
	gate_close(el, el->pace.hold_until_ms - el->now_ms(), why);
}

static void on_look(void *arg, const struct http_reply *reply)
{
	struct elastic *el = arg;
	struct json_cursor cur = {.p = reply->body, .end = reply->body + reply->body_len};
	struct look lk = {.el = el, .reply = reply};
	el->gate.looking = false;
	snprintf(el->fig.endpoint, sizeof el->fig.endpoint, "%s", reply->server);
	if (reply->outcome != HTTP_ANSWERED) {
		no_answer(el, reply);
	} else if (reply->status == 401 || reply->status == 403) {
		refused_entry(el, reply);
	} else if (is_busy(reply->status)) {
		busy(el, reply);
	} else {
		lk.body = json_read(&cur);
		if (!el->gate.open)
			el->pace.failures = 0;
		steps[el->gate.step].done(&lk);
	}
}

void gate_turn(struct elastic *el)
{
	struct gate *gt = &el->gate;
	char path[400];
	if (gt->looking || el->now_ms() < gt->look_ms)
		return;
	gt->looking = true;
	snprintf(path, sizeof path, "%s%s%s", steps[gt->step].head, steps[gt->step].name(el), steps[gt->step].tail);
	http_send(el->http, &(struct http_request){.method = steps[gt->step].method, .path = path, .done = on_look, .arg = el});
}
