/* setup.h: tells Elasticsearch, OpenSearch and Kibana what the elastic feed and its dashboard need: the files of es/. What is there and no
 * older is left as it is. For commands: these wait. What was found and done is added to out, a line each, also when a later step fails;
 * with dry_run nothing is changed, and out holds the requests that would be made. */
#ifndef TFLTOP_ELASTIC_SETUP_H
#define TFLTOP_ELASTIC_SETUP_H

#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>

/* Lifecycle policy, mappings, index template, and the data streams, named as the topics are. -1 + err: also when what is there was made by
 * a newer program, or an ordinary index has a data stream's name. */
int setup_elastic(const struct config *cfg, bool dry_run, struct strbuf *out, struct error *err);

/* The saved objects of es/kibana/tfl.ndjson. */
int setup_kibana(const struct config *cfg, bool dry_run, struct strbuf *out, struct error *err);

#endif
