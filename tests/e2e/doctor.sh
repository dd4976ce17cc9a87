#!/bin/bash
# The doctor: says what is wrong with a real broker, its topics, the database and the terminal, and what to do; and its advice helps.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C.UTF-8

said() { # STATUS PATTERN…: the doctor ends with that status and has a line like each pattern
	local status=$1 got
	shift
	tfl doctor >said.out
	got=$?
	cat said.out
	for pattern; do grep -qE -e "$pattern" said.out || { echo "no line like $pattern"; return 1; }; done
	[ $got = "$status" ]
}
advice() { # PATTERN: the kafka-configs command of the line like it, run by the broker's own tool
	local line
	line=$(grep -E -e "$1" said.out | sed 's/.*: kafka-configs //')
	[ "$line" ] && (kafka_java kafka.admin.ConfigCommand $line)
}
configure() { # TOPIC SETTING
	(kafka_java kafka.admin.ConfigCommand --bootstrap-server "$KAFKA" --alter --entity-type topics --entity-name "$1" --add-config "$2")
}

KAFKA=127.0.0.1:1
check "without a broker: it fails, and the rest is examined" said 1 '^fail  kafka .*127\.0\.0\.1:1.*-b' '^ok    database ' '^ok    disk '
check "nothing is made" test ! -e history.db
check "a setting of librdkafka that is none" sh -c "'$TFL_TOP' doctor -X kafka.no.such=1 | grep -q '^fail  kafka .*kafka.no.such'"

broker
check "topics that are missing" said 1 "^ok    kafka .*$KAFKA.*1 broker" '^fail  topic stations .*setup topics'
check "its advice" tfl setup topics stations
check "all is well" said 0 '^ok    topic station_exits ' '^ok    topic stations .*compacted' '^ok    co-partitioning ' '^ok    database .*not there yet'
check "no line but ok" sh -c "! grep -v '^ok ' said.out"

check "a topic that forgets" configure entries retention.ms=604800000
check "is a warning" said 0 '^warn  topic entries .*7 d'
check "its advice" advice '^warn  topic entries'
check "a compacted one" configure station_exits cleanup.policy=compact
check "is a failure" said 1 '^fail  topic station_exits .*compacted'
check "its advice" advice '^fail  topic station_exits'
check "both help" said 0 '^ok    topic entries ' '^ok    topic station_exits '

check "passengers" tfl simulate --scenario weekday --from "$(last_weekday)T08:00" --count 200 --speed max
check "joined" tfl enrich -e
check "counted" tfl feed history -e
check "the database is sound" said 0 '^ok    database  .*counted up to' '^ok    database pages' '^ok    database cluster .*this cluster' '^ok    database writer .*nobody'
background feed history
writer=$!
check "its writer is seen" eventually 20 said 0 "^ok    database writer .*process $writer;"
check "and ends" finish "$writer"

cp history.db copy.db
sqlite3 history.db "UPDATE meta SET value = 'another' WHERE key = 'cluster'"
check "a history of another cluster" said 1 '^fail  database cluster .*another'
sqlite3 history.db 'PRAGMA user_version = 99'
check "a newer schema" said 1 '^fail  database .*newer'
cp copy.db history.db
pages=$(sqlite3 history.db "SELECT rootpage FROM sqlite_schema WHERE name = 'quarter'")
rm -f history.db-wal history.db-shm
head -c 2000 /dev/zero | tr '\0' Z | dd of=history.db bs=4096 seek=$((pages - 1)) conv=notrunc status=none
check "a damaged page" said 1 '^fail  database pages .*damaged'
cp copy.db history.db
chmod 666 history.db
check "a file that everybody may write" said 0 '^warn  permissions .*chmod o-w'

conf=$XDG_CONFIG_HOME/tfl-top/tfl-top.conf
mkdir "${conf%/*}"
printf 'kafka.sasl.password=x\nsim.rate=2\n' >"$conf"
chmod 644 "$conf"
check "a password that all may read" said 0 '^ok    configuration .*2 keys' '^warn  configuration .*chmod 600'
echo 'sim.rat=2' >"$conf"
refused "a key that is none, with its line" 2 'line 1.*sim.rate' "$TFL_TOP" doctor

on_terminal() { # TERM COLUMNS ROWS PATTERN
	local socket=$HERE/tmux-$1-$2 # of its own: a server that is ending may still answer
	rm -f "$conf" screen
	tmux -S "$socket" -f /dev/null new-session -d -x "$2" -y "$3" "TERM=$1 '$TFL_TOP' doctor -b $KAFKA --db history.db >/dev/tty; tmux -S $socket wait-for -S done; sleep 60"
	timeout 30 tmux -S "$socket" wait-for done
	tmux -S "$socket" capture-pane -J -p >screen
	tmux -S "$socket" kill-server
	cat screen
	grep -qE -e "$4" screen
}
check "a terminal" on_terminal xterm-256color 200 60 '^ok    terminal +xterm-256color'
check "its colours" grep -qE '^ok    terminal colours +256' screen
check "its size" grep -qE '^ok    terminal size +200 columns, 60 rows' screen
check "a small one" on_terminal vt100 60 60 '^warn  terminal size +60 columns'
check "without colours" grep -qE '^warn  terminal colours' screen
check "one that nobody knows" on_terminal nosuch 200 60 '^fail  terminal +type "nosuch"'
