#!/bin/bash
# tfl-top verify: equal is equal, also while the feeds are behind, and what is not is found.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/services/elasticsearch.sh"
trap 'stop_elasticsearch; clean_up' EXIT
broker
start_elasticsearch "$HERE/es" || { echo "not ok a real Elasticsearch starts"; exit 1; }
export TFL_TOP_ELASTIC_URL=$ELASTICSEARCH

says() { grep -qE -- "$1" out || { cat out; return 1; }; }
passengers() { tfl simulate --scenario steady --from "$1" --count "$2" --seed "$3" && tfl enrich -e; }

tfl setup topics stations >/dev/null
check "passengers are made and joined" passengers -5h 1500 1
check "… and counted" tfl feed history -e
tfl verify history --since -6h >out
check "a sound history is found equal" test $? = 0
check "… in words" says '^equal: .* events in .* cells .*: Kafka, history$'
events=$(sqlite3 history.db 'SELECT sum(entries + exits) FROM station_15m')
check "… with every event" says "$events events"

check "more come that the feed has not read" passengers -3h 300 2
tfl verify history --since -6h >out
check "what is not read yet is no difference" test $? = 0
check "… and told" says 'not yet read by the history feed'
check "it is read" tfl feed history -e

documents() { curl -s "$ELASTICSEARCH/station_entries,station_exits/_count" | jq .count; }
check "Elasticsearch is set up" tfl setup elastic
check "… and fed" tfl feed elastic -e
tfl verify --since -6h >out
check "three stores are found equal" test $? = 0
check "… in words" says '^equal: .*: Kafka, history, Elasticsearch$'
check "every event is a document" test "$(documents)" = "$(sqlite3 history.db 'SELECT sum(entries + exits) FROM station_15m')"
check "more come that neither has read" passengers -2h 200 3
tfl verify --since -6h >out
check "which is no difference either" test $? = 0
check "… and told" says 'not yet settled by the elastic feed'
check "it is read there as well" tfl feed history -e
check "… and there" tfl feed elastic -e
one=$(curl -s "$ELASTICSEARCH/station_exits/_search?size=1" | jq -r '.hits.hits[0] | ._index + "/_doc/" + ._id')
check "a document is taken away" test "$(curl -s -X DELETE "$ELASTICSEARCH/$one" | jq -r .result)" = deleted
tfl verify --since -6h >out
check "a document too few is found" test $? = 1
check "… and named" test "$(grep -c '  elastic$' out)" = 1

sqlite3 history.db 'UPDATE quarter SET entries = entries + 1 WHERE (day, station, ts) IN (SELECT day, station, ts FROM quarter LIMIT 1)'
tfl verify history --since -6h >out
check "a count too many is found" test $? = 1
check "… and named" test "$(grep -c '  history$' out)" = 1
check "… in the verdict" says '^different: .*; 1 cells? differs?$'

"$BUILD/tests/services/kafka_admin" trim station_entries 0 50
tfl verify history --since -6h >out
check "what Kafka does not keep is not compared" says '^not compared: station_entries \[0\] before '

refused "an unknown store is a usage error" 2 'history and elastic can' "$TFL_TOP" verify histroy
refused "a range that is none too" 2 '--since is not before --until' "$TFL_TOP" verify --since now --until -2h
