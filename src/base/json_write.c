#include "base/json_write.h"

#include <string.h>

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

bool json_add_text(struct strbuf *out, const void *text, size_t len)
{
	const unsigned char *p = text;
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
	*to = '\0';
	out->len = (size_t)(to - out->data);
	return true;
}

void json_add_base64(struct strbuf *out, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
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
