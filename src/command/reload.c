#include "command/reload.h"

#include "base/log.h"
#include "command/command.h"

#include <stdbool.h>
#include <string.h>

struct changes { /* keys, with commas between them */
	struct strbuf at_once, later;
};

static void add_change(const char *key, void *arg)
{
	struct changes *ch = arg;
	struct strbuf *list = strncmp(key, "log.", 4) ? &ch->later : &ch->at_once;
	strbuf_printf(list, "%s%s", list->len ? ", " : "", key);
}

void reload(const struct config *running)
{
	struct error err = {0};
	struct changes ch = {0};
	struct config *fresh = config_again(running, &err);
	if (!fresh || command_open_log(fresh, false, &err)) {
		log_error("the configuration is not read again, all stays as it was: %s", err.text);
	} else {
		config_changes(running, fresh, add_change, &ch);
		log_info("the configuration is read again, the log opened anew%s%s", ch.at_once.len ? "; unlike at the start: " : "",
			 strbuf_str(&ch.at_once));
		if (ch.later.len)
			log_warn("changed, but that takes effect only when tfl-top is started again: %s", strbuf_str(&ch.later));
	}
	strbuf_fini(&ch.at_once);
	strbuf_fini(&ch.later);
	if (fresh)
		config_free(fresh);
}
