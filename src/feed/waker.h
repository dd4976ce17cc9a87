/* waker.h: keeps the library's fetching threads awake. When a queue is full, the thread that fetches from a broker goes to sleep for up to
 * a second (releases after 2.0 know a shorter backoff), and taking records out does not wake it; a request to that broker does. So a
 * reader that sees its queue run low asks for a partition's offsets: a small queue is then as fast as one many times its size. What the
 * answer says is known otherwise. The asking is done on a thread of its own, since it waits for the answer. */
#ifndef TFLTOP_FEED_WAKER_H
#define TFLTOP_FEED_WAKER_H

#include "feed/consumer.h"

#include <pthread.h>
#include <stdbool.h>

struct waker {
	struct consumer *cs;
	pthread_t thread;
	bool started;          /* thread: the owner's only */
	pthread_mutex_t lock;  /* of the rest */
	pthread_cond_t changed;
	const char *topic;     /* to be asked about; NULL nothing */
	int32_t partition;
	bool stop;
};

void waker_init(struct waker *wk, struct consumer *cs);
/* The broker that leads this partition. Returns at once; topic must stay. lock: waker */
void waker_wake(struct waker *wk, const char *topic, int32_t partition);
void waker_fini(struct waker *wk); /* before the consumer's end; waits for an answer that is still to come. lock: waker */

#endif
