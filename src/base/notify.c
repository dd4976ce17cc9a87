#include "base/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	if (len < 2 || len >= sizeof to.sun_path || !strchr("/@", *path))
		return -1;
	memcpy(to.sun_path, path, len);
	if (*path == '@') /* a name that is in no file system */
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&to, size);
	close(fd);
	return sent == (ssize_t)strlen(state) ? 0 : -1;
}

int64_t notify_watchdog_ms(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	long long limit_us = limit ? strtoll(limit, NULL, 10) : 0;
	if (limit_us <= 0 || (pid && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	return limit_us / 2000 > 0 ? limit_us / 2000 : 1;
}
