#include "base/asset.h"
#include "base/mem.h"
#include "elastic/inspect.h"
#include "elastic/setup.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICY "tfl-barriers"
#define MAPPINGS "barrier_mappings"
#define TEMPLATE "barrier_template"

struct setup {
	const struct config *cfg;
	struct http *http;
	struct server server;
	bool time_series; /* else plain data streams, with ids of our own */
	bool dry_run;
	struct strbuf *out;
};

static bool has_time_series(const struct server *srv)
{
	return srv->product == ELASTICSEARCH && (srv->major > 8 || (srv->major == 8 && srv->minor >= 7));
}

static int ask(struct setup *st, const char *method, const char *path, const char *body, struct http_reply *reply, struct error *err)
{
	const struct http_request req = {.method = method, .path = path, .body = body, .len = body ? strlen(body) : 0};
	return http_call(st->http, &req, reply, err);
}

/* What the server had against a request, in its own words. */
static int refused(const struct http_reply *reply, const char *what, struct error *err)
{
	char reason[300];
	reply_text(reply, "error.reason", reason, sizeof reason);
	return error_set(err, "%s: %s answers %d%s%s", what, reply->server, reply->status, *reason ? ": " : "", reason);
}

static json_t *file(const char *name)
{
	const struct asset *as = asset_find(name);
	json_error_t why;
	json_t *root = as ? json_loadb(as->data, as->size, 0, &why) : NULL;
	if (!root)
		abort(); /* the file is part of the program */
	return root;
}

/* The member `name`, wherever in the tree it is met first. */
static const json_t *find(const json_t *node, const char *name)
{
	const char *key;
	json_t *child;
	size_t i;
	const json_t *found = json_object_get(node, name);
	json_object_foreach((json_t *)node, key, child) {
		if (found)
			break;
		found = find(child, name);
	}
	json_array_foreach(node, i, child) {
		if (found)
			break;
		found = find(child, name);
	}
	return found;
}

/* Of a template: its own; of a policy, whose own counts the changes: among what it says of itself. 0: not made by us. */
static int64_t version_of(const json_t *node)
{
	const json_t *meta = find(node, "_meta"), *version = json_object_get(meta, "version");
	if (!version && json_is_string(json_object_get(meta, "managed_by")))
		version = find(node, "version");
	return json_integer_value(version);
}

/* `put`s body at path unless what is there is as new. what: "index template barrier_template". */
static int put(struct setup *st, const char *what, const char *path, const char *body, struct error *err)
{
	struct http_reply reply;
	if (st->dry_run) {
		strbuf_printf(st->out, "PUT %s\n%s%s", path, body ? body : "", body ? "\n" : "");
		return 0;
	}
	if (ask(st, "PUT", path, body, &reply, err))
		return -1;
	return reply.status == 200 || reply.status == 201 ? 0 : refused(&reply, what, err);
}

/* 0 with *there = its version, -1 when there is none; -1 + err. */
static int look(struct setup *st, const char *what, const char *path, int64_t *there, struct error *err)
{
	struct http_reply reply;
	if (ask(st, "GET", path, NULL, &reply, err))
		return -1;
	if (reply.status != 200 && reply.status != 404)
		return refused(&reply, what, err);
	json_t *root = reply.status == 200 ? json_loadb(reply.body, reply.body_len, 0, NULL) : NULL;
	*there = root ? version_of(root) : -1;
	json_decref(root);
	return 0;
}

/* wanted: taken. */
static int ensure(struct setup *st, const char *what, const char *path, json_t *wanted, struct error *err)
{
	int64_t ours = version_of(wanted), there = -1;
	char *body = json_dumps(wanted, JSON_INDENT(2));
	json_decref(wanted);
	int rc = look(st, what, path, &there, err);
	if (!rc && there > ours)
		rc = error_set(err, "%s at %s is version %" JSON_INTEGER_FORMAT ", made by a newer tfl-top than this one, which has version %"
			       JSON_INTEGER_FORMAT ": left as it is; use that one", what, config_text(st->cfg, "elastic.url"), (json_int_t)there, (json_int_t)ours);
	if (!rc && there == ours)
		strbuf_printf(st->out, "%s%s: there\n", st->dry_run ? "# " : "", what);
	else if (!rc && !(rc = put(st, what, path, body, err)) && !st->dry_run)
		strbuf_printf(st->out, "%s: %s\n", what, there < 0 ? "made" : "brought up to date");
	free(body);
	return rc;
}

static int ensure_policy(struct setup *st, struct error *err)
{
	if (st->server.product == ELASTICSEARCH)
		return ensure(st, "lifecycle policy " POLICY, "/_ilm/policy/" POLICY, file("es/lifecycle-elasticsearch.json"), err);
	/* Index state management is a plugin of OpenSearch; a policy there has no place for a version, so one that is there is left alone. */
	struct http_reply reply;
	if (ask(st, "GET", "/_plugins/_ism/policies/" POLICY, NULL, &reply, err))
		return -1;
	char type[80];
	reply_text(&reply, "error.type", type, sizeof type);
	if (reply.status == 400 || reply.status == 405 || (reply.status == 404 && !*type)) {
		strbuf_printf(st->out, "# %s manages no index states: what is stored stays for ever\n", st->server.text);
		return 0;
	}
	if (reply.status == 200) {
		strbuf_printf(st->out, "%slifecycle policy " POLICY ": there\n", st->dry_run ? "# " : "");
		return 0;
	}
	json_t *policy = file("es/lifecycle-opensearch.json");
	json_t *patterns = json_object_get(json_array_get(json_object_get(json_object_get(policy, "policy"), "ism_template"), 0), "index_patterns");
	json_array_clear(patterns);
	json_array_append_new(patterns, json_sprintf(".ds-%s-*", config_text(st->cfg, "topic.station_entries")));
	json_array_append_new(patterns, json_sprintf(".ds-%s-*", config_text(st->cfg, "topic.station_exits")));
	return ensure(st, "lifecycle policy " POLICY, "/_plugins/_ism/policies/" POLICY, policy, err);
}

static int ensure_mappings(struct setup *st, struct error *err)
{
	const char *name = st->time_series ? "es/time-series/mappings.json" : "es/plain/mappings.json";
	return ensure(st, "component template " MAPPINGS, "/_component_template/" MAPPINGS, file(name), err);
}

static int ensure_template(struct setup *st, struct error *err)
{
	json_t *template = file(st->time_series ? "es/time-series/template.json" : "es/plain/template.json");
	json_t *settings = json_object_get(json_object_get(template, "template"), "settings");
	json_object_set_new(template, "index_patterns", json_pack("[s, s]", config_text(st->cfg, "topic.station_entries"),
								  config_text(st->cfg, "topic.station_exits")));
	if (st->server.product == ELASTICSEARCH)
		json_object_set_new(settings, "index.lifecycle.name", json_string(POLICY));
	if (st->server.major == 8 && st->server.minor < 11)
		json_object_del(settings, "index.look_back_time"); /* not known yet */
	return ensure(st, "index template " TEMPLATE, "/_index_template/" TEMPLATE, template, err);
}

/* A data stream that was there before its template keeps its kind until it rolls over. */
static void say_kind(struct setup *st, const char *name, bool time_series)
{
	strbuf_printf(st->out, "%sdata stream %s: there, %s%s", st->dry_run ? "# " : "", name, time_series ? "time series" : "plain",
		      time_series == st->time_series ? "\n" : ", until it rolls over: ");
	if (time_series != st->time_series)
		strbuf_printf(st->out, "POST /%s/_rollover\n", name);
}

static int make_stream(struct setup *st, const char *name, struct error *err)
{
	char *path = xasprintf("/_data_stream/%s", name), *what = xasprintf("data stream %s", name);
	int rc = put(st, what, path, NULL, err);
	if (!rc && !st->dry_run)
		strbuf_printf(st->out, "%s: made\n", what);
	free(path);
	free(what);
	return rc;
}

static int ensure_stream(struct setup *st, const char *name, struct error *err)
{
	enum stream_kind kind;
	if (stream_look(st->http, name, &kind, err))
		return -1;
	if (kind == STREAM_INDEX) /* a document has come before the template, and Elasticsearch has guessed */
		return error_set(err, "an ordinary index has the name of the data stream %s: something was written there before the template was "
				 "made; copy what is worth it elsewhere and DELETE /%s", name, name);
	if (kind == STREAM_MISSING)
		return make_stream(st, name, err);
	say_kind(st, name, kind == STREAM_SERIES);
	return 0;
}

static int run(struct setup *st, struct error *err)
{
	if (server_ask(st->http, &st->server, err))
		return -1;
	st->time_series = has_time_series(&st->server);
	strbuf_printf(st->out, "%s%s, %s data streams\n", st->dry_run ? "# " : "", st->server.text, st->time_series ? "time series" : "plain");
	if (ensure_policy(st, err) || ensure_mappings(st, err) || ensure_template(st, err))
		return -1;
	if (ensure_stream(st, config_text(st->cfg, "topic.station_entries"), err))
		return -1;
	return ensure_stream(st, config_text(st->cfg, "topic.station_exits"), err);
}

int setup_elastic(const struct config *cfg, bool dry_run, struct strbuf *out, struct error *err)
{
	struct setup st = {.cfg = cfg, .dry_run = dry_run, .out = out, .http = client_new(cfg, err)};
	if (!st.http)
		return -1;
	int rc = run(&st, err);
	http_free(st.http);
	return rc;
}
