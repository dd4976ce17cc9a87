#include "sim/message.h"

#include "base/zone.h"

#include <string.h>

#define HEAD "{\"@timestamp\":\""
#define MINUTE_LEN (sizeof "2024-01-31T14:00:" - 1)

static size_t append(struct message *msg, size_t at, const char *text, size_t len)
{
	memcpy(msg->text + at, text, len);
	return at + len;
}

/* Most messages share their minute with the one before, so that only seconds are written anew. */
static void put_minute(struct message *msg, int64_t minute)
{
	char utc[21];
	zone_utc_text(minute * 60, utc);
	append(msg, append(msg, 0, HEAD, sizeof HEAD - 1), utc, MINUTE_LEN);
	msg->minute = minute;
}

static size_t append_seconds(struct message *msg, size_t at, int ms)
{
	const char digits[] = {(char)('0' + ms / 10000), (char)('0' + ms / 1000 % 10), '.', (char)('0' + ms / 100 % 10),
			       (char)('0' + ms / 10 % 10), (char)('0' + ms % 10)};
	return append(msg, at, digits, sizeof digits);
}

void message_make(struct message *msg, int64_t time_ms, const char *user, size_t user_len, enum direction direction)
{
	static const char *const tails[] = {[ENTRY] = "\",\"delta\":1}", [EXIT] = "\",\"delta\":-1}"};
	if (msg->minute != time_ms / 60000)
		put_minute(msg, time_ms / 60000);
	size_t at = append_seconds(msg, sizeof HEAD - 1 + MINUTE_LEN, (int)(time_ms % 60000));
	at = append(msg, at, "Z\",\"user\":\"", sizeof "Z\",\"user\":\"" - 1);
	at = append(msg, at, user, user_len);
	msg->len = append(msg, at, tails[direction], strlen(tails[direction]));
}
