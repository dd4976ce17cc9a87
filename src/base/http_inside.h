/* http_inside.h: what http.c, which sends and waits, and http_request.c, which tells curl what to send, share. Thread: that of the client. */
#ifndef TFLTOP_BASE_HTTP_INSIDE_H
#define TFLTOP_BASE_HTTP_INSIDE_H

#include "base/http.h"
#include "base/http_identity.h"
#include "base/http_servers.h"
#include "base/strbuf.h"

#include <curl/curl.h>

struct call { /* one request on its way, possibly from server to server */
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	struct http_request req;
	char *path;
	struct http_server *server;
	size_t servers_tried;
	bool looking;            /* at the server's certificate, before anything is sent */
	struct strbuf packed;    /* the body compressed; empty when it is sent as it is */
	size_t sent;             /* of the body; at the present attempt */
	bool resent;
	struct strbuf reply;
	bool too_large;
	char product[40];
	char curl_error[CURL_ERROR_SIZE];
	int64_t begun_us;
	struct call *next;       /* in the list of calls on their way or of idle ones */
};

struct http {
	char *service, *key;
	struct http_identity id;
	bool gzip;
	long connect_ms, timeout_ms;
	struct http_servers servers;
	CURLM *multi;
	struct call *flying, *idle;
	size_t under_way;
	bool finished_some;      /* since the wait began */
	struct strbuf kept;      /* of the last http_call */
	char *kept_type, *kept_product, *kept_server;
};

/* http_request.c */
void call_pack(struct call *call);    /* compresses the body if it is to be */
void call_rewind(struct call *call);  /* the body is sent from its beginning */
void call_prepare(struct call *call); /* its handle is set up for its server */
size_t call_reply_max(const struct call *call);

#endif
