#!/bin/bash
# What brokers and their keepers do to a topic that is being counted: it is deleted, made anew, cut back, trimmed, widened, stopped. Each time
# the count is exact for what the topic delivered, and a gap says what it did not.
. "$(dirname "$0")/lib.sh"
broker
admin() {
	"$BUILD/tests/services/kafka_admin" "$@"
}

# use NAME PARTITIONS [KEY=VALUE]…: topics and database of the next scenario.
use() {
	db=$HERE/$1.db in=$1-in out=$1-out
	settings=(-b "$KAFKA" --db "$db" -X "topic.station_entries=$in" -X "topic.station_exits=$out")
	[ "$2" = 0 ] || { admin create "$in" "${@:2}" && admin create "$out" "${@:2}"; }
}
feed() {
	"$TFL_TOP" feed history "${settings[@]}" "$@" 2>log </dev/null
}
start_feed() {
	"$TFL_TOP" feed history "${settings[@]}" >>feed.out 2>&1 </dev/null &
	feed=$!
	started+=($feed)
}
# The answer to SQL on the scenario's database.
ask() {
	sqlite3 -readonly -cmd '.timeout 10000' -separator ' ' "$db" "$1"
}
counted() {
	[ "$(ask "SELECT coalesce(sum(entries), 0) FROM station_day")" = "$1" ]
}
# is NAME WANT SQL: the answer is that.
is() {
	local got
	got=$(ask "$3")
	check "$1" test "$got" = "$2" || echo "# got: $got"
}
# events COUNT FIRST [PARTITION]: as many lines for kafka_admin, one a second from 08:00 yesterday on, numbered from FIRST.
day=$(date -d yesterday +%F)
events() {
	local i
	for ((i = $2; i < $2 + $1; i++)); do
		printf '%s|%s|Angel|{"@timestamp":"%sT%02d:%02d:%02d.000Z","user":"Traveller %d","delta":1,"station":"Angel"}\n' "${3:-0}" \
			"$((1700000000000 + i))" "$day" $((8 + i / 3600)) $((i / 60 % 60)) $((i % 60)) "$i"
	done
}
put() { # COUNT FIRST [PARTITION]
	events "$@" | admin write "$in"
}
remake() { # PARTITIONS
	admin delete "$in"
	admin create "$in" "$1" || { sleep 1; admin create "$in" "$1"; }
}

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

# While it is read.
use live 2
put 100 0 0
put 100 100 1
start_feed
check "live: counted" eventually 15 counted 200
sleep 11
remake 2
put 300 1000 0
put 50 1000 1
check "live: both lives are counted" eventually 25 counted 550
is "live: a gap for each partition" "recreated_live 2" "SELECT kind, count(*) FROM gap GROUP BY kind"
check "live: ends well" finish $feed
ask "SELECT * FROM gap"; ask "select * from feed_offset"; cat feed.out
