#!/bin/bash
# What producers do to a topic that is being counted: transactions left open, aborted and empty, tombstones, poison of every kind, values of
# 10 MB, records without key or time. What is good is counted exactly, what is not is a dead letter that says why.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker message.max.bytes=20000000 replica.fetch.max.bytes=20000000

# transaction ID LINE…: records, and commands between them.
transaction() {
	printf '%s\n' "${@:2}" | admin write "$in" "$1"
}
some() { # COUNT FIRST: events, in lines
	mapfile -t lines < <(events "$@")
}

use txn 1
some 10 0
check "transactions: committed" transaction a begin "${lines[@]}" commit
some 10 100
check "transactions: aborted and empty" transaction a begin "${lines[@]}" flush abort begin commit
check "transactions: counted to the end" feed -e
check "transactions: only what was committed" grep -q '^history: consumed 10 stored 10 in_flight 0$' log
is "transactions: no lag behind an aborted one" "0 1" "SELECT lag, next_offset > 20 FROM feed_offset WHERE topic = 'txn-in'"

# One that stays open holds the others back. The pipeline's view on a terminal says so.
some 10 200
mkfifo held
admin write "$in" b <held >held.out &
started+=($!)
exec 7>held
printf '%s\n' begin "${lines[@]}" flush >&7
check "transactions: one stays open" eventually 10 grep -q '^flushed' held.out
put 10 300
tm() { tmux -S "$HERE/tmux" -f /dev/null -u "$@"; }
trap 'tm kill-server 2>/dev/null; clean_up' EXIT
shown() { tm capture-pane -p | grep -qE -e "$1"; }
LC_ALL=C.UTF-8 tm new-session -d -x 140 -y 40 "$TFL_TOP" "${settings[@]}"
check "transactions: a screen" eventually 10 shown 'STATION'
tm send-keys 5
check "transactions: it says what holds them back" eventually 10 shown 'held by an open transaction: 20 records, since'
check "transactions: nothing is counted behind it" counted 10
is "transactions: nothing is behind" 0 "SELECT lag FROM feed_offset WHERE topic = 'txn-in'"
printf 'commit\n' >&7
exec 7>&-
check "transactions: once it is committed all are counted" eventually 10 counted 30
check "transactions: and nothing is held" eventually 10 eval '! shown "held by"'
tm send-keys q
check "transactions: it ends" eventually 10 eval '! tm ls'

use poison 1
now=$(date +%s)
z() { date -u -d "@$1" +%FT%TZ; }
long() { head -c "$1" /dev/zero | tr '\0' x; }
good='{"@timestamp":"'$(z $((now - 3600)))'","user":"A","delta":1,"station":"Angel"}'
with() { # MEMBER VALUE: the good one, with another value of that member
	sed -E "s/\"$1\":(\"[^\"]*\"|-?[0-9]+)/\"$1\":$2/" <<<"$good"
}
row() { # REASON VALUE [KEY]
	echo "$1" >>reasons
	printf -- '0|-|%s|%s\n' "${3-Angel}" "$2"
	printf -- '0|-|Angel|%s\n' "$good"
}
with station "\"$(printf 'An\xffgel')\"" >utf8
with station "\"$(printf 'An\xc0\xafgel')\"" >overlong
{ echo -n '{"@timestamp":"'; printf 'a\0b'; echo '"}'; } >nul
(echo -n "${good%\}},\"more\":\""; long 1048577; echo '"}') >large
(echo -n "${good%\}},\"more\":\""; long 10000000; echo '"}') >huge
(echo -n "${good%\}},\"more\":\""; long 1000000; echo '"}') >big
: >nothing
{
	row bad_json 'nonsense'; row bad_json '{"@timestamp":'; row bad_json "$good,"; row bad_json '[1]'; row bad_json @nothing; row bad_json @nul
	row bad_utf8 @utf8; row bad_utf8 @overlong
	row no_time '{"delta":1,"station":"Angel"}'; row no_time "$(with @timestamp null)"
	row bad_time "$(with @timestamp 12)"; row bad_time "$(with @timestamp '"yesterday"')"; row bad_time "$(with @timestamp '"2024-02-30T00:00:00Z"')"
	row future "$(with @timestamp "\"$(z $((now + 900)))\"")"; row future "$(with @timestamp '"9999-12-31T23:59:59Z"')"
	row too_old "$(with @timestamp '"1999-12-31T23:59:59Z"')"; row too_old "$(with @timestamp '"0001-01-01T00:00:00Z"')"
	row bad_station "$(with station 7)"; row bad_station "$(with station "\"$(long 201)\"")"; row bad_station "$(with station '"a\\u0000b"')"
	row bad_station "$(with station '""')" ''; row bad_station "$(with station null)" -
	row bad_user "$(with user 7)"; row bad_user "$(with user "\"$(long 1025)\"")"
	row bad_delta "$(with delta -1)"; row bad_delta "$(with delta 2)"; row bad_delta "$(with delta '"1"')"; row bad_delta "$(with delta 1.0)"
	row too_large @large; row too_large @huge
} >poison.lines
poison=$(wc -l <reasons)
{
	cat poison.lines
	printf -- '0|-|Angel|-\n0|-|-|-\n'                           # tombstones
	printf -- '0|-1|Angel|%s\n' "$good"                          # no time
	printf -- '0|-|-|%s\n0|-||%s\n' "$good" "$good"              # no key, an empty one
	printf -- '0|-|Angel|%s|trace=1\n' "$good"                   # a header
	printf -- '0|-|Angel|@big\n'                                 # large, but not too large
	printf -- '0|-|Angel|%s\n' "$(with station null)"            # the key names the station
	printf -- '0|-|Bank|%s\n' "$(with station '"\\u001b[2J\\u0007Evil"')"
} >all.lines
check "poison: written" admin write "$in" <all.lines
check "poison: counted" feed -e
is "poison: good ones are counted" $((poison + 6)) "SELECT sum(entries) FROM station_day WHERE station = 'Angel'"
ask "SELECT reason FROM dead_letter ORDER BY offset" >got
check "poison: each has its reason" diff reasons got
is "poison: the ledger" "$((2 * poison + 9)) $((poison + 7)) $poison 2 0" "SELECT consumed, stored, dead, skipped, in_flight FROM ledger WHERE topic = 'poison-in'"
is "poison: what is kept of 10 MB" "65536 1" "SELECT max(length(value)), max(value_size) > 10000000 FROM dead_letter"
escapes() { ! "$@" | grep -q "$(printf '[\033\007]')"; }
check "poison: a name is kept as it came" test "$(ask "SELECT count(*) FROM station_day WHERE station = char(27) || '[2J' || char(7) || 'Evil'")" = 1
check "poison: it does not reach a terminal" escapes "$TFL_TOP" frame --db "$db" --size 120x40
check "poison: nor does a report of it" escapes "$TFL_TOP" query busiest --db "$db"
check "poison: nor one of dead letters" escapes "$TFL_TOP" query dead-letters --db "$db"

# The rest of a long outage: nothing is wrong while it is being caught up with.
use behind 2
count=$((FULL ? 2000000 : 1000000))
awk -v count=$count -v day="$day" 'BEGIN {
	for (i = 0; i < count; i++)
		printf "Angel|{\"@timestamp\":\"%sT%02d:%02d:%02d.%03dZ\",\"user\":\"T %d\",\"delta\":1,\"station\":\"Angel\"}\n",
			day, 5 + i / 200000, i / 3600 % 60, i / 60 % 60, i % 1000, i
}' >many
check "behind: $count are written" kcat -q -b "$KAFKA" -P -t "$in" -K '|' -l many -X compression.codec=lz4 -X linger.ms=50
"$TFL_TOP" "${settings[@]}" --duration 60s >linear.out 2>&1 </dev/null &
top=$!
started+=($top)
check "behind: all are counted" eventually 60 counted $count
check "behind: it said that it catches up" grep -qE 'catching up +[0-9]+ %' linear.out
check "behind: no alarm while it did" eval '! grep -B99 -m1 "lag 0" linear.out | grep -iE "warn|alert|no event"'
check "behind: it ends well" finish $top
check "behind: its last line is the account" grep -q "^history: consumed $count stored $count in_flight 0$" linear.out
is "behind: nothing is left" "0 $count" "SELECT sum(lag), (SELECT sum(consumed) FROM ledger) FROM feed_offset"
