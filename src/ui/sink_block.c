#include "ui/sink_block.h"

#include "ui/format.h"
#include "ui/theme.h"

#include <stdio.h>

#define LONG_AGO_MS (10 * 60 * 1000) /* an error so old needs nobody's eye */

bool sink_block_has(const struct feed_status *fd)
{
	return fd->sink.requests_max > 0;
}

static const char *known(const char *text)
{
	return text[0] ? text : UNKNOWN;
}

static void draw_requests(struct page *pg, const struct sink_figures *fig)
{
	page_line(pg, ROLE_TEXT, "server", "%s%s%s", known(fig->endpoint), fig->product[0] ? " · " : "", fig->product);
	page_line(pg, ROLE_TEXT, "requests", "%s of %s under way · up to %s each · %s events in the last",
		  format_count(fig->requests_in_flight).s, format_count(fig->requests_max).s, format_bytes((int64_t)fig->bulk_bytes).s,
		  fig->bulk_items ? format_count(fig->bulk_items).s : UNKNOWN);
	page_line(pg, ROLE_TEXT, "answers", "%s · %s failed · %s events sent again", format_count(fig->requests).s,
		  format_count(fig->requests_failed).s, format_count(fig->items_retried).s);
	page_line(pg, ROLE_TEXT, "latency", "median %s · 99 %% within %s", format_took(fig->request_ms_p50).s, format_took(fig->request_ms_p99).s);
	page_line(pg, ROLE_TEXT, "end to end", "median %s · 99 %% within %s, from an event to its document", format_took(fig->end_to_end_ms_p50).s,
		  format_took(fig->end_to_end_ms_p99).s);
}

static void draw_memory(struct page *pg, const struct feed_status *fd)
{
	const struct sink_figures *fig = &fd->sink;
	page_line(pg, fd->paused ? ROLE_WARN : ROLE_TEXT, "held", "%s events · %s of %s%s", format_count(fig->items_in_flight).s,
		  format_bytes((int64_t)fig->bytes_held).s, format_bytes((int64_t)fig->bytes_max).s,
		  fd->paused ? " · full: nothing is read until there is room again" : "");
}

/* What does not get through, before anything else of the sink. */
static void draw_trouble(struct page *pg, const struct sink_figures *fig)
{
	char again[80] = "the next attempt is under way";
	if (fig->backing_off_ms)
		snprintf(again, sizeof again, "tried again in %s", format_took((double)fig->backing_off_ms).s);
	if (sink_fails(fig))
		page_line(pg, ROLE_ALERT, "trouble", "%s requests in a row have failed · %s · nothing is lost: what was not stored is sent again",
			  format_count(fig->failures_in_row).s, again);
	else if (fig->failures_in_row || fig->backing_off_ms)
		page_line(pg, ROLE_WARN, "backing off", "%s", again);
}

static void draw_refused(struct page *pg, const struct feed_status *fd)
{
	char text[600];
	size_t n = 0;
	text[0] = '\0';
	for (size_t i = 0; i < fd->reasons && n < sizeof text - 80; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s", n ? " · " : "", format_count(fd->reason[i].count).s, fd->reason[i].reason);
	if (fd->letters_waiting)
		snprintf(text + n, sizeof text - n, "%s%s not yet acknowledged by Kafka", n ? " · " : "", format_count(fd->letters_waiting).s);
	page_line(pg, text[0] ? ROLE_WARN : ROLE_TEXT, "dead letters", "%s", text[0] ? text : "none in this run");
}

void sink_block_draw(struct page *pg, const struct feed_status *fd, int64_t wall_ms)
{
	const struct sink_figures *fig = &fd->sink;
	int64_t ago_ms = wall_ms > fig->last_error_ms ? wall_ms - fig->last_error_ms : 0;
	draw_trouble(pg, fig);
	if (fig->last_error[0])
		page_line(pg, sink_fails(fig) ? ROLE_ALERT : ago_ms < LONG_AGO_MS ? ROLE_WARN : ROLE_DIM, "last error", "%s ago: %s",
			  format_long(ago_ms).s, fig->last_error);
	draw_requests(pg, fig);
	draw_memory(pg, fd);
	draw_refused(pg, fd);
}
