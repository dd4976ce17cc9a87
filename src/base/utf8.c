#include "base/utf8.h"

#include <stdbool.h>

size_t utf8_decode(const char *text, size_t len, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* a shorter form would do below */
	const unsigned char *p = (const unsigned char *)text;
	if (!len)
		return 0;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	if (n == 0 || n > len)
		return 0;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	*code = c;
	return n;
}

size_t utf8_printable(const char *text, size_t len)
{
	uint32_t c = 0;
	size_t n = utf8_decode(text, len, &c);
	bool line_or_bidi = (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
	return n && c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !line_or_bidi ? n : 0;
}

void utf8_add_safe(struct strbuf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_printable(text + i, len - i);
		if (n)
			strbuf_add(out, text + i, n);
		else
			strbuf_printf(out, "\\x%02x", (unsigned char)text[i]);
		i += n ? n : 1;
	}
}

size_t utf8_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}
