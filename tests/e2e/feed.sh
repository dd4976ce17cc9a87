#!/bin/bash
# feed on a real broker: lines of stdout, pipes whose reader goes away, aborted transactions, a topic that is missing.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker
export KAFKA

background feed stdout -e -X topic.station_exits=nowhere
missing=$!
use feed 4
stdout() {
	"$TFL_TOP" feed stdout "${settings[@]}" "$@" 2>log </dev/null
}
lines() { # COUNT OPTION…
	test "$(stdout "${@:2}" | tee lines.out | grep -c '^{"topic":"feed-in","partition":1,"offset":[0-9]*,"timestamp":')" = "$1"
}
check "an empty topic ends at once" feed -e
put 100 0 1
{ echo begin; events 50 500 1; echo abort; } | admin write "$in" feed-test
check "stdout prints what was committed, no more" lines 100 -e
check "its last line on stderr is the account" grep -qx 'stdout: consumed 100 stored 100 in_flight 0' log
check "stdout cuts at a count" lines 7 --count 7
check "stdout from the end prints nothing old" lines 0 --from end --duration 1s
check "stdout from a time begins there" lines 100 -e --from 2023-11-14T22:13:20Z
timeout 30 "$TFL_TOP" feed stdout "${settings[@]}" 2>log | head -n 1 >/dev/null
check "a reader that goes away is a good end" test "${PIPESTATUS[0]}" = 0
refused "nothing is stored of stdout" 2 "stores no offsets" "$TFL_TOP" feed stdout "${settings[@]}" --from stored
"$TFL_TOP" feed stdout "${settings[@]}" -e >/dev/full 2>full.log &
full=$!
sleep 2
check "a disk that is full is waited for until a stop, which then says no" eval '! finish $full'
check "and says so" grep -q 'No space left on device' full.log

check "history passes an aborted transaction" feed -e
is "and counts none of it" 100 "SELECT sum(entries) FROM station_day"
is "its position is behind the marker" 0 "SELECT max(high - next_offset) FROM feed_offset"
refused "history begins only where it ended" 2 'own store' "$TFL_TOP" feed history "${settings[@]}" --from end

wait $missing
check "a topic that stays missing ends -e with 1" test $? = 1
check "and is named" grep -q "topic .* is missing" feed.out
