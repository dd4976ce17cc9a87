#include "base/asset.h"
#include "base/http.h"
#include "base/mem.h"
#include "elastic/client.h"
#include "elastic/setup.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH "/api/saved_objects/_import?overwrite=true"
#define BOUNDARY "tfl-top-saved-objects"

static struct http *client(const struct config *cfg, struct error *err)
{
	const struct http_settings set = {
		.service = "Kibana",
		.key = "kibana",
		.url = config_text(cfg, "kibana.url"),
		.user = config_text(cfg, "kibana.user"),
		.password_file = config_text(cfg, "kibana.password_file"),
	};
	return http_new(&set, err);
}

/* The data views' titles are the data streams' names. */
static void add_object(struct strbuf *out, const char *line, size_t len, const struct config *cfg)
{
	const char *const names[][2] = {{"station_entries", "topic.station_entries"}, {"station_exits", "topic.station_exits"}};
	for (size_t i = 0; i < len;) {
		size_t n = 0;
		for (size_t k = 0; k < 2 && !n; k++)
			if (!strncmp(line + i, names[k][0], strlen(names[k][0]))) {
				strbuf_puts(out, config_text(cfg, names[k][1])); /* letters, digits, '.', '_' and '-' only */
				n = strlen(names[k][0]);
			}
		if (!n)
			strbuf_addc(out, line[i++]);
		i += n;
	}
}

static void add_form(struct strbuf *out, const struct config *cfg)
{
	const struct asset *as = asset_find("es/kibana/tfl.ndjson");
	strbuf_puts(out, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"tfl.ndjson\"\r\n"
			 "Content-Type: application/ndjson\r\n\r\n");
	add_object(out, as->data, as->size, cfg);
	strbuf_puts(out, "\r\n--" BOUNDARY "--\r\n");
}

static int ready(struct http *http, struct error *err)
{
	const struct http_request req = {.method = "GET", .path = "/api/status"};
	struct http_reply reply;
	char level[40];
	if (http_call(http, &req, &reply, err))
		return -1;
	reply_text(&reply, "status.overall.level", level, sizeof level);
	if (reply.status == 401 || reply.status == 403)
		return error_set(err, "%s refuses us (%d): set kibana.user and kibana.password_file", reply.server, reply.status);
	if (reply.status == 404)
		return error_set(err, "%s is no Kibana: see kibana.url", reply.server);
	if (reply.status != 200 || (*level && strcmp(level, "available")))
		return error_set(err, "Kibana at %s is not ready yet (%d%s%s): try again", reply.server, reply.status, *level ? ", " : "", level);
	return 0;
}

/* Each object's fate; an import that failed for some is answered 200 too. */
static int read_answer(const struct http_reply *reply, struct strbuf *out, struct error *err)
{
	json_t *root = json_loadb(reply->body, reply->body_len, 0, NULL), *item;
	const json_t *errors = json_object_get(root, "errors");
	size_t i;
	json_array_foreach(json_object_get(root, "successResults"), i, item) {
		const char *title = json_string_value(json_object_get(json_object_get(item, "meta"), "title"));
		strbuf_printf(out, "%s %s: imported\n", json_string_value(json_object_get(item, "type")),
			      title ? title : json_string_value(json_object_get(item, "id")));
	}
	int rc = 0;
	if (!json_is_true(json_object_get(root, "success"))) {
		char message[200];
		const json_t *first = json_array_get(errors, 0);
		const char *why = json_string_value(json_object_get(json_object_get(first, "error"), "type"));
		reply_text(reply, "message", message, sizeof message);
		rc = error_set(err, "Kibana at %s has not imported everything (%d): %s%s%s", reply->server, reply->status,
			       first ? json_string_value(json_object_get(first, "id")) : message, why ? ": " : "", why ? why : "");
	}
	json_decref(root);
	return rc;
}

static int import(struct http *http, const struct config *cfg, struct strbuf *out, struct error *err)
{
	struct strbuf form = {0};
	struct http_reply reply;
	add_form(&form, cfg);
	const struct http_request req = {
		.method = "POST", .path = PATH, .content_type = "multipart/form-data; boundary=" BOUNDARY, .header = "kbn-xsrf: true",
		.body = form.data, .len = form.len,
	};
	int rc = http_call(http, &req, &reply, err);
	if (!rc)
		rc = read_answer(&reply, out, err);
	strbuf_fini(&form);
	return rc;
}

int setup_kibana(const struct config *cfg, bool dry_run, struct strbuf *out, struct error *err)
{
	if (dry_run) {
		strbuf_puts(out, "POST " PATH "\n");
		add_form(out, cfg);
		return 0;
	}
	struct http *http = client(cfg, err);
	if (!http)
		return -1;
	int rc = ready(http, err);
	if (!rc)
		rc = import(http, cfg, out, err);
	http_free(http);
	return rc;
}
