#include "base/http_trust.h"

#include "base/sha256.h"
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int fingerprint_parse(const char *text, uint8_t digest[32], struct error *err)
{
	size_t n = 0;
	memset(digest, 0, 32);
	for (const char *p = text; *p; p++) {
		int digit = hex(*p);
		if (*p == ':' && n % 2 == 0)
			continue;
		if (digit < 0 || n == 64)
			return error_set(err, "not the 64 hexadecimal digits of a SHA-256");
		digest[n / 2] = (uint8_t)(digest[n / 2] << 4 | digit);
		n++;
	}
	return n == 64 ? 0 : error_set(err, "not the 64 hexadecimal digits of a SHA-256");
}

static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* The bytes up to '=', '-' or the end; what is no digit in between (line ends) does not count. */
static void base64_decode(const char *text, struct strbuf *out)
{
	unsigned bits = 0, have = 0;
	for (; *text && *text != '=' && *text != '-'; text++) {
		int value = base64_value(*text);
		if (value < 0)
			continue;
		bits = bits << 6 | (unsigned)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			strbuf_addc(out, (char)(bits >> have));
		}
	}
}

bool fingerprint_matches(const char *pem, const uint8_t digest[32])
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	struct strbuf der = {0};
	uint8_t own[32];
	const char *body = strstr(pem, begin);
	if (!body)
		return false;
	base64_decode(body + sizeof begin - 1, &der);
	sha256(der.data, der.len, own);
	strbuf_fini(&der);
	return !memcmp(own, digest, sizeof own);
}
