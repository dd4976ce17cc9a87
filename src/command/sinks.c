#include "command/command.h"

#include "elastic/elastic.h"
#include "feed/stdout.h"
#include "store/history.h"

const struct sink_ops *const sinks[] = {
	&history_sink,
	&elastic_sink,
	&stdout_sink,
};
const size_t nsinks = sizeof sinks / sizeof *sinks;
