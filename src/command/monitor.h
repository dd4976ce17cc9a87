/* monitor.h: what the process tells those who watch over it: /metrics, /healthz and /readyz on metrics.listen, and
 * what a service manager wants to hear.
 * Thread: main, but for the server's own; lock: monitor (leaf). */
#ifndef TFLTOP_COMMAND_MONITOR_H
#define TFLTOP_COMMAND_MONITOR_H

#include "base/config.h"
#include "base/error.h"
#include "feed/feed.h"

#include <stddef.h>

struct monitor;

/* Whether metrics.listen is an address, if it is set; nothing is started. */
int monitor_check(const struct config *cfg, struct error *err);

/* metrics.listen unset: nothing listens. */
struct monitor *monitor_new(const struct config *cfg, struct error *err);
void monitor_add(struct monitor *mon, struct feed *fd); /* borrowed until monitor_free */

/* Tells the service manager that all is ready, once every feed's thread turns, that they turn still (its watchdog), and how they are; to be
 * called at least twice a second. */
void monitor_turn(struct monitor *mon);
void monitor_stopping(struct monitor *mon);
void monitor_free(struct monitor *mon);                 /* before the feeds */

#endif
