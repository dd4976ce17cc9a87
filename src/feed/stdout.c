#include "feed/stdout.h"

#include "base/json_write.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_AT (256 * 1024)

struct out {
	struct strbuf text;
	size_t written; /* of text, after a refusal in the middle */
};

/* ,"name":"text" or ,"name":null or ,"name_b64":"…" */
static void add_member(struct strbuf *out, const char *name, const void *bytes, size_t len)
{
	size_t begin = out->len;
	strbuf_add(out, ",\"", 2);
	strbuf_puts(out, name);
	strbuf_add(out, "\":", 2);
	if (!bytes) {
		strbuf_add(out, "null", 4);
	} else if (!json_add_text(out, bytes, len)) {
		out->len = begin;
		strbuf_printf(out, ",\"%s_b64\":", name);
		json_add_base64(out, bytes, len);
	}
}

static void add_number(struct strbuf *out, const char *name, int64_t number)
{
	char digits[24];
	char *p = digits + sizeof digits;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--p = '-';
	strbuf_puts(out, name);
	strbuf_add(out, p, (size_t)(digits + sizeof digits - p));
}

void stdout_format(const struct partition *part, const struct record *rec, struct strbuf *out)
{
	strbuf_add(out, "{\"topic\":\"", 10); /* topic names hold letters, digits, '.', '_' and '-' only */
	strbuf_puts(out, part->topic);
	add_number(out, "\",\"partition\":", part->partition);
	add_number(out, ",\"offset\":", rec->offset);
	if (rec->time_ms >= 0)
		add_number(out, ",\"timestamp\":", rec->time_ms);
	else
		strbuf_puts(out, ",\"timestamp\":null");
	add_member(out, "key", rec->key, rec->key_len);
	struct text text = record_text(rec);
	add_member(out, "value", text.data, text.len);
	strbuf_add(out, "}\n", 2);
}

static void *out_open(const struct config *cfg, void *arg, struct error *err)
{
	(void)cfg;
	(void)arg;
	(void)err;
	return xcalloc(1, sizeof(struct out));
}

/* Nothing need be written for that to be noticed. */
static bool reader_gone(void)
{
	struct pollfd pfd = {.fd = STDOUT_FILENO};
	return poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLERR);
}

static enum sink_result flush(struct out *out, struct error *err)
{
	while (out->written < out->text.len) {
		ssize_t n = write(STDOUT_FILENO, out->text.data + out->written, out->text.len - out->written);
		if (n >= 0)
			out->written += (size_t)n;
		else if (errno == EPIPE)
			return SINK_END;
		else if (errno == ENOSPC || errno == EDQUOT || errno == EAGAIN)
			return error_set(err, "standard output: %s", strerror(errno)), SINK_RETRY;
		else if (errno != EINTR)
			return error_set(err, "standard output cannot be written: %s", strerror(errno)), SINK_FAILED;
	}
	strbuf_reset(&out->text);
	out->written = 0;
	return reader_gone() ? SINK_END : SINK_OK;
}

static enum sink_result out_write(void *sink, const struct batch *bat, struct error *err)
{
	struct out *out = sink;
	if (out->text.len >= FLUSH_AT) {
		enum sink_result result = flush(out, err);
		if (result != SINK_OK)
			return result;
	}
	for (size_t i = 0; i < bat->count; i++)
		stdout_format(&bat->partitions[bat->records[i].part], &bat->records[i], &out->text);
	return SINK_OK;
}

static enum sink_result out_commit(void *sink, struct partition *parts, size_t count, const struct gap *gaps, size_t ngaps, struct error *err)
{
	(void)gaps; /* the feed logs them */
	(void)ngaps;
	enum sink_result result = flush(sink, err);
	for (size_t i = 0; i < count && result == SINK_OK; i++)
		ledger_settle(&parts[i].ledger, &parts[i].ledger.stored, parts[i].ledger.in_flight);
	return result;
}

static void out_close(void *sink)
{
	struct out *out = sink;
	strbuf_fini(&out->text);
	free(out);
}

const struct sink_ops stdout_sink = {
	.name = "stdout",
	.help = "every record as a line of JSON, for pipes and tests",
	.progress = PROGRESS_NONE,
	.open = out_open,
	.write = out_write,
	.commit = out_commit,
	.close = out_close,
};
