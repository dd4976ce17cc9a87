#!/bin/bash
# The elastic feed into a real OpenSearch, whose data streams are plain: documents have ids of ours, so they are stored once there too.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
. "$srcdir/tests/services/elasticsearch.sh"
trap 'stop_elasticsearch; clean_up' EXIT
broker group.min.session.timeout.ms=500
start_opensearch "$HERE/os" || { echo "not ok a real OpenSearch starts"; exit 1; }

call() { curl -s -X "$1" -H 'Content-Type: application/json' "$ELASTICSEARCH$2"; }
run_elastic() {
	exec "$TFL_TOP" feed elastic "${settings[@]}" -X elastic.url="$ELASTICSEARCH" -X kafka.session.timeout.ms=1500 -X kafka.heartbeat.interval.ms=300 "$@"
}
elastic() { (run_elastic "$@") >out.log 2>&1 </dev/null; }
says() { grep -qE -- "$1" out.log || { tail -n 5 out.log; return 1; }; }
count() { call POST "/$1/_refresh" >/dev/null; call GET "/$1/_count" | jq .count; }

use tube 4
check "it is set up" "$TFL_TOP" setup elastic "${settings[@]}" -X elastic.url="$ELASTICSEARCH"
put 1000 1 # of yesterday: there is no window to miss
put_exits 1000 1 3
check "entries and exits are fed" elastic -e
check "it is told what it is" says 'OpenSearch 2.19.0, plain data streams'
check "each has its verdict" says '^elastic: consumed 2000 stored 2000 in_flight 0$'
check "all of it again, for another group" elastic -e -X elastic.group=again
check "is known to be there" says '^elastic: consumed 2000 duplicate 2000 in_flight 0$'
check "nothing is doubled" test "$(count tube-in) $(count tube-out)" = "1000 1000"
put 5 1
check "the same passenger once more is another event here" elastic -e
check "with a document of its own" test "$(count tube-in)" = 1005

for ((i = 0; i < 5; i++)); do
	put 200 $((2001 + 200 * i))
	run_elastic >>stream.log 2>&1 </dev/null &
	feed=$!
	started+=($feed)
	sleep $((RANDOM % 2)).$((RANDOM % 900 + 100))
	kill -KILL $feed
	wait $feed 2>/dev/null
done 2>/dev/null
check "the rest is fed after five times kill -9" elastic -e
check "every entry is a document, once" test "$(count tube-in)" = 2005
