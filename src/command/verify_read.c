#include "command/verify.h"

#include "base/clock.h"
#include "base/mem.h"
#include "elastic/client.h"
#include "elastic/counts.h"
#include "feed/dead_header.h"
#include "feed/reread.h"
#include "store/history.h"
#include "store/quarter_counts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEADERS_MAX 64
#define CONNECTOR "tfl-top-elastic"

static const char *const topic_keys[] = {[ENTRY] = "topic.station_entries", [EXIT] = "topic.station_exits"};

const char *verify_stamp(int64_t ts, char out[32])
{
	time_t time = ts;
	struct tm tm;
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&time, &tm));
	return out;
}

/* The cell of an event in the range; NULL: it is outside. */
static struct cell *cell_of(struct verify *vf, const struct event *ev)
{
	int64_t ts = ev->time_ms / 1000 / VERIFY_QUARTER * VERIFY_QUARTER;
	if (ts < vf->since || ts >= vf->until)
		return NULL;
	return tally_at(&vf->tally, ev->station.data, ev->station.len, ts, ev->direction);
}

/* The stores. */

static void take_counts(void *arg, const char *station, int64_t ts, uint64_t entries, uint64_t exits)
{
	struct verify *vf = arg;
	if (entries)
		tally_at(&vf->tally, station, strlen(station), ts, ENTRY)->history += entries;
	if (exits)
		tally_at(&vf->tally, station, strlen(station), ts, EXIT)->history += exits;
}

static void take_offset(void *arg, const char *topic, int32_t partition, int64_t next_offset)
{
	struct verify *vf = arg;
	for (enum direction d = ENTRY; d <= EXIT; d++) {
		struct offsets *of = &vf->read[d];
		if (strcmp(topic, config_text(vf->cfg, topic_keys[d])))
			continue;
		for (; of->count <= (size_t)partition; of->count++) {
			of->at = xreallocarray(of->at, of->count + 1, sizeof *of->at);
			of->at[of->count] = -1;
		}
		of->at[partition] = next_offset;
	}
}

static void take_gap(void *arg, const char *text)
{
	struct verify *vf = arg;
	strbuf_printf(&vf->notes, "gap: %s\n", text);
}

static int ask_history(struct verify *vf, struct error *err)
{
	const struct quarter_calls calls = {take_counts, take_offset, take_gap, vf};
	char *path = history_path(vf->cfg, false, err);
	int rc = path ? quarter_counts(path, vf->since, vf->until, &calls, err) : -1;
	free(path);
	return rc;
}

static void take_documents(void *arg, const char *station, int64_t ts, uint64_t count)
{
	struct verify *vf = arg;
	tally_at(&vf->tally, station, strlen(station), ts, vf->direction)->elastic += count;
}

static int ask_elastic(struct verify *vf, struct error *err)
{
	struct http *http = client_new(vf->cfg, err);
	struct server srv;
	int rc = http ? server_ask(http, &srv, err) : -1;
	for (vf->direction = ENTRY; !rc && vf->direction <= EXIT; vf->direction++) {
		const char *topic = config_text(vf->cfg, topic_keys[vf->direction]);
		struct offsets *of = &vf->committed[vf->direction];
		rc = reread_committed(vf->cfg, config_text(vf->cfg, "elastic.group"), topic, &of->at, &of->count, err);
		if (!rc)
			rc = elastic_counts(http, topic, vf->since, vf->until, take_documents, vf, err);
	}
	if (http)
		http_free(http);
	return rc;
}

/* Kafka. */

static bool before(const struct offsets *of, const rd_kafka_message_t *msg)
{
	return (size_t)msg->partition < of->count && msg->offset < of->at[msg->partition];
}

/* All that makes a document's identity in a time series, and its direction. */
static uint64_t identity(const struct event *ev)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)ev->time_ms * 0x9e3779b97f4a7c15u ^ (uint64_t)ev->direction;
	for (size_t i = 0; i < ev->user.len; i++)
		h = (h ^ (unsigned char)ev->user.data[i]) * 0x100000001b3u;
	h = (h ^ 0xff) * 0x100000001b3u;
	for (size_t i = 0; i < ev->station.len; i++)
		h = (h ^ (unsigned char)ev->station.data[i]) * 0x100000001b3u;
	return h;
}

static void look_closely(struct verify *vf, const struct event *ev, size_t cell)
{
	if (cell_elastic_agrees(&vf->tally.cell[cell]))
		return;
	vf->twins = xgrow(vf->twins, vf->ntwins, &vf->twins_cap, sizeof *vf->twins);
	vf->twins[vf->ntwins++] = (struct twin){identity(ev), cell};
}

static void take_event(void *arg, const rd_kafka_message_t *msg)
{
	struct verify *vf = arg;
	struct event ev;
	if (!msg->payload)
		return;
	if (event_decode(&vf->decoder, msg->payload, msg->len, msg->key, msg->key_len, vf->direction, clock_wall_ms(), &ev)) {
		vf->unreadable += !vf->closely;
		return;
	}
	struct cell *ce = cell_of(vf, &ev);
	if (!ce)
		return;
	if (vf->closely) {
		if (before(&vf->committed[vf->direction], msg))
			look_closely(vf, &ev, (size_t)(ce - vf->tally.cell));
		return;
	}
	vf->events++;
	ce->kafka++;
	ce->read += before(&vf->read[vf->direction], msg);
	ce->settled += before(&vf->committed[vf->direction], msg);
}

/* What retention has taken can be counted nowhere but in the stores. */
static void see_ends(struct verify *vf, const char *topic, const struct reread_part *parts, size_t count, int64_t *from)
{
	char time[32];
	for (size_t p = 0; p < count; p++) {
		if (parts[p].low == 0 || parts[p].oldest_ms <= vf->since * 1000)
			continue;
		int64_t ts = (parts[p].oldest_ms / 1000 + VERIFY_QUARTER - 1) / VERIFY_QUARTER * VERIFY_QUARTER;
		strbuf_printf(&vf->notes, "not compared: %s [%zu] before %s: Kafka keeps nothing from before offset %" PRId64 "\n", topic, p,
			      verify_stamp(ts, time), parts[p].low);
		*from = ts > *from ? ts : *from;
	}
}

static void see_offsets(struct verify *vf, const char *topic, const struct reread_part *parts, size_t count)
{
	const struct offsets *of = &vf->read[vf->direction];
	for (size_t p = 0; p < count && vf->history; p++)
		if (p < of->count && of->at[p] > parts[p].end)
			strbuf_printf(&vf->notes, "in doubt: %s [%zu] ends at offset %" PRId64 ", but the history had read to %" PRId64
				      ": the topic was made anew or cut back\n", topic, p, parts[p].end, of->at[p]);
}

/* *from: where comparing can begin, Unix s. */
static int read_kafka(struct verify *vf, int64_t *from, struct error *err)
{
	for (vf->direction = ENTRY; vf->direction <= EXIT; vf->direction++) {
		const char *topic = config_text(vf->cfg, topic_keys[vf->direction]);
		struct reread_part *parts;
		size_t count;
		int rc = reread(vf->cfg, topic, vf->since * 1000, take_event, vf, &parts, &count, err);
		if (!rc && !count)
			strbuf_printf(&vf->notes, "topic %s is not there\n", topic);
		if (!rc && !vf->closely) {
			see_ends(vf, topic, parts, count, from);
			see_offsets(vf, topic, parts, count);
		}
		free(parts);
		if (rc)
			return -1;
	}
	return 0;
}

static size_t headers_of(const rd_kafka_message_t *msg, struct header *out)
{
	rd_kafka_headers_t *headers;
	size_t count = 0;
	if (rd_kafka_message_headers(msg, &headers))
		return 0;
	while (count < HEADERS_MAX && !rd_kafka_header_get_all(headers, count, &out[count].name, &out[count].value, &out[count].len))
		count++;
	return count;
}

static void take_letter(void *arg, const rd_kafka_message_t *msg)
{
	struct verify *vf = arg;
	struct header headers[HEADERS_MAX];
	struct dead_origin origin;
	struct event ev;
	bool foreign;
	if (!msg->payload || dead_header_read(headers, headers_of(msg, headers), CONNECTOR, &origin, &foreign, NULL))
		return;
	enum direction d = strcmp(origin.topic, config_text(vf->cfg, topic_keys[ENTRY])) ? EXIT : ENTRY;
	if (strcmp(origin.topic, config_text(vf->cfg, topic_keys[d])) ||
	    event_decode(&vf->decoder, msg->payload, msg->len, msg->key, msg->key_len, d, clock_wall_ms(), &ev))
		return;
	struct cell *ce = cell_of(vf, &ev);
	if (!ce)
		return;
	vf->letters = xgrow(vf->letters, vf->nletters, &vf->letters_cap, sizeof *vf->letters);
	vf->letters[vf->nletters++] = (struct letter){d, origin.partition, origin.offset, (size_t)(ce - vf->tally.cell)};
}

static int by_origin(const void *a, const void *b)
{
	const struct letter *x = a, *y = b;
	if (x->direction != y->direction)
		return (int)x->direction - (int)y->direction;
	if (x->partition != y->partition)
		return x->partition < y->partition ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* A letter may be there twice: its record was read again before it was committed, or it was fed again. */
static void count_letters(struct verify *vf)
{
	if (vf->nletters)
		qsort(vf->letters, vf->nletters, sizeof *vf->letters, by_origin);
	for (size_t i = 0; i < vf->nletters; i++)
		vf->tally.cell[vf->letters[i].cell].dead += !i || by_origin(&vf->letters[i - 1], &vf->letters[i]);
}

static int read_letters(struct verify *vf, struct error *err)
{
	struct reread_part *parts;
	size_t count;
	int rc = reread(vf->cfg, config_text(vf->cfg, "elastic.dead_letter_topic"), vf->since * 1000, take_letter, vf, &parts, &count, err);
	free(parts);
	count_letters(vf);
	return rc;
}

static int by_identity(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;
	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return x->identity < y->identity ? -1 : x->identity > y->identity;
}

/* Only where Elasticsearch holds less than it should: does it hold one document for events that nothing tells apart? */
static int find_twins(struct verify *vf, struct error *err)
{
	bool needed = false;
	for (size_t i = 0; i < vf->tally.count; i++)
		needed |= !cell_elastic_agrees(&vf->tally.cell[i]);
	if (!needed)
		return 0;
	int64_t from = 0;
	vf->closely = true;
	int rc = read_kafka(vf, &from, err);
	if (vf->ntwins)
		qsort(vf->twins, vf->ntwins, sizeof *vf->twins, by_identity);
	for (size_t i = 1; i < vf->ntwins; i++)
		vf->tally.cell[vf->twins[i].cell].twins += !by_identity(&vf->twins[i - 1], &vf->twins[i]);
	return rc;
}

int verify_read(struct verify *vf, int64_t *from, struct error *err)
{
	*from = vf->since;
	if ((vf->elastic && ask_elastic(vf, err)) || (vf->history && ask_history(vf, err)) || read_kafka(vf, from, err))
		return -1;
	return vf->elastic && (read_letters(vf, err) || find_twins(vf, err)) ? -1 : 0;
}

void verify_fini(struct verify *vf)
{
	for (enum direction d = ENTRY; d <= EXIT; d++) {
		free(vf->read[d].at);
		free(vf->committed[d].at);
	}
	tally_fini(&vf->tally);
	free(vf->twins);
	free(vf->letters);
	strbuf_fini(&vf->notes);
}
