# scenario.sh: for scripts that count topics of their own making: each scenario has its two topics and its database. Sourced after lib.sh.

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
# counted COUNT [entries|exits]
counted() {
	[ "$(ask "SELECT coalesce(sum(${2:-entries}), 0) FROM station_day")" = "$1" ]
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
put_exits() {
	events "$@" | sed 's/"delta":1/"delta":-1/' | admin write "$out"
}
remake() { # PARTITIONS
	admin delete "$in"
	admin create "$in" "$1" || { sleep 1; admin create "$in" "$1"; }
}
