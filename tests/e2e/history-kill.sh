#!/bin/bash
# kill -9 of the history feed at random points while passengers stream: the totals are exact afterwards. Then the broker, once.
. "$(dirname "$0")/lib.sh"
start_kafka || { not_ok "real broker starts"; exit 1; }

kills=100
[ "${FULL:-0}" = 1 ] && kills=1000

background simulate tfl simulate --scenario steady --rate 20 --from now --speed 1 --account account.csv
simulate=$!
background enrich tfl enrich
enrich=$!

killed=0
for i in $(seq $kills); do
	"$TFL_TOP" feed history -b "$KAFKA" --db history.db 2>>feed.err & pid=$!
	sleep 0.$(printf %03d $((RANDOM % 450 + 50)))
	kill -9 $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
done
check "history died $kills times in mid-stream" test $killed = $kills

background history tfl feed history
history=$!
kill9_kafka
sleep 1
restart_kafka || not_ok "broker comes back"
sleep 3
check "simulate ends well after the broker was killed" finish $simulate
sleep 1
check "enrich ends well" finish $enrich
check "history ends well" finish $history
check "enrich passes on the rest" tfl enrich -e
check "history counts the rest" tfl feed history -e

cells account.csv history.db
check "every station-minute equals the account" cmp -s want.csv got.csv
check "there was something to count" test "$(awk -F, '{n+=$4} END{print n+0}' want.csv)" -gt 20000
check "no gap, no dead letter" test "$(sqlite3 -readonly history.db 'SELECT (SELECT count(*) FROM gap) + (SELECT count(*) FROM dead_letter)')" = 0
