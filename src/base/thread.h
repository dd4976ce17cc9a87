/* thread.h: threads in which every signal is blocked: signals arrive only inside main's ppoll. */
#ifndef TFLTOP_BASE_THREAD_H
#define TFLTOP_BASE_THREAD_H

#include <pthread.h>

/* Starts a named thread (name ≤ 15 bytes, as top -H shows it). Aborts if the system refuses. */
void thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg);

#endif
