#include "avro/registry.h"

#include "base/http.h"
#include "base/json_write.h"
#include "base/mem.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECT_MS = 2000,
	TIMEOUT_MS = 5000, /* whoever asks has a feed to run meanwhile */
	SCHEMA_MAX = 1024 * 1024,
	REASON_MAX = 300,
};

struct registry {
	struct http *http;
};

struct registry *registry_new(const struct config *cfg, struct error *err)
{
	const struct http_settings set = {
		.service = "Schema Registry",
		.key = "registry",
		.url = config_text(cfg, "registry.url"),
		.user = config_text(cfg, "registry.user"),
		.password = config_text(cfg, "registry.password"),
		.password_file = config_text(cfg, "registry.password_file"),
		.ca = config_text(cfg, "registry.ca"),
		.connect_ms = CONNECT_MS,
		.timeout_ms = TIMEOUT_MS,
	};
	struct http *http = http_new(&set, err);
	if (!http)
		return NULL;
	struct registry *rg = xcalloc(1, sizeof *rg);
	rg->http = http;
	return rg;
}

void registry_free(struct registry *rg)
{
	if (!rg)
		return;
	http_free(rg->http);
	free(rg);
}

/* What a status means, if the answer is a registry's. Whatever is not here: the registry is in trouble, and may be out of it later. */
static const struct {
	int status;
	enum registry_says says;
	const char *means;
} meanings[] = {
	{200, REGISTRY_OK, ""},
	{400, REGISTRY_REFUSED, "it does not understand us"},
	{401, REGISTRY_AWAY, "it refuses us: set registry.user and registry.password_file"},
	{403, REGISTRY_AWAY, "registry.user may not do that"},
	{404, REGISTRY_UNKNOWN, "there is none"},
	{409, REGISTRY_REFUSED, "incompatible with the version that is there"},
	{422, REGISTRY_REFUSED, "not a schema"},
};

static enum registry_says meaning_of(int status, const char **means)
{
	*means = "it is in trouble";
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (meanings[i].status == status) {
			*means = meanings[i].means;
			return meanings[i].says;
		}
	return REGISTRY_AWAY;
}

/* Asks; the answer's JSON object (a reference), unless the registry is away: then NULL. err: for `what`, in words. */
static enum registry_says ask(struct registry *rg, const char *method, const char *path, const char *body, const char *what, json_t **answer,
			      struct error *err)
{
	const struct http_request req = {
		.method = method, .path = path, .body = body, .len = body ? strlen(body) : 0, .reply_max = 2 * SCHEMA_MAX,
		.content_type = "application/vnd.schemaregistry.v1+json", .header = "Accept: application/vnd.schemaregistry.v1+json, application/json",
	};
	struct http_reply reply;
	const char *means;
	*answer = NULL;
	if (http_call(rg->http, &req, &reply, err))
		return REGISTRY_AWAY;
	enum registry_says says = meaning_of(reply.status, &means);
	*answer = json_loadb(reply.body, reply.body_len, 0, NULL);
	bool code = json_is_integer(json_object_get(*answer, "error_code"));
	if (says == REGISTRY_OK ? !json_is_object(*answer) : says != REGISTRY_AWAY && !code && reply.status != 400) {
		json_decref(*answer);
		*answer = NULL;
		error_set(err, "%s is no Schema Registry: it answers %d; see registry.url", reply.server, reply.status);
		return REGISTRY_AWAY;
	}
	const char *reason = json_string_value(json_object_get(*answer, "message"));
	error_set(err, "%s: %s: %s (%d%s%.*s)", reply.server, what, means, reply.status, reason ? ": " : "", REASON_MAX, reason ? reason : "");
	return says;
}

/* What we can make use of: the text of an Avro schema that is whole in itself. */
static enum registry_says read_schema(json_t *answer, const char *what, struct strbuf *schema, struct error *err)
{
	const char *type = json_string_value(json_object_get(answer, "schemaType"));
	const char *text = json_string_value(json_object_get(answer, "schema"));
	if (type && strcmp(type, "AVRO")) {
		error_set(err, "%s is one of %s; only Avro is read", what, type);
		return REGISTRY_REFUSED;
	}
	if (!text || json_array_size(json_object_get(answer, "references"))) {
		error_set(err, text ? "%s refers to others; only a schema that is whole in itself is read" : "%s has no text", what);
		return REGISTRY_REFUSED;
	}
	strbuf_reset(schema);
	strbuf_puts(schema, text);
	return REGISTRY_OK;
}

enum registry_says registry_schema(struct registry *rg, uint32_t id, struct strbuf *schema, struct error *err)
{
	char path[40], what[40];
	json_t *answer;
	snprintf(path, sizeof path, "/schemas/ids/%" PRIu32, id);
	snprintf(what, sizeof what, "schema %" PRIu32, id);
	enum registry_says says = ask(rg, "GET", path, NULL, what, &answer, err);
	if (says == REGISTRY_OK)
		says = read_schema(answer, what, schema, err);
	json_decref(answer);
	return says;
}

/* A subject's name in a path: the name of a topic holds letters, digits and ._- only; whatever else is there is written as %XX. */
static void add_segment(struct strbuf *path, const char *name)
{
	for (; *name; name++)
		if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"))
			strbuf_addc(path, *name);
		else
			strbuf_printf(path, "%%%02X", (unsigned char)*name);
}

static enum registry_says post(struct registry *rg, const char *path, const char *subject, const char *body, uint32_t *id, struct error *err)
{
	char what[300];
	json_t *answer;
	snprintf(what, sizeof what, "the schema for subject %.200s", subject);
	enum registry_says says = ask(rg, "POST", path, body, what, &answer, err);
	json_t *number = json_object_get(answer, "id");
	if (says == REGISTRY_OK && (!json_is_integer(number) || json_integer_value(number) < 0 || json_integer_value(number) > UINT32_MAX)) {
		error_set(err, "the Schema Registry gives no id for subject %s", subject);
		says = REGISTRY_AWAY;
	}
	*id = says == REGISTRY_OK ? (uint32_t)json_integer_value(number) : 0;
	json_decref(answer);
	return says;
}

/* The schema's text without white space: two texts that differ in it only are one schema to Confluent's registry, but not to all. */
static void add_body(struct strbuf *body, const char *schema)
{
	json_t *parsed = json_loads(schema, 0, NULL);
	char *compact = parsed ? json_dumps(parsed, JSON_COMPACT) : NULL;
	strbuf_puts(body, "{\"schema\":");
	json_add_text(body, compact ? compact : schema, strlen(compact ? compact : schema));
	strbuf_addc(body, '}');
	free(compact);
	json_decref(parsed);
}

/* Looks before it registers: where we may only read, what an administrator has registered is enough. */
enum registry_says registry_register(struct registry *rg, const char *subject, const char *schema, uint32_t *id, struct error *err)
{
	struct strbuf path = {0}, body = {0};
	strbuf_puts(&path, "/subjects/");
	add_segment(&path, subject);
	add_body(&body, schema);
	enum registry_says says = post(rg, path.data, subject, body.data, id, err);
	if (says == REGISTRY_UNKNOWN || says == REGISTRY_REFUSED) {
		strbuf_puts(&path, "/versions");
		says = post(rg, path.data, subject, body.data, id, err);
	}
	strbuf_fini(&path);
	strbuf_fini(&body);
	return says;
}
