#!/bin/bash
# The command line: exit statuses, what a mistake is told, settings and where they came from, reports and formats on a real history.
. "$(dirname "$0")/lib.sh"

# Mistakes: status 2, nothing on stdout, the nearest name.
top() { "$TFL_TOP" "$@"; }
refused "an unknown command" 2 'query' top quary
refused "an unknown option" 2 '--format' top query --formt csv
refused "an option of another command" 2 'option of another command' top query --demo
refused "an option without its value" 2 'needs a value' top query --format
refused "a value that is none of the choices" 2 'table\|csv\|json\|ndjson' top query --format xml
refused "a number that is none" 2 'topic.partitions.*"four"' top -X topic.partitions=four
refused "an unknown key" 2 'topic.entries' top -X topic.entrys=x
refused "-X without a value" 2 'key=value' top -X topic.entries
refused "a kafka key that is ours" 2 'enrich.group|elastic.group' top -X kafka.group.id=mine
refused "a kafka key that would break exactly-once" 2 'isolation.level' top feed history -X kafka.isolation.level=read_uncommitted
refused "an unknown sink" 2 'history' top feed histroy -b 127.0.0.1:1
refused "no sink" 2 'SINK' top feed
refused "an unknown scenario" 2 'weekday' top simulate --scenario weekda -b 127.0.0.1:1
refused "a comparison with figures that are not there" 2 'steady' top simulate --check --scenario steady
refused "a time that is none" 2 '"yesterdy"' top simulate --from yesterdy -b 127.0.0.1:1
refused "an unknown scenario of the demo" 2 'weekday' top --demo --scenario weekda
refused "an unknown feed of the dashboard" 2 'feed --help' top --with elastik
refused "an unknown view of the dashboard" 2 'stations' top --view statoins
refused "a command that comes second" 2 'the command comes first: tfl-top feed' top -b 127.0.0.1:1 feed history -e
refused "a folder for a database" 1 'is a folder' top query progress --db .
refused "a parameter without its name" 2 'station=Waterloo' top query station-day Waterloo
refused "an unknown view" 2 'stations' top frame --view statoins
refused "an unknown report" 2 'busiest' top query bussiest
refused "one word too many" 2 'too many' top simulate a lot
refused "no history to read" 1 'nothing.db' top query --db nothing.db --sql 'SELECT 1'

check "a simulated day is like TfL's, without a broker" sh -c "'$TFL_TOP' simulate --check --rate 0.05 | grep -q 'within TfL.s weekday'"
check "and one with a station closed is not" sh -c "'$TFL_TOP' simulate --check --rate 0.05 --scenario closure >day.txt; test \$? = 1 &&
	grep -q '^King.s Cross St Pancras .* !' day.txt && grep -q 'outside.*: 4 of 509' day.txt"

check "--version" sh -c "'$TFL_TOP' --version | grep -qE '^tfl-top [0-9]+\.[0-9]+\.[0-9]+$'"
check "--help names every command" sh -c "
	for word in top feed simulate enrich query frame setup doctor; do '$TFL_TOP' --help | grep -q \"^  \$word \" || { echo \$word; exit 1; }; done"
check "each command has its --help" sh -c "
	for word in feed simulate enrich query frame setup doctor; do '$TFL_TOP' \$word --help | grep -q \"^usage: tfl-top \$word\" || { echo \$word; exit 1; }; done"
check "--help in a narrow world" sh -c "LC_ALL=C '$TFL_TOP' --help | awk 'length > 160 { exit 1 }'"

# Settings: flag > environment > file > default, each with the place it came from.
conf=$XDG_CONFIG_HOME/tfl-top/tfl-top.conf
mkdir "${conf%/*}"
value() { # KEY PATTERN [VARIABLE=VALUE…] -- OPTION…: the line that --print-config has for KEY matches PATTERN
	local key=$1 pattern=$2 set=()
	shift 2
	while [ "$1" != -- ]; do set+=("$1"); shift; done
	shift
	env "${set[@]}" "$TFL_TOP" --print-config "$@" | grep -E "^$key *=" | tee /dev/stderr | grep -qE "$pattern"
}
check "a default" value topic.partitions '= *4.*default' --
echo 'topic.partitions = 5' >"$conf"
check "the file" value topic.partitions '= *5.*tfl-top.conf' --
check "the environment before the file" value topic.partitions '= *6.*(TFL_TOP_TOPIC_PARTITIONS|env)' TFL_TOP_TOPIC_PARTITIONS=6 --
check "a flag before all" value topic.partitions '= *7.*(flag|command line|-X)' TFL_TOP_TOPIC_PARTITIONS=6 -- -X topic.partitions=7
refused "a secret that every user could see" 2 'TFL_TOP_KAFKA_SASL_PASSWORD in the environment' top --print-config -X kafka.sasl.password=hunter2
check "a secret is masked" value kafka.sasl.password '= *\*+ +TFL_TOP_KAFKA' TFL_TOP_KAFKA_SASL_PASSWORD=hunter2 --
printf 'kafka.sasl.password=hunter2\n' >"$conf"
chmod 644 "$conf"
refused "a password that all may read is warned of" 1 'level=warn msg="/.*/tfl-top.conf holds a password and is open to every user \(mode 0644\): chmod 600' \
	top query --db nothing.db --sql 'SELECT 1'
chmod 640 "$conf"
check "and not of one that the file's group may" sh -c "! '$TFL_TOP' query --db nothing.db --sql 'SELECT 1' 2>&1 | grep password"
printf 'topic.partitions=5\ntopic.entrys=x\n' >"$conf"
refused "a mistake in the file, with its line and the nearest name" 2 'tfl-top\.conf.*2.*topic.entries' top query
rm "$conf"
refused "a mistake in the environment" 2 'TFL_TOP_TOPIC_ENTRYS' env TFL_TOP_TOPIC_ENTRYS=x "$TFL_TOP" query

# Reports on a real history.
broker
check "setup topics" tfl setup topics
check "again: nothing changes" tfl setup topics
check "with the partitions asked for" test "$(kcat -b "$KAFKA" -L -t station_entries | grep -c ' partition ')" = 4
check "setup stations" tfl setup stations
check "509 of them" test "$(kcat -q -b "$KAFKA" -C -t stations -e -f '%k\n' | sort -u | wc -l)" -gt 500
check "passengers" tfl simulate --scenario weekday --from "$(last_weekday)T08:00" --count 3000 --speed max
check "joined" tfl enrich -e
check "counted" tfl feed history -e
query() { "$TFL_TOP" query --db history.db "$@"; }
reports=$(query | grep -oE '^[^ ]+')
check "query lists its reports" test "$(echo "$reports" | wc -w)" -ge 8
for report in $reports; do
	words=()
	case $report in station-*) words=(station=Angel) ;; esac
	check "report $report" query "$report" "${words[@]}"
done
S='SELECT station, sum(entries) AS n FROM station_day GROUP BY station ORDER BY n DESC, station LIMIT 3'
check "table" sh -c "'$TFL_TOP' query --db history.db --sql \"$S\" | head -1 | grep -qi station"
check "csv, quotes doubled, lines end in CR LF" test "$(query --format csv --sql "SELECT 'a,b' AS x, 'say \"hi\"' AS y, NULL AS z" | sed 's/\r$/~/')" = "x,y,z~
\"a,b\",\"say \"\"hi\"\"\",~"
check "ndjson, a line a row" test "$(query --format ndjson --sql "SELECT 1 AS a, 'x\"y' AS b, NULL AS c")" = '{"a":1,"b":"x\"y","c":null}'
check "json, one array" test "$(query --format json --sql "SELECT 1 AS a UNION ALL SELECT 2" | tr -d ' \n')" = '[{"a":1},{"a":2}]'
check "SQL from standard input" test "$(echo 'SELECT 40 + 2 AS n' | query --format csv --sql - | tr -d '\r' | tail -1)" = 42
check "a copy of the history" query --backup copy.db
same() { test "$("$TFL_TOP" query --db copy.db "$@")" = "$(query "$@")"; }
check "answers as the history does" same busiest --format csv
check "and nobody else may write it" test "$(stat -c %a copy.db)" = 640
refused "a copy over it" 1 'copy.db exists' query --backup copy.db
refused "a copy over the history" 1 'is the history itself' query --backup history.db
refused "a copy where it cannot be" 1 'nowhere/copy.db' query --backup nowhere/copy.db
refused "a copy of a report" 2 'neither a report nor SQL' query busiest --backup other.db
check "two days side by side" query compare day=today with=2020-01-01 by=hour
refused "by what no report knows" 2 'quarter|hour' query compare by=week
refused "SQL that writes" 1 'read' query --sql 'DELETE FROM minute'
refused "SQL that is wrong" 1 'syntax|nosuch' query --sql 'SELECT FROM nosuch'
query --timeout 1s --sql 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n' >endless 2>&1
check "SQL that never ends is given up" test "$? $(grep -c 'given up after 1' endless)" = "1 1"
query --sql "SELECT * FROM station_minute" | head -n 1 >one
check "a reader that goes away is no failure" test "${PIPESTATUS[0]}" = 0
check "frame draws a view without a terminal" sh -c "'$TFL_TOP' frame --db history.db --size 120x40 </dev/null | awk 'END { exit NR != 40 }'"
for view in stations network pipeline log help; do
	check "frame --view $view" sh -c "'$TFL_TOP' frame --db history.db --view $view --size 80x24 >$view.out && test -s $view.out"
done
# The first row's station and the whole network, on the screen as in SQL: the 15 minutes before the newest bucket.
"$TFL_TOP" frame --db history.db --ascii --size 110x24 >frame
first=$(sed -n 's/^>\(.\{24\}\).*/\1/p' frame | sed "s/ *$//; s/'/''/g")
T='(SELECT max(ts) FROM station_minute)'
on_screen() { grep -F -e "$1" frame | grep -qF -e " $(echo "$2" | sed ':a; s/\B[0-9]\{3\}\>/ &/; ta') "; }
check "the screen agrees with SQL on ${first:-nobody}'s entries" on_screen ">" \
	"$(sql "SELECT sum(entries) FROM station_minute WHERE station = '$first' AND ts >= $T - 900 AND ts < $T")"
check "and its exits" on_screen ">" "$(sql "SELECT sum(exits) FROM station_minute WHERE station = '$first' AND ts >= $T - 900 AND ts < $T")"
check "and on who is in the network" on_screen "in network" "$(sql "SELECT sum(net) FROM station_minute WHERE ts < $T")"
check "the same frame twice" sh -c "'$TFL_TOP' frame --db history.db >a && '$TFL_TOP' frame --db history.db >b && cmp a b"

# The stdout sink, and the end of a topic.
check "feed stdout -e" sh -c "'$TFL_TOP' feed stdout -b $KAFKA --from beginning -e 2>err | wc -l >lines && test \$(cat lines) = $(sql 'SELECT sum(entries) + sum(exits) FROM station_day')"
check "every line is JSON with the six members" sh -c "'$TFL_TOP' feed stdout -b $KAFKA --from beginning --count 50 2>/dev/null | awk '
	!/^\\{\"topic\":\"station_(entries|exits)\",\"partition\":[0-9]+,\"offset\":[0-9]+,\"timestamp\":[0-9]+,\"key\":\".*\",\"value\":\".*\"\\}\$/ { print; bad = 1 } END { exit bad || NR != 50 }'"
refused "a broker that is not there, with -e" 1 '127.0.0.1:1' top feed history -e -b 127.0.0.1:1 --db other.db
