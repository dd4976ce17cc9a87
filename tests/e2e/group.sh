#!/bin/bash
# Feeds in a consumer group on a real Kafka, with a real Elasticsearch behind them: members that come, go, hang and die; topics of transactions;
# offsets that the broker has no more; dead letters that are too large, and that are fed again.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
. "$srcdir/tests/services/elasticsearch.sh"
trap 'stop_elasticsearch; clean_up' EXIT
broker group.min.session.timeout.ms=500
start_elasticsearch "$HERE/es" || { echo "not ok a real Elasticsearch starts"; exit 1; }

deaths=8
[ "$FULL" = 1 ] && deaths=60

call() { curl -s -X "$1" -H 'Content-Type: application/json' ${3:+--data-binary "$3"} "$ELASTICSEARCH$2"; }
run_elastic() {
	exec "$TFL_TOP" feed elastic "${settings[@]}" -X elastic.url="$ELASTICSEARCH" -X kafka.session.timeout.ms=1500 -X kafka.heartbeat.interval.ms=300 "$@"
}
elastic() { (run_elastic "$@") >out.log 2>&1 </dev/null; }
says() { grep -qE -- "$1" out.log || { tail -n 5 out.log; return 1; }; }

# template NAME LOCATION_TYPE: for the streams NAME-*.
template() {
	call PUT "/_index_template/$1" '{"index_patterns": ["'"$1"'-*"], "data_stream": {}, "priority": 500, "template": {"settings": {
		"index.mode": "time_series", "index.routing_path": ["station", "user"]}, "mappings": {"properties": {
		"user": {"type": "keyword", "time_series_dimension": true}, "station": {"type": "keyword", "time_series_dimension": true},
		"delta": {"type": "byte", "time_series_metric": "gauge"}, "@timestamp": {"type": "date"}, "location": {"type": "'"$2"'"}}}}}' >/dev/null
}
begin=$(($(date +%s) - 1800))
travellers() { # COUNT FIRST [PLACE]
	awk -v n="$1" -v first="$2" -v place="${3:-51.53249,-0.10579}" -v begin="$begin" 'BEGIN {
		for (i = first; i < first + n; i++) {
			t = begin + i / 20
			printf "%d|%.0f|Angel|{\"@timestamp\":\"%s.%d00Z\",\"user\":\"Traveller %d\",\"delta\":1,\"station\":\"Angel\",\"location\":\"%s\"}\n",
				i % 4, t * 1000, strftime("%Y-%m-%dT%H:%M:%S", t, 1), i % 10, i, place
		}
	}'
}
holds() { # NAME STREAM LAST: exactly the travellers 1 … LAST are there.
	call POST "/$2/_refresh" >/dev/null
	call POST "/$2/_search?size=10000" '{"_source":["user"],"query":{"match_all":{}}}' | jq -r '.hits.hits[]._source.user' | sed 's/.* //' | sort -n >got
	seq "$3" >want
	check "$1" cmp got want || diff got want | head -5
}

refused "where to begin is not said by --from" 2 'elastic.start says where' "$TFL_TOP" feed elastic --from end -b "$KAFKA"
refused "dead letters do not go where they came from" 2 'a topic of their own' \
	"$TFL_TOP" feed elastic -b "$KAFKA" -X elastic.dead_letter_topic=station_exits
refused "a feed without dead letters has none to feed again" 2 'no topic of dead letters' "$TFL_TOP" feed stdout --from-dead-letters -b "$KAFKA"

use marks 4
template marks geo_point
{
	for i in 0 1 2 3 4; do
		echo begin
		travellers 40 $((1 + 40 * i))
		echo commit
		echo begin
		travellers 40 $((5001 + 40 * i))
		echo flush # else they never leave the producer
		echo abort
	done
} | admin write "$in" marks >/dev/null
check "a topic that ends in markers is read to its end" timeout 60 "$TFL_TOP" feed elastic "${settings[@]}" -X elastic.url="$ELASTICSEARCH" -e
check "a second run begins there" elastic -e
check "and finds nothing" says '^elastic: consumed 0 in_flight 0$'
holds "what was taken back is not there" marks-in 200

echo '0|-|Angel|-' | admin write "$in"
travellers 40 201 | admin write "$in"
admin trim "$in" 1 115 # the group is at 110: ten transactions of ten records and a marker
check "what is gone stops nothing" elastic -e
check "it is said which offsets nobody will read" says "$in \[1\]: gap \(retention\)"

use share 4
template share geo_point
members=()
join() {
	run_elastic >>share.log 2>&1 </dev/null &
	members+=($!)
	started+=($!)
	said[$!]=share.log
}
join
join
travel() {
	local i
	for ((i = 0; i < 60; i++)); do
		travellers 50 $((1 + 50 * i)) | admin write "$in"
		sleep 0.2
	done
}
travel &
travel=$!
for ((i = 0; i < deaths; i++)); do
	[ ${#members[@]} -ge 3 ] || join
	sleep $((RANDOM % 2)).$((RANDOM % 900 + 100))
	pid=${members[0]}
	members=("${members[@]:1}")
	case $((i % 3)) in
	0) kill -KILL "$pid" ;;
	1) finish "$pid" || echo "not ok a member that is asked to end leaves something behind" ;;
	2) # one that hangs for longer than its group waits, and then goes on where others are by now
		kill -STOP "$pid"
		sleep 2.5
		kill -CONT "$pid"
		members+=("$pid")
		;;
	esac
done 2>/dev/null
wait $travel
for pid in "${members[@]}"; do
	check "a member ends well" finish "$pid"
done
check "the rest is fed" elastic -e
holds "every entry is a document, once, whoever fed it" share-in 3000

use letters 4
template letters geo_point
dead=(-X elastic.dead_letter_topic=letters-dead -X elastic.group=letters)
admin create letters-dead 2 max.message.bytes=1500
{
	travellers 100 1
	travellers 20 101 nowhere
} | admin write "$in"
awk 'BEGIN { for (i = 0; i < 4000; i++) printf "%c", 97 + int(rand() * 26) }' >noise
echo "0|-|Angel|{\"@timestamp\":\"not a time\",\"noise\":\"$(cat noise)\"}" | admin write "$in"
check "records that Elasticsearch will not have stop nothing" elastic -e "${dead[@]}"
check "each has its verdict" says '^elastic: consumed 121 stored 100 dead 21 in_flight 0$'
kcat -b "$KAFKA" -t letters-dead -C -e -q -f '%k %T %S %h\n' >letters
check "each is in the topic of dead letters" test "$(wc -l <letters)" = 21
check "with its key, where it came from and why" \
	test "$(grep -cE "^Angel [0-9]{13} [0-9]+ __connect.errors.topic=$in,__connect.errors.partition=[0-3],__connect.errors.offset=[0-9]+,\
__connect.errors.connector.name=tfl-top-elastic,__connect.errors.stage=TASK_PUT,__connect.errors.exception.class.name=refused," letters)" = 20
check "one that the topic does not take is cut, and says how long it was" grep -qE '^Angel [0-9]+ 0 .*bad_time.*tfl-top.value.size=40[0-9]{2}' letters

check "fed again as nothing has changed, they are refused again" elastic --from-dead-letters "${dead[@]}"
check "each of them" says '^elastic: consumed 21 dead 21 in_flight 0$'
check "and lie there for the next round" test "$(kcat -b "$KAFKA" -t letters-dead -C -e -q -f '%h\n' | grep -c 'tfl-top.round=2')" = 21
call DELETE /_data_stream/letters-in >/dev/null
template letters keyword
check "fed again when the cause is mended" elastic --from-dead-letters "${dead[@]}"
check "they are stored" says '^elastic: consumed 21 stored 20 dead 1 in_flight 0$'
