#include "feed/ledger.h"

bool ledger_holds(const struct ledger *led)
{
	return led->consumed == led->stored + led->duplicate + led->late + led->dead + led->skipped + led->released + led->in_flight;
}

void ledger_add(struct ledger *to, const struct ledger *led)
{
	to->consumed += led->consumed;
	to->stored += led->stored;
	to->duplicate += led->duplicate;
	to->late += led->late;
	to->dead += led->dead;
	to->skipped += led->skipped;
	to->released += led->released;
	to->in_flight += led->in_flight;
}
