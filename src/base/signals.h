/* signals.h: signals as events of main's one wait. They are blocked in every thread and delivered only inside signals_wait.
 * Thread: main. */
#ifndef TFLTOP_BASE_SIGNALS_H
#define TFLTOP_BASE_SIGNALS_H

#include <poll.h>

enum {
	SIGNALS_STOP = 1,    /* SIGINT, SIGTERM, SIGHUP */
	SIGNALS_RESIZE = 2,  /* SIGWINCH */
	SIGNALS_SUSPEND = 4, /* SIGTSTP: give the terminal back, then signals_suspend */
	SIGNALS_CONTINUE = 8, /* SIGCONT */
	SIGNALS_RELOAD = 16 /* SIGHUP, after signals_hangup_reloads */
};

/* Blocks and catches all of the above. Before any thread is started. */
void signals_init(void);

/* From now on SIGHUP does not stop: nobody's terminal has gone, but an administrator asks to read the configuration again. */
void signals_hangup_reloads(void);

/* Waits for the descriptors, for a signal, or for timeout_ms (-1: for ever). Returns the SIGNALS_ bits that arrived since the last
 * call, 0 when none did; revents are set as by poll, also beside signals. */
unsigned signals_wait(struct pollfd *fds, nfds_t count, int timeout_ms);

/* Stops the process as SIGTSTP would have; returns when it is continued. */
void signals_suspend(void);

/* How many stop signals have come: the second one means "do not drain". */
int signals_stops(void);

#endif
