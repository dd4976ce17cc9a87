#include "feed/statistics.h"

#include <jansson.h>
#include <string.h>

static int64_t offset_of(const json_t *partition, const char *name)
{
	json_int_t offset = json_integer_value(json_object_get(partition, name));
	return offset >= 0 ? (int64_t)offset : -1;
}

static int brokers_up(json_t *brokers)
{
	int up = 0;
	const char *name;
	json_t *broker;
	json_object_foreach(brokers, name, broker) {
		const char *state = json_string_value(json_object_get(broker, "state"));
		const char *source = json_string_value(json_object_get(broker, "source"));
		if (state && !strcmp(state, "UP") && (!source || strcmp(source, "logical")))
			up++;
	}
	return up;
}

int statistics_read(const char *json, size_t len, void (*each)(void *arg, const struct partition_figures *figures), void *arg)
{
	json_t *root = json_loadb(json, len, 0, NULL);
	if (!root)
		return -1;
	const char *topic, *number;
	json_t *of_topic, *partition;
	json_object_foreach(json_object_get(root, "topics"), topic, of_topic) {
		json_object_foreach(json_object_get(of_topic, "partitions"), number, partition) {
			json_int_t n = json_integer_value(json_object_get(partition, "partition"));
			if (n < 0)
				continue; /* the library's own "unassigned" one */
			each(arg, &(struct partition_figures){topic, (int32_t)n, offset_of(partition, "lo_offset"),
							      offset_of(partition, "hi_offset"), offset_of(partition, "ls_offset")});
		}
	}
	int up = brokers_up(json_object_get(root, "brokers"));
	json_decref(root);
	return up;
}
