#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* As the manager listens; path "@…" has no file. */
static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	memcpy(at.sun_path, path, strlen(path));
	if (*path == '@')
		at.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))), 0);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void hears(int fd, const char *want)
{
	char got[200];
	ssize_t n = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void the_manager_hears(void **state)
{
	(void)state;
	char file[] = "/tmp/tfl-top-notify.XXXXXX", name[64];
	assert_non_null(mkdtemp(file));
	snprintf(name, sizeof name, "%s/socket", file);
	int fd = listen_at(name);
	assert_int_equal(notify_send("READY=1"), 0);
	assert_int_equal(notify_send("WATCHDOG=1\nSTATUS=all is well"), 0);
	hears(fd, "READY=1");
	hears(fd, "WATCHDOG=1\nSTATUS=all is well");
	close(fd);
	assert_int_equal(notify_send("READY=1"), -1); /* it has gone */
	unlink(name);
	rmdir(file);
	snprintf(name, sizeof name, "@tfl-top-notify-%d", (int)getpid());
	fd = listen_at(name);
	assert_int_equal(notify_send("STOPPING=1"), 0);
	hears(fd, "STOPPING=1");
	close(fd);
}

static void nobody_there_is_no_harm(void **state)
{
	(void)state;
	static const char *const paths[] = {"", "/", "relative", "/nonexistent/socket",
					    "/a-path-that-is-longer-than-the-hundred-and-eight-bytes-that-an-address-of-a-unix-socket-has-room-for/"
					    "and-so-is-none"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		setenv("NOTIFY_SOCKET", paths[i], 1);
		assert_int_equal(notify_send("READY=1"), -1);
	}
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_send("READY=1"), -1);
}

static void the_watchdog_is_fed_twice_as_often_as_it_must(void **state)
{
	(void)state;
	char us[24], pid[24];
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "60000000", 1);
	assert_int_equal(notify_watchdog_ms(), 30000);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 30000);
	setenv("WATCHDOG_PID", "1", 1); /* another's */
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_PID");
	for (int i = 0; i < 3; i++) {
		snprintf(us, sizeof us, "%s", (const char *[]){"0", "-5", "soon"}[i]);
		setenv("WATCHDOG_USEC", us, 1);
		assert_int_equal(notify_watchdog_ms(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manager_hears),
		cmocka_unit_test(nobody_there_is_no_harm),
		cmocka_unit_test(the_watchdog_is_fed_twice_as_often_as_it_must),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
