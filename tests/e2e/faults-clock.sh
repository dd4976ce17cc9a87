#!/bin/bash
# Nights in which the clocks change: passengers are counted into the right quarter hours and service days, which are an hour longer or shorter.
# And passengers whose broker dies, or who are killed themselves: the account holds what was acknowledged, or there is none.
. "$(dirname "$0")/lib.sh"
broker

# The account summed by an awk program that sets `to` from `at`, the time of a minute in epoch seconds: "to sum" lines.
summed() { # PROGRAM
	tail -n +2 account.csv | tr -d '\r' | grep ^entries | TZ=UTC0 awk -F, '{
		time = $(NF - 1); count = $NF
		gsub(/[-T:Z]/, " ", time)
		at = mktime(time)
		'"$1"'
		sum[to] += count
	} END { for (to in sum) print to, sum[to] }' | LC_ALL=C sort
}
# night NAME FROM TO DAY NEXT-DAY BOUNDARY LENGTH: the service day DAY ends at BOUNDARY (UTC) and is LENGTH seconds long.
night() {
	rm -f history.db* account.csv
	local own=()
	for topic in entries exits station_entries station_exits; do own+=(-X "topic.$topic=$1-$topic"); done
	check "$1: passengers" tfl simulate "${own[@]}" --scenario steady --rate 0.02 --from "$2" --to "$3" --speed max --account "$HERE/account.csv"
	check "$1: joined" tfl enrich "${own[@]}" -X "enrich.group=$1" -e
	check "$1: counted" tfl feed history "${own[@]}" -e
	sed -i "s/^$1-//" account.csv
	exact account.csv 10000
	summed 'to = strftime("%Y-%m-%dT%H:%M:%SZ", int(at / 900) * 900, 1)' >want
	sql "SELECT bucket || ' ' || sum(entries) FROM station_15m GROUP BY bucket HAVING sum(entries) > 0 ORDER BY 1" >got
	check "$1: each quarter hour" diff want got
	summed 'to = at < '"$(date -d "$6" +%s)"' ? "'"$4"'" : "'"$5"'"' >want
	sql "SELECT day || ' ' || sum(entries) FROM station_day GROUP BY day ORDER BY 1" >got
	check "$1: each service day" diff want got
	check "$1: its length" test "$(sql "SELECT end_ts - start_ts FROM service_day WHERE date = '$4'")" = "$7"
	check "$1: a day's quarter hours are its day" test "$(sql "SELECT count(*) FROM (SELECT day, sum(entries) n FROM station_15m GROUP BY 1) q
		JOIN (SELECT day, sum(entries) n FROM station_day GROUP BY 1) d USING (day) WHERE q.n <> d.n")" = 0
	check "$1: the report of it" "$TFL_TOP" query network --db history.db --since "$4"
}
night autumn 2025-10-26T00:00:00Z 2025-10-26T05:30:00Z 2025-10-25 2025-10-26 2025-10-26T04:30:00Z 90000
night spring 2026-03-29T00:00:00Z 2026-03-29T05:30:00Z 2026-03-28 2026-03-29 2026-03-29T03:30:00Z 82800

# The broker is away for a while in mid-run: passengers wait, and none is lost or written twice.
own=(-X topic.entries=away-entries -X topic.exits=away-exits)
background simulate "${own[@]}" --scenario steady --rate 3 --from now --account "$HERE/away.csv"
simulate=$!
check "away: passengers stream" eventually 30 timeout 10 kcat -b "$KAFKA" -C -q -t away-entries -c 300
kill9_kafka
sleep 15
check "away: the broker comes back" restart_kafka
sleep 3
check "away: simulate ends well" finish $simulate
check "away: every event was acknowledged" grep -qE '^simulate: .* failed 0 ' simulate.out
written() { { kcat -q -b "$KAFKA" -t away-entries -C -e; kcat -q -b "$KAFKA" -t away-exits -C -e; } | wc -l; }
check "away: the account is what is in the topics" test "$(awk -F, 'NR > 1 { n += $NF } END { print n }' away.csv)" = "$(written)"

# Killed: there is no account, not even that of the run before.
background simulate "${own[@]}" --scenario steady --from now --account "$HERE/away.csv"
simulate=$!
sleep 3
kill -KILL $simulate
wait $simulate 2>/dev/null
check "killed: an earlier run's account is not taken for its own" test ! -e away.csv
