#include "base/log_limit.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a without the digits. */
static uint64_t kind_of(int level, const char *text)
{
	uint64_t hash = 14695981039346656037u ^ (uint64_t)level;
	for (; *text; text++)
		if (*text < '0' || *text > '9')
			hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash;
}

static bool is_over(const struct log_kind *kd, int64_t now_ms)
{
	return now_ms - kd->since_ms >= LOG_WINDOW_MS;
}

static bool held_back(const struct log_kind *kd)
{
	return kd->lines > LOG_BURST;
}

/* The kind's place, or a free one for it; NULL when all are taken. */
static struct log_kind *place_of(struct log_limit *lim, uint64_t hash, int64_t now_ms)
{
	struct log_kind *open = NULL;
	for (size_t i = 0; i < LOG_KINDS; i++) {
		struct log_kind *kd = &lim->kind[i];
		if (kd->lines && kd->hash == hash)
			return kd;
		if (!kd->lines || (is_over(kd, now_ms) && !held_back(kd)))
			open = kd;
	}
	if (open)
		*open = (struct log_kind){.hash = hash, .since_ms = now_ms};
	return open;
}

bool log_limit_pass(struct log_limit *lim, int level, const char *text, int64_t now_ms)
{
	struct log_kind *kd = place_of(lim, kind_of(level, text), now_ms);
	if (!kd)
		return true;
	if (is_over(kd, now_ms) && !held_back(kd)) {
		kd->since_ms = now_ms;
		kd->lines = 0;
	}
	kd->level = level;
	kd->lines++;
	if (!held_back(kd))
		return true;
	size_t len = utf8_cut(text, strlen(text), sizeof kd->sample - 1);
	memcpy(kd->sample, text, len);
	kd->sample[len] = '\0';
	return false;
}

bool log_limit_due(struct log_limit *lim, int64_t now_ms, bool all, int *level, char *text, size_t size)
{
	for (size_t i = 0; i < LOG_KINDS; i++) {
		struct log_kind *kd = &lim->kind[i];
		if (!held_back(kd) || (!all && !is_over(kd, now_ms)))
			continue;
		*level = kd->level;
		snprintf(text, size, "… and %" PRIu64 " more like it in %" PRId64 " s, the last: %s", kd->lines - LOG_BURST,
			 (now_ms - kd->since_ms) / 1000, kd->sample);
		kd->lines = 0;
		return true;
	}
	return false;
}
