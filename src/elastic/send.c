/* What is sent when: bulks and lookups, as many at once as the pace allows. */
#include "elastic/elastic_inside.h"

#include "elastic/reply.h"

#include <stdio.h>

enum {
	LINGER_MS = 500,             /* a bulk that is not full waits no longer than this for others that are under way */
	REPLY_PER_ITEM = 4096,       /* an error says a lot: types, the document's dimensions, a preview */
	REPLY_MIN = 1024 * 1024,
	REPLY_MAX = 64 * 1024 * 1024,
};

static bool is_idle(const struct lane *ln)
{
	return !ln->in_bulk && !ln->asked;
}

/* A small bulk is sent when nothing else is under way, else it gathers more until that has been answered. */
static bool is_ready(const struct elastic *el, const struct lane *ln, int64_t now_ms)
{
	if (!ln->count || now_ms < ln->due_ms)
		return false;
	if (ln->attempts || elastic_asking(ln) || ln->most_items)
		return true;
	if (ln->bulk_bytes >= el->pace.bytes || now_ms - ln->since_ms >= LINGER_MS)
		return true;
	return ln->flush && !http_under_way(el->http);
}

static size_t reply_max(size_t items)
{
	size_t max = items > 1 ? items * REPLY_PER_ITEM : REPLY_MAX;
	return max < REPLY_MIN ? REPLY_MIN : max > REPLY_MAX ? REPLY_MAX : max;
}

static const char *bulk_path(const struct elastic *el, bool ids, char *path, size_t size)
{
	/* From 8.13 on the server can be told never to make an ordinary index. */
	const struct server *srv = &el->gate.server;
	bool strict = srv->product == ELASTICSEARCH && (srv->major > 8 || (srv->major == 8 && srv->minor >= 13));
	snprintf(path, size, "/_bulk?filter_path=%s%s", ids ? REPLY_FILTER_IDS : REPLY_FILTER, strict ? "&require_data_stream=true" : "");
	return path;
}

static void send_bulk(struct elastic *el, struct lane *ln, int64_t now_ms)
{
	char path[256];
	size_t len = lane_begin_bulk(ln, el->targets, el->pace.bytes);
	ln->with_ids = el->ask_ids;
	ln->sent_ms = now_ms;
	ln->flush &= ln->in_bulk < ln->count;
	el->fig.bulk_items = ln->in_bulk;
	if (ln->attempts)
		el->fig.items_retried += ln->in_bulk;
	const struct http_request req = {
		.method = "POST",
		.path = bulk_path(el, ln->with_ids, path, sizeof path),
		.content_type = "application/x-ndjson",
		.len = len,
		.read = lane_read,
		.rewind = lane_rewind,
		.reply_max = reply_max(ln->in_bulk),
		.done = elastic_bulk_done,
		.arg = ln,
	};
	http_send(el->http, &req);
}

void elastic_dispatch(struct elastic *el, bool flush)
{
	int64_t now_ms = el->now_ms();
	unsigned slots = pace_slots(&el->pace, now_ms);
	for (size_t i = 0; flush && i < el->nlanes; i++)
		el->lanes[i].flush = el->lanes[i].count;
	for (size_t i = 0; el->gate.open && i < el->nlanes && http_under_way(el->http) < slots; i++) {
		struct lane *ln = &el->lanes[el->turn++ % el->nlanes];
		if (!is_idle(ln) || !is_ready(el, ln, now_ms))
			continue;
		if (elastic_asking(ln))
			elastic_lookup(el, ln);
		else
			send_bulk(el, ln, now_ms);
	}
}

int64_t elastic_due(const struct elastic *el)
{
	int64_t due_ms = el->gate.looking ? INT64_MAX : el->gate.look_ms, hold_ms = el->pace.hold_until_ms;
	for (size_t i = 0; el->gate.open && i < el->nlanes; i++) {
		const struct lane *ln = &el->lanes[i];
		if (!ln->count || !is_idle(ln))
			continue;
		int64_t at_ms = ln->attempts || elastic_asking(ln) ? ln->due_ms : ln->since_ms + LINGER_MS;
		if (at_ms < hold_ms)
			at_ms = hold_ms;
		if (at_ms < due_ms && http_under_way(el->http) < pace_slots(&el->pace, at_ms))
			due_ms = at_ms;
	}
	return due_ms;
}

static size_t sent_before(const struct lane *ln)
{
	size_t n = 0;
	while (n < ln->count && ln->items[n].flags & ITEM_SENT)
		n++;
	return n;
}

/* What is left of a bulk goes to the lane for such, if that has room: the lane is free again. */
static void move_on(struct elastic *el, struct lane *ln, size_t left)
{
	struct lane *again = &el->lanes[AGAIN_LANE];
	if (ln == again || !is_idle(again) || elastic_asking(again) || again->len + lane_size(ln, left) > again->normal)
		return;
	if (!again->count) {
		again->attempts = ln->attempts;
		again->due_ms = ln->due_ms;
		again->since_ms = ln->since_ms;
	}
	lane_move(again, ln, left, el->targets);
	ln->attempts = 0;
	ln->due_ms = 0;
}

void elastic_lane_rest(struct elastic *el, struct lane *ln, int64_t retry_after_ms)
{
	ln->in_bulk = 0;
	if (elastic_asking(ln))
		return;
	lane_compact(ln, el->targets);
	bool trouble = ln->trouble;
	size_t left = sent_before(ln);
	ln->trouble = false;
	ln->due_ms = 0;
	ln->attempts = left ? ln->attempts + 1 : 0;
	if (!left || !trouble)
		return;
	ln->due_ms = el->now_ms() + pace_backoff(&el->pace, ln->attempts, retry_after_ms);
	move_on(el, ln, left);
}
