/* measure.c: what a command costs.
 *	bench/measure COMMAND…                  runs it to its end
 *	bench/measure -p SECONDS TEXT COMMAND…  runs it on a terminal of its own of 120 × 40 for so long, then ends it
 * Prints one line: wall seconds, CPU seconds, most memory in MB, bytes written to the terminal, milliseconds until TEXT was on it. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double cpu_s(const struct rusage *used)
{
	return (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) + (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;
}

struct screen {
	double start, shown; /* when TEXT came; 0 not yet */
	const char *text;
	unsigned long long bytes;
	char tail[8192];     /* what came last: TEXT may be cut by a read */
	size_t len;
};

/* What a terminal would show is not known here: TEXT must be written in one piece. */
static void look(struct screen *sc, const char *data, size_t n)
{
	sc->bytes += n;
	if (sc->shown)
		return;
	if (sc->len + n > sizeof sc->tail) {
		size_t keep = sizeof sc->tail / 2 < sc->len ? sizeof sc->tail / 2 : sc->len;
		memmove(sc->tail, sc->tail + sc->len - keep, keep);
		sc->len = keep;
	}
	memcpy(sc->tail + sc->len, data, n);
	sc->len += n;
	if (memmem(sc->tail, sc->len, sc->text, strlen(sc->text)))
		sc->shown = now_s();
}

static void watch(int fd, pid_t child, double seconds, struct screen *sc)
{
	char data[4096];
	bool told = false;
	double end = sc->start + seconds;
	for (;;) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN};
		double left = end - now_s();
		if (left <= 0 && !told) {
			kill(child, SIGTERM);
			told = true;
		}
		if (!poll(&pfd, 1, left > 0 ? (int)(left * 1000) + 1 : 5000) && told)
			kill(child, SIGKILL);
		if (!(pfd.revents & (POLLIN | POLLHUP)))
			continue;
		ssize_t n = read(fd, data, sizeof data);
		if (n <= 0)
			return;
		if (!told)
			look(sc, data, (size_t)n);
	}
}

static int run(char *argv[])
{
	execvp(argv[0], argv);
	fprintf(stderr, "measure: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int main(int argc, char *argv[])
{
	struct winsize size = {.ws_col = 120, .ws_row = 40};
	struct screen sc = {.start = now_s()};
	struct rusage used;
	bool on_terminal = argc > 4 && !strcmp(argv[1], "-p");
	int fd = -1, status;
	if (argc < 2) {
		fprintf(stderr, "usage: measure [-p SECONDS TEXT] COMMAND...\n");
		return 2;
	}
	pid_t child = on_terminal ? forkpty(&fd, NULL, NULL, &size) : fork();
	if (!child)
		return run(argv + (on_terminal ? 4 : 1));
	if (on_terminal) {
		sc.text = argv[3];
		watch(fd, child, atof(argv[2]), &sc);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0)
		return 1;
	printf("%.3f %.3f %.0f %llu %.0f\n", now_s() - sc.start, cpu_s(&used), (double)used.ru_maxrss / 1024, sc.bytes,
	       sc.shown ? (sc.shown - sc.start) * 1000 : -1);
	return WIFEXITED(status) ? WEXITSTATUS(status) : !on_terminal;
}
