#!/bin/bash
# tfl-top setup elastic, on a real Elasticsearch and a real OpenSearch.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/services/elasticsearch.sh"
trap 'stop_elasticsearch; clean_up' EXIT

setup() { "$TFL_TOP" setup elastic -X elastic.url="$ELASTICSEARCH" "$@"; }
get() { curl -s "$ELASTICSEARCH$1"; }
put() { curl -s -X PUT -H 'Content-Type: application/json' --data-binary @"$2" "$ELASTICSEARCH$1"; }
bulk() { curl -s -H 'Content-Type: application/x-ndjson' --data-binary @- "$ELASTICSEARCH/station_entries/_bulk?refresh=true"; }
event() { printf '{"create":{%s}}\n{"@timestamp":"%s","user":"Ada","delta":1,"station":"Angel","location":"51.53249,-0.10579"}\n' "$1" "$2"; }
says() { grep -qF -- "$1" out || { cat out; return 1; }; }

start_elasticsearch "$HERE/es" || { echo "not ok a real Elasticsearch starts"; exit 1; }
setup --dry-run >out 2>&1
check "a dry run says what it would ask for" says 'PUT /_index_template/barrier_template'
check "… and does not" test "$(get /_data_stream)" = '{"data_streams":[]}'
doctor() { TERM=xterm timeout 60 "$TFL_TOP" doctor -b 127.0.0.1:1 --db "$HERE/none.db" -X elastic.url="$ELASTICSEARCH" >out; }
doctor
check "doctor misses the data streams" says 'station_exits is not there: tfl-top setup elastic makes it'
check "it is set up" setup
doctor
check "… and finds them" says 'station_exits, time series'
setup >out 2>&1
check "a second time nothing is done" test "$(grep -c ': there' out)" = 5
check "the data streams are time series" test "$(get /_data_stream | jq -c '[.data_streams[].index_mode]')" = '["time_series","time_series"]'
now=$(date -u +%FT%TZ)
check "an event is stored" test "$(event '' "$now" | bulk | jq '.items[0].create.status')" = 201
check "… once" test "$(event '' "$now" | bulk | jq '.items[0].create.status')" = 409
check "… also one of the day before, back-filled" test "$(event '' "$(date -u -d '-26 hours' +%FT%TZ)" | bulk | jq '.items[0].create.status')" = 201
check "the files can be put by hand" test "$(put /_component_template/by_hand "$srcdir/es/time-series/mappings.json")" = '{"acknowledged":true}'
jq '.version = 7' "$srcdir/es/time-series/template.json" >newer.json
put /_index_template/barrier_template newer.json >out
setup >out 2>&1
check "what a newer program made ends it" test $? = 1
check "… with a word on it" says 'version 7, made by a newer'
check "… and is left as it is" test "$(get /_index_template/barrier_template | jq '.index_templates[0].index_template.version')" = 7
stop_elasticsearch

start_opensearch "$HERE/os" || { echo "not ok a real OpenSearch starts"; exit 1; }
check "OpenSearch is set up" setup
setup >out 2>&1
check "… and it is said that nothing ends there" says 'manages no index states'
check "an event with an id of ours is stored" test "$(event '"_id":"a"' "$(date -u +%FT%TZ)" | bulk | jq '.items[0].create.status')" = 201
check "… once" test "$(event '"_id":"a"' "$(date -u +%FT%TZ)" | bulk | jq '.items[0].create.status')" = 409
