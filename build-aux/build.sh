# build.sh: build_tree FOLDER TARGETS CONFIGURE-ARGUMENT…: configures the source tree into FOLDER when it has not been, or not with these
# arguments, and makes the targets. Sourced by ./demo and ./check.

build_tree() {
	local source folder=$1 targets=$2
	source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
	shift 2
	if [ ! -x "$source/configure" ] || [ ! -f "$source/Makefile.in" ]; then
		(cd "$source" && autoreconf -fi) || return
	fi
	mkdir -p "$folder"
	(
		cd "$folder" || exit
		if [ ! -f Makefile ] || [ "$(cat configured 2>/dev/null)" != "$*" ]; then
			"$source/configure" -q "$@" && echo "$*" >configured || exit
		fi
		make -s -j"$(nproc)" $targets
	)
}
