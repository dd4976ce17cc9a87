#include "base/log.h"

#include "base/clock.h"
#include "base/log_limit.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROTATE_BYTES (10 << 20)
#define SECRET_MIN 4 /* bytes: a shorter one would blot out half of what is said, and is none */
#define KEPT 3 /* files: path, path.1, path.2 */

static atomic_int least = LOG_INFO; /* read without the lock: what is not logged must cost nothing */

static struct {
	pthread_mutex_t lock;
	int fd;
	char *path; /* NULL: stderr, or something that is no regular file; then nothing is rotated */
	enum log_format format;
	struct log_line ring[LOG_RING];
	uint64_t serial;
	struct log_limit limit;
	char **secrets;
	size_t nsecrets, secrets_cap;
} lg = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = STDERR_FILENO};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static const char *level_name(enum log_level level)
{
	return level_names[level];
}

static void add_quoted(struct strbuf *out, const char *text)
{
	strbuf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
	strbuf_addc(out, '"');
}

static void add_line(struct strbuf *out, int64_t time_ms, enum log_level level, const char *safe)
{
	char utc[21];
	zone_utc_text(time_ms / 1000, utc);
	bool json = lg.format == LOG_JSON;
	strbuf_printf(out, json ? "{\"time\":\"%.19s.%03dZ\",\"level\":\"%s\",\"msg\":" : "time=%.19s.%03dZ level=%s msg=", utc,
		      (int)(time_ms % 1000), level_name(level));
	add_quoted(out, safe);
	strbuf_puts(out, json ? "}\n" : "\n");
}

static int open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	struct stat st;
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode))
		fchmod(fd, 0600);
	return fd;
}

/* Moves path.1 to path.2 and path to path.1; another process that logs there may have done so already.
 * lock: log */
static void rotate(void)
{
	struct stat ours, there;
	if (!lg.path || fstat(lg.fd, &ours) || ours.st_size < ROTATE_BYTES)
		return;
	if (!stat(lg.path, &there) && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev) {
		struct strbuf from = {0}, to = {0};
		for (int i = KEPT - 1; i > 0; i--) {
			strbuf_reset(&from);
			strbuf_reset(&to);
			strbuf_puts(&from, lg.path);
			if (i > 1)
				strbuf_printf(&from, ".%d", i - 1);
			strbuf_printf(&to, "%s.%d", lg.path, i);
			rename(strbuf_str(&from), strbuf_str(&to));
		}
		strbuf_fini(&from);
		strbuf_fini(&to);
	}
	int fd = open_file(lg.path);
	if (fd < 0)
		return; /* better too large a file than none */
	close(lg.fd);
	lg.fd = fd;
}

/* lock: log */
static void remember(int64_t time_ms, enum log_level level, const char *safe)
{
	struct log_line *line = &lg.ring[lg.serial++ % LOG_RING];
	size_t len = utf8_cut(safe, strlen(safe), LOG_LINE - 1);
	line->time_ms = time_ms;
	line->level = level;
	memcpy(line->text, safe, len);
	line->text[len] = '\0';
}

/* lock: log */
static void put_line(enum log_level level, const char *safe)
{
	struct strbuf line = {0};
	int64_t time_ms = clock_wall_ms();
	remember(time_ms, level, safe);
	add_line(&line, time_ms, level, safe);
	rotate();
	if (write(lg.fd, line.data, line.len) < 0) {
		/* a full disk must not stop what is logged about; the ring has the line */
	}
	strbuf_fini(&line);
}

/* lock: log */
static void tell_held_back(bool all)
{
	int level;
	char text[LOG_LINE];
	while (log_limit_due(&lg.limit, clock_mono_us() / 1000, all, &level, text, sizeof text))
		put_line((enum log_level)level, text);
}

/* lock: log */
static void hide_secrets(char *text)
{
	for (size_t i = 0; i < lg.nsecrets; i++)
		for (char *at = text; (at = strstr(at, lg.secrets[i]));)
			memset(at, '*', strlen(lg.secrets[i]));
}

void log_write(enum log_level level, const char *fmt, ...)
{
	char *text;
	va_list ap;
	if ((int)level < least)
		return;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	struct strbuf safe = {0};
	pthread_mutex_lock(&lg.lock);
	hide_secrets(text);
	utf8_add_safe(&safe, text, (size_t)n);
	tell_held_back(false);
	if (level == LOG_DEBUG || log_limit_pass(&lg.limit, (int)level, strbuf_str(&safe), clock_mono_us() / 1000))
		put_line(level, strbuf_str(&safe));
	pthread_mutex_unlock(&lg.lock);
	strbuf_fini(&safe);
	free(text);
}

void log_turn(void)
{
	pthread_mutex_lock(&lg.lock);
	tell_held_back(false);
	pthread_mutex_unlock(&lg.lock);
}

void log_keep_secret(const char *secret)
{
	if (strlen(secret) < SECRET_MIN)
		return;
	pthread_mutex_lock(&lg.lock);
	size_t i = 0;
	while (i < lg.nsecrets && strcmp(lg.secrets[i], secret))
		i++;
	if (i == lg.nsecrets) {
		lg.secrets = xgrow(lg.secrets, lg.nsecrets, &lg.secrets_cap, sizeof *lg.secrets);
		lg.secrets[lg.nsecrets++] = xstrdup(secret);
	}
	pthread_mutex_unlock(&lg.lock);
}

int log_open(const char *path, enum log_level level, enum log_format format, struct error *err)
{
	int fd = STDERR_FILENO;
	struct stat st;
	bool file = path && *path;
	if (file && (fd = open_file(path)) < 0)
		return error_set(err, "cannot open the log %s: %s (log.file names another)", path, strerror(errno));
	bool rotates = file && !fstat(fd, &st) && S_ISREG(st.st_mode);
	log_close();
	pthread_mutex_lock(&lg.lock);
	lg.fd = fd;
	lg.path = rotates ? xstrdup(path) : NULL;
	least = (int)level;
	lg.format = format;
	pthread_mutex_unlock(&lg.lock);
	return 0;
}

void log_close(void)
{
	pthread_mutex_lock(&lg.lock);
	tell_held_back(true);
	if (lg.fd != STDERR_FILENO)
		close(lg.fd);
	free(lg.path);
	lg.fd = STDERR_FILENO;
	lg.path = NULL;
	pthread_mutex_unlock(&lg.lock);
}

size_t log_tail(struct log_line *lines, size_t max, uint64_t *serial)
{
	pthread_mutex_lock(&lg.lock);
	size_t count = lg.serial < LOG_RING ? (size_t)lg.serial : LOG_RING;
	if (count > max)
		count = max;
	for (size_t i = 0; i < count; i++)
		lines[i] = lg.ring[(lg.serial - count + i) % LOG_RING];
	*serial = lg.serial;
	pthread_mutex_unlock(&lg.lock);
	return count;
}
