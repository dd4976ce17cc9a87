/* thread.h: threads in which every signal is blocked: signals arrive only inside main's ppoll. */
#ifndef TFLTOP_BASE_THREAD_H
#define TFLTOP_BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* Starts a named thread (name ≤ 15 bytes, as top -H shows it). Aborts if the system refuses. */
void thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg);

/* A condition that is timed by the monotonic clock. */
void thread_cond_init(pthread_cond_t *cond);

/* Waits until the condition is signalled (0) or the monotonic clock shows until_ms (-1). Like all waits it may also return early. */
int thread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_ms);

#endif
