/* scripted.h: a server of HTTP for one test: answers each connection with the next of its texts and closes it; keeps what it was sent. */
#ifndef TFLTOP_TESTS_SCRIPTED_H
#define TFLTOP_TESTS_SCRIPTED_H

#include <pthread.h>
#include <stddef.h>

#define SCRIPTED_MAX 16

struct scripted {
	pthread_t thread;
	int listener, port;
	const char *const *answers; /* NULL: closes without a word */
	size_t count;
	char got[SCRIPTED_MAX][64 * 1024];
};

int scripted_listen(int *port); /* 127.0.0.1, somewhere: a descriptor */
void scripted_start(struct scripted *srv, const char *const *answers, size_t count);
void scripted_stop(struct scripted *srv); /* waits until all are given */

#endif
