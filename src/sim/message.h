/* message.h: the value a ticket barrier sends: {"@timestamp":"2024-01-31T14:00:00.123Z","user":"Jacob Williams","delta":1}
 * `struct message msg = {0};` is ready for use. Thread: the owner's. */
#ifndef TFLTOP_SIM_MESSAGE_H
#define TFLTOP_SIM_MESSAGE_H

#include "model/event.h"
#include "sim/travellers.h"

struct message {
	char text[TRAVELLER_NAME_MAX + 80];
	size_t len;
	int64_t minute; /* whose text is in place, since 1970 */
};

/* user: safe inside a JSON string as it is. */
void message_make(struct message *msg, int64_t time_ms, const char *user, size_t user_len, enum direction direction);

#endif
