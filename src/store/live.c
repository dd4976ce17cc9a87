#include "store/live.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void live_init(struct live *lv, struct wake *news)
{
	*lv = (struct live){.news = news, .lock_fd = -1};
	pthread_mutex_init(&lv->lock, NULL);
	board_init(&lv->board);
	stations_init(&lv->stations);
}

void live_fini(struct live *lv)
{
	board_fini(&lv->board);
	stations_fini(&lv->stations);
	free(lv->baselines);
	live_keep_lock(lv, -1);
	pthread_mutex_destroy(&lv->lock);
}

void live_keep_lock(struct live *lv, int take_fd)
{
	pthread_mutex_lock(&lv->lock);
	int old = lv->lock_fd;
	lv->lock_fd = take_fd;
	pthread_mutex_unlock(&lv->lock);
	if (old >= 0)
		close(old);
}

int live_take_lock(struct live *lv)
{
	pthread_mutex_lock(&lv->lock);
	int fd = lv->lock_fd;
	lv->lock_fd = -1;
	pthread_mutex_unlock(&lv->lock);
	return fd;
}

static void tell(struct live *lv)
{
	if (lv->news)
		wake_raise(lv->news);
}

void live_apply(struct live *lv, const struct stations *stations, const struct delta *deltas, size_t count, int64_t watermark_ms)
{
	uint64_t events = 0;
	for (size_t i = 0; i < count; i++)
		events += deltas[i].entries + deltas[i].exits;
	pthread_mutex_lock(&lv->lock);
	if (lv->stations.count < stations->count)
		lv->stations_generation++;
	for (size_t i = lv->stations.count; i < stations->count; i++)
		stations_add(&lv->stations, &stations->rows[i]);
	board_apply(&lv->board, deltas, count, watermark_ms);
	lv->generation++;
	void (*counted)(void *arg, uint64_t events) = lv->counted;
	void *arg = lv->counted_arg;
	pthread_mutex_unlock(&lv->lock);
	if (counted)
		counted(arg, events);
	tell(lv);
}

void live_watch(struct live *lv, void (*counted)(void *arg, uint64_t events), void *arg)
{
	pthread_mutex_lock(&lv->lock);
	lv->counted = counted;
	lv->counted_arg = arg;
	pthread_mutex_unlock(&lv->lock);
}

void live_note(struct live *lv, const struct scenario_note *note)
{
	pthread_mutex_lock(&lv->lock);
	if (lv->nnotes == LIVE_NOTES)
		memmove(lv->notes, lv->notes + 1, --lv->nnotes * sizeof *lv->notes);
	lv->notes[lv->nnotes++] = *note;
	pthread_mutex_unlock(&lv->lock);
}

bool live_has_notes(struct live *lv)
{
	pthread_mutex_lock(&lv->lock);
	bool any = lv->nnotes > 0;
	pthread_mutex_unlock(&lv->lock);
	return any;
}

size_t live_take_notes(struct live *lv, struct scenario_note out[LIVE_NOTES])
{
	pthread_mutex_lock(&lv->lock);
	size_t count = lv->nnotes;
	memcpy(out, lv->notes, count * sizeof *out);
	lv->nnotes = 0;
	pthread_mutex_unlock(&lv->lock);
	return count;
}

void live_replace(struct live *lv, struct board *bd, struct stations *st)
{
	pthread_mutex_lock(&lv->lock);
	struct board old_board = lv->board;
	struct stations old_stations = lv->stations;
	lv->board = *bd;
	lv->stations = *st;
	lv->stations_generation++;
	lv->generation++;
	pthread_mutex_unlock(&lv->lock);
	*bd = old_board;
	*st = old_stations;
	tell(lv);
}

void live_set_baselines(struct live *lv, struct baseline *take_baselines, size_t count)
{
	pthread_mutex_lock(&lv->lock);
	struct baseline *old = lv->baselines;
	lv->baselines = take_baselines;
	lv->nbaselines = count;
	lv->generation++;
	pthread_mutex_unlock(&lv->lock);
	free(old);
	tell(lv);
}
