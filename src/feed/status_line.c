#include "feed/status_line.h"

#include <inttypes.h>

static void add_sink(const struct sink_figures *fig, struct strbuf *out)
{
	strbuf_printf(out, ", %" PRIu32 "/%" PRIu32 " requests", fig->requests_in_flight, fig->requests_max);
	if (fig->bulk_items)
		strbuf_printf(out, " of %" PRIu64, fig->bulk_items);
	if (fig->request_ms_p50 >= 0)
		strbuf_printf(out, ", %.0f ms (99 %% within %.0f ms)", fig->request_ms_p50, fig->request_ms_p99);
	if (fig->items_retried)
		strbuf_printf(out, ", %" PRIu64 " retried", fig->items_retried);
	if (fig->backing_off_ms)
		strbuf_printf(out, ", backing off %.1f s: %s", (double)fig->backing_off_ms / 1000, fig->last_error);
}

void status_line(const struct feed_status *st, struct strbuf *out)
{
	const struct {
		const char *name;
		uint64_t count;
	} terms[] = {
		{"duplicate", st->total.duplicate}, {"late", st->total.late}, {"dead", st->total.dead}, {"in flight", st->total.in_flight},
	};
	strbuf_printf(out, "%s: %s, %.0f events/s, consumed %" PRIu64, st->name, feed_state_name(st->state), st->rate, st->total.consumed);
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
		if (terms[i].count)
			strbuf_printf(out, ", %s %" PRIu64, terms[i].name, terms[i].count);
	if (st->lag >= 0)
		strbuf_printf(out, ", lag %" PRId64, st->lag);
	if (st->sink.requests_max)
		add_sink(&st->sink, out);
	if (st->detail[0])
		strbuf_printf(out, ": %s", st->detail);
}
