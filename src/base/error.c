#include "base/error.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names and values in it come from streams, files and the command line, and it goes to terminals. */
static void make_safe(char *text)
{
	for (size_t len = strlen(text), i = 0, n; i < len; i += n ? n : 1) {
		n = utf8_printable(text + i, len - i);
		if (!n && text[i] != '\n')
			text[i] = '?';
	}
}

int error_set(struct error *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	make_safe(err->text);
	return -1;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	char old[sizeof err->text];
	memcpy(old, err->text, sizeof old);
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof err->text)
		snprintf(err->text + n, sizeof err->text - (size_t)n, ": %.480s", old);
	make_safe(err->text);
	return -1;
}
