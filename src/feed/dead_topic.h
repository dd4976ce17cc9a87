/* dead_topic.h: the topic that dead letters go to. A letter is kept until Kafka has acknowledged it, however long that takes: only then is its
 * record's verdict final. Thread: the owner's; nothing blocks but dead_topic_prepare. */
#ifndef TFLTOP_FEED_DEAD_TOPIC_H
#define TFLTOP_FEED_DEAD_TOPIC_H

#include "base/config.h"
#include "base/error.h"
#include "feed/dead_header.h"
#include "feed/sink.h"

#include <stdbool.h>
#include <stddef.h>

struct dead_letter { /* what is handed over; all borrowed */
	struct ticket tick;
	enum verdict verdict;
	const struct record *rec;
	struct dead_origin origin;
	struct dead_cause cause;
};

struct dead_calls {
	void (*settled)(void *arg, const struct ticket *tick, enum verdict verdict, const char *reason); /* it is in the topic */
	void *arg;
};

struct dead_topic;

/* fd: an eventfd that is raised when dead_topic_turn has something to do. */
struct dead_topic *dead_topic_new(const struct config *cfg, const char *topic, int fd, const struct dead_calls *calls, struct error *err);
void dead_topic_free(struct dead_topic *dt); /* what is not acknowledged is forgotten: its record is not settled either */

/* Creates the topic if it is missing. -1 + err: not yet; letters wait. May block for a second when the broker does not answer. */
int dead_topic_prepare(struct dead_topic *dt, struct error *err);

void dead_topic_send(struct dead_topic *dt, const struct dead_letter *letter);
void dead_topic_turn(struct dead_topic *dt);

size_t dead_topic_waiting(const struct dead_topic *dt);       /* not acknowledged yet */
bool dead_topic_full(const struct dead_topic *dt);            /* so many that no more records should be taken */
const char *dead_topic_trouble(const struct dead_topic *dt);  /* why letters wait, in words; "" they do not */

#endif
