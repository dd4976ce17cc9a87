/* http_servers.h: the servers of one service, and whom to ask next: in turn, the ones that have failed only after a rest. Pure: the clock
 * is handed in. Thread: the owner's. */
#ifndef TFLTOP_BASE_HTTP_SERVERS_H
#define TFLTOP_BASE_HTTP_SERVERS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_REST_MIN_MS 1000
#define HTTP_REST_MAX_MS 60000

struct http_server {
	char *base;           /* "https://a:9200/path", no slash at its end */
	char *shown;          /* "https://a:9200" */
	bool tls;
	unsigned failures;    /* in a row */
	int64_t rest_until_ms;
	char *trusted;        /* the certificate that the fingerprint has chosen; NULL not yet known */
	bool trusted_leaf;    /* it is the server's own */
};

struct http_servers {
	struct http_server *list;
	size_t count, next;
};

/* "http://a:9200,https://b/path": key names the setting in errors, which never show what was given where a password may be in it. */
int http_servers_init(struct http_servers *srv, const char *urls, const char *key, struct error *err);
void http_servers_fini(struct http_servers *srv);

/* Whoever is next among those that do not rest; if all do, who has rested longest. */
struct http_server *http_servers_choose(struct http_servers *srv, int64_t now_ms);

void http_server_well(struct http_server *server);
void http_server_failed(struct http_server *server, int64_t now_ms); /* rests twice as long with each failure in a row */

#endif
