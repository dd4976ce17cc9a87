#include "base/http_listen.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_MICROHTTPD
#include <microhttpd.h>
#endif

static int take_port(const char *text, in_port_t *out)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || !port || port > 65535)
		return -1;
	*out = htons((uint16_t)port);
	return 0;
}

int http_listen_address(const char *text, struct sockaddr_storage *out, struct error *err)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	const char *colon = strrchr(text, ':'), *port = colon ? colon + 1 : text;
	bool bracketed = colon > text + 1 && *text == '[' && colon[-1] == ']';
	char *host = !colon ? xstrdup("127.0.0.1") : bracketed ? xstrndup(text + 1, (size_t)(colon - text) - 2) : xstrndup(text, (size_t)(colon - text));
	memset(out, 0, sizeof *out);
	out->ss_family = bracketed ? AF_INET6 : AF_INET;
	bool good = bracketed ? inet_pton(AF_INET6, host, &v6->sin6_addr) == 1 && !take_port(port, &v6->sin6_port)
			      : inet_pton(AF_INET, host, &v4->sin_addr) == 1 && !take_port(port, &v4->sin_port);
	free(host);
	return good ? 0 : error_set(err, "\"%.80s\" is no port and no address with one: 9464, 0.0.0.0:9464, [::1]:9464", text);
}

#ifdef HAVE_MICROHTTPD

int http_listen_check(const char *address, struct error *err)
{
	struct sockaddr_storage where;
	return http_listen_address(address, &where, err);
}

#define CONNECTIONS_MAX 16
#define IDLE_S 30

struct http_listen {
	struct MHD_Daemon *daemon;
	http_answer_fn *answer;
	void *arg;
};

static enum MHD_Result respond(struct MHD_Connection *conn, unsigned status, const char *type, struct strbuf *body)
{
	if (!body->data)
		strbuf_puts(body, "\n");
	struct MHD_Response *resp = MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);
	strbuf_fini(body);
	if (!resp)
		return MHD_NO;
	MHD_add_response_header(resp, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(resp, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(resp, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result queued = MHD_queue_response(conn, status, resp);
	MHD_destroy_response(resp);
	return queued;
}

/* thread: the server's */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *conn, const char *url, const char *method, const char *version,
				  const char *upload, size_t *upload_size, void **state)
{
	struct http_listen *srv = arg;
	struct strbuf body = {0};
	const char *type = "text/plain; charset=utf-8";
	(void)version, (void)upload;
	if (!*state) { /* the headers alone: answering now would end the connection */
		*state = srv;
		return MHD_YES;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD)) {
		strbuf_puts(&body, "only GET\n");
		return respond(conn, MHD_HTTP_METHOD_NOT_ALLOWED, type, &body);
	}
	unsigned status = srv->answer(srv->arg, url, &type, &body);
	return respond(conn, status, type, &body);
}

struct http_listen *http_listen_start(const char *address, http_answer_fn *answer, void *arg, struct error *err)
{
	struct sockaddr_storage where;
	if (http_listen_address(address, &where, err))
		return NULL;
	struct http_listen *srv = xcalloc(1, sizeof *srv);
	*srv = (struct http_listen){.answer = answer, .arg = arg};
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | (where.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
	errno = 0;
	srv->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, srv, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&where,
				       MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
				       MHD_OPTION_END);
	if (srv->daemon)
		return srv;
	error_set(err, "cannot listen on %s: %s", address, errno ? strerror(errno) : "the address is not free");
	free(srv);
	return NULL;
}

void http_listen_stop(struct http_listen *srv)
{
	MHD_stop_daemon(srv->daemon);
	free(srv);
}

#else

int http_listen_check(const char *address, struct error *err)
{
	return error_set(err, "this tfl-top was built without libmicrohttpd, and cannot listen on %s: build it with that library, or unset the key",
			 address);
}

struct http_listen *http_listen_start(const char *address, http_answer_fn *answer, void *arg, struct error *err)
{
	(void)answer, (void)arg;
	http_listen_check(address, err);
	return NULL;
}

void http_listen_stop(struct http_listen *srv)
{
	(void)srv;
}

#endif
