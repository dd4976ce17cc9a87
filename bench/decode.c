/* decode.c: bench/decode [EVENTS]: what one event costs: our decoder, the decoder and the station table, and jansson for comparison. */
#include "base/rng.h"
#include "base/strbuf.h"
#include "model/event.h"
#include "model/station.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW_MS 1706709600123
enum { DISTINCT = 100000 }; /* 13 MB: more than the caches hold, as when they come from Kafka */

struct stream {
	struct strbuf bytes;
	struct text value[DISTINCT];
	struct stations stations;
};

static void make_stream(struct stream *sm)
{
	size_t start[DISTINCT + 1] = {0};
	struct rng rng;
	rng_init(&rng, 1, 0);
	for (size_t i = 0; i < DISTINCT; i++) {
		const struct station *row = &sm->stations.rows[rng_below(&rng, (uint32_t)sm->stations.count)];
		strbuf_printf(&sm->bytes, "{\"@timestamp\":\"2024-01-31T13:%02u:%02u.%03uZ\",\"user\":\"Jacob Williams %u\",\"delta\":1,"
			      "\"station\":\"%s\",\"location\":\"%.5f,%.5f\"}", rng_below(&rng, 60), rng_below(&rng, 60), rng_below(&rng, 1000),
			      rng_below(&rng, 1000), row->name, row->lat, row->lon);
		start[i + 1] = sm->bytes.len;
	}
	for (size_t i = 0; i < DISTINCT; i++)
		sm->value[i] = (struct text){sm->bytes.data + start[i], start[i + 1] - start[i]};
}

/* Each reader returns something of what it read, so that none of it can be left out. */
static uint64_t read_ours(struct stream *sm, struct text value)
{
	static struct event_decoder dec;
	struct event ev;
	(void)sm;
	return event_decode(&dec, value.data, value.len, NULL, 0, ENTRY, NOW_MS, &ev) ? 0 : (uint64_t)ev.time_ms + ev.station.len;
}

static uint64_t read_and_resolve(struct stream *sm, struct text value)
{
	static struct event_decoder dec;
	struct event ev;
	if (event_decode(&dec, value.data, value.len, NULL, 0, ENTRY, NOW_MS, &ev))
		return 0;
	return (uint64_t)ev.time_ms + stations_resolve(&sm->stations, ev.station, ev.location);
}

static uint64_t read_jansson(struct stream *sm, struct text value)
{
	json_error_t err;
	int64_t ms = 0;
	(void)sm;
	json_t *object = json_loadb(value.data, value.len, 0, &err);
	json_t *time = json_object_get(object, "@timestamp");
	event_time_parse(json_string_value(time), json_string_length(time), &ms);
	ms += (int64_t)json_integer_value(json_object_get(object, "delta"));
	uint64_t sum = (uint64_t)ms + json_string_length(json_object_get(object, "station")) +
		       json_string_length(json_object_get(object, "user")) + json_string_length(json_object_get(object, "location"));
	json_decref(object);
	return sum;
}

/* Of this program alone: what else the machine does does not count. */
static int64_t cpu_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static double measure(struct stream *sm, uint64_t (*read)(struct stream *sm, struct text value), uint64_t events, uint64_t *sum)
{
	int64_t began = cpu_us();
	for (uint64_t i = 0; i < events; i++)
		*sum += read(sm, sm->value[i % DISTINCT]);
	return (double)(cpu_us() - began) * 1000 / (double)events;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint64_t (*read)(struct stream *sm, struct text value);
	} readers[] = {{"decode", read_ours}, {"decode and find the station", read_and_resolve}, {"jansson", read_jansson}};
	static struct stream sm;
	struct error err;
	uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000, sum = 0;
	double first = 0;
	if (!events || stations_load_reference(&sm.stations, &err)) {
		fprintf(stderr, "decode: %s\n", events ? err.text : "EVENTS must be a number above 0");
		return 1;
	}
	make_stream(&sm);
	printf("%zu bytes an event\n", sm.bytes.len / DISTINCT);
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
		double ns = measure(&sm, readers[i].read, events, &sum);
		first = first ? first : ns;
		printf("%-28s %7.1f ns an event  %5.2f\n", readers[i].name, ns, ns / first);
	}
	printf("(sum %llu)\n", (unsigned long long)sum);
	stations_fini(&sm.stations);
	strbuf_fini(&sm.bytes);
	return 0;
}
