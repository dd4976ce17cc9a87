#include "command/query_backup.h"

#include "base/clock.h"
#include "store/backup.h"
#include "store/db.h"
#include "store/history.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REDRAW_US 100000

struct show {
	bool terminal;
	int64_t due_us;
};

/* Held back while files are written, so that none is left half; looked at between steps. */
static void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

static bool is_stopped(void)
{
	sigset_t pending;
	sigpending(&pending);
	return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGHUP) == 1;
}

static bool show_progress(void *arg, int done, int all)
{
	struct show *show = arg;
	int64_t now_us = clock_mono_us();
	if (show->terminal && now_us >= show->due_us) {
		fprintf(stderr, "\rcopied %3d %%", (int)(done * 100LL / (all + !all)));
		show->due_us = now_us + REDRAW_US;
	}
	return is_stopped();
}

static int write_copy(const struct config *cfg, sqlite3 *db, const char *file)
{
	struct show show = {.terminal = isatty(STDERR_FILENO)};
	struct error err = {0};
	int64_t bytes = 0;
	sigset_t held, before;
	stop_signals(&held);
	sigprocmask(SIG_BLOCK, &held, &before);
	int rc = backup_write(db, file, config_mode(cfg, "history.mode"), show_progress, &show, &bytes, &err);
	if (show.due_us)
		fputs("\r\033[K", stderr);
	if (rc > 0)
		fputs("tfl-top query: stopped, nothing was written\n", stderr);
	else if (rc < 0)
		fprintf(stderr, "tfl-top query: %s\n", err.text);
	else if (!config_bool(cfg, "quiet"))
		fprintf(stderr, "%s: %lld MiB\n", file, (long long)(bytes + (1 << 20) - 1) >> 20);
	sigprocmask(SIG_SETMASK, &before, NULL); /* ends the process as the signal would have */
	return rc ? 1 : 0;
}

int query_backup(const struct config *cfg, const char *file)
{
	struct error err;
	char *path = history_path(cfg, false, &err);
	sqlite3 *db = path ? db_open_reader(path, &err) : NULL;
	int status = 1;
	if (!db)
		fprintf(stderr, "tfl-top query: %s\n", err.text);
	else
		status = write_copy(cfg, db, file);
	sqlite3_close(db);
	free(path);
	return status;
}
