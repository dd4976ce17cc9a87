/* enrich_inside.h: what the files of the join's thread share. Thread: enrich, except where said. */
#ifndef TFLTOP_PIPELINE_ENRICH_INSIDE_H
#define TFLTOP_PIPELINE_ENRICH_INSIDE_H

#include "feed/patrol.h"
#include "pipeline/enrich.h"
#include "pipeline/enrich_txn.h"
#include "pipeline/join.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

struct side { /* one of the two streams */
	const char *in, *out;      /* topics */
	int partitions;
	bool co_partitioned;       /* with the table: joined within the partition, as ksqlDB does */
	rd_kafka_topic_t *produce;
	int64_t looked_us;         /* for more partitions, when a key was on another one than its row; 0 never */
};

enum { SIDES = 2 };

struct part { /* an assigned partition */
	struct side *side;
	int32_t number;
	int64_t committed; /* next offset that the last commit covers; negative: a logical offset */
	int64_t end;       /* -e: the last stable offset when it was assigned; 0: it held nothing */
	bool moved;        /* a message arrived since it was assigned or set back: only then the library's position is true */
	struct partition known; /* the first and the last record that was marked: a commit keeps them, in its metadata */
	struct watch watch;
	bool marked;       /* … in the open transaction */
	bool unsure;       /* another record is where the witness was */
};

struct tally { /* of one transaction, then of the whole run */
	uint64_t read, joined, unknown, empty, no_time;
	uint64_t bad[KSQL_BADS];
};

struct enrich {
	const struct config *cfg;
	bool exit_at_end, embedded;
	struct wake *news;

	char *id;                  /* transactional; also our name in the group. NULL on the embedded broker */
	int slot_fd;
	struct side side[SIDES];
	struct join *join;
	rd_kafka_t *table;         /* consumer of the station rows */
	size_t table_partitions;
	bool *table_at_end;        /* per partition: nothing is known behind what was read */
	rd_kafka_t *events;        /* consumer of both streams */
	struct txn *txn;
	struct part *parts;
	size_t nparts;
	struct patrol patrol;      /* are they still the ones that were read? Not on the embedded broker */
	int64_t look_us;           /* the next look at those that are unsure, after one that was not answered */
	bool assigned_once;
	int64_t idle_since_us;     /* -e: since when we have had no partition */

	bool open;                 /* a transaction is, since … */
	int64_t opened_us;
	enum txn_verdict trouble;  /* what loop_recover has to mend */
	int64_t alive_us;          /* when the broker last gave or took something */
	int64_t fenced_us;         /* when we last were; 0 never */
	bool fenced;               /* the group knows a later member of our name … */
	int64_t lost_us;           /* … and when that was last so; 0 never */
	struct tally now, total;   /* of the open transaction; committed */
	struct tally said;         /* total when drops were last logged, at … */
	int64_t said_us;
	int64_t shown_us;          /* when the status was last shown, and what was read by then */
	uint64_t shown_read;

	struct enrich_status status; /* the thread's own; shown holds the copy for the others */
	pthread_t thread;
	bool started, joined;
	atomic_bool stop;
	atomic_llong stop_us;
	atomic_bool done;
	atomic_bool unsettled;     /* what `open` is, for other threads */
	pthread_mutex_t lock;      /* enrich: leaf */
	pthread_cond_t changed;    /* stop or done */
	struct enrich_status shown; /* lock: enrich */
};

/* enrich.c */
void enrich_say(struct enrich *en, enum enrich_state state, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int enrich_fail(struct enrich *en, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* −1, state FAILED */
bool enrich_stopping(const struct enrich *en);
bool enrich_pause(struct enrich *en, int64_t ms); /* waits; false when stopping */
void enrich_show(struct enrich *en);               /* the status, to the other threads */


/* enrich_table.c */
int table_load(struct enrich *en);     /* until the whole topic is read and holds a row */
void table_follow(struct enrich *en);  /* what has arrived since, without waiting */

/* enrich_events.c */
int events_open(struct enrich *en);
void events_close(struct enrich *en);
bool events_widened(struct enrich *en, struct side *side); /* it has more partitions than the table now: joined across all of them */
struct part *events_part(struct enrich *en, const rd_kafka_message_t *msg);
rd_kafka_topic_partition_list_t *events_progress(struct enrich *en); /* next offsets that are not the committed ones; lower in a topic made anew */
void events_committed(struct enrich *en, const rd_kafka_topic_partition_list_t *offsets);
int events_rewind(struct enrich *en);  /* to what is committed */
int events_problem(struct enrich *en, const rd_kafka_message_t *msg); /* a message that is an error; −1: we cannot go on */
int events_come_back(struct enrich *en); /* when fenced, with another consumer; −1: we cannot go on */
bool events_at_end(struct enrich *en);
int64_t events_lag(struct enrich *en); /* −1 unknown */

/* enrich_check.c */
void check_mark(struct part *pt, const rd_kafka_message_t *msg); /* one that is being joined */
char *check_metadata(const struct part *pt);   /* its marks as text that a commit keeps (heap); NULL: none */
void check_recall(struct part *pt, const rd_kafka_topic_partition_t *committed); /* … and back */
int check_assigned(struct enrich *en, rd_kafka_topic_partition_list_t *list);    /* list: where to go on in each part; set right. −1: stopping */
void check_parts(struct enrich *en);           /* while they are read */

/* enrich_loop.c */
int loop_prepare(struct enrich *en);   /* the producer */
int loop_open(struct enrich *en);      /* ends what a predecessor left open, and makes ready to write */
int loop_turn(struct enrich *en);      /* reads for at most 100 ms, joins, commits when it is time; −1: we cannot go on */
void loop_settle(struct enrich *en);   /* commits what is open, or leaves `trouble` */
int loop_recover(struct enrich *en);   /* from `trouble`: aborts, makes a new producer, reads again; −1: we cannot go on */
void loop_show(struct enrich *en);     /* the tallies, to the other threads */
void loop_close(struct enrich *en);

#endif
