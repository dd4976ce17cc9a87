#!/bin/bash
# Beside the writer: queries and sqlite3 read on, a second writer is refused, a second dashboard only looks.
. "$(dirname "$0")/lib.sh"
broker

background simulate --scenario steady --rate 2 --from now --speed 1 --account "$HERE/account.csv"
simulate=$!
background enrich
enrich=$!
background feed history
history=$!
counted() { [ "$(sql 'SELECT sum(entries) > 100 FROM station_day')" = 1 ]; }
check "the writer writes" eventually 30 counted

refused "a second writer is refused, and told by whom" 1 "$history" tfl feed history -e
before=$(sql 'SELECT sum(entries) FROM station_day')
query() { "$TFL_TOP" query --db history.db --format csv --sql "$1" | tr -d '\r' | tail -n 1; }
more() { [ "$(query 'SELECT sum(entries) FROM station_day')" -gt "$before" ]; }
check "a query sees it move" eventually 10 more
check "a viewer looks on" sh -c "'$TFL_TOP' -b $KAFKA --db history.db --duration 4s >viewer.out 2>viewer.err </dev/null"
check "and says that it is one" grep -q ' viewer, entries' viewer.out
check "and sees it move" test "$(grep -o 'today [0-9]*' viewer.out | sort -u | wc -l)" -gt 1
check "and how fast" grep -q ' viewer, .* another process counts, lag .* [1-9][0-9]* events/s' viewer.out
check "it took nothing from the writer" kill -0 $history

check "simulate ends well" finish $simulate
check "enrich ends well" finish $enrich
"$TFL_TOP" -b $KAFKA --db history.db --duration 90s >heir.out 2>heir.err </dev/null &
started+=($!) heir=$!
check "another viewer" eventually 10 grep -q ' viewer, ' heir.out
check "history ends well" finish $history
check "the viewer says that nobody counts" eventually 10 grep -q ' viewer, .* the process that counted has ended' heir.out
check "leaves time to start it anew" sh -c "'$TFL_TOP' feed history -b $KAFKA --db history.db --duration 1s 2>/dev/null"
check "then goes on counting itself" eventually 40 grep -q ' live, .* history live' heir.out
refused "and is the one that writes" 1 "$heir" tfl feed history -e
check "ends well" finish $heir
check "enrich passes on the rest" tfl enrich -e
check "history counts the rest" tfl feed history -e
exact account.csv 500
