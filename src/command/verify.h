/* verify.h: what the files of `tfl-top verify` share: verify_read.c asks the stores and reads Kafka, verify.c compares and prints. */
#ifndef TFLTOP_COMMAND_VERIFY_H
#define TFLTOP_COMMAND_VERIFY_H

#include "base/config.h"
#include "base/strbuf.h"
#include "command/verify_tally.h"

#define VERIFY_QUARTER 900 /* s */

struct offsets { /* by partition */
	int64_t *at;
	size_t count;
};

struct twin { /* an event of a cell that is looked at more closely */
	uint64_t identity;
	size_t cell;
};

struct letter { /* where a dead letter was a record, and its cell */
	enum direction direction;
	int32_t partition;
	int64_t offset;
	size_t cell;
};

struct verify {
	const struct config *cfg;
	bool history, elastic;
	int64_t since, until;        /* Unix s, whole quarters */
	struct tally tally;
	struct event_decoder decoder;
	enum direction direction;    /* of the topic at hand */
	struct offsets read[2], committed[2];
	uint64_t events, unreadable;
	bool closely;                /* the second reading: for twins only */
	struct twin *twins;
	size_t ntwins, twins_cap;
	struct letter *letters;
	size_t nletters, letters_cap;
	struct strbuf notes;
};

const char *verify_stamp(int64_t ts, char out[32]); /* 2026-11-24T08:15:00Z */

/* The stores first, and how far their feeds had come; then Kafka; then the dead letters. *from: where comparing can begin, Unix s. */
int verify_read(struct verify *vf, int64_t *from, struct error *err);
void verify_fini(struct verify *vf);

#endif
