#!/bin/bash
# What brokers and their keepers do to a topic that is being counted: it is deleted, made anew, cut back, trimmed, widened, stopped. Each time
# the count is exact for what the topic delivered, and a gap says what it did not.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker log.cleaner.backoff.ms=200

# Stopped, the topic is made anew with fewer, as many and more records than before.
for case in shorter:10 equal:100 longer:150; do
	use "${case%:*}" 1
	put 100 0
	check "${case%:*}: counted" feed -e
	remake 1
	put "${case#*:}" 1000
	check "${case%:*}: counted again" feed -e
	is "${case%:*}: both lives are counted" $((100 + ${case#*:})) "SELECT sum(entries) FROM station_day"
	is "${case%:*}: a gap says so" "recreated 1" "SELECT kind, epoch FROM gap"
	is "${case%:*}: the second life's account" "${case#*:} ${case#*:}" "SELECT consumed, stored FROM ledger WHERE epoch = 2"
done

# Compaction takes the last record that was counted: what is left is not another topic, and is counted once.
use compacted 1 cleanup.policy=compact segment.ms=1 min.cleanable.dirty.ratio=0.01 max.compaction.lag.ms=1
put 100 0
check "compacted: counted" feed -e
put 1 1000
put 1 2000
left() {
	[ "$("$TFL_TOP" feed stdout --from beginning -e "${settings[@]}" 2>log | wc -l)" -le "$1" ]
}
check "compacted: the record is gone" eventually 60 left 2
check "compacted: counted again" feed -e
is "compacted: nobody is counted twice" 102 "SELECT sum(entries) FROM station_day"
is "compacted: it is one life without a gap" "1 0" "SELECT max(epoch), (SELECT count(*) FROM gap) FROM ledger"

# While it is read.
use live 2
put 100 0 0
put 100 100 1
start_feed
check "live: counted" eventually 15 counted 200
sleep 3
remake 2
put 300 1000 0
put 50 1000 1
check "live: both lives are counted" eventually 25 counted 550
is "live: a gap for each partition" "recreated_live 2" "SELECT kind, count(*) FROM gap GROUP BY kind"
check "live: ends well" finish $feed

# The same, but the feed is killed before it can notice: the first record tells the next one.
use killed 1
put 100 0
start_feed
check "killed: counted" eventually 15 counted 100
remake 1
put 300 1000
read_on() { [ "$(ask "SELECT sum(entries) FROM station_day")" -gt 100 ]; } # or it has noticed, and begun anew
check "killed: it read on in the new life" eventually 20 read_on
kill -KILL $feed
wait $feed 2>/dev/null
check "killed: counted on" feed -e
check "killed: nobody is missing" test "$(ask "SELECT sum(entries) FROM station_day")" -ge 400
is "killed: a gap says so" "1 2" "SELECT count(*), (SELECT max(epoch) FROM ledger) FROM gap WHERE kind LIKE 'recreated%'"

# In mid-run it goes away and comes back with fewer partitions, which keeps nobody from the other topic.
use narrow 3
put 30 0 2
start_feed
check "narrow: counted" eventually 15 counted 30
admin delete "$in"
sleep 2
admin create "$in" 1
put 20 1000
check "narrow: the new one is counted" eventually 25 counted 50
put_exits 5 0
check "narrow: the other one as well" eventually 15 counted 5 exits
admin delete "$out"
admin create "$out" 1
put_exits 7 1000
check "narrow: and when it is made anew" eventually 25 counted 12 exits
check "narrow: ends well" finish $feed
