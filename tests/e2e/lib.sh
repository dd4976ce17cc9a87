# lib.sh: what every end-to-end script needs: a private folder, the program, checks that print `ok` or `not ok`, and a broker on demand.
# SRC: the source tree; TFL_TOP: the program under test (set by tests/run).
set -u
SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${TFL_TOP:=$SRC/build-asan/tfl-top}"
HERE=$(mktemp -d "${TMPDIR:-/tmp}/tfl-top-e2e.XXXXXX")
cd "$HERE" || exit 1
LOG=$HERE/log
export XDG_CONFIG_HOME=$HERE/config XDG_STATE_HOME=$HERE/state XDG_DATA_HOME=$HERE/share XDG_RUNTIME_DIR=$HERE/run
mkdir -p "$XDG_CONFIG_HOME" "$XDG_STATE_HOME" "$XDG_DATA_HOME" "$XDG_RUNTIME_DIR"
unset NO_COLOR
. "$SRC/tests/services/kafka.sh"

started=()
clean_up() {
	for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null; done
	stop_kafka 2>/dev/null
	cd /
	rm -rf "$HERE"
}
trap clean_up EXIT

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1${2:+: $2}"; }

# check NAME COMMAND…: the command's output is shown only when it fails.
check() {
	local name=$1
	shift
	if "$@" >check.out 2>&1; then ok "$name"; else
		not_ok "$name" "$(tail -n 3 check.out | tr '\n' ' ')"
		return 1
	fi
}

# The program on this script's broker and database; its stderr also goes to $LOG.
tfl() {
	local command=$1
	shift
	case $command in
	simulate | enrich | setup) "$TFL_TOP" "$command" -b "$KAFKA" "$@" ;;
	query | frame) "$TFL_TOP" "$command" --db history.db "$@" ;;
	feed) "$TFL_TOP" "$command" "$@" -b "$KAFKA" --db history.db ;;
	esac 2> >(tee -a "$LOG" >&2)
}

# background NAME COMMAND…: its process id is $!; ended with the script at the latest.
background() {
	local name=$1
	shift
	case $1 in
	tfl) shift; local command=$1; shift; "$TFL_TOP" "$command" $(target "$command") "$@" >"$name.out" 2>&1 & ;;
	*) "$@" >"$name.out" 2>&1 & ;;
	esac
	started+=($!)
}
target() {
	case $1 in
	feed) echo "-b $KAFKA --db history.db" ;;
	*) echo "-b $KAFKA" ;;
	esac
}

# finish PID: asks it to end and waits; its exit status.
finish() {
	kill -TERM "$1"
	wait "$1"
}

last_weekday() {
	local back=1
	while [ "$(date -d "-$back day" +%u)" -gt 5 ]; do back=$((back + 1)); done
	date -d "-$back day" +%F
}
next_day() { date -d "$1 +1 day" +%F; }

# A CSV whose quoted fields may hold commas, as plain fields (commas inside them become spaces).
csv_plain() {
	awk 'BEGIN{FS=OFS="\""} {for(i=2;i<=NF;i+=2) gsub(",", " ", $i); gsub("\"", ""); print}' "$1"
}

# cells ACCOUNT DB: want.csv and got.csv, one line per direction, station name and minute.
cells() {
	tail -n +2 "$1" | tr -d '\r' | LC_ALL=C sort > want.csv
	"$TFL_TOP" query --db "$2" --format csv --timeout 5m --sql "
		SELECT 'entries', station, bucket, sum(entries) FROM station_minute GROUP BY 2, 3 HAVING sum(entries) > 0 UNION ALL
		SELECT 'exits', station, bucket, sum(exits) FROM station_minute GROUP BY 2, 3 HAVING sum(exits) > 0" |
		tail -n +2 | tr -d '\r' | LC_ALL=C sort > got.csv
}
