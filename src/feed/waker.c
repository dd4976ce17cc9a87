#include "feed/waker.h"

#include "base/thread.h"

#define ANSWER_MS 100

static bool next_question(struct waker *wk, const char **topic, int32_t *partition)
{
	pthread_mutex_lock(&wk->lock);
	while (!wk->topic && !wk->stop)
		pthread_cond_wait(&wk->changed, &wk->lock);
	*topic = wk->topic;
	*partition = wk->partition;
	wk->topic = NULL;
	bool stop = wk->stop;
	pthread_mutex_unlock(&wk->lock);
	return !stop;
}

/* thread: waker */
static void *run(void *arg)
{
	struct waker *wk = arg;
	const char *topic;
	int32_t partition;
	int64_t low, stable;
	while (next_question(wk, &topic, &partition))
		consumer_ends(wk->cs, topic, partition, ANSWER_MS, &low, &stable, NULL);
	return NULL;
}

void waker_init(struct waker *wk, struct consumer *cs)
{
	*wk = (struct waker){.cs = cs};
	pthread_mutex_init(&wk->lock, NULL);
	pthread_cond_init(&wk->changed, NULL);
}

/* The thread begins with the first question: who never is behind needs none. */
void waker_wake(struct waker *wk, const char *topic, int32_t partition)
{
	if (!wk->started)
		thread_start(&wk->thread, "feed waker", run, wk);
	wk->started = true;
	pthread_mutex_lock(&wk->lock);
	wk->topic = topic;
	wk->partition = partition;
	pthread_cond_signal(&wk->changed);
	pthread_mutex_unlock(&wk->lock);
}

void waker_fini(struct waker *wk)
{
	pthread_mutex_lock(&wk->lock);
	wk->stop = true;
	pthread_cond_signal(&wk->changed);
	pthread_mutex_unlock(&wk->lock);
	if (wk->started)
		pthread_join(wk->thread, NULL);
	pthread_cond_destroy(&wk->changed);
	pthread_mutex_destroy(&wk->lock);
}
