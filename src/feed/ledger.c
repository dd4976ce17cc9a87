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

void ledger_subtract(struct ledger *from, const struct ledger *led)
{
	from->consumed -= led->consumed;
	from->stored -= led->stored;
	from->duplicate -= led->duplicate;
	from->late -= led->late;
	from->dead -= led->dead;
	from->skipped -= led->skipped;
	from->released -= led->released;
	from->in_flight -= led->in_flight;
}
