#!/bin/bash
# The demo on a real terminal: a private tmux server of 100 × 30 cells, keys typed, the screen read back.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C.UTF-8 TFL_TOP TMPDIR=$HERE/tmp
mkdir "$TMPDIR"

tm() { tmux -S "$HERE/tmux" -f /dev/null -u "$@"; }
trap 'tm kill-server 2>/dev/null; clean_up' EXIT
tm start-server \; set-option -g exit-empty off # or the next session may meet a server that is just leaving
keys() { tm send-keys -t demo "$@"; }
screen() { tm capture-pane -p -t demo; }
shown() { screen | grep -qE -e "$1"; }
gone() { ! shown "$1"; }
resize() { tm resize-window -t demo -x "$1" -y "$2"; }
# A window with a shell that starts the demo, notes the terminal's state before and after, and takes it up again when it was stopped.
cat >shell <<'SHELL'
set -m
stty -g >before
bash -c 'echo $$ >pid; exec "$TFL_TOP" --demo "$@"' demo "$@"
status=$?
while [ $status = 148 ]; do
	echo STOPPED
	read -r
	fg >/dev/null
	status=$?
done
stty -g >after
echo THE END
echo $status >status
exec sleep 1000
SHELL
open_window() { # COLUMNS ROWS OPTION…
	local size=(-x "$1" -y "$2")
	shift 2
	rm -f status
	tm new-session -d -s demo "${size[@]}" bash shell "$@"
}
ended() { [ -s status ]; }
# Eventually on the screen within 10 s.
see() { check "$1" eventually 10 shown "$2"; }
first_station() { screen | grep -nE '[0-9] .* [0-9]' | sed -n '/STATION/,$p' | sed -n 2p; }

open_window 100 30
started=$EPOCHREALTIME
see "stations appear" 'STATION .*IN/'
see "with passengers" '^.?.?[A-Z][A-Za-z.'"'"' ]+ +[1-6].* [1-9][0-9]* '
check "within 5 s" test $((${EPOCHREALTIME/./} - ${started/./})) -lt 5000000
see "it says DEMO" DEMO
screen >moving
differs() { screen | cmp -s moving - && return 1 || return 0; }
check "they move" eventually 5 differs

keys '<'
sleep 0.5
see "sorting by the column to the left" '[▲▼^v]'
keys /
keys -l 'angel'
see "a filter as it is typed" 'Angel'
keys Enter
check "shows only what matches" eventually 5 gone 'Waterloo'
keys Escape
see "and lets go again" 'Waterloo|King|Victoria|Stratford'
keys F6
see "the menu of columns" 'NET|BUSY'
keys Escape
keys Tab
see "the next view" 'Network|network'
keys F1
see "help, from the table of keys" 'one row up'
keys Escape
keys 1 Enter
see "one station" 'Next to it'
see "by quarter hours" 'entries / 15 min'
keys 6
see "the simulator" 'scenario +calendar'
keys +
see "at twice the rate" 'rate +× 2'
see "which is written down" '[0-9] +rate × 2'
keys s n
see "another scenario, while it runs" 'scenario +weekday:'
see "and another seed" 'seed +2'
see "both written down" 'scenario weekday'
keys 2
see "and marked on the chart" '◆ rate × 2'
keys 6 Space
see "it is halted" 'Simulator +paused'
keys Space -
see "and goes on as before" 'Simulator +running'
keys 1
see "back to the stations" 'STATION'
keys Down Down Down PageDown End Home

resize 20 5
sleep 1
check "20 × 5: still there" test ! -e status
fits() { while IFS= read -r line; do [ ${#line} -le 20 ] || return 1; done < <(screen); }
check "and nothing beyond the edge" fits
resize 1 1
sleep 1
check "1 × 1: still there" test ! -e status
resize 100 30
see "100 × 30 again" 'STATION .*IN/'
resize 300 80
see "300 × 80" 'STATION .*IN/'
resize 100 30

kill -TSTP "$(cat pid)"
see "stopped, the shell is there" 'STOPPED'
keys Enter
see "continued, the screen is whole again" 'STATION .*IN/'

keys q
check "q ends it" eventually 15 ended
check "with status 0" grep -x 0 status
check "the terminal is as it was" cmp before after
see "the screen too: the shell's words are seen" 'THE END'
check "no trace of the table" gone 'STATION .*IN/'
check "and no file" sh -c "! find '$TMPDIR' '$HERE/STATE' '$HERE/DATA' -type f 2>/dev/null | grep ."
tm kill-session -t demo

# A signal, and a terminal that goes away.
open_window 80 24 --ascii
see "ASCII only, when asked" 'STATION .*IN/'
check "is ASCII only" sh -c "tmux -S '$HERE/tmux' capture-pane -p -t demo | LC_ALL=C grep -q '[^ -~]' && exit 1 || exit 0"
kill -TERM "$(cat pid)"
check "a signal to end is followed" eventually 15 ended
check "and leaves the terminal as it was" cmp before after
tm kill-session -t demo

open_window 80 24
see "a third one" 'STATION .*IN/'
pid=$(cat pid)
tm kill-session -t demo
no_more() { ! kill -0 "$pid" 2>/dev/null; }
check "ends when its terminal is closed" eventually 15 no_more
check "none of their folders is left" sh -c "! ls -d '$TMPDIR'/* 2>/dev/null"
