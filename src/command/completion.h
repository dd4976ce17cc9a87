/* completion.h: what a shell is told so that it can complete the command line: made from the tables of commands and options. Thread: main. */
#ifndef TFLTOP_COMMAND_COMPLETION_H
#define TFLTOP_COMMAND_COMPLETION_H

#include "base/strbuf.h"

/* Functions for bash, and the line that binds them to tfl-top. */
void completion_bash(struct strbuf *out);

#endif
