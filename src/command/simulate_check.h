/* simulate_check.h: simulate --check: a simulated day beside TfL's figures, on stdout. Thread: main. */
#ifndef TFLTOP_COMMAND_SIMULATE_CHECK_H
#define TFLTOP_COMMAND_SIMULATE_CHECK_H

#include "base/config.h"

int simulate_check(const struct config *cfg); /* exit status: 0 within, 1 outside or stopped, 2 usage */

#endif
