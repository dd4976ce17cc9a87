# lib.sh: what every end-to-end script needs: a private folder, the program, checks that print `ok` or `not ok`, a broker on demand.
# Sourced. From tests/run: srcdir, the source tree; BUILD, its build; TFL_TOP, the program under test; FULL=1 asks for the long form.
set -uo pipefail
: "${srcdir:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}" "${BUILD:=$srcdir/build-asan}" "${FULL:=0}"
: "${TFL_TOP:=$BUILD/tfl-top}"
HERE=$(mktemp -d "${TMPDIR:-/tmp}/tfl-top-e2e.XXXXXX") && cd "$HERE" || exit 1
for kind in CONFIG STATE DATA RUNTIME; do
	export "XDG_${kind}_$([ $kind = RUNTIME ] && echo DIR || echo HOME)=$HERE/$kind"
	mkdir -m 700 "$HERE/$kind"
done
unset NO_COLOR TMUX
. "$srcdir/tests/services/kafka.sh"

started=()
clean_up() {
	local pid
	for pid in "${started[@]}"; do kill -KILL "$pid" 2>/dev/null; done
	stop_kafka
	cd / && rm -rf "$HERE"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND…: what the command says is shown only when it fails.
check() {
	local name=$1
	shift
	if "$@" >check.out 2>&1; then
		echo "ok $name"
	else
		tail -n 20 check.out
		echo "not ok $name"
		return 1
	fi
}

# refused NAME STATUS PATTERN COMMAND…: it ends with that status and says something like PATTERN on stderr, nothing on stdout.
refused() {
	local name=$1 status=$2 pattern=$3 got
	shift 3
	"$@" >refused.out 2>refused.err </dev/null
	got=$?
	if [ "$got" = "$status" ] && grep -qE -e "$pattern" refused.err && [ ! -s refused.out ]; then
		echo "ok $name"
	else
		head -n 5 refused.out refused.err
		echo "not ok $name: status $got"
	fi
}

# broker [KEY=VALUE]…: with these settings of its own.
broker() {
	start_kafka "$HERE/kafka" "$@" || { echo "not ok a real broker starts"; exit 1; }
}

# tfl COMMAND…: the program on this script's broker and database; its stderr is in the file `log` as well.
tfl() {
	"$TFL_TOP" "$@" -b "$KAFKA" --db "$HERE/history.db" 2>log
	local status=$?
	cat log >&2
	return $status
}

# background COMMAND…: as tfl, but does not wait: its process id is $!; what it says goes to COMMAND.out. Ended with the script at the latest.
background() {
	"$TFL_TOP" "$@" -b "$KAFKA" --db "$HERE/history.db" >>"$1.out" 2>&1 </dev/null &
	started+=($!)
	said[$!]=$1.out
}
declare -A said

# finish PID: asks it to end and waits; its exit status. What it said is shown when it did not end well.
finish() {
	kill -TERM "$1"
	wait "$1"
	local status=$?
	[ $status = 0 ] || tail -n 20 "${said[$1]:-/dev/null}"
	return $status
}

# eventually SECONDS COMMAND…: true as soon as the command is.
eventually() {
	local until=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.1
	done
}

# The answer to SQL by SQLite's own shell, beside whatever writes.
sql() {
	sqlite3 -readonly -cmd '.timeout 10000' -separator , "$HERE/history.db" "$1"
}

# The newest weekday whose service day is over.
last_weekday() {
	local back=2
	while [ "$(date -d "-$back day" +%u)" -gt 5 ]; do back=$((back + 1)); done
	date -d "-$back day" +%F
}

# cells ACCOUNT: want.csv from the simulator's account and got.csv from the database: topic, station name, minute, count.
cells() {
	tail -n +2 "$1" | tr -d '\r' | LC_ALL=C sort >want.csv
	sql "SELECT 'entries', station, bucket, sum(entries) FROM station_minute GROUP BY 2, 3 HAVING sum(entries) > 0 UNION ALL
		SELECT 'exits', station, bucket, sum(exits) FROM station_minute GROUP BY 2, 3 HAVING sum(exits) > 0" | LC_ALL=C sort >got.csv
}

# Every cell of the database equals the account, and they hold more than LEAST passengers.
exact() { # ACCOUNT LEAST
	cells "$1"
	check "every station-minute equals the account" diff -q want.csv got.csv
	check "there was something to count" awk -v least="$2" '{ sub(/.*,/, ""); n += $0 } END { print n; exit n <= least }' want.csv
}
