#include "ui/linear.h"

#include "base/zone.h"

#include <inttypes.h>

void linear_clock(const struct snapshot *snap, struct strbuf *out)
{
	struct civil at;
	zone_civil(snap->now_ms / 1000, &at);
	strbuf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d ", at.year, at.month, at.day, at.hour, at.minute, at.second);
}

/* In steps that grow with the silence, so that a quiet stream is not a line a second. */
static void put_silence(int64_t silent_ms, struct strbuf *out)
{
	static const struct {
		int64_t from_ms;
		const char *words;
	} steps[] = {{3600000, "1 h"}, {600000, "10 min"}, {60000, "1 min"}, {30000, "30 s"}, {5000, "5 s"}};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (silent_ms >= steps[i].from_ms) {
			strbuf_printf(out, ", no event for %s or more", steps[i].words);
			return;
		}
}

static void put_feed(const struct feed_status *fd, int64_t wall_ms, struct strbuf *out)
{
	strbuf_printf(out, ", %s %s", fd->name, feed_state_name(fd->state));
	if (fd->state == FEED_CATCHING_UP && fd->catch_up >= 0)
		strbuf_printf(out, " %.0f %%", fd->catch_up * 100);
	if (fd->lag >= 0)
		strbuf_printf(out, ", lag %" PRId64, fd->lag);
	strbuf_printf(out, ", %.0f events/s", fd->rate);
	if (fd->last_arrival_ms)
		put_silence(wall_ms - fd->last_arrival_ms, out);
	if (fd->detail[0])
		strbuf_printf(out, ", %s", fd->detail);
}

/* The feed of the process beside which a viewer looks on. */
static void put_other(const struct store_status *ss, struct strbuf *out)
{
	strbuf_puts(out, ss->writer_gone_ms ? ", the process that counted has ended" : ", another process counts");
	if (ss->feed.lag >= 0)
		strbuf_printf(out, ", lag %" PRId64, ss->feed.lag);
	if (ss->feed.rate >= 0)
		strbuf_printf(out, ", %.0f events/s", ss->feed.rate);
}

/* Not known is not 0. */
static void put_flow(const struct snapshot *snap, struct strbuf *out)
{
	int64_t end = snapshot_minute(snap);
	struct counts quarter = board_network_window(&snap->board, end - 15 * 60, end);
	if (snapshot_knows(snap, end - 15 * 60, end))
		strbuf_printf(out, ", entries %" PRIu32 " and exits %" PRIu32 " in 15 min", quarter.entries, quarter.exits);
	else
		strbuf_puts(out, ", entries and exits in 15 min unknown");
	enum today today = snapshot_today(snap);
	bool counted = today == TODAY_COUNTED;
	if (today)
		strbuf_printf(out, ", today %" PRIu64 " and %" PRIu64 ", in network %" PRId64, counted ? snap->board.day_entries : 0,
			      counted ? snap->board.day_exits : 0, snapshot_inside(snap));
}

/* Nothing but printable ASCII leaves here, whatever the details hold. */
static void make_ascii(struct strbuf *out, size_t from)
{
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] < ' ' || out->data[i] > '~')
			out->data[i] = '?';
}

void linear_line(const struct snapshot *snap, struct strbuf *out)
{
	size_t from = out->len;
	strbuf_puts(out, snap->demo ? "demo" : snap->mode == MODE_VIEWER ? "viewer" : "live");
	put_flow(snap, out);
	if (snap->mode == MODE_VIEWER)
		put_other(&snap->store, out);
	for (size_t i = 0; i < snap->feeds; i++)
		put_feed(&snap->feed[i], snap->wall_ms, out);
	make_ascii(out, from);
}
