/* elastic_stub: answers as Elasticsearch would that stores everything at once, so that what sends to it can be measured by itself.
 * elastic_stub PORT [full]: on 127.0.0.1; full: items as large as they are without filter_path. GET /_documents: how many came, and in
 * how many milliseconds from the first bulk's head to the last one's answer; DELETE /_documents begins anew.
 * One thread, one poll: bodies are not kept, only their lines counted. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 64, HEAD = 16 * 1024, CHUNK = 1024 * 1024 };

struct connection {
	char head[HEAD];
	size_t head_len;
	size_t left;       /* of the body */
	size_t lines;      /* of the body so far */
	bool in_body, bulk;
	char name[128];
};

static struct connection con[CONNECTIONS];
static struct pollfd fds[CONNECTIONS + 1];
static nfds_t nfds = 1;
static char chunk[CHUNK];
static unsigned long long documents;
static long long first_ms, last_ms; /* of the bulks */
static volatile sig_atomic_t stop;
static const char *item = "{\"create\":{\"status\":201}}";

static long long now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void send_all(int fd, const char *p, size_t len)
{
	for (ssize_t n; len && (n = send(fd, p, len, MSG_NOSIGNAL)) > 0; len -= (size_t)n)
		p += n;
}

static void respond(int fd, const char *body, size_t len)
{
	char head[256];
	int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
			 len);
	send_all(fd, head, (size_t)n);
	send_all(fd, body, len);
}

static void respond_items(int fd, size_t count)
{
	static const char begin[] = "{\"errors\":false,\"items\":[";
	static char *body;
	static size_t cap;
	size_t item_len = strlen(item), need = sizeof begin + count * (item_len + 1) + 8;
	if (need > cap && !(body = realloc(body, cap = need * 2)))
		exit(1);
	char *p = stpcpy(body, begin);
	for (size_t i = 0; i < count; i++) {
		if (i)
			*p++ = ',';
		memcpy(p, item, item_len);
		p += item_len;
	}
	p = stpcpy(p, "]}");
	respond(fd, body, (size_t)(p - body));
	documents += count;
	last_ms = now_ms();
}

static void respond_documents(int fd, bool anew)
{
	char json[128];
	if (anew)
		documents = 0, first_ms = last_ms = 0;
	respond(fd, json, (size_t)snprintf(json, sizeof json, "{\"count\":%llu,\"ms\":%lld}\n", documents, last_ms - first_ms));
}

static void respond_other(int fd, const struct connection *c)
{
	char json[512];
	const char *name = c->name;
	if (!strncmp(name, "_data_stream/", 13))
		snprintf(json, sizeof json, "{\"data_streams\":[{\"indices\":[{\"index_name\":\"%s\"}]}]}", name + 13);
	else if (*name)
		snprintf(json, sizeof json, "{\"%.*s\":{\"settings\":{\"index\":{\"mode\":\"time_series\"}}}}", (int)strcspn(name, "/"), name);
	else
		snprintf(json, sizeof json, "{\"version\":{\"number\":\"8.11.3\"}}");
	respond(fd, json, strlen(json));
}

static void finish(int fd, struct connection *c)
{
	if (c->bulk)
		respond_items(fd, c->lines / 2);
	else if (!strcmp(c->name, "_documents"))
		respond_documents(fd, !strncmp(c->head, "DELETE", 6));
	else
		respond_other(fd, c);
	c->in_body = false;
	c->lines = c->head_len = 0;
}

static void count_lines(struct connection *c, const char *p, size_t len)
{
	const char *end = p + len;
	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		c->lines++;
		p++;
	}
}

static void take_body(int fd, struct connection *c, const char *p, size_t len)
{
	count_lines(c, p, len);
	c->left -= len;
	if (!c->left)
		finish(fd, c);
}

/* A request's head, once it is whole; what follows it belongs to the body. */
static void take_head(int fd, struct connection *c)
{
	c->head[c->head_len] = '\0';
	char *end = strstr(c->head, "\r\n\r\n");
	if (!end)
		return;
	const char *length = strcasestr(c->head, "content-length:");
	size_t rest = c->head_len - (size_t)(end + 4 - c->head);
	c->left = length ? strtoul(length + 15, NULL, 10) : 0;
	c->bulk = strstr(c->head, "/_bulk");
	if (c->bulk && !first_ms)
		first_ms = now_ms();
	c->name[0] = '\0';
	sscanf(c->head, "%*s /%127[^ ?]", c->name);
	c->in_body = true;
	take_body(fd, c, end + 4, rest);
}

static bool turn(int fd, struct connection *c)
{
	if (c->in_body) {
		ssize_t n = read(fd, chunk, c->left < CHUNK ? c->left : CHUNK);
		if (n > 0)
			take_body(fd, c, chunk, (size_t)n);
		return n > 0;
	}
	ssize_t n = read(fd, c->head + c->head_len, HEAD - 1 - c->head_len);
	if (n <= 0)
		return false;
	c->head_len += (size_t)n;
	take_head(fd, c);
	return true;
}

static void accept_one(void)
{
	int fd = accept(fds[0].fd, NULL, NULL);
	if (fd < 0 || nfds > CONNECTIONS) {
		close(fd);
		return;
	}
	memset(&con[nfds - 1], 0, sizeof con[0]);
	fds[nfds++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void drop(nfds_t i)
{
	close(fds[i].fd);
	fds[i] = fds[--nfds];
	con[i - 1] = con[nfds - 1];
}

static void serve(void)
{
	while (!stop && poll(fds, nfds, -1) >= 0) {
		for (nfds_t i = nfds - 1; i > 0; i--)
			if (fds[i].revents && !turn(fds[i].fd, &con[i - 1]))
				drop(i);
		if (fds[0].revents)
			accept_one();
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sigaction act = {.sa_handler = on_signal};
	int one = 1;
	if (argc < 2) {
		fprintf(stderr, "usage: elastic_stub PORT [full]\n");
		return 2;
	}
	if (argc > 2)
		item = "{\"create\":{\"_index\":\".ds-station_entries-2024.01.31-000001\",\"_id\":\"HmcUkjvdXC6r9MXNAAABohBtgnA\",\"_version\":1,"
		       "\"result\":\"created\",\"_shards\":{\"total\":2,\"successful\":1,\"failed\":0},\"_seq_no\":0,\"_primary_term\":1,\"status\":201}}";
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	at.sin_port = htons((uint16_t)atoi(argv[1]));
	fds[0] = (struct pollfd){.fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLIN};
	setsockopt(fds[0].fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fds[0].fd, (struct sockaddr *)&at, sizeof at) || listen(fds[0].fd, 64)) {
		perror("elastic_stub");
		return 1;
	}
	serve();
	return 0;
}
