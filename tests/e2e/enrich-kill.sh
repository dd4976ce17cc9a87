#!/bin/bash
# kill -9 of the join at random points while passengers stream, then of the broker: whoever reads only what is committed finds each event of a known station
# exactly once, with the key, the time and the traveller it went in with.
. "$(dirname "$0")/lib.sh"
broker

kills=20
[ "$FULL" = 1 ] && kills=200

check "topics and stations are set up" tfl setup topics stations
background simulate --scenario steady --rate 0.3 --from -3h --speed 120
simulate=$!
printf 'Nowhere|{"user":"a ghost","delta":1}\n%s|{"user":true,"delta":true}\n' Angel |
	kcat -q -b "$KAFKA" -t entries -P -K '|' -X partitioner=murmur2_random

# lines TOPIC LEVEL: what is in it, one line of key, time and traveller per record.
lines() {
	kcat -q -b "$KAFKA" -t "$1" -C -e -X isolation.level="$2" -f '%k|%T|%s\n' |
		sed -E 's/^([^|]*)\|([0-9]+)\|.*"user":"([^"]*)".*/\1|\2|\3/' | LC_ALL=C sort
}
# One more joined event than there are now is committed.
joins() {
	timeout 5 kcat -q -b "$KAFKA" -t station_entries -C -o end -c 1 -X isolation.level=read_committed | grep -q station
}

background enrich
check "the join is under way" eventually 30 joins
killed=0
for i in $(seq $kills); do
	enrich=$!
	sleep "$((RANDOM % 2)).$(printf %03d $((RANDOM % 1000)))"
	kill -KILL $enrich && killed=$((killed + 1))
	wait $enrich 2>/dev/null
	background enrich
done 2>/dev/null
check "the join died $kills times in mid-stream" test $killed = $kills
check "the last one carries on" eventually 30 joins
last=$!
kill9_kafka
sleep 1
check "the broker, killed too, comes back" restart_kafka
check "the join carries on" eventually 30 joins
check "simulate ends well, every event acknowledged" finish $simulate
check "the join ends well" finish $last
check "the rest is joined" tfl enrich -e
check "its last line says so" grep -qE '^enrich: read [0-9]+ joined [0-9]+ unknown [0-9]+ bad [0-9]+ empty 0 commits [0-9]+ aborts 0$' log

for side in entries exits; do
	lines $side read_committed | grep -v -e '^Nowhere|' -e '^Angel|.*"user":true' >want
	lines station_$side read_committed >got
	check "station_$side holds each of the $side exactly once" diff -q want got
	check "there were enough of them" test "$(wc -l <want)" -gt 1000
done
check "some died inside a transaction" test "$(lines station_entries read_uncommitted | wc -l)" -gt "$(lines station_entries read_committed | wc -l)"
