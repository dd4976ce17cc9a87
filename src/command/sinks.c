#include "command/command.h"

#include "feed/sink.h"

const struct sink_ops *const sinks[] = {
};
const size_t nsinks = sizeof sinks / sizeof *sinks;
