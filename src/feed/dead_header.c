#include "feed/dead_header.h"

#include "base/strbuf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT "__connect.errors."
#define OURS "tfl-top."
#define TOPIC CONNECT "topic"
#define PARTITION CONNECT "partition"
#define OFFSET CONNECT "offset"
#define CONNECTOR CONNECT "connector.name"
#define STAGE CONNECT "stage"
#define CLASS CONNECT "exception.class.name"
#define MESSAGE CONNECT "exception.message"
#define ROUND OURS "round"

static bool starts_with(const char *text, const char *head)
{
	return !strncmp(text, head, strlen(head));
}

/* The last one of that name counts. False: there is none, or it does not fit. */
static bool find(const struct header *headers, size_t count, const char *name, char *out, size_t size)
{
	for (size_t i = count; i-- > 0;) {
		if (strcmp(headers[i].name, name))
			continue;
		if (!headers[i].value || headers[i].len >= size || memchr(headers[i].value, '\0', headers[i].len))
			return false;
		memcpy(out, headers[i].value, headers[i].len);
		out[headers[i].len] = '\0';
		return true;
	}
	return false;
}

static bool find_number(const struct header *headers, size_t count, const char *name, int64_t max, int64_t *out)
{
	char text[24], *end;
	if (!find(headers, count, name, text, sizeof text) || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return !*end && !errno && *out <= max;
}

int dead_header_read(const struct header *headers, size_t count, const char *connector, struct dead_origin *out, bool *foreign,
		     struct error *err)
{
	char name[128];
	int64_t partition, round = 1;
	*foreign = false;
	if (!find(headers, count, CONNECTOR, name, sizeof name))
		return error_set(err, "no header " CONNECTOR " says whose dead letter it is");
	*foreign = strcmp(name, connector) != 0;
	if (*foreign)
		return error_set(err, "a dead letter of %s, not of %s", name, connector);
	if (!find(headers, count, TOPIC, out->topic, sizeof out->topic))
		return error_set(err, "no header " TOPIC " says where it came from");
	if (!find_number(headers, count, PARTITION, INT32_MAX, &partition) || !find_number(headers, count, OFFSET, INT64_MAX, &out->offset))
		return error_set(err, "its headers " PARTITION " and " OFFSET " are not numbers");
	find_number(headers, count, ROUND, UINT32_MAX - 1, &round);
	out->partition = (int32_t)partition;
	out->round = (unsigned)round;
	return 0;
}

static void add_text(rd_kafka_headers_t *to, const char *name, const char *text)
{
	rd_kafka_header_add(to, name, -1, text, -1);
}

static void add_number(rd_kafka_headers_t *to, const char *name, int64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, number);
	add_text(to, name, text);
}

rd_kafka_headers_t *dead_header_make(const struct header *headers, size_t count, const struct dead_origin *origin,
				     const struct dead_cause *cause)
{
	rd_kafka_headers_t *to = rd_kafka_headers_new(count + 10);
	for (size_t i = 0; i < count; i++)
		if (origin->round == 1 || (!starts_with(headers[i].name, CONNECT) && !starts_with(headers[i].name, OURS)))
			rd_kafka_header_add(to, headers[i].name, -1, headers[i].value, (ssize_t)headers[i].len);
	add_text(to, TOPIC, origin->topic);
	add_number(to, PARTITION, origin->partition);
	add_number(to, OFFSET, origin->offset);
	add_text(to, CONNECTOR, cause->connector);
	add_text(to, STAGE, "TASK_PUT");
	add_text(to, CLASS, cause->reason);
	add_text(to, MESSAGE, cause->detail);
	add_number(to, ROUND, origin->round);
	return to;
}
