/* linear.h: the dashboard without a terminal: a line a second; for --demo then the totals and the proof. */
#ifndef TFLTOP_COMMAND_LINEAR_H
#define TFLTOP_COMMAND_LINEAR_H

#include "base/config.h"

int linear_run(struct config *cfg); /* exit status */

#endif
