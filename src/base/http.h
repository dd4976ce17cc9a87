/* http.h: requests to one service, which may be several servers. Several are under way at once on the caller's thread; only http_wait and
 * http_call wait. Connections are kept; a server that fails is rested for a while, and the next one asked. http.c and http_request.c are
 * the only files that know curl. No proxy is used, no redirection followed. Thread: the one that made it. */
#ifndef TFLTOP_BASE_HTTP_H
#define TFLTOP_BASE_HTTP_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_settings { /* NULL: not set */
	const char *service;       /* "Elasticsearch": what errors call it */
	const char *key;           /* "elastic": whose .url, .password … errors name */
	const char *url;           /* "https://a:9200,https://b:9200/path" */
	const char *user;
	const char *password, *password_file; /* the first line of the file */
	const char *api_key, *api_key_file;   /* "id:key", or that in base64 */
	const char *ca;            /* file of certificates to trust; instead of the system's */
	const char *fingerprint;   /* SHA-256, in hexadecimal, of the server's certificate or of one that signed it: only that is trusted */
	bool gzip;                 /* bodies are sent compressed, and may come so */
	int64_t connect_ms;        /* 0 = 5 s */
	int64_t timeout_ms;        /* of a whole request; 0 = 120 s */
};

struct http;

/* NULL + err: no address, a file that cannot be read, settings that contradict each other. Nothing is connected yet. */
struct http *http_new(const struct http_settings *set, struct error *err);
void http_free(struct http *http); /* what is under way is given up; its done is not called */

enum http_outcome {
	HTTP_ANSWERED, /* completely; the only outcome with a status and a body */
	HTTP_NOT_SENT, /* surely nothing was asked: no connection came about */
	HTTP_UNKNOWN,  /* it may have been carried out: no answer in time, cut off, too large */
};

struct http_reply { /* borrowed until done returns */
	enum http_outcome outcome;
	int status;
	const char *body;          /* NUL-terminated, "" when empty */
	size_t body_len;
	const char *content_type;  /* "" when there is none */
	const char *product;       /* the header X-elastic-product, "" when there is none */
	int64_t retry_after_ms;    /* at most five minutes; -1: the server has not said */
	bool too_large;            /* longer than reply_max; the outcome is HTTP_UNKNOWN */
	bool resent; /* a kept connection turned out to be closed and the request was sent again: it may have been carried out twice */
	double ms;                 /* from sending to the answer */
	const char *server;        /* address of who answered, or was asked last; without user, password and path */
	const char *error;         /* "" when it was answered; else what went wrong, naming the service and server; no secrets */
};

/* The next bytes of a body, at most `size`; called until it has given `len` of them. */
typedef size_t http_read_fn(void *arg, char *room, size_t size);

struct http_request {
	const char *method;        /* "GET", "PUT", "POST", "DELETE", "HEAD" */
	const char *path;          /* "/_bulk?timeout=1m"; copied */
	const char *content_type;  /* of the body; NULL = application/json */
	const char *header;        /* one more: "kbn-xsrf: true"; NULL = none */
	const void *body;          /* borrowed until done was called; NULL without one, or with `read` */
	size_t len;
	http_read_fn *read;        /* instead of `body`: where `len` bytes come from, … */
	void (*rewind)(void *arg); /* … and how to begin again, which may be asked for at any time */
	size_t reply_max;          /* longest answer that is kept; 0 = 16 MiB */
	int64_t timeout_ms;        /* 0 = that of the settings */
	void (*done)(void *arg, const struct http_reply *reply); /* from http_wait; may send */
	void *arg;                 /* of read, rewind, done */
};

/* Begins a request; its done is called once, from a later http_wait. */
void http_send(struct http *http, const struct http_request *req);

size_t http_under_way(const struct http *http);

/* Drives all requests: returns after calling one done or more, when fd is readable (-1 = none), or after ms. True: fd is readable. */
bool http_wait(struct http *http, int fd, int ms);

/* One request, waited for: for commands. read, done and arg are not used. 0 = answered, with any status; else -1 + err. The reply's texts
 * are valid until the next http_call or http_free. */
int http_call(struct http *http, const struct http_request *req, struct http_reply *reply, struct error *err);

#endif
