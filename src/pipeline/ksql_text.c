#include "pipeline/ksql_text.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

static bool is_continuation(char c)
{
	return (c & 0xc0) == 0x80;
}

static bool is_surrogate(unsigned unit)
{
	return (unit & 0xf800) == 0xd800;
}

void units_add(struct strbuf *out, unsigned unit)
{
	char bytes[3] = {(char)(0xe0 | unit >> 12), (char)(0x80 | (unit >> 6 & 0x3f)), (char)(0x80 | (unit & 0x3f))};
	if (unit < 0x80) {
		strbuf_addc(out, (char)unit);
	} else if (unit < 0x800) {
		bytes[1] = (char)(0xc0 | unit >> 6);
		strbuf_add(out, bytes + 1, 2);
	} else {
		strbuf_add(out, bytes, 3);
	}
}

/* Bytes of a sequence with this start byte; 0 for a wrong one. */
static size_t sequence_length(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf8 ? 4 : 0;
}

const char *units_decode(const char *p, const char *end, unsigned units[2])
{
	static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	size_t n = sequence_length((unsigned char)*p);
	if (!n || (size_t)(end - p) < n)
		return NULL;
	unsigned c = (unsigned char)*p & mask[n];
	for (size_t i = 1; i < n; i++) {
		if (!is_continuation(p[i]))
			return NULL;
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	}
	units[0] = c;
	units[1] = 0;
	if (n == 4) { /* Jackson's arithmetic, also where it makes nonsense of an overlong form */
		c -= 0x10000;
		units[0] = (0xd800 | (unsigned)((int)c >> 10)) & 0xffff;
		units[1] = 0xdc00 | (c & 0x3ff);
	}
	return p + n;
}

unsigned units_next(const char **p)
{
	unsigned units[2];
	*p = units_decode(*p, *p + 3, units);
	return units[0];
}

void units_add_utf8(struct strbuf *out, struct text utf8)
{
	const char *end = utf8.data + utf8.len;
	for (const char *p = utf8.data; p && p < end;) {
		unsigned units[2];
		p = units_decode(p, end, units);
		if (!p)
			break;
		units_add(out, units[0]);
		if (units[1])
			units_add(out, units[1]);
	}
}

/* The byte needs a look: it is escaped in JSON, or may begin a surrogate (ed a0 80 to ed bf bf). */
static bool stands_out(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0xed;
}

static void add_escaped(struct strbuf *out, unsigned unit, enum units_json how)
{
	static const char shorts[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
	const char *found = unit && unit < 0x80 ? strchr(shorts, (int)unit) : NULL;
	if (found) {
		strbuf_addc(out, '\\');
		strbuf_addc(out, letters[found - shorts]);
	} else if (unit < 0x20 || (is_surrogate(unit) && how == UNITS_ESCAPED_SURROGATES)) {
		strbuf_printf(out, "\\u%04X", unit);
	} else {
		units_add(out, unit);
	}
}

void units_add_json(struct strbuf *out, struct text units, enum units_json how)
{
	const char *p = units.data, *end = p + units.len;
	while (p < end) {
		const char *plain = p;
		while (p < end && !stands_out((unsigned char)*p))
			p++;
		strbuf_add(out, plain, (size_t)(p - plain));
		if (p < end)
			add_escaped(out, units_next(&p), how);
	}
}

/* How many bytes of the (at least one) at p belong together; *good: they are one character. The rules of Java's decoder: a malformed
 * sequence is as long as its valid beginning, but an encoded surrogate is replaced as a whole. */
static size_t java_sequence(const unsigned char *p, size_t left, bool *good)
{
	size_t want = sequence_length(*p), n = 1;
	*good = false;
	if (!want || *p == 0xc0 || *p == 0xc1 || *p > 0xf4)
		return 1;
	unsigned char low = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : 0x80, high = *p == 0xf4 ? 0x8f : 0xbf;
	for (; n < want && n < left && p[n] >= low && p[n] <= high; n++) {
		low = 0x80;
		high = 0xbf;
	}
	*good = n == want && !(*p == 0xed && p[1] >= 0xa0);
	return n;
}

struct text java_utf8(struct text bytes, struct strbuf *scratch)
{
	const unsigned char *p = (const unsigned char *)bytes.data;
	bool replaced = false, good;
	for (size_t at = 0, n; at < bytes.len; at += n) {
		if (p[at] < 0x80) {
			n = 1;
			good = true;
		} else {
			n = java_sequence(p + at, bytes.len - at, &good);
		}
		if (!good && !replaced) {
			replaced = true;
			strbuf_reset(scratch);
			strbuf_add(scratch, p, at);
		}
		if (replaced)
			strbuf_add(scratch, good ? (const char *)p + at : REPLACEMENT, good ? n : sizeof REPLACEMENT - 1);
	}
	return replaced ? (struct text){scratch->data, scratch->len} : bytes;
}

/* UTF-16 as Java's decoder reads it: a lone surrogate, or half a unit at the end, becomes U+FFFD. */
static void add_utf16(struct strbuf *out, const unsigned char *p, size_t len, bool big)
{
	for (size_t at = 0; at < len; at += 2) {
		unsigned unit = at + 1 < len ? (unsigned)(big ? p[at] << 8 | p[at + 1] : p[at + 1] << 8 | p[at]) : 0xfffd;
		if (is_surrogate(unit)) {
			unsigned low = at + 3 < len ? (unsigned)(big ? p[at + 2] << 8 | p[at + 3] : p[at + 3] << 8 | p[at + 2]) : 0;
			if (unit < 0xdc00 && (low & 0xfc00) == 0xdc00) {
				units_add(out, unit);
				unit = low;
				at += 2;
			} else {
				unit = 0xfffd;
			}
		}
		units_add(out, unit);
	}
}

static bool add_utf32(struct strbuf *out, const unsigned char *p, size_t len, bool big)
{
	for (size_t at = 0; at + 3 < len; at += 4) {
		unsigned c = big ? (unsigned)p[at] << 24 | (unsigned)p[at + 1] << 16 | (unsigned)p[at + 2] << 8 | p[at + 3]
				 : (unsigned)p[at + 3] << 24 | (unsigned)p[at + 2] << 16 | (unsigned)p[at + 1] << 8 | p[at];
		if (c > 0x10ffff)
			return false;
		if (c > 0xffff) {
			units_add(out, 0xd800 | (c - 0x10000) >> 10);
			c = 0xdc00 | (c & 0x3ff);
		}
		units_add(out, c);
	}
	return len % 4 == 0;
}

struct encoding {
	unsigned char mask[4], want[4]; /* the first bytes under the mask */
	size_t need;                    /* bytes the input must have */
	size_t mark;                    /* bytes of the byte order mark */
	int width;
	bool big;
};

/* In the order in which Jackson tries them; its byte orders 2143 and 3412 are only refused. */
static const struct encoding encodings[] = {
	{{255, 255, 255, 255}, {0x00, 0x00, 0xfe, 0xff}, 4, 4, 4, true},
	{{255, 255, 255, 255}, {0xff, 0xfe, 0x00, 0x00}, 4, 4, 4, false},
	{{255, 255, 255, 255}, {0x00, 0x00, 0xff, 0xfe}, 4, 0, 0, false},
	{{255, 255, 255, 255}, {0xfe, 0xff, 0x00, 0x00}, 4, 0, 0, false},
	{{255, 255, 0, 0}, {0xfe, 0xff, 0, 0}, 4, 2, 2, true},
	{{255, 255, 0, 0}, {0xff, 0xfe, 0, 0}, 4, 2, 2, false},
	{{255, 255, 255, 0}, {0xef, 0xbb, 0xbf, 0}, 4, 3, 1, false},
	{{255, 255, 255, 0}, {0, 0, 0, 0}, 4, 0, 4, true},
	{{0, 255, 255, 255}, {0, 0, 0, 0}, 4, 0, 4, false},
	{{255, 0, 255, 255}, {0, 0, 0, 0}, 4, 0, 0, false},
	{{255, 255, 0, 255}, {0, 0, 0, 0}, 4, 0, 0, false},
	{{255, 0, 0, 0}, {0, 0, 0, 0}, 2, 0, 2, true},
	{{0, 255, 0, 0}, {0, 0, 0, 0}, 2, 0, 2, false},
};

static const struct encoding *find_encoding(struct text json)
{
	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
		const struct encoding *enc = &encodings[i];
		bool same = json.len >= enc->need;
		for (size_t b = 0; same && b < enc->need; b++)
			same = ((unsigned char)json.data[b] & enc->mask[b]) == enc->want[b];
		if (same)
			return enc;
	}
	return NULL;
}

bool json_encoding(struct text *json, struct strbuf *scratch)
{
	if (json->len && (*json->data == '{' && (json->len < 2 || json->data[1]))) /* as good as always */
		return true;
	const struct encoding *enc = find_encoding(*json);
	if (!enc)
		return true;
	if (enc->width == 0)
		return false;
	struct text rest = {json->data + enc->mark, json->len - enc->mark};
	strbuf_reset(scratch);
	if (enc->width == 2)
		add_utf16(scratch, (const unsigned char *)rest.data, rest.len, enc->big);
	else if (enc->width == 4 && !add_utf32(scratch, (const unsigned char *)rest.data, rest.len, enc->big))
		return false;
	*json = enc->width == 1 ? rest : (struct text){strbuf_str(scratch), scratch->len};
	return true;
}
