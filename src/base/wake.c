#include "base/wake.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

void wake_init(struct wake *wake)
{
	wake->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (wake->fd < 0) {
		perror("tfl-top: eventfd");
		abort();
	}
}

void wake_fini(struct wake *wake)
{
	close(wake->fd);
	wake->fd = -1;
}

void wake_raise(struct wake *wake)
{
	uint64_t one = 1;
	if (write(wake->fd, &one, sizeof one) < 0) {
		/* EAGAIN: the counter is full, so the reader will wake anyway */
	}
}

void wake_clear(struct wake *wake)
{
	uint64_t count;
	if (read(wake->fd, &count, sizeof count) < 0) {
		/* EAGAIN: nothing was raised */
	}
}
