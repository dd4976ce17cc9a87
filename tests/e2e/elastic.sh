#!/bin/bash
# The elastic feed between a real Kafka and a real Elasticsearch: whatever is late, twice, wrong, killed or restarted, the set of documents is the set
# of events.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
. "$srcdir/tests/services/elasticsearch.sh"
trap 'stop_elasticsearch; clean_up' EXIT
broker group.min.session.timeout.ms=500 # so that the group soon notices who was killed
start_elasticsearch "$HERE/es" || { echo "not ok a real Elasticsearch starts"; exit 1; }

kills=10
[ "$FULL" = 1 ] && kills=60

call() { curl -s -X "$1" -H 'Content-Type: application/json' ${3:+--data-binary "$3"} "$ELASTICSEARCH$2"; }
run_elastic() {
	exec "$TFL_TOP" feed elastic "${settings[@]}" -X elastic.url="$ELASTICSEARCH" -X kafka.session.timeout.ms=1500 -X kafka.heartbeat.interval.ms=300 "$@"
}
elastic() { (run_elastic "$@") >out.log 2>&1 </dev/null; }
start_elastic() {
	run_elastic >>stream.log 2>&1 </dev/null &
	feed=$!
	started+=($feed)
	said[$feed]=stream.log
}
says() { grep -qE -- "$1" out.log || { tail -n 5 out.log; return 1; }; }

# travellers COUNT FIRST [PLACE]: as many lines for kafka_admin, over four partitions, within the last half hour.
begin=$(($(date +%s) - 1800))
travellers() {
	awk -v n="$1" -v first="$2" -v place="${3:-51.53249,-0.10579}" -v begin="$begin" 'BEGIN {
		for (i = first; i < first + n; i++) {
			t = begin + i / 10
			printf "%d|%.0f|Angel|{\"@timestamp\":\"%s.%d00Z\",\"user\":\"Traveller %d\",\"delta\":1,\"station\":\"Angel\",\"location\":\"%s\"}\n",
				i % 4, t * 1000, strftime("%Y-%m-%dT%H:%M:%S", t, 1), i % 10, i, place
		}
	}'
}
enter() { travellers "$@" | admin write "$in"; }
leave() { travellers "$@" | sed 's/"delta":1/"delta":-1/' | admin write "$out"; }

# The numbers of the travellers in a stream, sorted; twice, who is there twice.
stored() {
	call POST "/$1/_refresh" >/dev/null
	call POST "/$1/_search?size=10000" '{"_source":["user"],"query":{"match_all":{}}}' | jq -r '.hits.hits[]._source.user' | sed 's/.* //' | sort -n
}
# holds NAME STREAM LAST: exactly the travellers 1 … LAST are there.
holds() {
	stored "$2" >got
	seq "$3" >want
	check "$1" cmp got want || diff got want | head -5
}

use tube 4
start_elastic
check "without a template the feed waits, and says what to do" eventually 30 grep -q 'run: tfl-top setup elastic' stream.log
check "and ends well, as there was nothing to do" finish $feed
check "and no index comes about" test "$(call GET /_all)" = '{}'

call PUT /_component_template/barrier_mappings '{"template": {"mappings": {"properties": {
	"user": {"type": "keyword", "time_series_dimension": true}, "station": {"type": "keyword", "time_series_dimension": true},
	"delta": {"type": "byte", "time_series_metric": "gauge"}, "@timestamp": {"type": "date"}, "location": {"type": "geo_point"}}}}}' >/dev/null
call PUT /_index_template/barrier_template '{"index_patterns": ["tube-*"], "data_stream": {}, "template": {"settings": {
	"index.mode": "time_series", "index.routing_path": ["station", "user"]}}, "composed_of": ["barrier_mappings"], "priority": 500}' >/dev/null
enter 1000 1
leave 1000 1
check "entries and exits are fed" elastic -e
check "each has its verdict" says '^elastic: consumed 2000 stored 2000 in_flight 0$'
holds "every entry is a document" tube-in 1000
holds "every exit is a document" tube-out 1000
check "a second run finds nothing to do" elastic -e
check "as the group's offsets are committed" says '^elastic: consumed 0 in_flight 0$'

"$TFL_TOP" --headless "${settings[@]}" -X elastic.url="$ELASTICSEARCH" --duration 2s >out.log 2>&1 </dev/null
check "--headless runs this feed" says '^elastic: consumed 0 in_flight 0$'

check "all of it again, for another group" elastic -e -X elastic.group=again
check "is known to be there" says '^elastic: consumed 2000 duplicate 2000 in_flight 0$'
holds "nothing is doubled" tube-in 1000

{
	travellers 3 5001 nowhere
	travellers 2 1 51.6,-0.2
	travellers 4 5010 | sed "s/\"@timestamp\":\"[^T]*/\"@timestamp\":\"$(date -u -d -3days +%F)/"
	echo '0|-|Angel|{"user":'
	echo '1|-|Angel|-'
	travellers 10 1001
} | admin write "$in"
check "what is wrong stops nothing" elastic -e
check "a mapping error, a collision, a late one, a broken one: each as what it is" says '^elastic: consumed 21 stored 10 late 4 dead 6 skipped 1 in_flight 0$'
holds "the good ones are there" tube-in 1010
kcat -b "$KAFKA" -t tfl-top-dead-letters -C -e -q -f '%h\n' >letters
check "the dead letters lie in their topic" test "$(wc -l <letters)" = 10

travel() { # COUNT: a hundred at a time, from 1011 on
	local i
	for ((i = 0; i < $1; i++)); do
		enter 100 $((1011 + 100 * i))
		sleep 0.1
	done
}
settle() { # LAST
	check "the rest is fed" elastic -e
	holds "every entry is a document, once" tube-in "$1"
}
travel 20 &
travel=$!
start_elastic
sleep 1
kill9_elasticsearch
sleep 1
check "Elasticsearch comes back after kill -9" restart_elasticsearch
wait $travel
check "the feed has gone on and ends well" finish $feed
settle 3010

killed=0
for ((i = 0; i < kills; i++)); do
	enter 100 $((3011 + 100 * i))
	start_elastic
	sleep $((RANDOM % 3)).$((RANDOM % 900 + 100))
	kill -KILL $feed && killed=$((killed + 1))
	wait $feed 2>/dev/null
done 2>/dev/null
check "the feed died $kills times in mid-stream" test $killed = $kills
settle $((3010 + 100 * kills))

stop_elasticsearch
check "Elasticsearch with a tiny queue starts" restart_elasticsearch thread_pool.write.size=1 thread_pool.write.queue_size=1
use busy 4
call PUT /_index_template/busy '{"index_patterns": ["busy-*"], "data_stream": {}, "template": {"settings": {"index.number_of_shards": 6,
	"index.mode": "time_series", "index.routing_path": ["station", "user"]}}, "composed_of": ["barrier_mappings"], "priority": 500}' >/dev/null
enter 5000 1
check "what is sent away for now gets there in the end" elastic -e
check "it was sent away" says '429 es_rejected_execution_exception'
check "each has its verdict" says '^elastic: consumed 5000 stored 5000 in_flight 0$'
holds "every entry is a document, once" busy-in 5000
