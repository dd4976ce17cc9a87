#include "elastic/counts.h"

#include "base/mem.h"
#include "elastic/client.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 10000 /* as many cells an answer as a server gives */

static int refused(const struct http_reply *reply, const char *stream, struct error *err)
{
	char reason[300];
	reply_text(reply, "error.reason", reason, sizeof reason);
	return error_set(err, "data stream %s at %s cannot be counted: it answers %d%s%s", stream, reply->server, reply->status, *reason ? ": " : "",
			 reason);
}

static int post(struct http *http, const char *stream, const char *what, const char *body, struct http_reply *reply, struct error *err)
{
	char *path = xasprintf("/%s/%s", stream, what);
	const struct http_request req = {.method = "POST", .path = path, .body = body, .len = body ? strlen(body) : 0};
	int rc = http_call(http, &req, reply, err);
	free(path);
	if (rc)
		return -1;
	return reply->status == 200 ? 0 : refused(reply, stream, err);
}

/* after: the last key of the page before, or NULL; taken. */
static char *question(int64_t since, int64_t until, json_t *after)
{
	json_t *composite = json_pack("{s: i, s: [{s: {s: {s: s}}}, {s: {s: {s: s, s: s}}}]}", "size", PAGE, "sources", "station", "terms", "field",
				      "station", "quarter", "date_histogram", "field", "@timestamp", "fixed_interval", "15m");
	if (after)
		json_object_set_new(composite, "after", after);
	json_t *root = json_pack("{s: i, s: b, s: {s: {s: {s: I, s: I, s: s}}}, s: {s: {s: o}}}", "size", 0, "track_total_hits", 0, "query", "range",
				 "@timestamp", "gte", (json_int_t)since * 1000, "lt", (json_int_t)until * 1000, "format", "epoch_millis", "aggs",
				 "cells", "composite", composite);
	char *text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}

/* *after: the key to go on at (a reference), or NULL when that was all. */
static int take_page(const struct http_reply *reply, const char *stream, count_fn *fn, void *arg, json_t **after, struct error *err)
{
	json_t *root = json_loadb(reply->body, reply->body_len, 0, NULL), *cell;
	const json_t *cells = json_object_get(json_object_get(root, "aggregations"), "cells");
	size_t i;
	int rc = cells && !json_is_true(json_object_get(root, "timed_out"))
			 ? 0 : error_set(err, "data stream %s at %s: the answer holds no counts", stream, reply->server);
	json_array_foreach(json_object_get(cells, "buckets"), i, cell) {
		const json_t *key = json_object_get(cell, "key");
		const char *station = json_string_value(json_object_get(key, "station"));
		fn(arg, station ? station : "", json_integer_value(json_object_get(key, "quarter")) / 1000,
		   (uint64_t)json_integer_value(json_object_get(cell, "doc_count")));
	}
	*after = json_incref(json_object_get(cells, "after_key"));
	json_decref(root);
	return rc;
}

int elastic_counts(struct http *http, const char *stream, int64_t since, int64_t until, count_fn *fn, void *arg, struct error *err)
{
	struct http_reply reply;
	if (post(http, stream, "_refresh", NULL, &reply, err))
		return -1;
	json_t *after = NULL;
	do {
		char *body = question(since, until, after);
		int rc = post(http, stream, "_search", body, &reply, err);
		free(body);
		if (rc || take_page(&reply, stream, fn, arg, &after, err))
			return -1;
	} while (after);
	return 0;
}
