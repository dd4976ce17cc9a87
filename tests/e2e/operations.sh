#!/bin/bash
# Feeds as a service: what Prometheus and a probe are told, what a service manager hears, SIGHUP, SIGTERM.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker
export KAFKA
python=/usr/bin/python3 # Debian's, which has the parser

page() { curl -s "http://127.0.0.1:$port/$1"; }
answers() { # STATUS PATH
	[ "$(curl -s -o page.out -w '%{http_code}' "http://127.0.0.1:$port/$2")" = "$1" ] || { cat page.out; return 1; }
}
says() { # PATTERN PATH
	page "$2" >page.out
	grep -qE -- "$1" page.out || { cat page.out; return 1; }
}
# Every sample as its parser has it: NAME LABELS VALUE.
samples() {
	page metrics | "$python" -c '
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(sample.name, ",".join(k + "=" + sample.labels[k] for k in sorted(sample.labels)), sample.value)'
}
# sum PATTERN: of the values of the samples that match
sum() { samples | grep -E -- "$1" | awk '{ n += $NF } END { printf "%d\n", n }'; }
adds_up() { # CONSUMED
	samples >samples.out
	awk -v want="$1" '/^tfl_top_feed_records_total|^tfl_top_feed_in_flight/ { n += $NF } /^tfl_top_feed_records_consumed_total/ { all += $NF }
		END { print n, all; exit !(n == want && all == want) }' samples.out
}

use ops 2
port=$(free_port)
printf '%s\n' "log.file=$HERE/feed.log" "log.level=info" >ops.conf

# What a service manager would hear, a line each.
"$python" -c '
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify")
while True:
    print(s.recv(4096).decode(), flush=True)' >heard 2>&1 </dev/null &
started+=($!)
eventually 10 test -S notify
NOTIFY_SOCKET=$HERE/notify WATCHDOG_USEC=2000000 "$TFL_TOP" feed history stdout -c ops.conf "${settings[@]}" -X "metrics.listen=$port" >out 2>feed.out </dev/null &
feed=$!
started+=($feed)
said[$feed]=feed.out
check "a service manager hears that it is ready" eventually 20 grep -q '^READY=1$' heard
put 100 0 1
printf '0|1700000000000|Angel|no json\n' | admin write "$in"
check "/healthz is well" eventually 10 answers 200 healthz
check "/readyz is well" eventually 20 answers 200 readyz
check "other paths are not there" answers 404 metrics/
check "all is counted" eventually 20 counted 100
check "a parser of Prometheus's text reads /metrics" eventually 10 adds_up 202
check "which history counted" test "$(sum '^tfl_top_feed_records_total feed=history,.*verdict=stored ')" = 100
check "and what it refused" test "$(sum '^tfl_top_feed_records_total feed=history,.*verdict=dead ')" = 1
check "by partition" test "$(sum "^tfl_top_feed_records_total feed=history,partition=1,topic=$in,verdict=stored ")" = 100
check "it is up" test "$(sum '^tfl_top_feed_up ')" = 2
check "it listens for this machine only" grep -qi ": 0100007F:$(printf %04X "$port") 00000000:0000 0A" /proc/net/tcp
check "the watchdog is fed" eventually 10 eval '[ "$(grep -c ^WATCHDOG=1 heard)" -ge 2 ]'
check "and told how it is" eventually 10 grep -q '^STATUS=history: live, .*; stdout: ' heard

# A log that was moved away, and another level.
mv feed.log feed.log.old
printf '%s\n' "log.file=$HERE/feed.log" "log.level=debug" "sim.seed=7" >ops.conf
kill -HUP $feed
check "SIGHUP opens the log anew" eventually 10 grep -q 'level=info msg="the configuration is read again, .*unlike at the start: log.level"' feed.log
check "and says what takes effect only later" eventually 10 grep -q 'level=warn .*started again: sim.seed' feed.log
put 10 200
check "the new level is in force" eventually 10 counted 110
echo 'log.level=loud' >ops.conf
kill -HUP $feed
check "a configuration that is wrong changes nothing" eventually 10 grep -q 'level=error .*stays as it was: .*loud' feed.log
put 10 300
check "and the feeds go on" eventually 10 counted 120

# A thread that does not turn.
kill -STOP $feed
sleep 3
before=$(grep -c ^WATCHDOG=1 heard)
sleep 2
check "who stands still feeds no watchdog" test "$(grep -c ^WATCHDOG=1 heard)" = "$before"
kill -CONT $feed

admin delete "$in"
check "what is missing is not ready" eventually 20 answers 503 readyz
check "and says why" eventually 20 says "^history: waiting: topic $in is missing" readyz
check "but is alive" answers 200 healthz
check "SIGTERM ends it well" finish $feed
check "a service manager hears that, too" grep -q '^STOPPING=1$' heard
check "and its last line is the account" grep -qE '^history: consumed 121 stored 120 dead 1 in_flight 0$' feed.out

refused "a port that is taken is named" 1 'metrics.listen: cannot listen on .*in use' "$TFL_TOP" feed stdout "${settings[@]}" -X "metrics.listen=${KAFKA#*:}"
refused "an address that is none, too" 2 'metrics.listen: "everywhere" is no port' "$TFL_TOP" feed stdout "${settings[@]}" -X metrics.listen=everywhere

# Elasticsearch that is not there.
use none 1
port=$(free_port)
"$TFL_TOP" feed elastic "${settings[@]}" -X "metrics.listen=$port" -X elastic.url="http://127.0.0.1:$(free_port)" >>elastic.out 2>&1 </dev/null &
feed=$!
started+=($feed)
put 20 0
check "without Elasticsearch the feed is not ready" eventually 20 says '^elastic: stalled: ' readyz
check "it says what it lacks" eventually 20 says '127.0.0.1' readyz
check "and is alive" answers 200 healthz
check "the failures are counted" eventually 20 eval '[ "$(sum "^tfl_top_sink_request_failures_in_row ")" -ge 1 ]'
kill -TERM $feed
wait $feed
status=$?
check "what is left behind is in the account" grep -qE '^elastic: consumed 20 .*in_flight 0$|^elastic: consumed 20 in_flight 20$' elastic.out
check "and in the exit status" test "$status" = "$(grep -c 'in_flight [1-9]' elastic.out)"
