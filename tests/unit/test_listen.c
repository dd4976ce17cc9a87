#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/http_listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void addresses_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text, *host; /* host NULL: refused */
		int port;
	} rows[] = {
		{"9464", "127.0.0.1", 9464},
		{"0.0.0.0:9464", "0.0.0.0", 9464},
		{"10.1.2.3:1", "10.1.2.3", 1},
		{"[::1]:9464", "::1", 9464},
		{"[::]:65535", "::", 65535},
		{"", NULL, 0},
		{"0", NULL, 0},
		{"65536", NULL, 0},
		{"-1", NULL, 0},
		{" 9464", NULL, 0},
		{"9464x", NULL, 0},
		{":9464", NULL, 0},
		{"*:9464", NULL, 0},
		{"localhost:9464", NULL, 0},
		{"::1:9464", NULL, 0},
		{"[::1]", NULL, 0},
		{"[]:9464", NULL, 0},
		{"]:9464", NULL, 0},
		{"10.1.2.3:", NULL, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sockaddr_storage where;
		struct error err = {0};
		char host[64];
		int rc = http_listen_address(rows[i].text, &where, &err);
		if (rc != (rows[i].host ? 0 : -1))
			fail_msg("\"%s\": %d %s", rows[i].text, rc, err.text);
		if (rc)
			continue;
		const struct sockaddr_in *v4 = (struct sockaddr_in *)&where;
		const struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&where;
		bool six = where.ss_family == AF_INET6;
		inet_ntop(where.ss_family, six ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr, host, sizeof host);
		assert_string_equal(host, rows[i].host);
		assert_int_equal(ntohs(six ? v6->sin6_port : v4->sin_port), rows[i].port);
	}
}

#ifdef HAVE_MICROHTTPD

static unsigned reply(void *arg, const char *path, const char **type, struct strbuf *body)
{
	(void)arg;
	if (strcmp(path, "/known"))
		return 404;
	*type = "text/x-known";
	strbuf_puts(body, "known\n");
	return 200;
}

/* A port that was free a moment ago. */
static int free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	close(fd);
	return ntohs(at.sin_port);
}

static void ask(int port, const char *request, char *answer, size_t size)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	size_t len = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
	for (ssize_t n; len < size - 1 && (n = read(fd, answer + len, size - 1 - len)) > 0;)
		len += (size_t)n;
	answer[len] = '\0';
	close(fd);
}

static void requests_are_answered(void **state)
{
	(void)state;
	static const struct {
		const char *request, *status, *has; /* NULL: no matter */
	} rows[] = {
		{"GET /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ", "\r\n\r\nknown\n"},
		{"GET /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ", "text/x-known"},
		{"HEAD /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ", "Content-Length: 6"},
		{"GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 ", "text/plain"},
		{"POST /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405 ", "Allow: GET, HEAD"},
	};
	struct error err;
	char address[16], answer[2000];
	int port = free_port();
	snprintf(address, sizeof address, "%d", port);
	struct http_listen *srv = http_listen_start(address, reply, NULL, &err);
	assert_non_null(srv);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ask(port, rows[i].request, answer, sizeof answer);
		if (strncmp(answer, rows[i].status, strlen(rows[i].status)) || !strstr(answer, rows[i].has))
			fail_msg("%s answered: %s", rows[i].request, answer);
	}
	assert_null(http_listen_start(address, reply, NULL, &err)); /* taken */
	assert_non_null(strstr(err.text, "Address already in use"));
	http_listen_stop(srv);
}

#else

static void requests_are_answered(void **state)
{
	(void)state;
	struct error err;
	assert_null(http_listen_start("9464", NULL, NULL, &err));
	assert_non_null(strstr(err.text, "without libmicrohttpd"));
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(requests_are_answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
