#!/bin/bash
# What happens to the join: brokers that make topics by themselves, a second instance that comes and goes, a broker that dies within a
# transaction, transactions that the broker ends for their age, rows that change, topics made anew. Whoever reads what is committed finds each event of a known station exactly once.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker auto.create.topics.enable=true transaction.abort.timed.out.transaction.cleanup.interval.ms=500

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

joined() { # [LEVEL]: key and traveller of what is in station_entries
	kcat -q -b "$KAFKA" -t station_entries -C -e -X isolation.level="${1:-read_committed}" -f '%k|%s\n' | sed -E 's/\|.*"user":"([^"]*)".*/|\1/'
}
joins() { # COUNT
	local count
	count=$(joined | wc -l)
	echo "joined $count, not $1"
	[ "$count" = "$1" ]
}
# people COUNT FIRST [STATION]: lines for kafka_admin
people() {
	local i
	for ((i = $2; i < $2 + $1; i++)); do
		printf -- '-|%s|%s|{"user":"Traveller %d","delta":1}\n' $((1700000000000 + i)) "${3:-Angel}" "$i"
	done
}
many() { # COUNT FIRST: over many stations
	local i names=(Angel Bank Oval Balham Barking Bow\ Road Chesham Euston Farringdon Morden)
	for ((i = $2; i < $2 + $1; i++)); do people 1 "$i" "${names[i % 10]}"; done
}

# Rows that change while it runs: renamed, gone, back, unreadable.
background enrich
enrich=$!
row() { printf -- '-|-|%s|%s\n' "$1" "$2" | admin write stations; sleep 1; }
joins_from() { kcat -q -b "$KAFKA" -t station_entries -C -e -X isolation.level=read_committed | grep -c "$1"; }
people 1 100 | admin write entries
check "table: joined" eventually 15 joins 4
row Angel '{"name":"Angel","location":"1.0,2.0"}'
people 1 101 | admin write entries
check "table: with the row as it is now" eventually 10 eval '[ "$(joins_from "1.0,2.0")" = 1 ]'
row Angel -
people 1 102 | admin write entries
row Angel 'nonsense'
people 1 103 | admin write entries
row Angel '{"name":"Angel","location":"3.0,4.0"}'
people 1 104 | admin write entries
check "table: and with the one that came back" eventually 10 eval '[ "$(joins_from "3.0,4.0")" = 1 ]'
check "table: what had no row was dropped" joins 6

# The stations' topic is made anew while it runs.
admin delete stations
sleep 1
tfl setup stations >/dev/null 2>&1
row Angel '{"name":"Angel","location":"5.0,6.0"}'
sleep 2
people 1 105 | admin write entries
check "table: made anew, it is followed" eventually 20 eval '[ "$(joins_from "5.0,6.0")" = 1 ]'

# Entries are made anew while it runs: the new ones are joined from their beginning.
many 900 6000 | admin write entries
check "entries: joined" eventually 30 joins 907
admin delete entries
admin create entries 3 || { sleep 1; admin create entries 3; }
many 300 1000 | admin write entries
check "entries made anew are all joined" eventually 30 joins 1207

# The new topic overtakes the position in the old one before anybody has looked.
many 900 7000 | admin write entries
check "overtaken: joined" eventually 30 joins 2107
sleep 3
many 3000 300000 >lines
admin delete entries
admin create entries 3 || { sleep 1; admin create entries 3; }
admin write entries <lines
all_joined() { # PATTERN COUNT: so many travellers of that pattern, once or twice
	[ "$(joined | grep -E "$1" | sort -u | wc -l)" = "$2" ]
}
check "overtaken: the new ones are joined from their beginning" eventually 30 all_joined 'Traveller 3[0-9]{5}$' 3000

# The same while nobody reads.
check "replaced: ends well" finish $enrich
many 4000 400000 >lines
admin delete entries
admin create entries 3 || { sleep 1; admin create entries 3; }
admin write entries <lines
background enrich
enrich=$!
check "replaced: the new ones are joined from their beginning" eventually 30 all_joined 'Traveller 4[0-9]{5}$' 4000
check "replaced: each once" test "$(joined | grep -cE 'Traveller 4[0-9]{5}$')" = 4000
check "replaced: and it is said" grep -q 'entries \[[0-2]\]: gap (recreated): offsets .*begins at offset 0' enrich.out

# Records go before they were read: as by retention.
check "trimmed: ends well" finish $enrich
before=$(joined | wc -l)
of_angel=$(kcat -q -b "$KAFKA" -C -t stations -e -f '%k %p\n' | sed -n 's/^Angel //p' | tail -n 1)
end=$(kcat -q -b "$KAFKA" -Q -t "entries:$of_angel:-1" | sed 's/.* //')
people 20 500000 | admin write entries
admin trim entries "$of_angel" $((end + 5))
check "trimmed: what is left is joined" tfl enrich -e
check "trimmed: exactly" joins $((before + 15))
check "trimmed: and it is said" grep -q "entries \[$of_angel\]: gap (retention): offsets $end…$((end + 4)): 5 offsets" log
rm enrich.out
background enrich
enrich=$!

# A second instance comes and dies.
before=$(joined | wc -l)
background enrich
second=$!
many 2000 2000 | admin write entries &
check "two: each takes its share" eventually 30 eval '[ "$(grep -c "partitions assigned" enrich.out)" -ge 3 ]'
wait $!
sleep 1
kill -KILL $second
wait $second 2>/dev/null
many 2000 4000 | admin write entries
check "two: one died, each event is joined" eventually 40 joins $((before + 4000))
check "two: and once" test -z "$(joined | grep -E 'Traveller [0-9]{4}$' | sort | uniq -d | head -1)"

# The broker is killed within a transaction.
before=$(joined | wc -l)
many 10000 10000 >lines
admin write entries <lines 2>/dev/null &
writer=$!
sleep 0.7
kill9_kafka
sleep 2
restart_kafka
wait $writer
lines_in() { kcat -q -b "$KAFKA" -t entries -C -e | grep -cE 'Traveller [0-9]{5}"'; }
check "killed: the join carries on" eventually 90 eval 'test "$(joined | grep -cE "Traveller [0-9]{5}\$")" = "$(lines_in)"'
check "killed: ends well" finish $enrich
check "killed: the rest" tfl enrich -e
there=$(kcat -q -b "$KAFKA" -t entries -C -e | grep -cE 'Traveller [0-9]{5}"')
check "killed: each event is joined once" test "$(joined | grep -E 'Traveller [0-9]{5}$' | sort -u | wc -l) $(joined | grep -cE 'Traveller [0-9]{5}$')" = "$there $there"

# The join is held up for longer than a transaction may last, twice within a minute, and a third time right before it is to end.
rm enrich.out
background enrich
enrich=$!
check "held up: it runs" eventually 20 grep -q "partitions assigned" enrich.out
stream() { # FIRST: travellers from that number on
	local i=$1
	rm -f enough
	until [ -e enough ]; do
		many 5 $i
		i=$((i + 5))
		sleep 0.06
	done | admin write entries 2>/dev/null
}
held_up() { # FIRST: with so numbered travellers under way
	stream "$1" &
	writer=$!
	sleep 1.5
	kill -STOP $enrich
	sleep 11.5
	kill -CONT $enrich
}
enough() {
	touch enough
	wait $writer
}
all_of_it() { [ "$(joined | grep -cE 'Traveller 7[0-9]{6}$')" = "$(kcat -q -b "$KAFKA" -t entries -C -e | grep -cE 'Traveller 7[0-9]{6}"')" ]; }
for first in 7000000 7100000; do
	held_up $first
	enough
	check "held up: it goes on" eventually 40 all_of_it
done
held_up 7200000
check "held up: it ends well" finish $enrich
enough
check "held up: the rest" tfl enrich -e
check "held up: all of it" all_of_it
check "held up: each once" test -z "$(joined | grep -E 'Traveller 7[0-9]{6}$' | sort | uniq -d | head -1)"

# Another producer's transaction is open on entries: the join ends where readers do.
mkfifo held
admin write entries other <held >held.out 2>&1 &
started+=($!)
exec 7>held
{ echo begin; many 10 50000; echo flush; } >&7
check "open: a transaction of another is" eventually 20 grep -q '^flushed' held.out
before=$(joined | wc -l)
check "open: the join ends before it" tfl enrich -e
check "open: and has joined nothing of it" joins "$before"
echo commit >&7
exec 7>&-
check "open: later it does" eventually 10 eval 'tfl enrich -e 2>/dev/null && joins $((before + 10))'

# ^C while no broker answers: one that is not there, one that does not answer, before the join began and while it runs.
stopped_within() { # MILLISECONDS PID: asked to, it ends well and so soon
	local begun=${EPOCHREALTIME/./} status
	finish "$2"
	status=$?
	took=$(((${EPOCHREALTIME/./} - begun) / 1000))
	echo "it took $took ms"
	[ $status = 0 ] && [ $took -lt "$1" ]
}
"$TFL_TOP" enrich -b 127.0.0.1:1 >>nobody.out 2>&1 &
enrich=$!
started+=($enrich)
check "silent: it looks for a broker" eventually 20 grep -q 'enrich waiting: no Kafka broker answers' nobody.out
check "silent: it ends at once" stopped_within 1500 $enrich
check "silent: and says what it did" grep -q '^enrich: read 0 joined 0 ' nobody.out
rm enrich.out
background enrich
enrich=$!
check "silent: it runs" eventually 20 grep -q "enrich running" enrich.out
kill -STOP $KAFKA_PID
sleep 1
background enrich -X enrich.name=another
second=$!
sleep 2
check "silent: it ends at once, idle" stopped_within 1500 $enrich
check "silent: and one that has not begun" stopped_within 1500 $second
kill -CONT $KAFKA_PID

refused "a stream that is its own output" 1 'topic.entries and topic.station_entries are both entries' "$TFL_TOP" enrich -b "$KAFKA" -X topic.station_entries=entries -e
refused "two streams into one" 1 'topic.station_entries and topic.station_exits are both station_x' "$TFL_TOP" enrich -b "$KAFKA" -X topic.station_entries=station_x -X topic.station_exits=station_x -e

# Partitions are added: keys move away from their rows, and find them. While it runs, and while nobody does.
rm enrich.out
background enrich
enrich=$!
check "grown: it runs" eventually 20 grep -q "partitions assigned" enrich.out
admin grow entries 5
people 10 600000 Oval | admin write entries
printf '%d|-|Oval|{"user":"Grown %d","delta":1}\n' 3 3 4 4 | admin write entries
check "grown: they do" eventually 40 eval 'test "$(joined | grep -cE "Traveller 60000[0-9]$")" = 10'
check "grown: those of the new partitions as well" eventually 40 eval 'test "$(joined | grep -c "Grown [34]")" = 2'
check "grown: and it is said" grep -q 'entries has 5 partitions now, no longer 3: joined across all of them' enrich.out
check "grown: ends well" finish $enrich
admin grow entries 6
printf '5|-|Oval|{"user":"Grown 5","delta":1}\n' | admin write entries
background enrich
enrich=$!
check "grown: those of a partition that came meanwhile" eventually 40 eval 'test "$(joined | grep -c "Grown 5")" = 1'
check "grown: it ends well again" finish $enrich
