#!/bin/bash
# What happens to the join: brokers that make topics by themselves, a second instance that comes and goes, a broker that dies within a
# transaction, rows that change, topics made anew. Whoever reads what is committed finds each event of a known station exactly once.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker auto.create.topics.enable=true

partitions() {
	kcat -b "$KAFKA" -L -t "$1" | grep -c '^ *partition '
}
check "topics of 3 partitions are there" admin create entries 3
check "for exits as well" admin create exits 3
check "and stations" tfl setup stations
printf -- '-|%s|Angel|{"user":"Jacob","delta":1}\n' 1700000000000 1700000001000 1700000002000 | admin write entries
check "joined" tfl enrich -e
check "station_entries has as many partitions as entries" test "$(partitions station_entries)" = 3
check "station_exits as many as exits" test "$(partitions station_exits)" = 3
check "each event was joined" test "$(kcat -q -b "$KAFKA" -t station_entries -C -e -X isolation.level=read_committed | wc -l)" = 3
