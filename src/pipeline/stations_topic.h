/* stations_topic.h: the reference rows in Kafka: publishing them as JSON {"name","location",…}, keyed by name. */
#ifndef TFLTOP_PIPELINE_STATIONS_TOPIC_H
#define TFLTOP_PIPELINE_STATIONS_TOPIC_H

#include "base/config.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Publishes the rows of data/stations.csv. only_if_empty: does nothing when the topic holds any
 * record, unless all it holds are some of these rows: then whoever published them died, and all are published. *published: rows acknowledged. */
int stations_publish(const struct config *cfg, bool only_if_empty, bool dry_run, uint64_t *published, struct error *err);

#endif
