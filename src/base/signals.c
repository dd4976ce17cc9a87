#include "base/signals.h"

#include <signal.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t arrived, stops, reloads;

static void on_signal(int number)
{
	switch (number) {
	case SIGWINCH:
		arrived |= SIGNALS_RESIZE;
		break;
	case SIGTSTP:
		arrived |= SIGNALS_SUSPEND;
		break;
	case SIGCONT:
		arrived |= SIGNALS_CONTINUE;
		break;
	default:
		if (number == SIGHUP && reloads) {
			arrived |= SIGNALS_RELOAD;
			break;
		}
		arrived |= SIGNALS_STOP;
		stops++;
	}
}

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};

void signals_init(void)
{
	sigset_t blocked;
	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaddset(&blocked, caught[i]);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	struct sigaction act = {.sa_handler = on_signal};
	act.sa_mask = blocked;
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaction(caught[i], &act, NULL);
}

void signals_hangup_reloads(void)
{
	reloads = 1;
}

unsigned signals_wait(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	sigset_t open;
	sigemptyset(&open);
	struct timespec limit = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = 0;
	ppoll(fds, count, timeout_ms < 0 ? NULL : &limit, &open);
	/* A ready descriptor lets no signal in, a signal only one: busy threads must not keep ^C out. */
	const struct timespec now = {0};
	while (ppoll(NULL, 0, &now, &open) < 0)
		continue;
	unsigned bits = (unsigned)arrived; /* signals are blocked again: no race */
	arrived = 0;
	return bits;
}

void signals_suspend(void)
{
	struct sigaction normal = {.sa_handler = SIG_DFL}, ours;
	sigset_t stop, before;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigaction(SIGTSTP, &normal, &ours);
	raise(SIGTSTP); /* still blocked */
	pthread_sigmask(SIG_UNBLOCK, &stop, &before); /* here it stops */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGTSTP, &ours, NULL);
}

int signals_stops(void)
{
	return stops;
}
