#!/bin/bash
# kill -9 of the history feed at random points while passengers stream, then of the broker: the totals are exact afterwards.
. "$(dirname "$0")/lib.sh"
broker

kills=100
[ "$FULL" = 1 ] && kills=1000

background simulate --scenario steady --rate 20 --from now --speed 1 --account "$HERE/account.csv"
simulate=$!
background enrich
enrich=$!
check "passengers stream" eventually 30 sh -c "kcat -b $KAFKA -L | grep -q station_entries"

killed=0
for i in $(seq $kills); do
	background feed history
	sleep 0.$(printf %03d $((RANDOM % 450 + 50)))
	kill -KILL $! && killed=$((killed + 1))
	wait $! 2>/dev/null
done 2>/dev/null
check "history died $kills times in mid-stream" test $killed = $kills
check "it had counted something by then" test "$(sql 'SELECT sum(entries) > 0 FROM station_day')" = 1

background feed history
history=$!
kill9_kafka
sleep 1
check "the broker, killed too, comes back" restart_kafka
since=$(date -u +%FT%TZ)
counting() { [ "$(sql "SELECT max(updated) > '$since' FROM feed_offset")" = 1 ]; }
check "history counts on" eventually 30 counting
check "simulate ends well, every event acknowledged" finish $simulate
check "enrich ends well" finish $enrich
check "history ends well" finish $history
check "enrich passes on the rest" tfl enrich -e
check "history counts the rest" tfl feed history -e

exact account.csv 20000
check "no gap, no dead letter" test "$(sql 'SELECT (SELECT count(*) FROM gap) + (SELECT count(*) FROM dead_letter)')" = 0
