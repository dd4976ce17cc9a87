/* inspect.h: what is there at the servers that elastic.* names. For commands: these wait. */
#ifndef TFLTOP_ELASTIC_INSPECT_H
#define TFLTOP_ELASTIC_INSPECT_H

#include "base/config.h"
#include "elastic/client.h"
#include "model/event.h"

#include <stdbool.h>

enum stream_kind { STREAM_MISSING, STREAM_INDEX /* an ordinary index has its name */, STREAM_PLAIN, STREAM_SERIES };

/* -1 + err: no answer, or one that makes no sense. */
int stream_look(struct http *http, const char *name, enum stream_kind *kind, struct error *err);

struct elastic_facts {
	bool asked;             /* elastic.url is set */
	char error[256];        /* "" when all could be found out */
	struct server server;
	struct {
		const char *name;
		enum stream_kind kind;
	} stream[2];            /* by direction */
};

void elastic_inspect(const struct config *cfg, struct elastic_facts *out);

#endif
