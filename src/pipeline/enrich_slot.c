#include "pipeline/enrich_slot.h"

#include "base/mem.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define SLOTS 1000

/* 1: ours, 0: taken, -1: cannot be locked at all. The file is never removed: two processes could then lock two files of one name. */
static int try_slot(int slot, int *fd, struct error *err)
{
	char file[32];
	snprintf(file, sizeof file, "enrich-%d.lock", slot);
	char *path = path_of(PATH_STATE, file, err);
	int rc = -1;
	if (path && !path_make_folder(path, err)) {
		*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (*fd >= 0 && !flock(*fd, LOCK_EX | LOCK_NB))
			rc = 1;
		else if (*fd >= 0 && errno == EWOULDBLOCK)
			rc = 0;
		else
			error_set(err, "cannot lock %s: %s (XDG_STATE_HOME names another state folder)", path, strerror(errno));
		if (rc != 1 && *fd >= 0)
			close(*fd);
	}
	free(path);
	return rc;
}

char *slot_take(const char *name, int *fd, struct error *err)
{
	char host[256] = "";
	if (!name && gethostname(host, sizeof host - 1)) {
		error_set(err, "this machine has no host name: %s (set enrich.name)", strerror(errno));
		return NULL;
	}
	for (int slot = 0; slot < SLOTS; slot++) {
		int rc = try_slot(slot, fd, err);
		if (rc == 1)
			return xasprintf("tfl-top-enrich-%s-%d", name ? name : host, slot);
		if (rc < 0)
			return NULL;
	}
	error_set(err, "all %d slots of the state folder are taken by running joins", SLOTS);
	return NULL;
}
