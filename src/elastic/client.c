#include "elastic/client.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct http *client_new(const struct config *cfg, struct error *err)
{
	const struct http_settings set = {
		.service = "Elasticsearch",
		.key = "elastic",
		.url = config_text(cfg, "elastic.url"),
		.user = config_text(cfg, "elastic.user"),
		.password = config_text(cfg, "elastic.password"),
		.password_file = config_text(cfg, "elastic.password_file"),
		.api_key = config_text(cfg, "elastic.api_key"),
		.api_key_file = config_text(cfg, "elastic.api_key_file"),
		.ca = config_text(cfg, "elastic.ca"),
		.fingerprint = config_text(cfg, "elastic.fingerprint"),
		.gzip = config_bool(cfg, "elastic.gzip"),
	};
	return http_new(&set, err);
}

void reply_text(const struct http_reply *reply, const char *path, char *out, size_t size)
{
	json_t *root = json_loadb(reply->body, reply->body_len, 0, NULL), *at = root;
	char name[64];
	while (at && *path) {
		size_t len = strcspn(path, ".");
		snprintf(name, sizeof name, "%.*s", (int)len, path);
		at = json_object_get(at, name);
		path += len + (path[len] == '.');
	}
	snprintf(out, size, "%s", json_is_string(at) ? json_string_value(at) : "");
	json_decref(root);
}

static int refused(const struct http_reply *reply, struct error *err)
{
	return error_set(err, "%s refuses us (%d): set elastic.user and elastic.password_file, or elastic.api_key_file", reply->server, reply->status);
}

int server_read(const struct http_reply *reply, struct server *srv, struct error *err)
{
	char number[32], distribution[32], tagline[32];
	if (reply->status == 401 || reply->status == 403)
		return refused(reply, err);
	reply_text(reply, "version.number", number, sizeof number);
	reply_text(reply, "version.distribution", distribution, sizeof distribution);
	reply_text(reply, "tagline", tagline, sizeof tagline);
	bool opensearch = !strcmp(distribution, "opensearch");
	if (reply->status >= 500)
		return error_set(err, "%s is not ready: it answers %d", reply->server, reply->status);
	if (reply->status != 200 || sscanf(number, "%d.%d", &srv->major, &srv->minor) != 2 ||
	    (!opensearch && strcmp(reply->product, "Elasticsearch") && strcmp(tagline, "You Know, for Search")))
		return error_set(err, "%s is neither Elasticsearch nor OpenSearch: see elastic.url", reply->server);
	srv->product = opensearch ? OPENSEARCH : ELASTICSEARCH;
	snprintf(srv->text, sizeof srv->text, "%s %.30s", opensearch ? "OpenSearch" : "Elasticsearch", number);
	return 0;
}

int server_ask(struct http *http, struct server *srv, struct error *err)
{
	const struct http_request req = {.method = "GET", .path = "/"};
	struct http_reply reply;
	return http_call(http, &req, &reply, err) ? -1 : server_read(&reply, srv, err);
}
