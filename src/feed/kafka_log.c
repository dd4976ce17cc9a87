#include "feed/kafka_log.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define QUIET_US (30 * 1000000LL) /* between two lines of one kind */
#define KINDS 32                  /* remembered; the one unused for longest makes room */

/* A kind of line: facility of a client. */
struct kind {
	char name[64];
	int64_t said_us;
	uint64_t held_back; /* since then */
};

static struct kind kinds[KINDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* lock: kafka_log */
static struct kind *kind_find(const char *name)
{
	struct kind *oldest = kinds;
	for (size_t i = 0; i < KINDS; i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
		if (kinds[i].said_us < oldest->said_us)
			oldest = &kinds[i];
	}
	*oldest = (struct kind){.said_us = -QUIET_US};
	snprintf(oldest->name, sizeof oldest->name, "%s", name);
	return oldest;
}

/* Whether a line of this kind may be written now; *held_back: how many were not, since the last one. */
static bool may_say(const char *name, uint64_t *held_back)
{
	int64_t now_us = clock_mono_us();
	pthread_mutex_lock(&lock);
	struct kind *kind = kind_find(name);
	bool may = now_us - kind->said_us >= QUIET_US;
	if (may) {
		*held_back = kind->held_back;
		kind->held_back = 0;
		kind->said_us = now_us;
	} else {
		kind->held_back++;
	}
	pthread_mutex_unlock(&lock);
	return may;
}

/* librdkafka counts as syslog does: 3 error, 4 warning, 5 notice, 6 info, 7 debug. */
static enum log_level our_level(int level, const char *facility)
{
	if (!strcmp(facility, "CONFWARN"))
		return LOG_DEBUG; /* a kafka.* setting that only the other kind of client uses */
	return level <= 3 ? LOG_ERROR : level == 4 ? LOG_WARN : level <= 6 ? LOG_INFO : LOG_DEBUG;
}

void kafka_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	const char *client = rk ? rd_kafka_name(rk) : "client";
	char name[sizeof kinds[0].name];
	uint64_t held_back;
	snprintf(name, sizeof name, "%s %s", facility, client);
	if (!may_say(name, &held_back))
		return;
	if (held_back)
		log_write(our_level(level, facility), "kafka %s: %s (and %" PRIu64 " more of this kind before)", client, text, held_back);
	else
		log_write(our_level(level, facility), "kafka %s: %s", client, text);
}
