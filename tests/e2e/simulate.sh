#!/bin/bash
# simulate on a real broker: the same records for the same start, prefixes by --to, an account that survives ^C and a dead broker, and
# no events into a topic that would drop them.
. "$(dirname "$0")/lib.sh"
broker

# The records of both topics whose names begin with $1: partition, offset, time, key and value, each topic in order.
records() {
	local topic partition
	for topic in "$1-entries" "$1-exits"; do
		for partition in 0 1 2 3; do
			kcat -b "$KAFKA" -C -e -q -t "$topic" -p $partition -f '%p %o %T %k %s\n'
		done
	done
}
topics() {
	echo "-X topic.entries=$1-entries -X topic.exits=$1-exits"
}
morning="$(last_weekday)T08:15"

check "passengers" tfl simulate $(topics a) --from "$morning" --to "${morning%15}20" --rate 0.2 --speed max --seed 7
check "the last line is the sum" grep -qE '^simulate: journeys ([0-9]+) entries \1 exits \1 acknowledged [0-9]+ failed 0 inside 0$' log
check "the same again" tfl simulate $(topics b) --from "$morning" --to "${morning%15}20" --rate 0.2 --speed max --seed 7
records a >a.txt
records b >b.txt
check "the same start gives the same records in the same order" cmp a.txt b.txt
check "there are some" test "$(wc -l <a.txt)" -gt 5000
check "with another seed" tfl simulate $(topics c) --from "$morning" --to "${morning%15}20" --rate 0.2 --speed max --seed 8
records c >c.txt
check "another seed gives others" test -z "$(cut -d' ' -f3- c.txt | grep -vf /dev/null | grep -xFf <(cut -d' ' -f3- a.txt) | head -1)"
check "a shorter run" tfl simulate $(topics d) --from "$morning" --to "${morning%15}18" --rate 0.2 --speed max --seed 7
records d | grep '"delta":1}' >d.txt
check "an earlier --to keeps a prefix of the entries" test -z "$(grep -vxFf a.txt d.txt | head -1)"
check "record time is event time" \
	awk '{ split($0, part, "\""); if ($3 % 1000 != substr(part[4], 21, 3) + 0) { print; exit 1 } }' a.txt

check "the stations were published" test "$(kcat -b "$KAFKA" -C -e -q -t stations -f '%k\n' | wc -l)" = 509

background simulate $(topics e) --scenario steady --rate 5 --from now --account "$HERE/e.csv"
simulate=$!
check "passengers stream" eventually 60 timeout 20 kcat -b "$KAFKA" -C -q -t e-entries -c 500
check "^C ends it well" finish $simulate
records e >e.txt
tail -1 simulate.out >last
acknowledged=$(sed 's/.* acknowledged \([0-9]*\) .*/\1/' last)
check "the account is what was acknowledged" test "$(awk -F, 'NR > 1 { sub(/.*,/, ""); n += $0 } END { print n }' e.csv)" = "$acknowledged"
check "and what is in the topics" test "$(wc -l <e.txt)" = "$acknowledged"
check "those inside are said" grep -qE ' inside [1-9][0-9]*$' last

# Retention goes by record time: a topic that keeps an hour would take yesterday's passengers and forget them.
configure() {
	(kafka_java kafka.admin.ConfigCommand --bootstrap-server "$KAFKA" --alter --entity-type topics --entity-name a-exits --add-config "$1")
}
check "a topic keeps an hour" configure retention.ms=3600000
refused "simulate into it" 1 'kafka-configs .* --entity-name a-exits --add-config retention.ms=-1' \
	"$TFL_TOP" simulate -b "$KAFKA" $(topics a) --from "$morning" --count 5 --speed max
check "the command that it prints" configure retention.ms=-1
check "helps" tfl simulate $(topics a) --from "$morning" --count 5 --speed max

background simulate $(topics g) --scenario steady --rate 5 --from now --account "$HERE/g.csv"
simulate=$!
check "passengers stream again" eventually 60 timeout 20 kcat -b "$KAFKA" -C -q -t g-entries -c 300
kill9_kafka
sleep 2
check "the broker comes back" restart_kafka
check "and they stream on" eventually 60 timeout 20 kcat -b "$KAFKA" -C -q -t g-entries -c 2000
check "^C ends it well after that, too" finish $simulate
check "the account is what is in the topics, to a passenger" test "$(records g | wc -l)" = \
	"$(awk -F, 'NR > 1 { sub(/.*,/, ""); n += $0 } END { print n }' g.csv)"

background simulate $(topics h) --scenario steady --rate 5 --from now --account "$HERE/g.csv"
simulate=$!
check "one more" eventually 60 timeout 20 kcat -b "$KAFKA" -C -q -t h-entries -c 300
kill -KILL $simulate
check "killed, it leaves no account, not even that of the run before" test ! -e g.csv

background simulate $(topics e) --scenario steady --rate 5 --from now --account "$HERE/f.csv"
simulate=$!
sleep 3
kill9_kafka
sleep 1
kill -TERM $simulate
kill -TERM $simulate
sleep 0.2
kill -TERM $simulate 2>/dev/null
wait $simulate
check "with the broker dead and ^C twice it ends with status 1" test $? = 1
check "the last line counts what failed" sh -c "tail -1 simulate.out | grep -qE ' failed [1-9]'"
