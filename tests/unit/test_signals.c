#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/thread.h"
#include "base/wake.h"

#include <signal.h>

static void signals_wait_for_main_to_wait(void **state)
{
	(void)state;
	raise(SIGWINCH);
	raise(SIGTSTP);
	assert_int_equal(signals_stops(), 0);
	assert_int_equal(signals_wait(NULL, 0, 1000), SIGNALS_RESIZE | SIGNALS_SUSPEND);
	assert_int_equal(signals_wait(NULL, 0, 0), 0);
}

static void stops_are_counted(void **state)
{
	(void)state;
	raise(SIGINT);
	assert_int_equal(signals_wait(NULL, 0, 1000), SIGNALS_STOP);
	raise(SIGTERM);
	raise(SIGHUP);
	assert_int_equal(signals_wait(NULL, 0, 1000), SIGNALS_STOP);
	assert_int_equal(signals_stops(), 3);
}

/* The last test: there is no way back. */
static void a_hang_up_can_mean_to_reload(void **state)
{
	(void)state;
	int stops = signals_stops();
	signals_hangup_reloads();
	raise(SIGHUP);
	assert_int_equal(signals_wait(NULL, 0, 1000), SIGNALS_RELOAD);
	raise(SIGTERM);
	assert_int_equal(signals_wait(NULL, 0, 1000), SIGNALS_STOP);
	assert_int_equal(signals_stops(), stops + 1);
}

static void a_descriptor_ends_the_wait(void **state)
{
	(void)state;
	struct wake wake;
	wake_init(&wake);
	struct pollfd fd = {.fd = wake.fd, .events = POLLIN};
	assert_int_equal(signals_wait(&fd, 1, 0), 0);
	assert_int_equal(fd.revents, 0);
	wake_raise(&wake);
	wake_raise(&wake);
	assert_int_equal(signals_wait(&fd, 1, -1), 0);
	assert_int_equal(fd.revents, POLLIN);
	wake_clear(&wake);
	assert_int_equal(signals_wait(&fd, 1, 0), 0);
	assert_int_equal(fd.revents, 0); /* two raises are one wake-up */
	raise(SIGWINCH);
	fd.revents = POLLIN;
	assert_int_equal(signals_wait(&fd, 1, -1), SIGNALS_RESIZE);
	assert_int_equal(fd.revents, 0);
	wake_fini(&wake);
}

/* Threads that always have news must not keep ^C out. */
static void a_ready_descriptor_keeps_no_signal_out(void **state)
{
	(void)state;
	struct wake wake;
	wake_init(&wake);
	wake_raise(&wake);
	raise(SIGINT);
	raise(SIGCONT);
	struct pollfd fd = {.fd = wake.fd, .events = POLLIN};
	assert_int_equal(signals_wait(&fd, 1, -1), SIGNALS_STOP | SIGNALS_CONTINUE);
	assert_int_equal(fd.revents, POLLIN);
	wake_fini(&wake);
}

static void time_ends_the_wait(void **state)
{
	(void)state;
	int64_t start = clock_mono_us();
	assert_int_equal(signals_wait(NULL, 0, 30), 0);
	assert_true(clock_mono_us() - start >= 30000);
}

static void *blocked_here(void *arg)
{
	sigset_t mask;
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	*(int *)arg = sigismember(&mask, SIGUSR1) && sigismember(&mask, SIGTERM);
	return NULL;
}

static void threads_take_no_signal(void **state)
{
	(void)state;
	pthread_t thread;
	int blocked = 0;
	thread_start(&thread, "test", blocked_here, &blocked);
	pthread_join(thread, NULL);
	assert_true(blocked);
	sigset_t mask;
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	assert_false(sigismember(&mask, SIGUSR1));
}

int main(void)
{
	signals_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_wait_for_main_to_wait),
		cmocka_unit_test(stops_are_counted),
		cmocka_unit_test(a_descriptor_ends_the_wait),
		cmocka_unit_test(a_ready_descriptor_keeps_no_signal_out),
		cmocka_unit_test(time_ends_the_wait),
		cmocka_unit_test(threads_take_no_signal),
		cmocka_unit_test(a_hang_up_can_mean_to_reload),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
