#!/bin/bash
# The demo without a terminal: a line a second in printable ASCII, the broker's address for others, the proof, nothing left behind.
. "$(dirname "$0")/lib.sh"

# demo OUT OPTION…: in the background
demo() {
	local out=$1
	shift
	"$TFL_TOP" --demo "$@" >"$out" 2>err </dev/null &
	started+=($!)
}
address() { sed -n 's/.*broker at \([0-9.:]*\).*/\1/p' "$1" | head -n 1; }
# Events read by another process from the demo's own broker.
listen() { kcat -q -b "$(address out)" -C -t station_entries -o beginning -c 20 | grep -c '"station"'; }
moving() { grep -q 'entries [1-9]' "$1"; }
# The machine may be busy and the sanitizers slow: one of three. (How soon without them: readme.sh.)
soon_moving() {
	local try
	for try in 1 2 3; do
		demo quick
		eventually 6 moving quick
		local found=$?
		finish $! && [ $found = 0 ] && return 0
	done
	return 1
}

check "passengers move at once" soon_moving
demo out --duration 8s
demo=$!
check "says DEMO and where its broker is" eventually 10 grep -q '^DEMO: .*broker at 127.0.0.1:[0-9]' out
check "passengers are moving" eventually 10 moving out
check "another process reads from its broker" eventually 5 test "$(listen)" = 20
wait $demo
check "exit status 0" test $? = 0
check "no complaint on stderr" sh -c "! grep -vE 'level=info|^history: consumed ' err"
check "the proof is its last line" test "$(tail -n 1 out)" = "proof holds: produced = enriched = counted"
check "with totals per station" test "$(grep -cE '^[A-Z].* +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+$' out)" -gt 300
check "and passengers to speak of" awk '$1 == "produced" && $2 > 2000 && $2 == $4 && $2 == $6 { good = 1 } END { exit !good }' out
check "nothing but printable ASCII" sh -c '! LC_ALL=C grep -n "[^ -~]" out'
folder=$(sed -n 's/.*database \([^ ]*\).*/\1/p' out | head -n 1)
check "its database is gone" test -n "$folder" -a ! -e "$folder" -a ! -e "${folder%/*}"

demo stopped
demo=$!
check "a second one, to be asked to stop" eventually 10 moving stopped
check "ends well when asked" finish $demo
check "with its proof" test "$(tail -n 1 stopped)" = "proof holds: produced = enriched = counted"

check "two at once do not meet" sh -c "
	'$TFL_TOP' --demo --duration 3s >a 2>&1 </dev/null & a=\$!
	'$TFL_TOP' --demo --duration 3s >b 2>&1 </dev/null; b=\$?
	wait \$a && test \$b = 0"
"$TFL_TOP" --demo --duration 30s </dev/null 2>/dev/null | head -n 1 >one
check "a reader that goes away is no failure" test "${PIPESTATUS[0]}" = 0
"$TFL_TOP" --demo --duration 1ms </dev/null >out 2>err
check "stopped before it began: no failure" test $? = 0
check "and no proof of nothing" grep -qE '^(nothing to prove|proof holds)' out
