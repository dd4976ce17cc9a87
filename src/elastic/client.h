/* client.h: the servers that elastic.* names, and what they are. */
#ifndef TFLTOP_ELASTIC_CLIENT_H
#define TFLTOP_ELASTIC_CLIENT_H

#include "base/config.h"
#include "base/error.h"
#include "base/http.h"

#include <stdbool.h>

enum product { ELASTICSEARCH, OPENSEARCH };

struct server {
	enum product product;
	int major, minor;
	char text[48]; /* "Elasticsearch 8.11.3" */
};

/* NULL + err: see http_new. Nothing is connected yet. */
struct http *client_new(const struct config *cfg, struct error *err);

/* What the answer to GET / says. -1 + err, in words that name the remedy: it refuses us, or is something else. */
int server_read(const struct http_reply *reply, struct server *srv, struct error *err);

/* Asks. For commands: it waits. */
int server_ask(struct http *http, struct server *srv, struct error *err);

/* The field `path` ("error.reason") of a JSON object, as text of at most size - 1 bytes; "" when it is not there or no string. */
void reply_text(const struct http_reply *reply, const char *path, char *out, size_t size);

#endif
