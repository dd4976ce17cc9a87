/* feed_inside.h: what the files of the feed thread share: feed.c (life, what others may ask), feed_thread.c (from open to close), feed_loop.c
 * (poll, write, commit), feed_places.c (topics and partitions: found, assigned), feed_check.c (are they still the ones they were),
 * feed_report.c (status). group_*.c are the loop of a feed that reads in a consumer group. */
#ifndef TFLTOP_FEED_FEED_INSIDE_H
#define TFLTOP_FEED_FEED_INSIDE_H

#include "avro/values.h"
#include "feed/consumer.h"
#include "feed/feed.h"
#include "feed/patrol.h"
#include "feed/rate.h"
#include "feed/sink.h"
#include "feed/tracker.h"
#include "feed/waker.h"

#include <pthread.h>

#define DRAIN_MS 10000  /* after a stop, for what is in flight */
#define SILENT_MS 30000 /* with exit_at_end: a broker or topic that shows no sign of life for so long ends the run */

/* What the thread knows of a partition beside what the sink keeps (struct partition, same index). */
struct follow {
	int64_t end;          /* exit_at_end: done when the position is there; -1 later partitions, no matter */
	int64_t committed;    /* next offset the sink has; -1 none */
	int64_t held_since_ms;/* 0 nothing is held */
	struct ledger before; /* what the ledger began this run with */
	struct watch watch;
	bool unsure;          /* to be looked at: the witness is not there, or the topic went away, or … */
	bool refused;         /* … the broker does not have the next offset, and delivers no more */
	int64_t low;          /* low watermark now; -1 unknown */
	const struct record *newest; /* of the batch at hand; NULL none */
	struct rate rate;
	struct tracker tracker;      /* PROGRESS_GROUP: of the records in flight … */
	uint32_t assignments;        /* … and how often it has been ours */
};

/* Wall times that a status shows, and what it is computed from. Thread: feed. */
struct pace {
	struct rate read, arriving;
	int64_t behind_at_first; /* lag when catching up began; 0 not catching up */
	int64_t last_arrival_ms, caught_up_ms, watermark_ms;
	double slowest_ms[6];    /* commit times of the last six times 10 s */
	int64_t slowest_slot;
	double commit_ms;
	uint64_t commits, gaps;
};

struct feed {
	const struct sink_ops *ops;
	void *sink_arg;
	const struct config *cfg;
	struct feed_goal goal;
	enum { FROM_STORED, FROM_BEGINNING, FROM_END, FROM_TIME } from;
	int64_t from_ms;             /* FROM_TIME */
	struct wake *news;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock;        /* of the next six */
	pthread_cond_t changed;      /* a stop was asked for, or the thread has ended */
	bool stop, done, ok;
	int64_t turned_ms;           /* monotonic: a turn of the thread was last seen, or until when it rests; 0 the sink is not open yet */
	struct ledger run;           /* this run's account */
	struct feed_status status;

	/* The rest: thread feed only. */
	void *sink;
	struct consumer cs;
	struct patrol patrol;        /* PROGRESS_SINK only */
	struct group *group;         /* PROGRESS_GROUP, else NULL */
	struct source {              /* topics, by direction */
		const char *topic;
		size_t there;                /* partitions it has now; 0 missing */
		const rd_kafka_topic_t *rkt; /* the library's handle in its messages; NULL before the first */
		uint32_t *place;             /* index into parts by partition */
		size_t places;
	} source[2];
	bool broker_silent;
	int brokers_up;
	char cluster[64];            /* Kafka's id of the one that was restored from; "" unknown */
	struct partition *parts;
	struct follow *follow;
	size_t nparts, parts_cap, follow_cap;
	bool restored;               /* the first assignment is made */
	struct gap *gaps;            /* found, not yet committed */
	size_t ngaps, gaps_cap;
	rd_kafka_message_t **messages; /* the batch at hand … */
	struct record *records;      /* … of which these are records: they borrow from the messages */
	size_t nmessages, nrecords;
	struct values *values;       /* in Avro, … */
	bool framed;                 /* … of which the batch holds some that are not read yet, … */
	size_t nread;                /* … behind so many of its records */
	struct strbuf texts, one;    /* as JSON: of the batch, of one of them */
	uint64_t taken;              /* records the sink has taken in this run */
	struct ledger earlier;       /* this run's share of epochs that ended in it */
	bool dirty;                  /* something to commit */
	bool ended;                  /* the sink wants no more */
	bool failed;
	int64_t commit_ms;           /* interval */
	int64_t commit_at_ms, lookup_at_ms, recheck_at_ms, report_at_ms, over_at_ms; /* monotonic; when each is due */
	uint32_t recheck_from;       /* the partition whose turn it is */
	struct waker waker;
	int64_t wake_at_ms;          /* monotonic: not before */
	int64_t denied_until_ms;     /* monotonic: a topic may not be read, as far as is known */
	int64_t drain_until_ms;      /* 0 while running */
	int64_t moved_at_ms;         /* monotonic: a position last moved, or the feed was not polling */
	struct pace pace;
};

#define BATCH 4096 /* records at once */

int64_t feed_now_ms(void); /* monotonic */

/* feed_thread.c */
typedef enum sink_result step_fn(struct feed *fd, struct error *err);
void *feed_thread(void *arg);
void feed_fail(struct feed *fd, const struct error *err);
bool feed_drain_over(struct feed *fd);              /* from the first call after a stop was asked for, the draining clock runs */
void feed_rest(struct feed *fd, int64_t ms);        /* or until a stop is asked for that was not when it began */
bool feed_insist(struct feed *fd, step_fn *step);   /* a step of the sink, again and again; false: it failed, wants no more, or draining is over */
bool feed_over(struct feed *fd, bool end_reached);  /* stopped, failed, or a goal is reached */
void feed_look_up(struct feed *fd);                 /* when it is time */
enum sink_result feed_write(struct feed *fd, struct error *err); /* the records at hand */
void feed_wake_fetcher(struct feed *fd);            /* before a batch is taken */
void feed_release_batch(struct feed *fd);
void feed_take_record(struct feed *fd, uint32_t part, const rd_kafka_message_t *msg); /* into the batch at hand */
uint64_t feed_in_flight(const struct feed *fd);

/* feed_values.c */
enum sink_result feed_read_values(struct feed *fd, struct error *err); /* of the batch at hand; again when it says SINK_RETRY: the registry is away */
void feed_forget_values(struct feed *fd);

/* feed_loop.c */
void loop_run(struct feed *fd);
bool loop_drain(struct feed *fd); /* whether nothing is in flight and all is committed */
bool feed_commit(struct feed *fd); /* insists; false: failed, or asked to stop before it succeeded */

/* feed_places.c */
int places_look_up(struct feed *fd, struct error *err); /* topics and partitions; those that are new are assigned. -1: later again */
uint32_t places_part(struct feed *fd, enum direction dir, int32_t partition); /* that one; it is added if it is new */
void places_ask_again(struct feed *fd); /* for what may not be read: the library says so once only */
bool places_of(struct feed *fd, const rd_kafka_message_t *msg, uint32_t *part); /* whose message it is */
bool places_missing(const struct feed *fd); /* a topic, as of the last look-up */
bool places_there(const struct feed *fd, uint32_t i); /* partition i, as of then: a topic may come back with fewer */
int places_same_cluster(struct feed *fd, struct error *err); /* -1: the brokers' address has become another cluster's */
bool places_at_end(const struct feed *fd);
void places_fini(struct feed *fd);

/* feed_check.c */
int check_see(struct feed *fd, const uint32_t *which, size_t count, struct sighting *seen, struct error *err); /* asks the broker; blocks */
/* Brings partition i to where progress_decide says. live: it was being read until now. */
void check_apply(struct feed *fd, uint32_t i, const struct sighting *seen, bool live);
void check_error(void *arg, rd_kafka_resp_err_t code, const char *text); /* consumer_calls.error */
void check_again(struct feed *fd);             /* the patrol's rounds; decides anew about partitions that are unsure */

/* feed_report.c */
void report_figures(void *arg, const char *json, size_t len); /* consumer_calls.stats */
void report_error(struct feed *fd, rd_kafka_resp_err_t code, const char *text);
void report_cluster(struct feed *fd, const char *id);
void report_commit(struct feed *fd, double took_ms);
void report_state(struct feed *fd, enum feed_state state, const char *detail);
const char *report_detail(const struct feed *fd); /* what is awaited, in words */
void report_tick(struct feed *fd);                /* everything a status shows, if it is time */
void report_end(struct feed *fd, bool ok);        /* the last status */
void report_done(struct feed *fd);                /* the thread touches nothing any more */

#endif
