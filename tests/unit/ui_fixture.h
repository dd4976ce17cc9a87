/* ui_fixture.h: a made snapshot: a Tuesday morning at 25 stations, some with hostile names. The same on every machine. */
#ifndef TFLTOP_TESTS_UI_FIXTURE_H
#define TFLTOP_TESTS_UI_FIXTURE_H

#include "ui/snapshot.h"

/* Sets the zone and a UTF-8 locale too. */
void fixture_init(struct snapshot *snap);

/* The feed of an Elasticsearch that is well, or has been down for a while. */
void fixture_elastic(struct feed_status *fd, bool down);

#define FIXTURE_STATIONS 25

#endif
