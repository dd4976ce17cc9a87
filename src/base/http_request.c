/* A request as curl is told of it: its address, whom we trust and who we say we are, its body on the way there and the answer on the way back. */
#include "base/gzip.h"
#include "base/http_inside.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	REPLY_MAX = 16 * 1024 * 1024,
	UPLOAD_BUFFER = 256 * 1024,
	GZIP_FROM = 1024, /* smaller bodies fit in a packet as they are */
};

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

void call_rewind(struct call *call)
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
	call_rewind(call);
	return CURL_SEEKFUNC_OK;
}

size_t call_reply_max(const struct call *call)
{
	return call->req.reply_max ? call->req.reply_max : REPLY_MAX;
}

static size_t on_write(char *bytes, size_t one, size_t size, void *arg)
{
	struct call *call = arg;
	size_t max = call_reply_max(call);
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

void call_prepare(struct call *call)
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

static size_t read_to_pack(void *arg, char *room, size_t size)
{
	struct call *call = arg;
	size_t n = read_plain(call, room, size);
	call->sent += n;
	return n;
}

void call_pack(struct call *call)
{
	call->sent = 0;
	strbuf_reset(&call->packed);
	if (!call->http->gzip || call->req.len < GZIP_FROM)
		return;
	gzip_add(&call->packed, read_to_pack, call, call->req.len);
	call->sent = 0;
}
