#!/bin/bash
# A frame is a function of the file, the minute and the size: counts that come later do not change an earlier picture.
. "$(dirname "$0")/lib.sh"
export LC_ALL=C.UTF-8
unset TERM
broker
day=$(last_weekday)

check "stations" tfl setup topics stations
check "a morning is produced" tfl simulate --from "${day}T06:00" --to "${day}T08:00" --speed max --rate 0.05 --cut
check "joined" tfl enrich -e
check "counted" tfl feed history -e

frame() { "$TFL_TOP" frame --db history.db "$@"; }
drawn() { # FILE OPTION…: drawn, and not empty
	local file=$1
	shift
	frame "$@" >"$file" && [ -s "$file" ]
}
for view in stations network station pipeline simulator log help; do
	check "$view at 07:30" drawn "$view" --view $view --at "${day}T07:30" --size 100x30
	check "has 30 lines" test "$(wc -l <$view)" = 30
	check "none longer than 100" test "$(wc -L <$view)" -le 100
	check "and no ESC" sh -c "! grep -q '$(printf '\033')' $view"
done
check "busiest first" grep -qE '^▸[A-Z]' stations
check "the figures are the database's" test "$(frame --view stations --at "${day}T07:30" --size 200x40 | sed -n 's/.*today \([0-9 ]*\) in .*/\1/p' | tr -d ' ')" = \
	"$(sql "SELECT sum(entries) FROM station_minute WHERE ts < $(date -d "TZ=\"Europe/London\" $day 07:30" +%s)")"
check "the same within the minute" drawn later --at "${day}T07:30:59" --size 100x30
check "byte for byte" cmp stations later
check "ASCII" drawn ascii --ascii --at "${day}T07:30" --size 100x30
check "is ASCII" sh -c "! LC_ALL=C grep -q '[^ -~]' ascii"
check "where the locale is C too" sh -c "LC_ALL=C '$TFL_TOP' frame --db history.db --at ${day}T07:30 --size 100x30 | cmp - ascii"
check "one station by name" drawn named --view station --station 'oxford circus' --at "${day}T07:30" --size 100x30
check "is that station" grep -q '^ Oxford Circus  zone 1' named
check "by how its name begins" sh -c "'$TFL_TOP' frame --db history.db --view station --station oxf --at ${day}T07:30 --size 100x30 | cmp - named"
check "selected among the others" sh -c "'$TFL_TOP' frame --db history.db --station Oxf --at ${day}T07:30 --size 100x30 | grep -q '^▸Oxford Circus'"
refused "a beginning that is many's" 2 'begin like that' frame --station Wa
refused "a station that is none, with the nearest" 2 'did you mean Waterloo' frame --station Waterlo0
check "with colours" drawn ansi --format ansi --at "${day}T07:30"
check "has ESC" grep -q "$(printf '\033')\[0" ansi
check "1 × 1" drawn tiny --size 1x1
check "is one column" test "$(cat tiny)" = ●
refused "a size that is none" 2 'COLUMNSxROWS' frame --size 80
refused "a view that is none" 2 'stations' frame --view statoins
refused "a time that is none" 2 'at' frame --at 25:99

check "the next hour is produced" tfl simulate --from "${day}T08:00" --to "${day}T09:00" --speed max --rate 0.05 --seed 2 --cut
check "joined too" tfl enrich -e
check "and counted" tfl feed history -e
check "the picture of 07:30 again" drawn again --at "${day}T07:30" --size 100x30
check "is the same, byte for byte" cmp stations again
check "and that of one station" drawn again --view station --at "${day}T07:30" --size 100x30
check "is too" cmp station again
check "what nobody has counted yet is not 0" sh -c "'$TFL_TOP' frame --db history.db --at ${day}T11:00 --size 100x30 | grep -q 'Waterloo .* – .*unknown'"
