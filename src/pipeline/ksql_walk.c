#include "pipeline/ksql_walk.h"

#include "pipeline/ksql_number.h"
#include "pipeline/ksql_text.h"

#include <string.h>

char walk_peek(struct walk *w)
{
	while (w->p < w->end && (*w->p == ' ' || *w->p == '\n' || *w->p == '\r' || *w->p == '\t'))
		w->p++;
	return w->p < w->end ? *w->p : '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The escape after a backslash at p; returns its end, or NULL. */
static const char *escape_decode(const char *p, const char *end, unsigned *unit)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	if (p == end)
		return NULL;
	const char *found = *p ? strchr(letters, *p) : NULL;
	if (found) {
		*unit = (unsigned char)meant[found - letters];
		return p + 1;
	}
	if (*p != 'u' || end - p < 5)
		return NULL;
	*unit = 0;
	for (int i = 1; i <= 4; i++) {
		int digit = hex_value(p[i]);
		if (digit < 0)
			return NULL;
		*unit = *unit << 4 | (unsigned)digit;
	}
	return p + 5;
}

bool walk_string(struct walk *w, struct text *inside, bool *plain)
{
	const char *p = w->p + 1, *end = w->end;
	unsigned units[2];
	inside->data = p;
	*plain = true;
	while (p && p < end) {
		unsigned char c = (unsigned char)*p;
		if (c == '"') {
			inside->len = (size_t)(p - inside->data);
			w->p = p + 1;
			return true;
		}
		if (c < 0x20)
			return false;
		if (c < 0x80 && c != '\\') {
			p++;
			continue;
		}
		*plain = false;
		p = c == '\\' ? escape_decode(p + 1, end, units) : units_decode(p, end, units);
	}
	return false;
}

void walk_decode(struct strbuf *out, struct text inside)
{
	const char *p = inside.data, *end = p + inside.len;
	while (p < end) {
		unsigned units[2] = {0};
		p = *p == '\\' ? escape_decode(p + 1, end, units) : units_decode(p, end, units);
		units_add(out, units[0]);
		if (units[1])
			units_add(out, units[1]);
	}
}

bool walk_name(struct walk *w, struct text *inside, bool *plain)
{
	if (walk_peek(w) != '"' || !walk_string(w, inside, plain) || walk_peek(w) != ':')
		return false;
	w->p++;
	return true;
}

static bool pass_word(struct walk *w, const char *word)
{
	size_t len = strlen(word);
	if ((size_t)(w->end - w->p) < len || memcmp(w->p, word, len))
		return false;
	w->p += len;
	return true;
}

static bool pass_scalar(struct walk *w)
{
	struct text inside;
	struct ksql_number num;
	bool plain;
	switch (*w->p) {
	case '"':
		return walk_string(w, &inside, &plain);
	case 't':
		return pass_word(w, "true");
	case 'f':
		return pass_word(w, "false");
	case 'n':
		return pass_word(w, "null");
	default:
		w->p = ksql_number_read(w->p, w->end, &num);
		return w->p != NULL;
	}
}

enum step { FAILED, VALUE_NEXT, VALUE_DONE };

static enum step pass_name(struct walk *w)
{
	struct text inside;
	bool plain;
	return walk_name(w, &inside, &plain) ? VALUE_NEXT : FAILED;
}

static enum step pass_close(struct walk *w)
{
	w->p++;
	w->open.len--;
	return VALUE_DONE;
}

static char closing(char bracket)
{
	return bracket == '{' ? '}' : ']';
}

/* A scalar as a whole, or the opening of a container and what stands before its first value. */
static enum step pass_head(struct walk *w)
{
	char c = walk_peek(w);
	if (w->p == w->end)
		return FAILED;
	if (c != '{' && c != '[')
		return pass_scalar(w) ? VALUE_DONE : FAILED;
	w->p++;
	strbuf_addc(&w->open, c);
	if (walk_peek(w) == closing(c))
		return pass_close(w);
	return c == '{' ? pass_name(w) : VALUE_NEXT;
}

/* What follows a value inside a container: the next one, or the end. */
static enum step pass_tail(struct walk *w)
{
	char bracket = w->open.data[w->open.len - 1], c = walk_peek(w);
	if (c == closing(bracket))
		return pass_close(w);
	if (c != ',')
		return FAILED;
	w->p++;
	return bracket == '{' ? pass_name(w) : VALUE_NEXT;
}

bool walk_value(struct walk *w)
{
	size_t outside = w->open.len;
	enum step step;
	do {
		step = pass_head(w);
		while (step == VALUE_DONE && w->open.len > outside)
			step = pass_tail(w);
	} while (step == VALUE_NEXT);
	return step == VALUE_DONE;
}
