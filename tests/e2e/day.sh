#!/bin/bash
# A weekday's passengers on a real broker: simulate → enrich → history. Every cell of station_minute equals the simulator's account
# of what the broker acknowledged, reports agree with each other, and running the feed again changes nothing.
. "$(dirname "$0")/lib.sh"
start_kafka || { not_ok "real broker starts"; exit 1; }

# The whole service day, thinned to about 200 000 journeys (in full: 4.87 million).
day=$(last_weekday)
rate=0.0411
[ "${FULL:-0}" = 1 ] && rate=1

check "simulate: a weekday, every event acknowledged" \
	tfl simulate --scenario weekday --from "${day}T04:30" --to "$(next_day "$day")T04:30" --rate $rate --speed max --seed 7 --account account.csv
check "enrich: joins all of it and stops at the end" tfl enrich -e
check "feed history: counts all of it and stops at the end" tfl feed history -e
tail -1 "$LOG" > summary
check "the summary's ledger adds up" awk '{for(i=2;i<NF;i+=2)v[$i]=$(i+1)} END{exit !(v["consumed"]>0 && v["consumed"]==v["stored"] && v["in_flight"]==0)}' summary

cells account.csv history.db
check "every station-minute equals the account" cmp -s want.csv got.csv
check "there are enough of them to mean something" test "$(wc -l < want.csv)" -gt 100000

tfl feed history -e
mv got.csv before.csv
cells account.csv history.db
check "feeding again counts nothing twice" cmp -s before.csv got.csv

sql() { tfl query --sql "$1" --format csv | tr -d '\r' | tail -n +2; }
check "minutes, quarters, hours and days agree" test "$(sql "SELECT count(DISTINCT n) FROM (
	SELECT sum(entries) n FROM station_minute UNION ALL SELECT sum(entries) FROM station_15m UNION ALL
	SELECT sum(entries) FROM station_hour UNION ALL SELECT sum(entries) FROM station_day UNION ALL SELECT sum(entries) FROM network_15m)")" = 1
check "nobody is left in the network" test "$(sql "SELECT sum(entries) = sum(exits) FROM station_day")" = 1
check "nobody is in the network who did not enter" test "$(sql "SELECT min(in_network) >= 0 FROM network_15m")" = 1

# TfL's own figures, straight from the reference data: entries within 4 sqrt(n), exits (scaled to entries) within 3 % or 4 sqrt(n).
sql "SELECT station_id, sum(entries), sum(exits) FROM station_day GROUP BY station_id" > totals.csv
check "station totals are TfL's, thinned" awk -F, -v rate=$rate '
	NR==FNR { if (FNR>1) { e[$1]=$7*rate; x[$1]=$8*rate; E+=$7; X+=$8 } next }
	{ want=e[$1]; d=$2-want; if (d*d > 16*(want+1)) { bad++; print "entries", $0, want > "/dev/stderr" }
	  want=x[$1]*E/X; d=$3-want; d=d<0?-d:d; if (d>0.03*want && d*d > 16*(want+1)) { bad++; print "exits", $0, want > "/dev/stderr" } seen++ }
	END { exit bad>0 || seen<400 }' <(csv_plain "$SRC/data/stations.csv") totals.csv
