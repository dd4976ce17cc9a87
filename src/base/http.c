#include "base/http.h"

#include "base/clock.h"
#include "base/http_inside.h"
#include "base/http_trust.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECT_MS = 5000,
	TIMEOUT_MS = 120 * 1000,
	CONNECTIONS = 32,
	RETRY_AFTER_MAX_S = 300,
	KEEP = 1024 * 1024,      /* the memory of a longer answer is given back */
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
	call_rewind(call);
	call_prepare(call);
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

void http_send(struct http *http, const struct http_request *req)
{
	struct call *call = call_new(http);
	call->req = *req;
	free(call->path);
	call->path = xstrdup(req->path);
	call->begun_us = clock_mono_us();
	call->servers_tried = 1;
	call->server = http_servers_choose(&http->servers, now_ms());
	call_pack(call);
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
	if (call->reply.len > KEEP)
		strbuf_fini(&call->reply);
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
			 call_reply_max(call));
	else if (call->looking && code == CURLE_OK)
		snprintf(text, size, "%s at %s shows no certificate with the fingerprint of %s.fingerprint", http->service,
			 call->server->shown, http->key);
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
		.retry_after_ms = answered && retry_after > 0 ? (retry_after < RETRY_AFTER_MAX_S ? retry_after : RETRY_AFTER_MAX_S) * 1000 : -1,
		.too_large = call->too_large,
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
