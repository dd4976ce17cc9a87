/* ksql_walk.h: passes over JSON as leniently as Jackson does, to validate it and to find where values end. Without recursion: ksqlDB does
 * not mind 20 000 levels in a member that it ignores. Pure. Thread: the owner's. */
#ifndef TFLTOP_PIPELINE_KSQL_WALK_H
#define TFLTOP_PIPELINE_KSQL_WALK_H

#include "base/strbuf.h"
#include "model/event.h"

#include <stdbool.h>

struct walk {
	const char *p, *end;
	struct strbuf open; /* the brackets that are open, outermost first */
};

/* Skips white space; the next byte, or 0 at the end (a NUL in the input is no valid start of anything either). */
char walk_peek(struct walk *w);

bool walk_value(struct walk *w);

/* A string: its inside. *plain: it has neither escapes nor bytes beyond ASCII, so it is its own text. */
bool walk_string(struct walk *w, struct text *inside, bool *plain);

/* A member's name and the colon. */
bool walk_name(struct walk *w, struct text *inside, bool *plain);

/* Decodes the inside of a string that was passed: adds its units. */
void walk_decode(struct strbuf *out, struct text inside);

#endif
