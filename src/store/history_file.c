#include "store/history.h"

#include "base/mem.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

char *history_path(const struct config *cfg, bool create, struct error *err)
{
	const char *given = config_text(cfg, "history.db");
	char *path = given ? xstrdup(given) : path_of(PATH_DATA, "history.db", err);
	if (path && create && path_make_folder(path, err)) {
		free(path);
		return NULL;
	}
	return path;
}

static int read_pid(int fd)
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	return n > 0 ? atoi(text) : 0;
}

static int write_pid(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
	return ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n ? -1 : 0;
}

/* Beside the file itself, whatever links lead to it: writers that came by different ways would each have a lock of their own. */
static char *lock_path(const char *db_path)
{
	char *real = path_real(db_path), *path = xasprintf("%s.lock", real);
	free(real);
	return path;
}

/* The lock file is never unlinked: whoever opened it before would hold a lock on nothing. A full disk leaves it without a number, not
 * without a lock. */
int history_lock(const char *db_path, int *fd, int *pid, struct error *err)
{
	char *path = lock_path(db_path);
	int rc = 0, file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	*pid = 0;
	if (file < 0)
		rc = error_set(err, "cannot open %s: %s; check that its folder can be written, or choose another file with --db", path,
			       strerror(errno));
	else if (!flock(file, LOCK_EX | LOCK_NB))
		*pid = write_pid(file) ? 0 : (int)getpid();
	else if (errno == EWOULDBLOCK)
		rc = 1;
	else
		rc = error_set(err, "cannot lock %s: %s; its file system must support flock", path, strerror(errno));
	if (rc == 1)
		*pid = read_pid(file);
	if (rc && file >= 0)
		close(file);
	*fd = rc ? -1 : file;
	free(path);
	return rc;
}
