/* sink.h: what a sink must do to be fed. One const struct sink_ops per sink, one line in sinks[] (src/command/sinks.c).
 * Every function runs on the feed's thread. */
#ifndef TFLTOP_FEED_SINK_H
#define TFLTOP_FEED_SINK_H

#include "base/config.h"
#include "base/error.h"
#include "feed/ledger.h"
#include "feed/sink_figures.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a feed's progress lives. */
enum progress {
	PROGRESS_SINK,  /* in the sink, in one transaction with what it stores: assign() of all partitions */
	PROGRESS_GROUP, /* in a consumer group: of each partition the offset before which every verdict is final; see struct sink_later */
	PROGRESS_NONE,  /* nowhere: assign() of all partitions, from where --from says */
};

struct mark { /* a record one can recognise again */
	int64_t offset; /* -1 none */
	uint64_t hash;  /* of time, key, value */
};

struct partition { /* of a topic the feed reads */
	const char *topic;
	int32_t partition;
	enum direction direction;
	int32_t epoch;         /* from 1; 0 = never seen */
	int64_t next_offset;   /* rd_kafka_position at the batch boundary; -1 = none yet */
	struct mark last;      /* the last record processed */
	struct mark first;     /* the first record of the epoch */
	int64_t low, high;     /* low watermark: the lowest seen */
	int64_t stable;
	struct ledger ledger;
	/* PROGRESS_GROUP only. */
	uint32_t generation;   /* counts the times it was assigned to us; 0 = it is not ours now */
	int64_t fresh_from;    /* end of the log when it was last assigned: what lies at or behind it, nobody can have stored before.
				* INT64_MAX: of none is that known (dead letters that are fed again) */
};

struct header { /* of a record */
	const char *name;
	const void *value; /* NULL = null */
	size_t len;
};

struct record {
	uint32_t part;           /* index into the feed's partitions */
	int64_t offset;
	int64_t time_ms;         /* record timestamp; -1 none */
	const void *key, *value; /* borrowed until the batch is released; value NULL = tombstone */
	size_t key_len, value_len;
	const struct header *headers; /* PROGRESS_GROUP only; most records have none */
	size_t nheaders;
	const char *read;        /* of a value in Avro: what it is as JSON, or, misread, why it cannot be told; NULL: it is no Avro */
	size_t read_len;
	bool misread;
};

/* What an event is decoded from: the value, or the JSON that it is. */
static inline struct text record_text(const struct record *rec)
{
	return rec->read && !rec->misread ? (struct text){rec->read, rec->read_len} : (struct text){rec->value, rec->value_len};
}

/* event_decode for a record's value, in whichever form it is. */
enum dead_reason record_decode(struct event_decoder *dec, const struct record *rec, enum direction direction, int64_t now_ms, struct event *ev);

struct batch {
	const struct record *records;
	size_t count;
	struct partition *partitions; /* the sink moves its verdicts from partitions[record.part].ledger.in_flight, see ledger_settle */
	size_t npartitions;
	int64_t now_ms;
};

enum gap_kind { GAP_RETENTION, GAP_RECREATED, GAP_RECREATED_LIVE, GAP_TRUNCATED };
const char *gap_kind_name(enum gap_kind kind);

struct gap { /* offsets [first, last] that no one will ever deliver */
	const char *topic;
	int32_t partition, epoch;
	enum gap_kind kind;
	int64_t first_offset, last_offset;
	char note[200];
};

/* What became of a record. */
enum verdict { VERDICT_STORED, VERDICT_DUPLICATE, VERDICT_LATE, VERDICT_DEAD, VERDICT_SKIPPED };

struct ticket { /* a record that a sink has taken and still owes a verdict */
	uint32_t part;
	uint32_t generation;     /* of its partition when it was taken: a verdict on an earlier one is ignored */
	int64_t offset;
};

/* Where a sink gives its verdicts when they come later. Call from the feed's thread only, from write and wait. */
struct judge {
	void (*settle)(void *feed, const struct ticket *tick, enum verdict verdict); /* stored, duplicate, skipped */
	/* late or dead: the record goes to the dead-letter topic (copied at once; headers, key, value, time), and the verdict is final when
	 * Kafka has acknowledged it there. reason: a word of dead_reason_name, or late, collision, refused, gave_up; detail: in words. */
	void (*refuse)(void *feed, const struct ticket *tick, enum verdict verdict, const struct record *rec, const char *reason, const char *detail);
	void *feed;
};

enum sink_result {
	SINK_OK,
	SINK_RETRY,  /* nothing was changed; the same call again later may succeed (busy, disk full) */
	SINK_FAILED, /* needs a person */
	SINK_END,    /* nobody wants any more (the reader of a pipe has gone): a good end */
};

/* A sink whose verdicts come later. The feed never stops polling Kafka for it: it pauses the partitions while there is no room. Its write
 * gives each record a verdict by the judge or keeps a copy; its commit is never called (the feed commits the group's offsets). */
struct sink_later {
	void (*attach)(void *sink, const struct judge *judge);  /* once, after open */
	bool (*full)(void *sink);          /* takes no more for now … */
	bool (*roomy)(void *sink);         /* … and again: below half of what it may hold */
	/* The feed's one wait: drives whatever is under way (requests, timers), returns when fd is readable, a verdict was given or wait_ms is
	 * over. flush: nothing more may come for a while, so what is collected is sent now. A sink that asks to be tried again
	 * (SINK_RETRY) logs why itself, as often as it helps. */
	enum sink_result (*wait)(void *sink, int fd, int wait_ms, bool flush, struct error *err);
	void (*forget)(void *sink, uint32_t part); /* taken away: what is undecided of it is dropped, replies on it are ignored */
	void (*figures)(void *sink, struct sink_figures *out);
};

struct sink_ops {
	const char *name;
	const char *help;
	enum progress progress;
	const char *group_key; /* PROGRESS_GROUP: the configuration key of its group id, … */
	const char *start_key; /* … of where it begins with no committed offset: beginning or end, … */
	const char *dead_letter_key; /* … and of the topic that its dead letters go to */
	const struct sink_later *later; /* PROGRESS_GROUP; else NULL */

	/* arg: what feed_new was given. */
	void *(*open)(const struct config *cfg, void *arg, struct error *err);
	/* PROGRESS_SINK: fills in what is stored of each partition (epoch 0 when it is new). cluster: Kafka's cluster id; another than stored
	 * is an error. Called again, with those only, for partitions that appear later. */
	int (*restore)(void *sink, const char *cluster, struct partition *parts, size_t count, struct error *err);
	/* Takes every record of the batch: a verdict (tombstones: skipped), or in flight. The feed has counted each as consumed and in_flight
	 * before, once, however often it must ask. Borrowed memory is copied if it is needed later. */
	enum sink_result (*write)(void *sink, const struct batch *batch, struct error *err);
	/* Whether there is something to commit that no record brought; NULL = never. */
	bool (*has_more)(void *sink);
	/* Makes everything durable together with the partitions' progress and the gaps found since; verdicts of what was in flight are
	 * counted into the ledgers before this returns SINK_OK. Nothing to do is SINK_OK. */
	enum sink_result (*commit)(void *sink, struct partition *parts, size_t count, const struct gap *gaps, size_t ngaps, struct error *err);
	void (*close)(void *sink);
};

#endif
