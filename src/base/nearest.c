#include "base/config.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;
	return ab < c ? ab : c;
}

static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Damerau-Levenshtein in its restricted form (no letter is moved twice), upper and lower case the same. Three rows of the matrix. */
static size_t distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	size_t *cells = xcalloc(3 * (lb + 1), sizeof *cells);
	size_t *older = cells, *old = cells + lb + 1, *row = old + lb + 1;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *spare = older;
		older = old;
		old = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = min3(old[j] + 1, row[j - 1] + 1, old[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) && older[j - 2] + 1 < row[j])
				row[j] = older[j - 2] + 1;
		}
	}
	size_t result = row[lb];
	free(cells);
	return result;
}

const char *nearest_name(const char *word, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t best = strlen(word) / 3 + 1;
	if (strlen(word) > 200)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t d = distance(word, names[i]);
		if (d < best) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}

int unknown_name(struct error *err, const char *kind, const char *word, const char *const *names, size_t count)
{
	const char *near = nearest_name(word, names, count);
	return error_set(err, "no %s is called \"%.80s\"%s%s%s", kind, word, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}
