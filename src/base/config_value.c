#include "base/config_internal.h"

#include "base/mem.h"
#include "base/timeword.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool whole_number(const char *text, int base, uint64_t *out)
{
	char *end;
	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	*out = strtoull(text, &end, base);
	return !errno && !*end;
}

static int check_text(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	(void)number;
	if (!*text && row->preset)
		return error_set(err, "an empty value is not possible here (default: %s)", row->preset);
	return 0;
}

static int check_bool(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	(void)row;
	number->whole = !strcmp(text, "true");
	if (!number->whole && strcmp(text, "false"))
		return error_set(err, "\"%.80s\" is neither true nor false", text);
	return 0;
}

static int check_count(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	(void)row;
	if (!whole_number(text, 10, &number->whole))
		return error_set(err, "\"%.80s\" is not a whole number of 0 or more", text);
	return 0;
}

static int check_real(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	(void)row;
	char *end;
	number->real = strtod(text, &end);
	if (!*text || *end || text[strspn(text, "0123456789.eE+-")] || !isfinite(number->real) || number->real <= 0)
		return error_set(err, "\"%.80s\" is not a number above 0, such as 0.5", text);
	return 0;
}

static int check_speed(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	if (!strcmp(text, "max")) {
		number->real = 0;
		return 0;
	}
	if (check_real(row, text, number, NULL))
		return error_set(err, "\"%.80s\" is neither max nor a number above 0, such as 10", text);
	return 0;
}

static int check_duration(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	(void)row;
	return duration_parse(text, &number->ms, err);
}

/* The owner must be able to read and write; nothing beyond reading and writing makes sense. */
static int check_mode(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	(void)row;
	if (!whole_number(text, 8, &number->whole) || (number->whole & 0600) != 0600 || (number->whole & ~0666ull))
		return error_set(err, "\"%.80s\" is not a file's permissions in octal, from 0600 to 0666", text);
	return 0;
}

static int check_choice(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	(void)number;
	const char *names[16];
	size_t count = 0;
	char *copy = xstrdup(row->choices), *rest = copy;
	for (char *name; (name = strsep(&rest, "|")) && count < sizeof names / sizeof *names; count++)
		names[count] = name;
	int rc = -1;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], text))
			rc = 0;
	if (rc) {
		error_set(err, "\"%.80s\" is none of %s", text, row->choices);
		config_suggest(err, text, names, count);
	}
	free(copy);
	return rc;
}

static int (*const checks[])(const struct option *, const char *, struct config_number *, struct error *) = {
	[OPT_FLAG] = check_bool,   [OPT_BOOL] = check_bool,	    [OPT_TEXT] = check_text, [OPT_SECRET] = check_text, [OPT_PATH] = check_text,
	[OPT_COUNT] = check_count, [OPT_REAL] = check_real,	    [OPT_SPEED] = check_speed,
	[OPT_DURATION] = check_duration, [OPT_MODE] = check_mode, [OPT_TIME] = check_text,  [OPT_CHOICE] = check_choice,
};

int config_check(const struct option *row, const char *text, struct config_number *number, struct error *err)
{
	*number = (struct config_number){0};
	return checks[row->type](row, text, number, err);
}

void config_suggest(struct error *err, const char *word, const char *const *names, size_t count)
{
	const char *near = nearest_name(word, names, count);
	size_t len = err ? strlen(err->text) : 0;
	if (near && err)
		snprintf(err->text + len, sizeof err->text - len, " (did you mean %s?)", near);
}
