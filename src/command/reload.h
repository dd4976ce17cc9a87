/* reload.h: SIGHUP. The configuration is read again; what of it can change while feeds run takes effect, the rest is named in the log.
 * Thread: main. */
#ifndef TFLTOP_COMMAND_RELOAD_H
#define TFLTOP_COMMAND_RELOAD_H

#include "base/config.h"

/* Opens the log as the configuration says now: its file anew (it may have been moved away), its level, its form. A configuration that cannot
 * be read changes nothing. running: what the feeds run by. */
void reload(const struct config *running);

#endif
