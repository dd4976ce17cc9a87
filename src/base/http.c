#include "base/http.h"

#include "base/clock.h"
#include "base/gzip.h"
#include "base/http_identity.h"
#include "base/http_servers.h"
#include "base/http_trust.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECT_MS = 5000,
	TIMEOUT_MS = 120 * 1000,
	REPLY_MAX = 16 * 1024 * 1024,
	UPLOAD_BUFFER = 256 * 1024,
	GZIP_FROM = 1024,        /* smaller bodies fit in a packet as they are */
	CONNECTIONS = 32,
};

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

static void global_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		abort();
}

struct http *http_new(const struct http_settings *set, struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char url_key[64];
	pthread_once(&once, global_init);
	struct http *http = xcalloc(1, sizeof *http);
	http->service = xstrdup(set->service);
	http->key = xstrdup(set->key);
	http->gzip = set->gzip;
	http->connect_ms = (long)(set->connect_ms ? set->connect_ms : CONNECT_MS);
	http->timeout_ms = (long)(set->timeout_ms ? set->timeout_ms : TIMEOUT_MS);
	http->multi = curl_multi_init();
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
	snprintf(url_key, sizeof url_key, "%s.url", set->key);
	if (http_servers_init(&http->servers, set->url, url_key, err) || http_identity_init(&http->id, set, err)) {
		http_free(http);
		return NULL;
	}
	return http;
}

static void call_free(struct call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	strbuf_fini(&call->packed);
	strbuf_fini(&call->reply);
	free(call->path);
	free(call);
}

void http_free(struct http *http)
{
	for (struct call *call; (call = http->flying);) {
		http->flying = call->next;
		curl_multi_remove_handle(http->multi, call->easy);
		call_free(call);
	}
	for (struct call *call; (call = http->idle);) {
		http->idle = call->next;
		call_free(call);
	}
	curl_multi_cleanup(http->multi);
	http_servers_fini(&http->servers);
	strbuf_fini(&http->kept);
	free(http->kept_type);
	free(http->kept_product);
	free(http->kept_server);
	http_identity_fini(&http->id);
	free(http->service);
	free(http->key);
	free(http);
}

static size_t body_len(const struct call *call)
{
	return call->packed.len ? call->packed.len : call->req.len;
}

static size_t read_plain(void *arg, char *room, size_t size)
{
	struct call *call = arg;
	if (call->req.read)
		return call->req.read(call->req.arg, room, size);
	memcpy(room, (const char *)call->req.body + call->sent, size);
	return size;
}

static size_t on_read(char *room, size_t one, size_t size, void *arg)
{
	struct call *call = arg;
	size_t left = body_len(call) - call->sent, n = size * one < left ? size * one : left;
	if (n && call->packed.len)
		memcpy(room, call->packed.data + call->sent, n);
	else if (n)
		n = read_plain(call, room, n);
	call->sent += n;
	return n;
}

static void body_rewind(struct call *call)
{
	call->sent = 0;
	if (!call->packed.len && call->req.read)
		call->req.rewind(call->req.arg);
}

/* curl seeks only to send again what it has sent on a kept connection that was closed meanwhile. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct call *call = arg;
	if (offset || origin != SEEK_SET)
		return CURL_SEEKFUNC_FAIL;
	call->resent |= call->sent > 0;
	body_rewind(call);
	return CURL_SEEKFUNC_OK;
}

static size_t on_write(char *bytes, size_t one, size_t size, void *arg)
{
	struct call *call = arg;
	size_t max = call->req.reply_max ? call->req.reply_max : REPLY_MAX;
	if (call->reply.len + one * size > max) {
		call->too_large = true;
		return 0;
	}
	strbuf_add(&call->reply, bytes, one * size);
	return one * size;
}

static size_t on_header(char *bytes, size_t one, size_t size, void *arg)
{
	static const char name[] = "x-elastic-product:";
	struct call *call = arg;
	size_t len = one * size, at = sizeof name - 1;
	if (len <= at || strncasecmp(bytes, name, at))
		return len;
	while (at < len && bytes[at] == ' ')
		at++;
	snprintf(call->product, sizeof call->product, "%.*s", (int)(len - at), bytes + at);
	call->product[strcspn(call->product, "\r\n")] = '\0';
	return len;
}

static void set_trust(const struct http *http, const struct call *call)
{
	CURL *easy = call->easy;
	if (http->id.ca) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, http->id.ca);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (!http->id.has_fingerprint || !call->server->tls)
		return;
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (call->looking) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
		curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
		curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		return;
	}
	struct curl_blob blob = {.data = call->server->trusted, .len = strlen(call->server->trusted), .flags = CURL_BLOB_COPY};
	curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
	if (call->server->trusted_leaf) /* named by its fingerprint: its host name says nothing more */
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

static void set_identity(const struct http *http, struct call *call)
{
	if (http->id.user) {
		curl_easy_setopt(call->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(call->easy, CURLOPT_USERNAME, http->id.user);
		curl_easy_setopt(call->easy, CURLOPT_PASSWORD, http->id.password ? http->id.password : "");
	}
	if (http->id.authorization)
		call->headers = curl_slist_append(call->headers, http->id.authorization);
}

static void set_body(struct call *call)
{
	CURL *easy = call->easy;
	char line[128];
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_len(call));
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_READDATA, call);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, call);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
	snprintf(line, sizeof line, "Content-Type: %s", call->req.content_type ? call->req.content_type : "application/json");
	call->headers = curl_slist_append(call->headers, line);
	call->headers = curl_slist_append(call->headers, "Expect:");
	if (call->req.header)
		call->headers = curl_slist_append(call->headers, call->req.header);
	if (call->packed.len)
		call->headers = curl_slist_append(call->headers, "Content-Encoding: gzip");
}

static void set_callbacks(struct call *call)
{
	CURL *easy = call->easy;
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
}

static void set_request(struct call *call)
{
	struct http *http = call->http;
	CURL *easy = call->easy;
	char *url = xasprintf("%s%s", call->server->base, call->path);
	long timeout_ms = call->req.timeout_ms ? (long)call->req.timeout_ms : http->timeout_ms;
	curl_easy_reset(easy);
	curl_slist_free_all(call->headers);
	call->headers = NULL;
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, http->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	if (http->gzip)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	set_callbacks(call);
	set_trust(http, call);
	if (!call->looking) {
		set_identity(http, call);
		if (call->req.len)
			set_body(call);
		if (!strcmp(call->req.method, "HEAD"))
			curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		else
			curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->req.method);
		curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	}
	free(url);
}

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* Sends the call to its server, or first looks at the server's certificate. */
static void call_begin(struct call *call)
{
	call->looking = call->http->id.has_fingerprint && call->server->tls && !call->server->trusted;
	call->curl_error[0] = call->product[0] = '\0';
	call->resent = call->too_large = false;
	strbuf_reset(&call->reply);
	body_rewind(call);
	set_request(call);
	curl_multi_add_handle(call->http->multi, call->easy);
}

static struct call *call_new(struct http *http)
{
	struct call *call = http->idle;
	if (call) {
		http->idle = call->next;
		return call;
	}
	call = xcalloc(1, sizeof *call);
	call->http = http;
	call->easy = curl_easy_init();
	return call;
}

static size_t read_to_pack(void *arg, char *room, size_t size)
{
	struct call *call = arg;
	size_t n = read_plain(call, room, size);
	call->sent += n;
	return n;
}

static void pack(struct call *call)
{
	gzip_add(&call->packed, read_to_pack, call, call->req.len);
	call->sent = 0;
}

void http_send(struct http *http, const struct http_request *req)
{
	struct call *call = call_new(http);
	call->req = *req;
	free(call->path);
	call->path = xstrdup(req->path);
	call->begun_us = clock_mono_us();
	call->servers_tried = 1;
	call->server = http_servers_choose(&http->servers, now_ms());
	call->sent = 0;
	strbuf_reset(&call->packed);
	if (http->gzip && req->len >= GZIP_FROM)
		pack(call);
	call->next = http->flying;
	http->flying = call;
	http->under_way++;
	call_begin(call);
}

size_t http_under_way(const struct http *http)
{
	return http->under_way;
}

static void call_retire(struct call *call)
{
	struct http *http = call->http;
	struct call **at = &http->flying;
	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	http->under_way--;
	call->next = http->idle;
	http->idle = call;
}

/* The certificate that the fingerprint names, out of the chain that the server has shown. */
static bool choose_trusted(struct call *call)
{
	struct curl_certinfo *chain = NULL;
	curl_easy_getinfo(call->easy, CURLINFO_CERTINFO, &chain);
	for (int i = 0; chain && i < chain->num_of_certs; i++)
		for (struct curl_slist *line = chain->certinfo[i]; line; line = line->next) {
			const char *pem = !strncmp(line->data, "Cert:", 5) ? line->data + 5 : NULL;
			if (!pem || !fingerprint_matches(pem, call->http->id.digest))
				continue;
			call->server->trusted = xstrdup(pem);
			call->server->trusted_leaf = i == 0;
			return true;
		}
	return false;
}

static void say(const struct call *call, CURLcode code, char *text, size_t size)
{
	const struct http *http = call->http;
	const char *why = call->curl_error[0] ? call->curl_error : curl_easy_strerror(code);
	if (call->too_large)
		snprintf(text, size, "%s at %s: the answer is larger than %zu bytes", http->service, call->server->shown,
			 call->req.reply_max ? call->req.reply_max : (size_t)REPLY_MAX);
	else if (call->looking && code == CURLE_OK)
		snprintf(text, size, "%s at %s shows no certificate with the fingerprint of %s.fingerprint", http->service, call->server->shown,
			 http->key);
	else
		snprintf(text, size, "%s at %s: %s", http->service, call->server->shown, why);
}

static void call_report(struct call *call, enum http_outcome outcome, CURLcode code)
{
	char text[CURL_ERROR_SIZE + 256] = "";
	char *type = NULL;
	long status = 0;
	curl_off_t retry_after = 0;
	curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry_after);
	bool answered = outcome == HTTP_ANSWERED;
	if (!answered)
		say(call, code, text, sizeof text);
	struct http_reply reply = {
		.outcome = outcome,
		.status = answered ? (int)status : 0,
		.body = answered ? strbuf_str(&call->reply) : "",
		.body_len = answered ? call->reply.len : 0,
		.content_type = answered && type ? type : "",
		.product = call->product,
		.retry_after_ms = answered && retry_after > 0 ? (int64_t)retry_after * 1000 : -1,
		.resent = call->resent,
		.ms = (double)(clock_mono_us() - call->begun_us) / 1000,
		.server = call->server->shown,
		.error = text,
	};
	call->req.done(call->req.arg, &reply);
}

static void forget_trusted(struct http_server *server)
{
	free(server->trusted);
	server->trusted = NULL;
}

/* Whether the call goes on: at the server it has just looked at, or at another one, as this one has heard nothing of it. */
static bool goes_on(struct call *call, enum http_outcome outcome, CURLcode code)
{
	struct http *http = call->http;
	if (call->looking && code == CURLE_OK && choose_trusted(call))
		return true;
	http_server_failed(call->server, now_ms());
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		forget_trusted(call->server); /* perhaps it has a new certificate: it is looked at again */
	if (outcome != HTTP_NOT_SENT || call->servers_tried >= http->servers.count)
		return false;
	call->servers_tried++;
	call->server = http_servers_choose(&http->servers, now_ms());
	return true;
}

static enum http_outcome outcome_of(const struct call *call, CURLcode code)
{
	long sent = 0;
	curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent);
	if (call->looking || (!sent && code != CURLE_OK))
		return HTTP_NOT_SENT;
	return code == CURLE_OK ? HTTP_ANSWERED : HTTP_UNKNOWN;
}

/* A gateway's complaint is not about the request: the next one may fare better elsewhere. */
static void judge_server(struct call *call)
{
	long status = 0;
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 502 && status <= 504)
		http_server_failed(call->server, now_ms());
	else
		http_server_well(call->server);
}

static void call_finish(struct call *call, CURLcode code)
{
	enum http_outcome outcome = outcome_of(call, code);
	curl_multi_remove_handle(call->http->multi, call->easy);
	if (outcome != HTTP_ANSWERED && goes_on(call, outcome, code)) {
		call_begin(call);
		return;
	}
	if (outcome == HTTP_ANSWERED)
		judge_server(call);
	call->http->finished_some = true;
	call_report(call, outcome, code);
	call_retire(call);
}

static void drive(struct http *http)
{
	int running, left;
	curl_multi_perform(http->multi, &running);
	for (CURLMsg *msg; (msg = curl_multi_info_read(http->multi, &left));) {
		struct call *call = NULL;
		CURLcode code = msg->data.result;
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
		call_finish(call, code);
	}
}

bool http_wait(struct http *http, int fd, int ms)
{
	struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};
	int ready;
	http->finished_some = false;
	drive(http);
	curl_multi_poll(http->multi, &extra, fd >= 0, http->finished_some ? 0 : ms, &ready);
	if (!http->finished_some)
		drive(http);
	return fd >= 0 && extra.revents;
}

struct waited { /* by http_call */
	struct http *http;
	struct http_reply *reply;
	struct error *err;
	bool done;
};

static void keep(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

static void on_waited(void *arg, const struct http_reply *reply)
{
	struct waited *w = arg;
	struct http *http = w->http;
	strbuf_reset(&http->kept);
	strbuf_add(&http->kept, reply->body, reply->body_len);
	keep(&http->kept_type, reply->content_type);
	keep(&http->kept_product, reply->product);
	keep(&http->kept_server, reply->server);
	*w->reply = *reply;
	w->reply->body = strbuf_str(&http->kept);
	w->reply->content_type = http->kept_type;
	w->reply->product = http->kept_product;
	w->reply->server = http->kept_server;
	w->reply->error = "";
	if (reply->outcome != HTTP_ANSWERED)
		error_set(w->err, "%s", reply->error);
	w->done = true;
}

int http_call(struct http *http, const struct http_request *req, struct http_reply *reply, struct error *err)
{
	struct waited w = {.http = http, .reply = reply, .err = err};
	struct http_request own = *req;
	own.done = on_waited;
	own.arg = &w;
	http_send(http, &own);
	while (!w.done)
		http_wait(http, -1, 1000);
	return reply->outcome == HTTP_ANSWERED ? 0 : -1;
}
