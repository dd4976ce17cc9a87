#!/bin/bash
# What happens to brokers: they lack the topics, are killed, stopped and restored from an old copy, give way to another cluster, forbid.
# Each time the count is exact for what the topics delivered, a gap says what they did not, and a message what is the matter.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer allow.everyone.if.no.acl.found=true

start_top() {
	"$TFL_TOP" "${settings[@]}" >top.out 2>&1 </dev/null &
	top=$!
	started+=($top)
}
says() { grep -qE -e "$1" top.out; } 2>/dev/null

use late 0
start_top
check "late: a missing topic is named, and how to make it" eventually 15 says 'history waiting.*topic late-in is missing.*setup topics'
admin create "$in" 1
admin create "$out" 2
put 10 0
check "late: counted once it is there" eventually 15 counted 10
check "late: live" eventually 15 eval 'tail -1 top.out | grep -q "history live, lag 0"'

admin grow "$in" 3
put 5 100 2
check "grown: new partitions are counted from their beginning" eventually 20 counted 15

# A broker that is stopped keeps its connections open.
kill -STOP $KAFKA_PID
check "stopped: it is noticed" eventually 30 eval 'tail -1 top.out | grep -qE "history waiting|no broker"'
kill -CONT $KAFKA_PID
put 5 200 1
check "stopped: counted on when it goes on" eventually 30 counted 20

# Killed, and restored from a copy made before the last records came.
kill9_kafka
check "killed: it is said" eventually 15 eval 'tail -1 top.out | grep -qE "history waiting.*no broker answers at $KAFKA"'
restart_kafka
check "killed: live again" eventually 30 eval 'tail -1 top.out | grep -q "history live, lag 0"'
kill9_kafka; cp -r "$KAFKA_HOME/data" data.old; restart_kafka
put 40 300 0
check "restored: counted" eventually 15 counted 60
check "late: ends well" finish $top
kill9_kafka
rm -rf "$KAFKA_HOME/data"; cp -r data.old "$KAFKA_HOME/data"
restart_kafka
put 7 400 0
check "restored: counted on" feed -e
is "restored: what was read stays counted, and a gap says what may not be" "60 truncated 17 49" \
	"SELECT (SELECT sum(entries) FROM station_day), kind, first_offset, last_offset FROM gap"
put 3 500 0
check "restored: and from there on exactly" feed -e
is "restored: counted" 63 "SELECT sum(entries) FROM station_day"

# The same, and more is written than was lost before anybody looks.
kill9_kafka; rm -rf data.old; cp -r "$KAFKA_HOME/data" data.old; restart_kafka
put 20 600 0
check "overwritten: counted" feed -e
kill9_kafka
rm -rf "$KAFKA_HOME/data"; cp -r data.old "$KAFKA_HOME/data"
restart_kafka
put 30 700 0
check "overwritten: counted on" feed -e
check "overwritten: and again" feed -e
is "overwritten: nobody is counted twice" 93 "SELECT sum(entries) FROM station_day"
is "overwritten: a gap says what may not be" "truncated 1 1" "SELECT kind, first_offset, epoch FROM gap WHERE note LIKE '%written on%'"

# Records go before they were read: as by retention.
use trimmed 2
put 50 0 0
put 50 0 1
check "trimmed: counted" feed -e
put 30 100 0
admin trim "$in" 0 60
check "trimmed: counted from what is left" feed -e
is "trimmed: exactly" 120 "SELECT sum(entries) FROM station_day"
is "trimmed: the gap is exact" "0 retention 50 59 10 offsets were deleted before they were read" \
	"SELECT partition, kind, first_offset, last_offset, note FROM gap"

use first 1
put 20 0
admin trim "$in" 0 5
check "first: what was deleted before the first start" feed -e
is "first: is no gap" "15 0" "SELECT (SELECT sum(entries) FROM station_day), (SELECT count(*) FROM gap)"

# What may be seen but not read is said.
use denied 1
put 10 0
admin allow "$in" write
start_top
check "denied: that it may not be read" eventually 20 says 'history waiting.*may not be read by this user'
check "denied: nothing is counted" counted 0
admin allow "$in" read
check "denied: counted once it may" eventually 30 counted 10
check "denied: and live" eventually 30 eval 'tail -1 top.out | grep -q "history live, lag 0"'
finish $top

# Two directions in one topic cannot be told apart.
refused "one topic for both directions" 2 "topic.station_entries and topic.station_exits are both $in" "$TFL_TOP" feed history "${settings[@]}" -X topic.station_exits="$in"
refused "history begins where it left off" 2 "goes on where its own store says" "$TFL_TOP" feed history "${settings[@]}" --from end

# Another cluster: the same address, another identity.
use other 1
put 10 0
start_top
check "other: counted" eventually 15 counted 10
kill9_kafka
rm -rf "$KAFKA_HOME/data"
(kafka_java kafka.tools.StorageTool format -t QkU3OEVBNTcwNTJENDM2TQ -c "$KAFKA_HOME/server.properties") >/dev/null 2>&1
restart_kafka
admin create "$in" 1; admin create "$out" 1
put 30 500
cp "$db" before.db
check "other: while it runs, it is refused" eventually 20 says 'history failed.*another cluster now: QkU3OEVBNTcwNTJENDM2TQ, no longer MkU3OEVBNTcwNTJENDM2Qk'
finish $top
refused "other: at start as well" 1 "this history belongs to cluster MkU3OEVBNTcwNTJENDM2Qk, the brokers are cluster QkU3OEVBNTcwNTJENDM2TQ: use --db" \
	"$TFL_TOP" feed history "${settings[@]}" -e
is "other: nothing was changed" 10 "SELECT sum(entries) FROM station_day"
