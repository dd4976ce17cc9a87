#include "elastic/inspect.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ask(struct http *http, const char *method, const char *path, struct http_reply *reply, struct error *err)
{
	const struct http_request req = {.method = method, .path = path};
	return http_call(http, &req, reply, err);
}

/* {".ds-…":{"settings":{"index":{"mode":"time_series"}}}} */
static bool is_series(const struct http_reply *reply)
{
	json_t *root = json_loadb(reply->body, reply->body_len, 0, NULL);
	const char *mode = json_string_value(json_object_get(json_object_get(json_object_get(json_object_iter_value(json_object_iter(root)),
											     "settings"), "index"), "mode"));
	bool series = mode && !strcmp(mode, "time_series");
	json_decref(root);
	return series;
}

/* The index that is written to: the last one. Heap. */
static char *newest_index(const struct http_reply *reply)
{
	json_t *root = json_loadb(reply->body, reply->body_len, 0, NULL);
	const json_t *indices = json_object_get(json_array_get(json_object_get(root, "data_streams"), 0), "indices");
	size_t count = json_array_size(indices);
	const char *name = count ? json_string_value(json_object_get(json_array_get(indices, count - 1), "index_name")) : NULL;
	char *index = name ? xstrdup(name) : NULL;
	json_decref(root);
	return index;
}

static int look_at_kind(struct http *http, char *index, enum stream_kind *kind, struct error *err)
{
	struct http_reply reply;
	char *path = xasprintf("/%s/_settings", index ? index : "");
	int rc = index ? ask(http, "GET", path, &reply, err) : error_set(err, "the data stream has no index");
	*kind = !rc && is_series(&reply) ? STREAM_SERIES : STREAM_PLAIN;
	free(path);
	free(index);
	return rc;
}

static int look_at_index(struct http *http, const char *name, enum stream_kind *kind, struct error *err)
{
	struct http_reply reply;
	char *path = xasprintf("/%s", name);
	int rc = ask(http, "HEAD", path, &reply, err);
	*kind = !rc && reply.status == 200 ? STREAM_INDEX : STREAM_MISSING;
	free(path);
	return rc;
}

int stream_look(struct http *http, const char *name, enum stream_kind *kind, struct error *err)
{
	struct http_reply reply;
	char *path = xasprintf("/_data_stream/%s", name);
	int rc = ask(http, "GET", path, &reply, err);
	free(path);
	if (rc)
		return -1;
	if (reply.status == 200)
		return look_at_kind(http, newest_index(&reply), kind, err);
	if (reply.status == 404)
		return look_at_index(http, name, kind, err);
	return error_set(err, "data stream %s: %s answers %d", name, reply.server, reply.status);
}

void elastic_inspect(const struct config *cfg, struct elastic_facts *out)
{
	static const char *const keys[] = {[ENTRY] = "topic.station_entries", [EXIT] = "topic.station_exits"};
	struct error err = {0};
	*out = (struct elastic_facts){.asked = config_is_set(cfg, "elastic.url")};
	if (!out->asked)
		return;
	struct http *http = client_new(cfg, &err);
	int rc = http ? server_ask(http, &out->server, &err) : -1;
	for (enum direction d = ENTRY; d <= EXIT; d++) {
		out->stream[d].name = config_text(cfg, keys[d]);
		if (!rc)
			rc = stream_look(http, out->stream[d].name, &out->stream[d].kind, &err);
	}
	snprintf(out->error, sizeof out->error, "%.250s", rc ? err.text : "");
	if (http)
		http_free(http);
}
