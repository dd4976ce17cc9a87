#!/bin/bash
# A weekday's passengers on a real broker: simulate → enrich → history. Every cell of station_minute equals the simulator's account
# of what the broker acknowledged, reports agree with each other, and running the feed again changes nothing.
. "$(dirname "$0")/lib.sh"
broker

# The whole service day, thinned to about 200 000 journeys (in full: 4.87 million).
day=$(last_weekday)
rate=0.0411
[ "$FULL" = 1 ] && rate=1

check "simulate: a weekday, every event acknowledged" tfl simulate --scenario weekday --from "${day}T04:30" \
	--to "$(date -d "$day +1 day" +%F)T04:30" --rate $rate --speed max --seed 7 --account account.csv
check "enrich joins all of it and stops at the end" tfl enrich -e
check "feed history counts all of it and stops at the end" tfl feed history -e
check "its last line adds up" awk 'END { for (i = 2; i < NF; i += 2) v[$i] = $(i + 1)
	exit !($1 == "history:" && v["consumed"] > 0 && v["consumed"] == v["stored"] && v["in_flight"] == 0) }' log

exact account.csv 390000
check "in enough cells to mean something" test "$(wc -l <want.csv)" -gt 100000

mv got.csv before.csv
check "feeding again" tfl feed history -e
cells account.csv
check "counts nothing twice" cmp before.csv got.csv

check "minutes, quarters, hours and days agree" test "$(sql "SELECT count(DISTINCT n) FROM (
	SELECT sum(entries) n FROM station_minute UNION ALL SELECT sum(entries) FROM station_15m UNION ALL
	SELECT sum(entries) FROM station_hour UNION ALL SELECT sum(entries) FROM station_day UNION ALL SELECT sum(entries) FROM network_15m)")" = 1
check "it is one service day" test "$(sql "SELECT min(day) = '$day' AND max(day) <= date('$day', '+1 day') FROM station_day WHERE entries > 0")" = 1
check "nobody is left in the network" test "$(sql "SELECT sum(entries) = sum(exits) FROM station_day")" = 1
check "nobody is in the network who did not enter" test "$(sql "SELECT min(in_network) >= 0 FROM network_15m WHERE day = '$day'")" = 1
check "query says what sqlite3 says" test "$("$TFL_TOP" query --db history.db --format csv --sql 'SELECT sum(entries), sum(exits) FROM station_day' |
	tr -d '\r' | tail -n 1)" = "$(sql 'SELECT sum(entries), sum(exits) FROM station_day')"

# TfL's own figures, from the reference data: entries within 4 sqrt(n), exits, scaled to the entries, within 3 % or 4 sqrt(n). By name: the
# table that the events were joined with knows stations by nothing else, and three names are those of two stations.
sql "SELECT station, sum(entries), sum(exits) FROM station_day GROUP BY station" >totals.csv
check "station totals are TfL's, thinned" awk -F, -v rate=$rate '
	FNR == 1 { part++ }
	part == 1 && FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	part == 1 { name = $column["name"]; E += n = $column["weekday_entries"] * rate; entries[name] += n
		X += n = $column["weekday_exits"] * rate; exits[name] += n; next }
	{ d = $2 - entries[$1]; if (d * d > 16 * (entries[$1] + 1)) { bad++; print "entries", $0, "not", entries[$1] }
	  want = exits[$1] * E / X; d = $3 - want
	  if (d * d > (0.03 * want) ^ 2 && d * d > 16 * (want + 1)) { bad++; print "exits", $0, "not", want }
	  seen++ }
	END { print seen, "stations"; exit bad > 0 || seen < 490 }' "$srcdir/data/stations.csv" totals.csv
