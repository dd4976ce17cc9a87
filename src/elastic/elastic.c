#include "elastic/elastic_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "elastic/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SPARE_LANES = 2,      /* one for what is tried again, one that is filled while the others are under way */
	BULK_BYTES_MIN = 64 * 1024,
	BULK_BYTES_MAX = 64 * 1024 * 1024,
	BULKS_MAX = 64,
	SAY_EVERY_MS = 60 * 1000,
	SAY_NEWS_MS = 5 * 1000, /* errors name threads, shards and sizes: of a thousand, no two are alike */
};

/* A data stream is called like its topic, so a topic must be called like a data stream. */
static int take_stream(struct elastic *el, enum direction dir, const struct config *cfg, const char *key, struct error *err)
{
	const char *name = config_text(cfg, key);
	for (const char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			return error_set(err,
					 "%s: Elasticsearch allows no capital letters in the name of a data stream, which is that of the "
					 "topic: %s",
					 key, name);
	if (strchr("-_.", *name))
		return error_set(
		    err, "%s: Elasticsearch allows no data stream whose name begins with \"%c\", and it has the name of the topic: %s", key,
		    *name, name);
	el->stream[dir] = xstrdup(name);
	return 0;
}

static int take_size(const struct config *cfg, const char *key, uint64_t low, uint64_t high, size_t *out, struct error *err)
{
	uint64_t n = config_count(cfg, key);
	if (n < low || n > high)
		return error_set(err, "%s: %" PRIu64 " is not between %" PRIu64 " and %" PRIu64, key, n, low, high);
	*out = n;
	return 0;
}

static enum stream_mode mode_of(const char *word)
{
	return !strcmp(word, "time_series") ? MODE_TIME_SERIES : !strcmp(word, "plain") ? MODE_PLAIN : MODE_AUTO;
}

static int64_t mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static void make_lanes(struct elastic *el, size_t bulks)
{
	el->nlanes = bulks + SPARE_LANES;
	el->lanes = xcalloc(el->nlanes, sizeof *el->lanes);
	for (size_t i = 0; i < el->nlanes; i++) {
		lane_init(&el->lanes[i], el->bulk_bytes);
		el->lanes[i].owner = el;
	}
	el->fig.bytes_max = bulks * el->bulk_bytes;
}

static void elastic_close(void *sink)
{
	struct elastic *el = sink;
	if (el->http)
		http_free(el->http);
	for (size_t i = 0; i < el->nlanes; i++)
		lane_fini(&el->lanes[i]);
	for (size_t i = 0; i < el->ntargets; i++)
		free(el->targets[i].action);
	for (int d = ENTRY; d <= EXIT; d++)
		free(el->stream[d]);
	free(el->lanes);
	free(el->targets);
	strbuf_fini(&el->doc);
	free(el);
}

static void *elastic_open(const struct config *cfg, void *arg, struct error *err)
{
	struct elastic *el = xcalloc(1, sizeof *el);
	const struct elastic_clock *clock = arg;
	size_t bulks = 0;
	el->now_ms = clock ? clock->now_ms : mono_ms;
	el->mode = mode_of(config_text(cfg, "elastic.mode"));
	if (take_stream(el, ENTRY, cfg, "topic.station_entries", err) || take_stream(el, EXIT, cfg, "topic.station_exits", err) ||
	    take_size(cfg, "elastic.bulk_bytes", BULK_BYTES_MIN, BULK_BYTES_MAX, &el->bulk_bytes, err) ||
	    take_size(cfg, "elastic.bulks", 1, BULKS_MAX, &bulks, err) || !(el->http = client_new(cfg, err))) {
		elastic_close(el);
		return NULL;
	}
	pace_init(&el->pace, el->bulk_bytes, (unsigned)bulks, (uint64_t)clock_mono_us() ^ (uint64_t)getpid() << 32);
	make_lanes(el, bulks);
	return el;
}

static void elastic_attach(void *sink, const struct judge *judge)
{
	struct elastic *el = sink;
	el->judge = *judge;
}

static uint64_t elastic_held(const struct elastic *el)
{
	uint64_t held = 0;
	for (size_t i = 0; i < el->nlanes; i++)
		held += lane_held(&el->lanes[i]);
	return held;
}

static bool elastic_full(void *sink)
{
	const struct elastic *el = sink;
	return elastic_held(el) >= el->fig.bytes_max;
}

static bool elastic_roomy(void *sink)
{
	const struct elastic *el = sink;
	return elastic_held(el) < el->fig.bytes_max / 2;
}

static const struct target *target_of(struct elastic *el, const struct batch *bat, uint32_t part)
{
	if (part >= el->ntargets) {
		el->targets = xreallocarray(el->targets, bat->npartitions, sizeof *el->targets);
		memset(el->targets + el->ntargets, 0, (bat->npartitions - el->ntargets) * sizeof *el->targets);
		el->ntargets = bat->npartitions;
		for (size_t i = 0; i < el->nlanes; i++)
			el->lanes[i].targets = el->targets; /* a bulk that is under way may not have been read yet */
	}
	struct target *to = &el->targets[part];
	if (!to->topic) {
		const struct partition *from = &bat->partitions[part];
		*to = (struct target){.topic = from->topic, .partition = from->partition, .direction = from->direction,
				      .plain = el->gate.plain[from->direction]};
		to->action = xasprintf("{\"create\":{\"_index\":\"%s\"}}\n", el->stream[from->direction]);
		to->action_len = strlen(to->action);
	}
	return to;
}

/* The lane that takes new items: one that is not under way, the fullest that has room; if all are, the one with the least in it. */
static struct lane *choose_filling(struct elastic *el)
{
	struct lane *best = NULL, *least = &el->lanes[1];
	for (size_t i = 1; i < el->nlanes; i++) {
		struct lane *ln = &el->lanes[i];
		bool fit = !ln->in_bulk && !ln->attempts && !elastic_asking(ln) && ln->bulk_bytes < el->bulk_bytes;
		if (fit && (!best || ln->bulk_bytes > best->bulk_bytes))
			best = ln;
		if (ln->bulk_bytes < least->bulk_bytes)
			least = ln;
	}
	return best ? best : least;
}

static void take(struct elastic *el, const struct batch *bat, const struct record *rec, const struct event *ev)
{
	const struct partition *part = &bat->partitions[rec->part];
	const struct target *to = target_of(el, bat, rec->part);
	struct text text = record_text(rec);
	bool differs = rec->read || document_differs(text.data, text.len, ev);
	if (!el->filling || el->filling->bulk_bytes >= el->bulk_bytes)
		el->filling = choose_filling(el);
	struct lane *ln = el->filling;
	if (differs) {
		strbuf_reset(&el->doc);
		document_add(&el->doc, text.data, text.len, ev);
	}
	if (!ln->count)
		ln->since_ms = el->now_ms();
	struct item *it = lane_add(ln, rec, ev, differs ? &el->doc : NULL, to);
	it->generation = part->generation;
	if (part->fresh_from >= 0 && rec->offset >= part->fresh_from)
		it->flags |= ITEM_FRESH;
	el->fig.items_in_flight++;
}

static enum sink_result elastic_write(void *sink, const struct batch *bat, struct error *err)
{
	struct elastic *el = sink;
	(void)err;
	for (size_t i = 0; i < bat->count; i++) {
		const struct record *rec = &bat->records[i];
		const struct partition *part = &bat->partitions[rec->part];
		const struct ticket tick = {.part = rec->part, .generation = part->generation, .offset = rec->offset};
		struct event ev;
		enum dead_reason reason;
		if (!rec->value)
			el->judge.settle(el->judge.feed, &tick, VERDICT_SKIPPED);
		else if ((reason = record_decode(&el->dec, rec, part->direction, bat->now_ms, &ev)))
			el->judge.refuse(el->judge.feed, &tick, VERDICT_DEAD, rec, dead_reason_name(reason), el->dec.detail);
		else
			take(el, bat, rec, &ev);
	}
	el->filling = NULL;
	return SINK_OK;
}

static enum sink_result elastic_wait(void *sink, int fd, int wait_ms, bool flush, struct error *err)
{
	struct elastic *el = sink;
	gate_turn(el);
	elastic_dispatch(el, flush);
	int64_t due_ms = elastic_due(el) - el->now_ms();
	if (due_ms < wait_ms)
		wait_ms = due_ms > 0 ? (int)due_ms : 0;
	http_wait(el->http, fd, wait_ms);
	gate_turn(el);
	elastic_dispatch(el, flush);
	if (el->gate.open || !el->gate.closed[0])
		return SINK_OK;
	error_set(err, "%s", el->gate.closed);
	return SINK_RETRY;
}

static void elastic_forget(void *sink, uint32_t part)
{
	struct elastic *el = sink;
	for (size_t i = 0; i < el->nlanes; i++) {
		struct lane *ln = &el->lanes[i];
		for (size_t k = 0; k < ln->count; k++) {
			if (ln->items[k].part != part || ln->items[k].flags & ITEM_GONE)
				continue;
			ln->items[k].flags |= ITEM_GONE;
			el->fig.items_in_flight--;
		}
		if (!ln->in_bulk && !elastic_asking(ln))
			lane_compact(ln, el->targets);
	}
}

static void note(struct elastic *el, const char *text)
{
	snprintf(el->fig.last_error, sizeof el->fig.last_error, "%s", text);
	el->fig.last_error_ms = clock_wall_ms();
}

void elastic_complain(struct elastic *el, const char *text)
{
	bool news = strncmp(el->said, text, sizeof el->said - 1);
	int64_t now_ms = el->now_ms();
	if (now_ms - el->said_ms >= (news ? SAY_NEWS_MS : SAY_EVERY_MS)) {
		log_warn("elastic: %s", text);
		snprintf(el->said, sizeof el->said, "%s", text);
		el->said_ms = now_ms;
	}
	note(el, text);
}

static void elastic_figures(void *sink, struct sink_figures *out)
{
	struct elastic *el = sink;
	int64_t now_ms = el->now_ms();
	*out = el->fig;
	snprintf(out->product, sizeof out->product, "%s", el->gate.product);
	out->requests_in_flight = (uint32_t)http_under_way(el->http);
	out->requests_max = el->pace.slots;
	out->failures_in_row = el->pace.failures;
	out->bytes_held = elastic_held(el);
	out->bulk_bytes = el->pace.bytes;
	out->backing_off_ms = el->pace.hold_until_ms > now_ms ? el->pace.hold_until_ms - now_ms : 0;
	out->request_ms_p50 = spread_ms(&el->request, 0.5);
	out->request_ms_p99 = spread_ms(&el->request, 0.99);
	out->end_to_end_ms_p50 = spread_ms(&el->end_to_end, 0.5);
	out->end_to_end_ms_p99 = spread_ms(&el->end_to_end, 0.99);
}

static const struct sink_later elastic_later = {
	.attach = elastic_attach,
	.full = elastic_full,
	.roomy = elastic_roomy,
	.wait = elastic_wait,
	.forget = elastic_forget,
	.figures = elastic_figures,
};

const struct sink_ops elastic_sink = {
	.name = "elastic",
	.help = "every event as a document in Elasticsearch or OpenSearch, each once",
	.progress = PROGRESS_GROUP,
	.group_key = "elastic.group",
	.start_key = "elastic.start",
	.dead_letter_key = "elastic.dead_letter_topic",
	.later = &elastic_later,
	.open = elastic_open,
	.write = elastic_write,
	.close = elastic_close,
};
