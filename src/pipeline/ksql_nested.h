/* ksql_nested.h: what ksqlDB makes of an object or array that stands where a STRING is wanted. An object becomes compact JSON in which
 * the last of equal names wins at the place of the first; an array becomes what Java's List.toString prints. Pure. Thread: the owner's. */
#ifndef TFLTOP_PIPELINE_KSQL_NESTED_H
#define TFLTOP_PIPELINE_KSQL_NESTED_H

#include "pipeline/ksql_json.h"
#include "pipeline/ksql_walk.h"

struct member { /* of an object being written: offsets in the output */
	size_t name, name_end;
	size_t value, end;
};

struct nested { /* memory kept between calls; {0} is empty */
	struct walk w;
	struct strbuf *out;
	int depth;
	struct strbuf name, rebuilt;
	struct member *members;
	size_t count, cap;
};

void nested_fini(struct nested *ns);

/* Adds the text (units) of a value that was validated. */
enum ksql_bad nested_text(struct nested *ns, struct text value, struct strbuf *out);

#endif
