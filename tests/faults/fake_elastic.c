#include "tests/faults/fake_elastic.h"

#include "base/json_token.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "elastic/reply.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum { CONNECTIONS = 64 };

struct stored {
	char *identity, *index, *document;
};

struct fake {
	pthread_mutex_t lock;
	pthread_t acceptor;
	pthread_t threads[CONNECTIONS];
	int fds[CONNECTIONS];
	size_t connections;
	int listener, port, stop[2];
	struct fake_faults faults;
	struct rng rng;
	struct stored *docs; /* open addressing */
	size_t count, cap, bulks;
	bool stream[2], ordinary;
};

struct request {
	char method[8], path[1024];
	struct strbuf body;
};

static bool draw(struct fake *fk, double share)
{
	return rng_unit(&fk->rng) < share;
}

static size_t hash(const char *text)
{
	uint64_t h = 1469598103934665603ull;
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211ull;
	return (size_t)h;
}

static struct stored *slot(struct stored *docs, size_t cap, const char *identity)
{
	size_t i = hash(identity) & (cap - 1);
	while (docs[i].identity && strcmp(docs[i].identity, identity))
		i = (i + 1) & (cap - 1);
	return &docs[i];
}

static void grow(struct fake *fk)
{
	size_t cap = fk->cap * 2;
	struct stored *docs = xcalloc(cap, sizeof *docs);
	for (size_t i = 0; i < fk->cap; i++)
		if (fk->docs[i].identity)
			*slot(docs, cap, fk->docs[i].identity) = fk->docs[i];
	free(fk->docs);
	fk->docs = docs;
	fk->cap = cap;
}

/* Whether there was none of that identity. */
static bool store(struct fake *fk, const char *identity, const char *index, const char *doc, size_t len)
{
	struct stored *at = slot(fk->docs, fk->cap, identity);
	if (at->identity)
		return false;
	*at = (struct stored){xstrdup(identity), xstrdup(index), xstrndup(doc, len)};
	if (++fk->count * 2 > fk->cap)
		grow(fk);
	return true;
}

static void member(const struct json_value *of, const char *name, char *out, size_t size)
{
	struct json_value v = reply_member(of, name);
	snprintf(out, size, "%.*s", v.kind == TOKEN_STRING ? (int)v.len : 0, v.kind == TOKEN_STRING ? v.raw : "");
}

struct bulk_item {
	char index[128], id[256], user[256], identity[1024];
	const char *doc;
	size_t len;
};

static struct json_value read_line(const char *line, size_t len)
{
	struct json_cursor cur = {.p = line, .end = line + len};
	return json_read(&cur);
}

/* The next two lines; false at the end. */
static bool next_item(const char **p, const char *end, struct bulk_item *it)
{
	char station[512], time[64];
	if (*p >= end)
		return false;
	const char *action_end = memchr(*p, '\n', (size_t)(end - *p));
	struct json_value action = read_line(*p, (size_t)(action_end - *p)), create = reply_member(&action, "create");
	member(&create, "_index", it->index, sizeof it->index);
	member(&create, "_id", it->id, sizeof it->id);
	it->doc = action_end + 1;
	const char *doc_end = memchr(it->doc, '\n', (size_t)(end - it->doc));
	it->len = (size_t)(doc_end - it->doc);
	struct json_value doc = read_line(it->doc, it->len);
	member(&doc, "user", it->user, sizeof it->user);
	member(&doc, "station", station, sizeof station);
	member(&doc, "@timestamp", time, sizeof time);
	if (it->id[0])
		snprintf(it->identity, sizeof it->identity, "%s", it->id);
	else
		snprintf(it->identity, sizeof it->identity, "%s|%s|%s|%s", it->index, station, it->user, time);
	*p = doc_end + 1;
	return true;
}

struct wrong { /* with an item */
	int status;
	const char *type, *reason;
	bool applied; /* may have been, all the same */
	int more;     /* bytes that the reason goes on for */
};

static const struct wrong passing[] = {
	{429, "es_rejected_execution_exception", "rejected execution of primary operation", false, 0},
	{429, "circuit_breaking_exception", "[parent] Data too large", false, 0},
	{503, "unavailable_shards_exception", "primary shard is not active", false, 0},
	{500, "exception", "something broke", true, 0},
	{502, "exception", "bad gateway", true, 0},
	{504, "timeout_exception", "took too long", true, 0},
	{403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/index write (api)];", false, 0},
	{404, "index_not_found_exception", "no such index [x]", false, 0},
	{429, "cluster_block_exception", "blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark];", false, 0},
};

static const struct {
	const char *user;
	struct wrong wrong;
} lasting[] = {
	{FAKE_REFUSED, {400, "document_parsing_exception", "[1:2] failed to parse field [delta] of type [byte]", false, 0}},
	{FAKE_LATE, {400, "illegal_argument_exception",
		     "the document timestamp [2020-01-01T00:00:00.000Z] is outside of ranges of currently writable indices [[a,b]]", false, 0}},
	{FAKE_ALWAYS_500, {500, "exception", "this one breaks it", false, 0}},
	{FAKE_WORDY, {400, "document_parsing_exception",
		      "[1:2] failed to parse field [x] of type [long]. Preview of field's value: ", false, 3000000}},
};

static void put_status(struct strbuf *out, const struct bulk_item *it, int status, bool ids)
{
	strbuf_puts(out, "{\"create\":{");
	if (ids)
		strbuf_printf(out, "\"_index\":\".ds-%s-000001\",\"_id\":\"%zx\",", it->index, hash(it->identity));
	strbuf_printf(out, "\"status\":%d", status);
}

static void put_wrong(struct strbuf *out, const struct bulk_item *it, const struct wrong *wrong)
{
	put_status(out, it, wrong->status, false);
	strbuf_printf(out, ",\"error\":{\"type\":\"%s\",\"reason\":\"%s%0*d\"}}}", wrong->type, wrong->reason, wrong->more, 0);
}

static const struct wrong *wrong_of(struct fake *fk, const struct bulk_item *it)
{
	for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
		if (!strncmp(it->user, lasting[i].user, strlen(lasting[i].user)))
			return &lasting[i].wrong;
	return draw(fk, fk->faults.item) ? &passing[rng_below(&fk->rng, sizeof passing / sizeof *passing)] : NULL;
}

/* Whether all went well. */
static bool answer_item(struct fake *fk, struct strbuf *out, const struct bulk_item *it, bool ids)
{
	const struct wrong *wrong = wrong_of(fk, it);
	bool set_aside = !strncmp(it->user, FAKE_FAILURE_STORE, strlen(FAKE_FAILURE_STORE));
	if (wrong) {
		if (wrong->applied && !set_aside && draw(fk, 0.5))
			store(fk, it->identity, it->index, it->doc, it->len);
		put_wrong(out, it, wrong);
		return false;
	}
	if (set_aside) {
		put_status(out, it, 201, ids);
		strbuf_puts(out, ",\"failure_store\":\"used\"}}");
		return true;
	}
	bool there = !store(fk, it->identity, it->index, it->doc, it->len);
	put_status(out, it, there ? 409 : 201, ids);
	strbuf_puts(out,
		    there ? ",\"error\":{\"type\":\"version_conflict_engine_exception\",\"reason\":\"document already exists\"}}}" : "}}");
	return !there;
}

/* Carries a bulk out; the answer without the first `omit` items. */
static void carry_out(struct fake *fk, const struct request *req, size_t omit, struct strbuf *out)
{
	const char *p = req->body.data, *end = p + req->body.len;
	bool ids = strstr(req->path, "items.*._id"), well = true;
	struct bulk_item it;
	struct strbuf items = {0};
	while (next_item(&p, end, &it)) {
		struct strbuf one = {0};
		fk->ordinary |= !fk->stream[0] || !fk->stream[1];
		well &= answer_item(fk, &one, &it, ids);
		if (omit) {
			omit--;
		} else {
			strbuf_puts(&items, items.len ? "," : "");
			strbuf_add(&items, one.data, one.len);
		}
		strbuf_fini(&one);
	}
	strbuf_printf(out, "{\"errors\":%s,\"items\":[%s]}", well ? "false" : "true", strbuf_str(&items));
	strbuf_fini(&items);
}

static void send_all(int fd, const char *p, size_t len)
{
	for (ssize_t n; len && (n = send(fd, p, len, MSG_NOSIGNAL)) > 0; len -= (size_t)n)
		p += n;
}

static void respond(const struct fake *fk, int fd, int status, const char *type, const struct strbuf *body, size_t length)
{
	struct strbuf head = {0};
	strbuf_printf(&head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n", status, length);
	if (type)
		strbuf_printf(&head, "Content-Type: %s\r\n", type);
	if (type && !fk->faults.opensearch)
		strbuf_puts(&head, "X-elastic-product: Elasticsearch\r\n");
	strbuf_puts(&head, "\r\n");
	strbuf_add(&head, body->data, body->len);
	send_all(fd, head.data, head.len);
	strbuf_fini(&head);
}

static bool respond_json(const struct fake *fk, int fd, int status, const char *json)
{
	struct strbuf body = {0};
	strbuf_puts(&body, json);
	respond(fk, fd, status, "application/json", &body, body.len);
	strbuf_fini(&body);
	return true;
}

static bool whole_error(const struct fake *fk, int fd, int status, const char *type, const char *reason)
{
	char json[512];
	snprintf(json, sizeof json, "{\"error\":{\"root_cause\":[],\"type\":\"%s\",\"reason\":\"%s\"},\"status\":%d}", type, reason,
		 status);
	return respond_json(fk, fd, status, json);
}

/* Ways in which a bulk fails as a whole; each returns whether the connection is kept. */
static bool fail_reset_before(struct fake *fk, int fd, const struct request *req)
{
	(void)fk;
	(void)fd;
	(void)req;
	return false;
}

static bool fail_reset_after(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	(void)fd;
	carry_out(fk, req, 0, &out);
	strbuf_fini(&out);
	return false;
}

static bool fail_cut_off(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	carry_out(fk, req, 0, &out);
	respond(fk, fd, 200, "application/json", &out, out.len + 20);
	strbuf_fini(&out);
	return false;
}

static bool fail_truncated(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	carry_out(fk, req, 0, &out);
	out.len -= 1 + rng_below(&fk->rng, (uint32_t)out.len - 1);
	respond(fk, fd, 200, "application/json", &out, out.len);
	strbuf_fini(&out);
	return true;
}

static bool fail_fewer_items(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	carry_out(fk, req, 1, &out);
	respond(fk, fd, 200, "application/json", &out, out.len);
	strbuf_fini(&out);
	return true;
}

static bool fail_content_type(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	carry_out(fk, req, 0, &out);
	respond(fk, fd, 200, draw(fk, 0.5) ? "text/html" : NULL, &out, out.len);
	strbuf_fini(&out);
	return true;
}

static bool fail_huge(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	carry_out(fk, req, 0, &out);
	size_t begin = out.len, more = 3 << 20;
	strbuf_reserve(&out, more);
	memset(out.data + begin, ' ', more);
	out.len += more;
	respond(fk, fd, 200, "application/json", &out, out.len);
	strbuf_fini(&out);
	return false;
}

static bool fail_status(struct fake *fk, int fd, const struct request *req)
{
	static const struct {
		int status;
		const char *type;
		bool applied;
	} kinds[] = {
		{429, "es_rejected_execution_exception", false}, {429, "circuit_breaking_exception", false}, {500, "exception", true},
		{502, "bad_gateway", true}, {503, "master_not_discovered_exception", true}, {504, "gateway_timeout", true},
		{401, "security_exception", false}, {403, "security_exception", false}, {403, "cluster_block_exception", false},
		{404, "no_handler", false}, {400, "x_content_parse_exception", false},
	};
	size_t i = rng_below(&fk->rng, sizeof kinds / sizeof *kinds);
	if (kinds[i].applied && draw(fk, 0.5))
		fail_reset_after(fk, fd, req);
	return whole_error(fk, fd, kinds[i].status, kinds[i].type, "as it were");
}

static bool fail_slowly(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	carry_out(fk, req, 0, &out);
	pthread_mutex_unlock(&fk->lock);
	poll(NULL, 0, 5); /* others pass meanwhile */
	pthread_mutex_lock(&fk->lock);
	respond(fk, fd, 200, "application/json", &out, out.len);
	strbuf_fini(&out);
	return true;
}

static bool (*const failures[])(struct fake *, int, const struct request *) = {
	fail_reset_before, fail_reset_after,  fail_cut_off, fail_truncated, fail_fewer_items,
	fail_content_type, fail_huge, fail_status, fail_status, fail_status, fail_slowly,
};

static bool on_bulk(struct fake *fk, int fd, const struct request *req)
{
	struct strbuf out = {0};
	fk->bulks++;
	if (fk->faults.body_max && req->body.len > fk->faults.body_max) {
		respond(fk, fd, 413, NULL, &out, 0);
		return true;
	}
	if (draw(fk, fk->faults.request))
		return failures[rng_below(&fk->rng, sizeof failures / sizeof *failures)](fk, fd, req);
	carry_out(fk, req, 0, &out);
	respond(fk, fd, 200, fk->faults.opensearch ? "application/json; charset=UTF-8" : "application/json", &out, out.len);
	strbuf_fini(&out);
	return true;
}

static void put_document(struct fake *fk, struct strbuf *out, const char *id)
{
	for (size_t i = 0; i < fk->cap; i++) {
		const struct stored *doc = &fk->docs[i];
		char own[32];
		if (!doc->identity)
			continue;
		snprintf(own, sizeof own, "%zx", hash(doc->identity));
		if (strcmp(own, id))
			continue;
		strbuf_printf(out, "{\"found\":true,\"_source\":%s}", doc->document);
		return;
	}
	strbuf_puts(out, "{\"found\":false}");
}

static bool on_mget(struct fake *fk, int fd, const struct request *req)
{
	struct json_value all = read_line(req->body.data, req->body.len), docs = reply_member(&all, "docs"), doc;
	struct json_cursor cur = {.p = docs.raw, .end = docs.raw + docs.len};
	struct strbuf out = {0};
	if (draw(fk, fk->faults.request))
		return draw(fk, 0.5) ? whole_error(fk, fd, 503, "exception", "not now") : false;
	strbuf_puts(&out, "{\"docs\":[");
	json_array_begin(&cur);
	for (size_t i = 0; json_array_next(&cur, &doc); i++) {
		char id[64];
		member(&doc, "_id", id, sizeof id);
		strbuf_puts(&out, i ? "," : "");
		if (draw(fk, fk->faults.item / 2))
			strbuf_puts(&out, "{\"error\":{\"type\":\"shard_not_available_exception\"}}");
		else
			put_document(fk, &out, id);
	}
	strbuf_puts(&out, "]}");
	respond(fk, fd, 200, "application/json", &out, out.len);
	strbuf_fini(&out);
	return true;
}

static bool on_root(struct fake *fk, int fd)
{
	return respond_json(fk, fd, 200, fk->faults.opensearch ? "{\"version\":{\"distribution\":\"opensearch\",\"number\":\"2.19.0\"}}"
							   : "{\"version\":{\"number\":\"8.11.3\"}}");
}

static bool on_stream(struct fake *fk, int fd, const struct request *req)
{
	const char *name = req->path + strlen("/_data_stream/");
	bool *there = &fk->stream[strstr(name, "exits") != NULL];
	char json[256];
	if (!strcmp(req->method, "PUT") && fk->faults.no_template)
		return whole_error(fk, fd, 400, "illegal_argument_exception", "no matching index template found for data stream");
	if (!strcmp(req->method, "PUT"))
		*there = true;
	else if (!*there)
		return whole_error(fk, fd, 404, "index_not_found_exception", "no such index");
	snprintf(json, sizeof json, "{\"data_streams\":[{\"name\":\"%s\",\"indices\":[{\"index_name\":\".ds-%s-000001\"}]}]}", name, name);
	return respond_json(fk, fd, 200, json);
}

static bool on_settings(struct fake *fk, int fd, const struct request *req)
{
	char json[256];
	int len = (int)strcspn(req->path + 1, "/");
	snprintf(json, sizeof json, "{\"%.*s\":{\"settings\":{%s}}}", len, req->path + 1,
		 fk->faults.opensearch ? "" : "\"index\":{\"mode\":\"time_series\"}");
	return respond_json(fk, fd, 200, json);
}

static bool answer(struct fake *fk, int fd, const struct request *req)
{
	if (fk->faults.locked)
		return whole_error(fk, fd, 403, "security_exception", "no");
	if (fk->faults.stranger)
		return respond_json(fk, fd, 200, "{\"hello\":1}");
	if (!strncmp(req->path, "/_bulk", 6))
		return on_bulk(fk, fd, req);
	if (!strncmp(req->path, "/_mget", 6))
		return on_mget(fk, fd, req);
	if (!strcmp(req->path, "/"))
		return on_root(fk, fd);
	if (!strncmp(req->path, "/_data_stream/", 14))
		return on_stream(fk, fd, req);
	return on_settings(fk, fd, req);
}

/* Reads up to the end of a header and the body it announces. */
static bool read_request(int fd, struct strbuf *in, struct request *req)
{
	char *end;
	strbuf_reserve(in, 1);
	while (in->data[in->len] = '\0', !(end = strstr(in->data, "\r\n\r\n"))) {
		strbuf_reserve(in, 65536);
		ssize_t n = read(fd, in->data + in->len, 65536);
		if (n <= 0)
			return false;
		in->len += (size_t)n;
	}
	*end = '\0';
	const char *length = strcasestr(in->data, "\r\nContent-Length:");
	bool packed = strcasestr(in->data, "\r\nContent-Encoding: gzip");
	size_t head = (size_t)(end + 4 - in->data), len = length ? strtoul(length + 17, NULL, 10) : 0;
	sscanf(in->data, "%7s %1023s", req->method, req->path);
	strbuf_reserve(in, head + len);
	while (in->len < head + len) {
		ssize_t n = read(fd, in->data + in->len, head + len - in->len);
		if (n <= 0)
			return false;
		in->len += (size_t)n;
	}
	strbuf_reset(&req->body);
	if (packed) {
		strbuf_reserve(&req->body, 64 << 20);
		z_stream z = {
		    .next_in = (Bytef *)in->data + head, .avail_in = (uInt)len, .next_out = (Bytef *)req->body.data, .avail_out = 64 << 20};
		inflateInit2(&z, MAX_WBITS + 16);
		inflate(&z, Z_FINISH);
		req->body.len = z.total_out;
		inflateEnd(&z);
	} else {
		strbuf_add(&req->body, in->data + head, len);
	}
	in->len = 0;
	return true;
}

struct connection {
	struct fake *fk;
	int fd;
};

static void *serve(void *arg)
{
	struct connection con = *(struct connection *)arg;
	struct strbuf in = {0};
	struct request req = {0};
	bool keep = true;
	free(arg);
	while (keep && read_request(con.fd, &in, &req)) {
		pthread_mutex_lock(&con.fk->lock);
		keep = answer(con.fk, con.fd, &req);
		pthread_mutex_unlock(&con.fk->lock);
	}
	shutdown(con.fd, SHUT_RDWR);
	strbuf_fini(&in);
	strbuf_fini(&req.body);
	return NULL;
}

static void take_connection(struct fake *fk, int fd)
{
	int one = 1;
	struct connection *con = xmalloc(sizeof *con);
	*con = (struct connection){fk, fd};
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	size_t i = fk->connections++ % CONNECTIONS;
	if (fk->connections > CONNECTIONS) { /* the oldest has long gone, or is ended */
		shutdown(fk->fds[i], SHUT_RDWR);
		pthread_join(fk->threads[i], NULL);
		close(fk->fds[i]);
	}
	fk->fds[i] = fd;
	pthread_create(&fk->threads[i], NULL, serve, con);
}

static void *accept_all(void *arg)
{
	struct fake *fk = arg;
	struct pollfd fds[2] = {{.fd = fk->listener, .events = POLLIN}, {.fd = fk->stop[0], .events = POLLIN}};
	while (poll(fds, 2, -1) >= 0 && !fds[1].revents) {
		int fd = accept(fk->listener, NULL, NULL);
		if (fd >= 0)
			take_connection(fk, fd);
	}
	return NULL;
}

struct fake *fake_start(uint64_t seed, const struct fake_faults *faults)
{
	struct fake *fk = xcalloc(1, sizeof *fk);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	pthread_mutex_init(&fk->lock, NULL);
	fk->faults = *faults;
	rng_init(&fk->rng, seed, 1);
	fk->cap = 1024;
	fk->docs = xcalloc(fk->cap, sizeof *fk->docs);
	fk->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (pipe(fk->stop) || bind(fk->listener, (struct sockaddr *)&at, sizeof at) || listen(fk->listener, 64) ||
	    getsockname(fk->listener, (struct sockaddr *)&at, &len))
		abort();
	fk->port = ntohs(at.sin_port);
	pthread_create(&fk->acceptor, NULL, accept_all, fk);
	return fk;
}

void fake_stop(struct fake *fk)
{
	if (write(fk->stop[1], "x", 1) != 1)
		abort();
	pthread_join(fk->acceptor, NULL);
	for (size_t i = 0; i < fk->connections && i < CONNECTIONS; i++) {
		shutdown(fk->fds[i], SHUT_RDWR);
		pthread_join(fk->threads[i], NULL);
		close(fk->fds[i]);
	}
	for (size_t i = 0; i < fk->cap; i++) {
		free(fk->docs[i].identity);
		free(fk->docs[i].index);
		free(fk->docs[i].document);
	}
	close(fk->listener);
	close(fk->stop[0]);
	close(fk->stop[1]);
	free(fk->docs);
	pthread_mutex_destroy(&fk->lock);
	free(fk);
}

int fake_port(const struct fake *fk)
{
	return fk->port;
}

void fake_heal(struct fake *fk)
{
	pthread_mutex_lock(&fk->lock);
	fk->faults.request = fk->faults.item = 0;
	pthread_mutex_unlock(&fk->lock);
}

void fake_make_template(struct fake *fk)
{
	pthread_mutex_lock(&fk->lock);
	fk->faults.no_template = false;
	pthread_mutex_unlock(&fk->lock);
}

void fake_unlock(struct fake *fk)
{
	pthread_mutex_lock(&fk->lock);
	fk->faults.locked = fk->faults.stranger = false;
	pthread_mutex_unlock(&fk->lock);
}

size_t fake_count(struct fake *fk)
{
	pthread_mutex_lock(&fk->lock);
	size_t count = fk->count;
	pthread_mutex_unlock(&fk->lock);
	return count;
}

size_t fake_bulks(struct fake *fk)
{
	pthread_mutex_lock(&fk->lock);
	size_t bulks = fk->bulks;
	pthread_mutex_unlock(&fk->lock);
	return bulks;
}

bool fake_ordinary_index(struct fake *fk)
{
	pthread_mutex_lock(&fk->lock);
	bool ordinary = fk->ordinary;
	pthread_mutex_unlock(&fk->lock);
	return ordinary;
}

char *fake_document(struct fake *fk, const char *identity)
{
	pthread_mutex_lock(&fk->lock);
	struct stored *at = slot(fk->docs, fk->cap, identity);
	char *doc = at->identity ? xstrdup(at->document) : NULL;
	pthread_mutex_unlock(&fk->lock);
	return doc;
}
