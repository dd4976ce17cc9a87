/* join.h: the join of ksqlDB's query on bytes: events × station rows → the value that ksqlDB writes. Pure. Thread: the owner's.
 * The table holds all rows at once, so an event finds its row also where ksqlDB, which reads both sides by time, may come too early: its
 * output is a superset of ksqlDB's. */
#ifndef TFLTOP_PIPELINE_JOIN_H
#define TFLTOP_PIPELINE_JOIN_H

#include "base/strbuf.h"
#include "model/event.h"
#include "pipeline/ksql_json.h"

#include <stddef.h>
#include <stdint.h>

/* ksqlDB joins within a partition: the same key on four partitions is four rows. An event whose topic has another number of partitions than
 * the table (which ksqlDB refuses) is looked up in all of them: there the last row written wins. */
#define JOIN_ANY_PARTITION (-1)

struct join;

struct join *join_new(void);
void join_free(struct join *jn);

enum join_change { JOIN_ROW_PUT, JOIN_ROW_DELETED, JOIN_ROW_SKIPPED /* null key */, JOIN_ROW_BAD /* the old row stays */ };

/* A record of the table topic with a JSON value; key or value with data NULL are null. */
enum join_change join_row(struct join *jn, int32_t partition, struct text key, struct text value);

/* The same with decoded columns (UTF-8; data NULL = null). */
void join_put(struct join *jn, int32_t partition, struct text key, struct text name, struct text location);

size_t join_rows(const struct join *jn); /* distinct keys */

enum join_outcome { JOIN_WRITTEN, JOIN_UNKNOWN /* no row */, JOIN_BAD /* why is in *bad */, JOIN_NULL /* key or value */, JOIN_NO_TIME };

/* Joins one event. JOIN_WRITTEN: *out_key and *out_value borrow from the join, the table and the key until the next call. */
enum join_outcome join_event(struct join *jn, int32_t partition, struct text key, struct text value, int64_t time_ms, struct text *out_key,
			     struct text *out_value, enum ksql_bad *bad);

#endif
