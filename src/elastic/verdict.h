/* verdict.h: what the answer of Elasticsearch or OpenSearch means for an item of a bulk, and for a bulk as a whole. Two tables, first row
 * that fits. Pure. Thread: any. */
#ifndef TFLTOP_ELASTIC_VERDICT_H
#define TFLTOP_ELASTIC_VERDICT_H

#include "base/http.h"
#include "model/event.h"

#include <stdbool.h>

enum item_verdict {
	ITEM_STORED,
	ITEM_CONFLICT,      /* a document of this identity is there: this very one, or another passenger's */
	ITEM_RETRY,         /* nothing is wrong with it: again until it works */
	ITEM_RETRY_BOUNDED, /* perhaps something is: again, but not for ever while others pass */
	ITEM_LATE,          /* its time is one that no index takes any more, or yet */
	ITEM_DEAD,
	ITEM_LOCKED,        /* we may not write there: all stop until we may */
	ITEM_MISFIT,        /* the data stream is not what it was taken for, or gone: look at the server again, then retry */
};

struct item_answer { /* texts as they stand in the reply, escapes and all; data NULL when absent */
	int status;
	struct text type, reason; /* of the error */
	struct text failure_store;
	struct text index, id;    /* where the document is, or would be */
};

/* unsure: whatever was answered, the document may have been stored. */
enum item_verdict item_verdict(const struct item_answer *ans, bool *unsure);

enum bulk_verdict {
	BULK_ITEMS,    /* the answer speaks of each item */
	BULK_RETRY,    /* all of it again */
	BULK_HALVE,    /* too large: again in smaller parts; a single document: it is refused */
	BULK_BISECT,   /* ours is malformed, they say: again in smaller parts, to find by which document */
	BULK_BLOCKED,  /* the cluster takes no writes: again, slowly */
	BULK_LOCKED,   /* who we say we are does not count, or may not write: stop until it does */
	BULK_STRANGER, /* no Elasticsearch: stop until there is one */
};

struct bulk_answer {
	enum http_outcome outcome;
	bool too_large;
	int status;
	bool json;        /* by its content type */
	bool product;     /* it says in a header what it is, or is one that never does: OpenSearch, Elasticsearch before 7.14 */
	struct text type; /* of the error */
};

struct bulk_judgement {
	enum bulk_verdict verdict;
	bool unsure;      /* the documents may have been stored */
	bool congested;   /* smaller bulks, and fewer at once, may cure it */
};

struct bulk_judgement bulk_verdict(const struct bulk_answer *ans);

#endif
