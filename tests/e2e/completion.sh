#!/bin/bash
# Completion in bash, as a shell would ask: words typed so far in, candidates out.
. "$(dirname "$0")/lib.sh"
PATH=${TFL_TOP%/*}:$PATH
. "$srcdir/completions/tfl-top"

# completes WANTED WORD…: the last word is being typed; the candidates, sorted, are WANTED.
completes() {
	local wanted=$1 got
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_tfl_top
	got=$(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | xargs)
	echo "got: $got"
	[ "$got" = "$wanted" ]
}
# offers WORD… -- OFFERED…: those are among the candidates.
offers() {
	local words=() word
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1)) COMPREPLY=()
	_tfl_top
	for word; do [[ " ${COMPREPLY[*]} " == *" $word "* ]] || { echo "no $word in ${COMPREPLY[*]}"; return 1; }; done
}

check "it is bound" sh -c "bash -c '. \"$srcdir/completions/tfl-top\"; complete -p tfl-top' | grep -q _tfl_top"
check "commands" completes 'setup simulate' tfl-top s
for command in $("$TFL_TOP" --help | awk '/^commands/ { on = 1; next } /^$/ { on = 0 } on { print $1 }'); do
	check "$command is a command" offers tfl-top '' -- "$command"
	[ "$command" != help ] || continue # its --help is about all
	flags=$("$TFL_TOP" "$command" --help | grep -oE '^ +(-[a-zA-Z], )?--?[a-zA-Z-]+' | grep -oE -e '--?[a-zA-Z-]+')
	check "every option of $command" offers tfl-top "$command" - -- $flags
done
check "options of the dashboard without its name" completes '--db --demo --duration' tfl-top --d # and no --dry-run
check "no option of another command" completes '' tfl-top simulate --form
check "choices" completes 'csv json ndjson table' tfl-top query --format ''
check "choices of another command's option" completes 'ansi text' tfl-top frame --format ''
check "after = too" completes csv tfl-top query --format = c
check "right behind =" completes 'csv json ndjson table' tfl-top query --format =
check "scenarios" completes weekday tfl-top simulate --scenario wee
check "views" offers tfl-top frame --view '' -- stations network pipeline
check "sinks" completes 'elastic history stdout' tfl-top feed ''
check "parts of setup" completes 'elastic kibana mariadb stations topics' tfl-top setup ''
check "commands to help with" completes 'query' tfl-top help q
check "reports" completes 'station-day' tfl-top query sta
mkdir -p "$XDG_CONFIG_HOME/tfl-top/reports"
printf -- '-- title: Mine\nSELECT 1;\n' >"$XDG_CONFIG_HOME/tfl-top/reports/statistics.sql"
eval "$("$TFL_TOP" help --completion bash)"
check "reports of one's own" completes 'station-day statistics' tfl-top query sta
check "keys" completes 'topic.partitions=' tfl-top enrich -X topic.p
touch here.db
check "files" completes 'here.db' tfl-top query --db here
check "nothing for what can be anything" completes '' tfl-top simulate --seed ''
refused "another shell" 2 'bash' "$TFL_TOP" help --completion tcsh
