#!/bin/bash
# What kinds of terminal there are: types, locales, sizes, colours and none, the mouse; each a private tmux, without any broker.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C.UTF-8 TFL_TOP

tm() { tmux -S "$HERE/tmux" -f /dev/null -u "$@"; }
outer() { tmux -S "$HERE/outer" -f /dev/null -u "$@"; }
trap 'tm kill-server 2>/dev/null; outer kill-server 2>/dev/null; clean_up' EXIT
export TERMINFO_DIRS=$HERE/terminfo: # where one is put below; the server hands it on
tm start-server \; set-option -g exit-empty off # or the next window may meet a server that is just leaving
screen() { tm capture-pane -p -t w; }
colours() { tm capture-pane -peN -t w; }
shown() { screen | grep -qE -e "$1"; }
dressed() { colours | grep -qF "$1"; }
undressed() { ! colours | grep -qE '[[;](3|4|9|10)[0-7][;m]|[34]8;5;'; }
keys() { tm send-keys -t w "$@"; }
see() { check "$1" eventually 10 shown "$2"; }
ended() { [ -s status ]; }

# window NAME=VALUE… -- COLUMNS ROWS OPTION…: a dashboard with that environment, which finds no broker
window() {
	local set=()
	while [ "$1" != -- ]; do
		set+=("$1")
		shift
	done
	local size=(-x "$2" -y "$3")
	shift 3
	rm -f status
	tm new-session -d -s w "${size[@]}" "stty -g >before; env ${set[*]} '$TFL_TOP' -b 127.0.0.1:1 --db none.db $* 2>words; echo \$? >status; stty -g >after; echo THE END; sleep 100"
}
leave() {
	keys q
	check "$1: q ends it" eventually 15 ended
	check "$1: with status 0" grep -x 0 status
	check "$1: the terminal is as it was" cmp before after
	tm kill-session -t w
}

window TERM=tmux-256color -- 90 20
see "nothing is there: it says so, and what to do" 'no broker at 127.0.0.1:1 — -b HOST:PORT sets another'
check "on the dark theme's ground" eventually 5 dressed '48;5;233m'
keys T
check "T: the light one's" eventually 5 dressed '48;5;255m'
check "named below" shown 'theme light'
keys T T T
check "the last is without colours" eventually 5 undressed
keys T 9
see "the log has a view" 'Log  all levels'
see "which holds what was logged" '[0-9] E kafka'
keys p
sleep 0.5
tm pipe-pane -t w 'cat >sent'
sleep 2.5
check "held still, not a byte is sent" test ! -s sent
keys p
sleep 2.5
check "let go, little: only what changes" sh -c 'test -s sent && test "$(wc -c <sent)" -lt 4000'
tm pipe-pane -t w
leave "256 colours"

# One with 16 colours, which few systems describe. The library that curses loads for the Linux console forgets ten bytes.
printf 'sixteen|sixteen colours,\n\tcolors#16, pairs#256, use=xterm-256color,\n' >sixteen
check "a description of a terminal of 16 colours" tic -x -o terminfo sixteen
for kind in screen:8 linux:8 sixteen:16 vt100:none vt220:none xterm-mono:none; do
	type=${kind%:*}
	window TERM=$type ASAN_OPTIONS=detect_leaks=0 -- 80 24 --view help
	see "$type" 'Stations'
	see "$type: a view" 'every station'
	case ${kind#*:} in
	8) check "$type: eight colours" sh -c "tmux -S tmux capture-pane -peN -t w | grep -qE '[[;]4[0-7]' && ! tmux -S tmux capture-pane -peN -t w | grep -qE '[34]8;5;'" ;;
	16) check "$type: sixteen colours" sh -c "tmux -S tmux capture-pane -peN -t w | grep -qE '[[;](9|10)[0-7][;m]' && ! tmux -S tmux capture-pane -peN -t w | grep -qE '[34]8;5;'" ;;
	none) check "$type: no colours" undressed ;;
	esac
	leave "$type"
done

window TERM=tmux-256color NO_COLOR=1 -- 80 24
see "NO_COLOR" 'Stations'
check "is obeyed" undressed
leave "NO_COLOR"
window TERM=tmux-256color LC_ALL=C -- 80 24
see "locale C" 'Stations'
check "is ASCII" sh -c "tmux -S tmux capture-pane -p -t w | LC_ALL=C grep -q '[^ -~]' && exit 1 || exit 0"
leave "locale C"
window TERM=tmux-256color LINES=10 COLUMNS=40 -- 100 30
see "LINES and COLUMNS in the environment" 'Help'
check "do not hide the terminal's own size" sh -c "tmux -S tmux capture-pane -p -t w | sed -n 30p | grep -q 'F1 Help'"
for size in 1x1 500x200 7x3 200x1 1x100 81x25; do
	tm resize-window -t w -x "${size%x*}" -y "${size#*x}"
done
check "a storm of sizes" eventually 5 sh -c "tmux -S tmux capture-pane -p -t w | sed -n 25p | grep -q 'F1 Help'"
tm send-keys -t w C-z
kill -STOP "$(pgrep -P "$(tm display -p -t w '#{pane_pid}')" tfl-top | head -n 1)" 2>/dev/null
kill -CONT "$(pgrep -P "$(tm display -p -t w '#{pane_pid}')" tfl-top | head -n 1)" 2>/dev/null
check "stopped and continued" eventually 5 shown 'F1 Help'
leave "sizes"

window TERM=no-such-terminal -- 80 24
check "an unknown type ends it" eventually 10 ended
check "with status 1" grep -x 1 status
check "and a remedy" grep -q 'set TERM to one that' words
tm kill-session -t w

lines() { # NAME=VALUE…: words, no byte that steers
	env "$@" "$TFL_TOP" -b 127.0.0.1:1 --db none.db --duration 3s </dev/null >lines 2>/dev/null
	[ -s lines ] && ! LC_ALL=C grep -q '[^ -~]' lines
}
check "no terminal: words" lines TERM=xterm-256color
window TERM=dumb -- 80 24 --duration 3s
check "TERM=dumb: words too" eventually 10 shown 'history (starting|waiting)'
check "ends by itself" eventually 10 ended
check "a line per change, no more" test "$(screen | grep -c ' live, ')" -le 3
tm kill-session -t w

# The mouse, as a terminal sends it: a tmux within a tmux, whose outer one plays the terminal.
window TERM=tmux-256color -- 90 20
see "a window to click in" 'no broker'
tm set -g mouse on
tm set -g status off
outer new-session -d -s o -x 90 -y 20 "tmux -S '$HERE/tmux' -u attach"
attached() { [ "$(tm list-clients | wc -l)" = 1 ]; }
check "with a client" eventually 10 attached
click() { # COLUMN ROW, from 1
	local bytes
	bytes=$(printf '\033[<0;%d;%dM\033[<0;%d;%dm' "$1" "$2" "$1" "$2" | od -An -tx1)
	outer send-keys -t o -H $bytes
}
sleep 1
click 17 3
see "a click on a tab shows the view" 'entries / min'
click 4 20
see "a click on the bottom line is its key" 'every station'
wheel() { outer send-keys -t o -H $(printf '\033[<65;40;10M' | od -An -tx1); }
wheel
gone() { ! shown 'every station'; }
check "the wheel scrolls" eventually 5 gone
leave "the mouse"
