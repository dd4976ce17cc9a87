#include "scripted.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void need(int holds)
{
	if (!holds)
		abort();
}

int scripted_listen(int *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!bind(fd, (struct sockaddr *)&at, sizeof at) && !listen(fd, 8) && !getsockname(fd, (struct sockaddr *)&at, &len));
	*port = ntohs(at.sin_port);
	return fd;
}

/* Head and body, as far as a length is told. */
static int complete(const char *got, size_t len)
{
	const char *body = strstr(got, "\r\n\r\n"), *length = strstr(got, "Content-Length: ");
	return body && len - (size_t)(body + 4 - got) >= (length ? strtoul(length + 16, NULL, 10) : 0);
}

static void *serve(void *arg)
{
	struct scripted *srv = arg;
	for (size_t i = 0; i < srv->count; i++) {
		int fd = accept(srv->listener, NULL, NULL);
		char *got = srv->got[i];
		size_t len = 0;
		for (ssize_t n; !complete(got, len) && (n = read(fd, got + len, sizeof srv->got[i] - 1 - len)) > 0;)
			len += (size_t)n;
		if (srv->answers[i])
			need(write(fd, srv->answers[i], strlen(srv->answers[i])) == (ssize_t)strlen(srv->answers[i]));
		close(fd);
	}
	return NULL;
}

void scripted_start(struct scripted *srv, const char *const *answers, size_t count)
{
	*srv = (struct scripted){.answers = answers, .count = count};
	srv->listener = scripted_listen(&srv->port);
	need(!pthread_create(&srv->thread, NULL, serve, srv));
}

void scripted_stop(struct scripted *srv)
{
	pthread_join(srv->thread, NULL);
	close(srv->listener);
}
