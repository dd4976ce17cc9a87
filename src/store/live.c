#include "store/live.h"

#include <stdlib.h>

void live_init(struct live *lv, struct wake *news)
{
	*lv = (struct live){.news = news};
	pthread_mutex_init(&lv->lock, NULL);
	board_init(&lv->board);
	stations_init(&lv->stations);
}

void live_fini(struct live *lv)
{
	board_fini(&lv->board);
	stations_fini(&lv->stations);
	free(lv->baselines);
	pthread_mutex_destroy(&lv->lock);
}

static void tell(struct live *lv)
{
	if (lv->news)
		wake_raise(lv->news);
}

void live_apply(struct live *lv, const struct stations *stations, const struct delta *deltas, size_t count, int64_t watermark_ms)
{
	pthread_mutex_lock(&lv->lock);
	if (lv->stations.count < stations->count)
		lv->stations_generation++;
	for (size_t i = lv->stations.count; i < stations->count; i++)
		stations_add(&lv->stations, &stations->rows[i]);
	board_apply(&lv->board, deltas, count, watermark_ms);
	lv->generation++;
	pthread_mutex_unlock(&lv->lock);
	tell(lv);
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
