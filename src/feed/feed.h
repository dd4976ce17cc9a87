/* feed.h: a feed: one consumer, one sink, one thread. What it shows the rest of the program is a status copied out under its lock. */
#ifndef TFLTOP_FEED_FEED_H
#define TFLTOP_FEED_FEED_H

#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "base/wake.h"
#include "feed/ledger.h"
#include "feed/sink_figures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum feed_state {
	FEED_STARTING,   /* connecting, looking up topics, checking where to go on */
	FEED_WAITING,    /* a topic is missing or the broker silent: detail says which */
	FEED_CATCHING_UP,/* running, behind by more than two seconds of arrivals */
	FEED_LIVE,
	FEED_STALLED,    /* the sink refuses for now (disk full): polling stopped, retried */
	FEED_FAILED,     /* needs a person: detail says what to do */
	FEED_STOPPED,
};
const char *feed_state_name(enum feed_state state); /* "starting" … */

struct partition_status {
	char topic[80];
	int32_t partition;
	int32_t epoch;        /* life of the topic, from 1 */
	int64_t next_offset;  /* committed with the sink */
	int64_t stable;       /* last stable offset; -1 unknown */
	int64_t high, low;    /* watermarks of the broker; -1 unknown */
	int64_t lag;          /* stable - position, -1 unknown */
	bool held;            /* high > stable: an open transaction holds records back … */
	int64_t held_since_ms;/* … since this wall time */
	double rate;          /* records per second, last few seconds */
	struct ledger ledger; /* of this epoch, all runs */
};

#define FEED_REASONS_MAX 24

struct reason_count { /* of refusals in this run */
	char reason[24];
	uint64_t count;
};

#define FEED_PARTITIONS_MAX 256 /* shown; a feed itself has no such limit */

struct feed_status {
	const char *name;              /* of the sink */
	enum feed_state state;
	char detail[256];              /* in words: what is awaited, why it failed, the remedy */
	char cluster[64];              /* Kafka's cluster id; "" unknown */
	char brokers[128];             /* as configured */
	int brokers_up;                /* connections that are up */
	size_t partitions;
	struct partition_status partition[FEED_PARTITIONS_MAX];
	struct ledger total;           /* of the partitions' present epochs, all runs */
	int64_t lag;                   /* sum of the known ones, -1 none known */
	double rate;                   /* events per second */
	int64_t last_arrival_ms;       /* wall time a record last arrived; 0 never */
	int64_t caught_up_ms;          /* wall time it was last seen at the end of every partition; 0 never */
	double catch_up;               /* 0…1 of what was behind at start; -1 when it is not catching up */
	int64_t catch_up_left_ms;      /* estimated; -1 unknown */
	int64_t watermark_ms;          /* newest record time (the event's, as the join writes it), at most now + 5 min; 0 none */
	uint64_t commits;              /* of the sink */
	double commit_ms;              /* last one took; -1 none yet */
	double commit_ms_max;          /* slowest of the last minute */
	uint64_t gaps;                 /* found by this run */
	char last_error[200];          /* "" none */
	int64_t last_error_ms;         /* wall time */
	struct sink_figures sink;      /* of a sink whose verdicts come later */
	size_t reasons;                /* why records were late, dead, or as dead letters not fed again */
	struct reason_count reason[FEED_REASONS_MAX];
	uint64_t letters_waiting;      /* dead letters that Kafka has not acknowledged yet: in flight */
	bool paused;                   /* the sink is behind: nothing is read until it has caught up */
};

struct feed;
struct sink_ops;

struct feed_goal { /* of a run without a screen; zeroes = run until stopped */
	const char *from;       /* "stored", "beginning", "end" or a time word; NULL = stored, or the beginning where nothing is stored */
	bool exit_at_end;
	uint64_t count;         /* stop after so many records; 0 = no limit */
	int64_t duration_ms;    /* 0 = no limit */
	bool dead_letters;      /* feeds the sink's dead letters again, those that are there now (implies exit_at_end) */
};

/* ops: a row of sinks[]. sink_arg: handed to ops->open (see sink.h). news: raised when the status changed (may be NULL). */
struct feed *feed_new(const struct sink_ops *ops, void *sink_arg, const struct config *cfg, const struct feed_goal *goal, struct wake *news,
		      struct error *err);
const struct sink_ops *feed_ops(const struct feed *fd);
void feed_start(struct feed *fd);                                /* starts its thread */
void feed_stop(struct feed *fd);                                 /* thread: any. Asks: stop polling, drain ≤ 10 s, commit */
/* thread: any, lock: feed. How long its thread has not turned: 0 while it rests or once it has ended, -1 before it has opened its sink. */
int64_t feed_still_ms(struct feed *fd);
bool feed_done(struct feed *fd);                                 /* thread: any. The thread has ended */
int feed_join(struct feed *fd, int64_t wait_ms);                 /* 0 ended; -1 still hanging after wait_ms */
bool feed_ok(struct feed *fd);                                   /* once the sink is closed: nothing in flight and all committed, goal met */
void feed_status(struct feed *fd, struct feed_status *out);      /* thread: any, lock: feed */
/* "history: consumed 20000 stored 19990 dead 10 in_flight 0": this run's; zero terms but consumed and in_flight are left out. */
void feed_summary(struct feed *fd, struct strbuf *out);
void feed_free(struct feed *fd);

#endif
