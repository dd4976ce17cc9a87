#!/bin/bash
# A week back-filled by the calendar on a real broker: simulate → enrich → history. Every cell equals the simulator's account, and each
# service day has as many passengers as TfL counts on a day of its type.
. "$(dirname "$0")/lib.sh"
broker

# Seven whole service days, thinned (in full: 31 million journeys).
from=$(date -d '-8 day' +%F)
to=$(date -d "$from +7 day" +%F)
rate=0.004
[ "$FULL" = 1 ] && rate=0.05

check "simulate: a week, every event acknowledged" tfl simulate --scenario calendar --from "${from}T04:30" --to "${to}T04:30" --rate $rate \
	--speed max --seed 7 --account account.csv
check "enrich joins all of it" tfl enrich -e
check "feed history counts all of it" tfl feed history -e
exact account.csv 200000
check "nobody is left in the network" test "$(sql "SELECT sum(entries) = sum(exits) FROM station_day")" = 1

sql "SELECT day, sum(entries) FROM station_day WHERE entries > 0 GROUP BY day ORDER BY day" >days.csv
while IFS=, read -r day entries; do
	case $(date -d "$day" +%u) in 6) type=saturday ;; 7) type=sunday ;; *) type=weekday ;; esac
	echo "$type,$entries"
done <days.csv >types.csv
check "seven service days" test "$(wc -l <types.csv)" = 7
check "each has the passengers of its type" awk -F, -v rate=$rate '
	FNR == 1 { part++ }
	part == 1 && FNR == 1 { for (i = 1; i <= NF; i++) if (sub(/_entries$/, "", $i)) type[i] = $i; next }
	part == 1 { for (i in type) want[type[i]] += $i * rate; next }
	{ d = $2 - want[$1]; print $1, $2, want[$1]; if (d * d > 16 * want[$1]) bad++; seen[$1]++ }
	END { exit bad > 0 || seen["weekday"] != 5 || seen["saturday"] != 1 || seen["sunday"] != 1 }' "$srcdir/data/stations.csv" types.csv
