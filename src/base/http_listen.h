/* http_listen.h: a small server for GET requests from this machine or a scraper: no request has a body, every answer is made at once.
 * Needs libmicrohttpd; built without it, starting one is an error that says so. */
#ifndef TFLTOP_BASE_HTTP_LISTEN_H
#define TFLTOP_BASE_HTTP_LISTEN_H

#include "base/error.h"
#include "base/strbuf.h"

#include <sys/socket.h>

/* Whether this program can listen at all, and the address is one. */
int http_listen_check(const char *address, struct error *err);

/* "9464": that port of 127.0.0.1. Else an address in full: "0.0.0.0:9464", "[::]:9464". No names: whom one listens to is not looked up. */
int http_listen_address(const char *text, struct sockaddr_storage *out, struct error *err);

/* Fills in body for a path; returns the status, 404 for one it does not know. *type: "text/plain" unless set. Thread: the server's. */
typedef unsigned http_answer_fn(void *arg, const char *path, const char **type, struct strbuf *body);

struct http_listen;

struct http_listen *http_listen_start(const char *address, http_answer_fn *answer, void *arg, struct error *err);
void http_listen_stop(struct http_listen *srv); /* waits until no answer is being made */

#endif
