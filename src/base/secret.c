#include "base/secret.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int secret_read(const char *key, const char *name, const char *text, const char *path, char **out, struct error *err)
{
	char line[1024];
	*out = text ? xstrdup(text) : NULL;
	if (!path)
		return 0;
	if (text)
		return error_set(err, "%s.%s and %s.%s_file are both set: only one of them can count", key, name, key, name);
	FILE *f = fopen(path, "re");
	char *got = f ? fgets(line, sizeof line, f) : NULL;
	int wrong = !f || ferror(f) ? errno : 0;
	if (f)
		fclose(f);
	if (!got)
		return error_set(err, "%s.%s_file: %s: %s", key, name, path, wrong ? strerror(wrong) : "empty");
	line[strcspn(line, "\r\n")] = '\0';
	*out = xstrdup(line);
	explicit_bzero(line, sizeof line);
	return 0;
}

void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}
