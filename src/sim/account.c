#include "sim/account.h"

#include "base/mem.h"
#include "base/zone.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void account_init(struct account *ac, const struct census *cs, int64_t first_minute, bool keep_minutes)
{
	*ac = (struct account){.census = cs, .first_minute = first_minute, .keep_minutes = keep_minutes};
	ac->totals = xcalloc(cs->count, sizeof *ac->totals);
}

void account_fini(struct account *ac)
{
	for (size_t i = 0; i < ac->count; i++)
		free(ac->minutes[i]);
	free(ac->minutes);
	free(ac->totals);
	*ac = (struct account){0};
}

void account_add(struct account *ac, uint32_t station, enum direction direction, uint32_t minute)
{
	ac->totals[station][direction]++;
	if (!ac->keep_minutes)
		return;
	while (ac->count <= minute) {
		ac->minutes = xgrow(ac->minutes, ac->count, &ac->cap, sizeof *ac->minutes);
		ac->minutes[ac->count++] = NULL;
	}
	if (!ac->minutes[minute])
		ac->minutes[minute] = xcalloc(ac->census->count * 2, sizeof **ac->minutes);
	size_t name = ac->census->rows[station].same_name; /* a record names its station, so three pairs are one */
	ac->minutes[minute][name * 2 + direction]++;
}

static void write_field(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void write_minute(const struct account *ac, size_t minute, const char *const topics[2], FILE *out)
{
	char bucket[21];
	zone_utc_text((ac->first_minute + (int64_t)minute) * 60, bucket);
	for (size_t cell = 0; cell < ac->census->count * 2; cell++) {
		if (!ac->minutes[minute][cell])
			continue;
		write_field(out, topics[cell % 2]);
		putc(',', out);
		write_field(out, ac->census->rows[cell / 2].name);
		fprintf(out, ",%s,%" PRIu32 "\n", bucket, ac->minutes[minute][cell]);
	}
}

static int write_all(const struct account *ac, const char *const topics[2], FILE *out)
{
	fputs("topic,station,bucket,count\n", out);
	for (size_t minute = 0; minute < ac->count; minute++)
		if (ac->minutes[minute])
			write_minute(ac, minute, topics, out);
	int rc = fflush(out) || fsync(fileno(out)) || ferror(out) ? -1 : 0;
	return fclose(out) ? -1 : rc;
}

int account_write(const struct account *ac, const char *path, const char *entries_topic, const char *exits_topic, struct error *err)
{
	const char *const topics[2] = {[ENTRY] = entries_topic, [EXIT] = exits_topic};
	char *draft = xasprintf("%s.%ld.tmp", path, (long)getpid());
	FILE *out = fopen(draft, "we");
	int rc = !out || write_all(ac, topics, out) || rename(draft, path) ? -1 : 0;
	if (rc) {
		error_set(err, "cannot write the account %s: %s", path, strerror(errno));
		unlink(draft);
	}
	free(draft);
	return rc;
}
