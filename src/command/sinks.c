#include "command/command.h"

#include "feed/stdout.h"

const struct sink_ops *const sinks[] = {
	&stdout_sink,
};
const size_t nsinks = sizeof sinks / sizeof *sinks;
