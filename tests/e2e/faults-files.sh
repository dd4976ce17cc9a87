#!/bin/bash
# What happens to the history's file: the disk is full, it may not be written, it is damaged, newer, older, another program's, on an odd path,
# at the end of a link. Nothing is acknowledged that is not stored, nothing overwritten that is not ours, and a message says what to do.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/e2e/scenario.sh"
broker

# at FILE: the database of what follows.
at() {
	db=$1
	settings=(-b "$KAFKA" --db "$db" -X topic.station_entries=all-in -X topic.station_exits=all-out)
}
refused_file() { # NAME PATTERN
	local before
	before=$(md5sum "$db" 2>/dev/null)
	refused "$1" 1 "$2" "$TFL_TOP" feed history "${settings[@]}" -e
	check "$1: left as it was" test "$(md5sum "$db" 2>/dev/null)" = "$before"
}

use all 1
put 2000 0
at "$HERE/a folder/Zürich ☃.db"
check "a path with spaces and umlauts" feed -e
is "is counted into" 2000 "SELECT sum(entries) FROM station_day"
check "and reported from" "$TFL_TOP" query busiest --db "$db"
good=$db

mkdir folder; at folder
refused "a folder" 1 'folder is a folder: name a file with --db' "$TFL_TOP" feed history "${settings[@]}" -e
echo "Dear diary" >text; at text
refused_file "a text file" 'no SQLite database and was left as it is: choose another file with --db'
sqlite3 foreign 'CREATE TABLE mine (a); INSERT INTO mine VALUES (1)'; at foreign
refused_file "another program's database" 'foreign is a database of another program: choose another file with --db'
refused "queried" 1 'another program' "$TFL_TOP" query busiest --db foreign
refused "a missing one, queried" 1 'no history at nowhere yet' "$TFL_TOP" query busiest --db nowhere
check "is not made by asking" test ! -e nowhere

cp "$good" newer; sqlite3 newer 'PRAGMA user_version = 99'; at newer
refused_file "a newer one" 'newer was written by a newer tfl-top \(schema 99'

# random FILE OFFSET COUNT: overwrites.
random() { dd if=/dev/urandom of="$1" bs=1 seek="$2" count="$3" conv=notrunc status=none; }
cp "$good" header; random header 0 100; at header
refused_file "a damaged header" 'was left as it is'
cp "$good" cut; truncate -s 5000 cut; at cut
refused_file "one cut short" 'damaged and was left as it is: move it away and start again, or restore a copy'
# Whatever page is damaged: it goes on if it does not need it, else it says so; it does not crash.
survives() {
	local page
	for page in $(seq 1 $(($(stat -c %s "$good") / 4096 - 1))); do
		cp "$good" middle
		rm -f middle-*
		random middle $((page * 4096)) 4096
		put 1 $((10000 + page))
		feed -e || { [ $? = 1 ] && grep -q 'it is damaged' log; } || { cat log; return 1; }
	done
}
at middle
check "damage in the middle is survived, and said" survives

cp "$good" older; at older
check "an older copy" feed -e
is "is exact once it has caught up" "$(kcat -q -b $KAFKA -t all-in -C -e | wc -l)" "SELECT sum(entries) FROM station_day"

ln -s older link; at older; start_feed
locked() { [ "$(cat older.lock)" = "$feed" ]; }
check "a writer writes" eventually 10 locked
at link
refused "a second writer by way of a link" 1 "written by another tfl-top \(process $feed\)" "$TFL_TOP" feed history "${settings[@]}" -e
ln older twin; at twin
refused "a second writer by way of a second name" 1 'twin is one of 2 names of a file' "$TFL_TOP" feed history "${settings[@]}" -e
refused "and a reader" 1 'twin is one of 2 names of a file' "$TFL_TOP" query busiest --db twin
rm twin
at older
check "the first one ends well" finish $feed
is "still exact" "$(kcat -q -b $KAFKA -t all-in -C -e | wc -l)" "SELECT sum(entries) FROM station_day"

# As nobody, whom permissions bind.
chmod 755 "$HERE"
cp "$TFL_TOP" "$HERE/program" # the tree may lie where nobody else may look
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups env -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_STATE_HOME -u XDG_RUNTIME_DIR HOME=/ "$@"; }
if as_nobody test -x "$HERE/program" 2>/dev/null; then
	mkdir -m 777 open
	cp older open/h.db
	chmod 444 open/h.db
	at open/h.db
	refused "a file that may not be written" 1 'open/h.db: Permission denied; change its permissions, or choose another file with --db' \
		as_nobody "$HERE/program" feed history "${settings[@]}" -e
	mkdir closed
	for kind in "" -wal -shm; do cp older$kind closed/h.db$kind; done
	chmod 644 closed/*
	at closed/h.db
	refused "a folder that may not" 1 'closed.*Permission denied' \
		as_nobody "$HERE/program" feed history "${settings[@]}" -e
	check "can still be queried" as_nobody "$HERE/program" query busiest --db closed/h.db
	check "and looked at" as_nobody "$HERE/program" frame --db closed/h.db --size 80x24
else
	echo "skipped: read-only files: this user cannot become another one that may look here"
fi

# A viewer outlives the writer it watches, and a reader that does not let go stops nobody.
at older
start_feed
check "a writer writes" eventually 10 locked
"$TFL_TOP" "${settings[@]}" --duration 60s >viewer.out 2>&1 </dev/null &
viewer=$!
started+=($viewer)
check "a viewer looks on" eventually 10 grep -q ' viewer, ' viewer.out
kill -KILL $feed
wait $feed 2>/dev/null
start_feed
check "another writer follows the one that was killed" eventually 10 locked
coproc reader { sqlite3 -readonly older; }
echo "BEGIN; SELECT count(*) FROM minute;" >&"${reader[1]}"
read -r -u "${reader[0]}"
put 500 30000
there() { kcat -q -b "$KAFKA" -t all-in -C -e | wc -l; }
total=$(there)
check "it counts on beside a reader that holds a snapshot" eventually 20 counted "$total"
check "the viewer sees it" eventually 10 grep -q "today $total " viewer.out
echo .quit >&"${reader[1]}"
check "the viewer ends well" finish $viewer
check "the writer ends well" finish $feed
check "the log beside the file is empty then" test ! -s older-wal

# A disk that is full, and has room again.
mkdir small
if mount -t tmpfs -o size=1m none small 2>/dev/null; then
	trap 'umount -l "$HERE/small"; clean_up' EXIT
	at small/h.db
	check "full: a small disk" feed -e --count 500
	head -c 2m /dev/zero >small/filler 2>/dev/null
	events 600 20000 | awk '{ gsub(/Angel/, "Station number " NR); print }' | admin write all-in
	total=$(there)
	"$TFL_TOP" "${settings[@]}" >top.out 2>&1 </dev/null &
	top=$!
	started+=($top)
	check "full: it is said, with the remedy" eventually 20 grep -qE 'history stalled.*(make room on|check) the disk' top.out
	rm small/filler
	check "full: room again, and it goes on" eventually 40 counted "$total"
	check "full: it ends well" finish $top
	is "full: all is counted" "$total" "SELECT sum(entries) FROM station_day"
	is "full: the file is sound" ok "PRAGMA integrity_check"
	head -c 2m /dev/zero >small/filler 2>/dev/null
	at small/new.db
	refused "full: a new file" 1 'make room|disk' "$TFL_TOP" feed history "${settings[@]}" -e
	refused "full: an account is not written" 1 'cannot write the account small/a.csv: No space left on device' \
		"$TFL_TOP" simulate -b "$KAFKA" --count 10 --speed max --account small/a.csv
	check "full: no half of it is left" test -z "$(ls small | grep csv)"
else
	echo "skipped: a full disk: no tmpfs may be mounted here"
fi
