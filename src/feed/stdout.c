#include "feed/stdout.h"

#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_AT (256 * 1024)

struct out {
	struct strbuf text;
	size_t written; /* of text, after a refusal in the middle */
};

/* How a byte is written inside a JSON string: 0 as it stands, 1 escaped, 2…4 the length of the UTF-8 sequence it begins, 5 begins none. */
static const unsigned char class[256] = {
	[0 ... 0x1f] = 1, ['"'] = 1, ['\\'] = 1, [0x7f] = 1, [0x80 ... 0xc1] = 5, [0xc2 ... 0xdf] = 2, [0xe0 ... 0xef] = 3,
	[0xf0 ... 0xf4] = 4, [0xf5 ... 0xff] = 5,
};

/* Length of the sequence at p if it is well-formed (no overlong form, no surrogate, not beyond U+10FFFF), else 0. */
static size_t sequence(const unsigned char *p, size_t left)
{
	size_t len = class[*p];
	if (len > 4 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

static char *put_escape(char *to, unsigned char c)
{
	static const char letters[] = "btn?fr"; /* from 8 */
	*to++ = '\\';
	if (c == '"' || c == '\\') {
		*to++ = (char)c;
	} else if (c >= 8 && c <= 13 && c != 11) {
		*to++ = letters[c - 8];
	} else {
		memcpy(to, "u00", 3);
		to[3] = "0123456789abcdef"[c >> 4];
		to[4] = "0123456789abcdef"[c & 15];
		to += 5;
	}
	return to;
}

/* The text as a JSON string. False: it is no UTF-8, nothing was added. */
static bool add_text(struct strbuf *out, const unsigned char *p, size_t len)
{
	strbuf_reserve(out, len * 6 + 2);
	char *to = out->data + out->len;
	const unsigned char *end = p + len;
	*to++ = '"';
	while (p < end) {
		size_t n;
		if (!class[*p]) {
			*to++ = (char)*p++;
		} else if (class[*p] == 1) {
			to = put_escape(to, *p++);
		} else if (p[0] == 0xc2 && end - p > 1 && p[1] >= 0x80 && p[1] < 0xa0) {
			to = put_escape(to, p[1]); /* a control character in two bytes: a terminal may obey it */
			p += 2;
		} else if ((n = sequence(p, (size_t)(end - p)))) {
			memcpy(to, p, n);
			to += n;
			p += n;
		} else {
			return false;
		}
	}
	*to++ = '"';
	out->len = (size_t)(to - out->data);
	return true;
}

static void add_base64(struct strbuf *out, const unsigned char *p, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	strbuf_addc(out, '"');
	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		unsigned bits = (unsigned)p[i] << 16 | (n > 1 ? (unsigned)p[i + 1] << 8 : 0) | (n > 2 ? p[i + 2] : 0);
		char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63], digits[bits >> 6 & 63], digits[bits & 63]};
		memset(four + n + 1, '=', 3 - n);
		strbuf_add(out, four, 4);
	}
	strbuf_addc(out, '"');
}

/* ,"name":"text" or ,"name":null or ,"name_b64":"…" */
static void add_member(struct strbuf *out, const char *name, const void *bytes, size_t len)
{
	size_t begin = out->len;
	strbuf_add(out, ",\"", 2);
	strbuf_puts(out, name);
	strbuf_add(out, "\":", 2);
	if (!bytes) {
		strbuf_add(out, "null", 4);
	} else if (!add_text(out, bytes, len)) {
		out->len = begin;
		strbuf_printf(out, ",\"%s_b64\":", name);
		add_base64(out, bytes, len);
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
	add_member(out, "value", rec->value, rec->value_len);
	strbuf_add(out, "}\n", 2);
}

static void *out_open(const struct config *cfg, void *arg, struct error *err)
{
	(void)cfg;
	(void)arg;
	(void)err;
	return xcalloc(1, sizeof(struct out));
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
	return SINK_OK;
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
	.progress = PROGRESS_GROUP,
	.open = out_open,
	.write = out_write,
	.commit = out_commit,
	.close = out_close,
};
