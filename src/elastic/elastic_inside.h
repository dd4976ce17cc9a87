/* elastic_inside.h: what the files of the elastic sink share. Everything runs on the feed's thread.
 *
 * Records come in by elastic_write and are copied into lanes; a lane sends one bulk at a time, made of its first items; several lanes are
 * under way at once. Lane 0 takes the few items of other lanes' bulks that are to be tried again, so that those lanes are free for new
 * ones. What is known about the server (the gate) decides whether anything is sent at all; the pace decides how much and when. */
#ifndef TFLTOP_ELASTIC_ELASTIC_INSIDE_H
#define TFLTOP_ELASTIC_ELASTIC_INSIDE_H

#include "elastic/client.h"
#include "elastic/elastic.h"
#include "elastic/lane.h"
#include "elastic/pace.h"
#include "elastic/spread.h"
#include "elastic/verdict.h"

#define AGAIN_LANE 0

enum stream_mode { MODE_AUTO, MODE_TIME_SERIES, MODE_PLAIN };

struct gate { /* what is known about the server, and the looking at it */
	bool open;               /* there is a server, of the right kind, with our data streams: bulks may be sent */
	bool looking;            /* a request is under way */
	int64_t look_ms;         /* when to look again */
	size_t step;             /* of the look; see gate.c */
	enum direction stream;   /* … at this data stream */
	char index[300];         /* … whose newest index is this */
	bool plain[2];           /* what the streams were found to be: no time series, so documents want an id of ours */
	struct server server;
	bool named;              /* its answers say in a header what it is */
	char product[64];        /* "Elasticsearch 8.11.3, time series" */
	char closed[256];        /* why nothing is sent, in words; "" at first */
};

struct elastic {
	struct http *http;
	struct judge judge;
	int64_t (*now_ms)(void);
	size_t bulk_bytes;
	enum stream_mode mode;
	char *stream[2];         /* names of the data streams, by direction */
	struct event_decoder dec;
	struct strbuf doc;
	struct target *targets;  /* by the feed's partition; topic NULL: not met yet */
	size_t ntargets;
	struct lane *lanes;
	size_t nlanes;
	struct lane *filling;
	size_t turn;             /* of the lanes, whose it is to send */
	struct pace pace;
	struct gate gate;
	bool ask_ids;            /* documents are being found that were there before: answers are to name them */
	uint64_t passed;         /* items stored or found stored */
	struct sink_figures fig;
	struct spread request, end_to_end;
	int64_t said_ms;         /* when an error was last logged, … */
	char said[256];          /* … and which */
};

/* elastic.c */
void elastic_complain(struct elastic *el, const char *text);    /* for the log as well, which is not told more often than helps */

/* send.c */
void elastic_dispatch(struct elastic *el, bool flush);
int64_t elastic_due(const struct elastic *el);                  /* when there is something to do besides what is under way */
/* After an answer: what is left of the lane waits, if there was trouble; else it is sent when the pace allows. */
void elastic_lane_rest(struct elastic *el, struct lane *ln, int64_t retry_after_ms);

/* answer.c */
void elastic_bulk_done(void *lane, const struct http_reply *reply);

/* settle.c: verdicts on an item of a lane; it is gone then */
void elastic_settle(struct elastic *el, struct item *it, enum verdict verdict);
void elastic_refuse(struct elastic *el, struct lane *ln, struct item *it, enum verdict verdict, const char *reason, const char *detail);
/* Gives the item up when it has failed for long enough. own: it is taken for its own fault; else it counts only when others have passed
 * since. */
void elastic_failing(struct elastic *el, struct lane *ln, struct item *it, bool own, const char *detail);

/* lookup.c */
void elastic_ask(struct lane *ln, struct item *it, const struct item_answer *ans); /* what is there in its place? */
void elastic_lookup(struct elastic *el, struct lane *ln);
bool elastic_asking(const struct lane *ln);

/* gate.c */
void gate_turn(struct elastic *el);
void gate_close(struct elastic *el, int64_t wait_ms, const char *why);
void gate_recheck(struct elastic *el, const char *why);         /* soon: the server is not what it was taken for */

#define GATE_SLOW_MS 30000

#endif
