#include "base/http_servers.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Everything but the password's whereabouts is checked by who connects. */
static int add_server(struct http_servers *srv, size_t *cap, const char *url, size_t len, const char *key, struct error *err)
{
	char *base = xstrndup(url, len), *host = strstr(base, "://");
	bool tls = !strncmp(base, "https://", 8);
	struct http_server *server;
	if (!host || (!tls && strncmp(base, "http://", 7)) || !host[3] || host[3] == '/') {
		free(base);
		return error_set(err, "%s: an address begins with http:// or https:// and a host, as http://localhost:9200", key);
	}
	size_t host_len = strcspn(host + 3, "/?#"), end = strlen(base);
	if (memchr(host + 3, '@', host_len)) {
		free(base);
		return error_set(
		    err, "%s: an address must hold no user and password, which everybody could see; there are settings for them", key);
	}
	while (end && base[end - 1] == '/')
		base[--end] = '\0';
	srv->list = xgrow(srv->list, srv->count, cap, sizeof *srv->list);
	server = &srv->list[srv->count++];
	*server = (struct http_server){.base = base, .tls = tls};
	server->shown = xstrndup(base, (size_t)(host - base) + 3 + host_len);
	return 0;
}

int http_servers_init(struct http_servers *srv, const char *urls, const char *key, struct error *err)
{
	size_t cap = 0;
	*srv = (struct http_servers){0};
	for (const char *p = urls; p && *p;) {
		p += strspn(p, ", ");
		size_t len = strcspn(p, ", ");
		if (len && add_server(srv, &cap, p, len, key, err)) {
			http_servers_fini(srv);
			return -1;
		}
		p += len;
	}
	return srv->count ? 0 : error_set(err, "%s is not set: an address such as http://localhost:9200 is needed", key);
}

void http_servers_fini(struct http_servers *srv)
{
	for (size_t i = 0; i < srv->count; i++) {
		free(srv->list[i].base);
		free(srv->list[i].shown);
		free(srv->list[i].trusted);
	}
	free(srv->list);
	*srv = (struct http_servers){0};
}

struct http_server *http_servers_choose(struct http_servers *srv, int64_t now_ms)
{
	struct http_server *best = NULL;
	for (size_t i = 0; i < srv->count; i++) {
		struct http_server *server = &srv->list[(srv->next + i) % srv->count];
		if (server->rest_until_ms <= now_ms) {
			best = server;
			break;
		}
		if (!best || server->rest_until_ms < best->rest_until_ms)
			best = server;
	}
	srv->next = (size_t)(best - srv->list + 1) % srv->count;
	return best;
}

void http_server_well(struct http_server *server)
{
	server->failures = 0;
	server->rest_until_ms = 0;
}

void http_server_failed(struct http_server *server, int64_t now_ms)
{
	int64_t rest_ms = server->failures < 6 ? (int64_t)HTTP_REST_MIN_MS << server->failures : HTTP_REST_MAX_MS;
	server->failures++;
	server->rest_until_ms = now_ms + (rest_ms < HTTP_REST_MAX_MS ? rest_ms : HTTP_REST_MAX_MS);
}
