#include "base/path.h"

#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel follows */

static const struct {
	const char *variable, *below_home;
} homes[] = {
	[PATH_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
	[PATH_DATA] = {"XDG_DATA_HOME", ".local/share"},
	[PATH_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

char *path_of(enum path_kind kind, const char *name, struct error *err)
{
	const char *base = getenv(homes[kind].variable), *home = getenv("HOME");
	if (base && base[0] == '/') /* a relative one is to be ignored, says the XDG specification */
		return xasprintf("%s/tfl-top/%s", base, name);
	if (home && *home)
		return xasprintf("%s/%s/tfl-top/%s", home, homes[kind].below_home, name);
	error_set(err, "neither %s nor HOME is set: cannot tell where %s belongs", homes[kind].variable, name);
	return NULL;
}

/* One link further on: its text, which counts from its own folder. NULL: it is none. */
static char *follow_link(const char *path)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof target);
	const char *slash = strrchr(path, '/');
	if (len < 0)
		return NULL;
	return slash && *target != '/' ? xasprintf("%.*s/%.*s", (int)(slash - path), path, (int)len, target) : xstrndup(target, (size_t)len);
}

char *path_real(const char *path)
{
	char *here = xstrdup(path), *next;
	for (int links = 0; links < LINKS_MAX; links++) {
		next = realpath(here, NULL);
		bool there = next;
		if (!next && !(next = follow_link(here)))
			break;
		free(here);
		here = next;
		if (there)
			break;
	}
	return here;
}

int path_make_folder(const char *path, struct error *err)
{
	char *folder = xstrdup(path);
	int rc = 0;
	for (char *slash = strchr(folder + 1, '/'); slash && !rc; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(folder, 0700) && errno != EEXIST)
			rc = error_set(err, "cannot make the folder %s: %s", folder, strerror(errno));
		*slash = '/';
	}
	free(folder);
	return rc;
}
