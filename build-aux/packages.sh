# packages.sh: the one list of Debian packages, by what they are for; sourced by ./demo and ./check.
# "a|b": either will do; a is the one that gets installed.

packages_for() {
	case $1 in
	build) # the program
		echo gcc make autoconf automake 'pkg-config|pkgconf' libc6-dev
		echo librdkafka-dev libncurses-dev libjansson-dev libsqlite3-dev 'libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev' zlib1g-dev libmicrohttpd-dev
		echo libavro-dev libmariadb-dev libpq-dev
		;;
	test) # a parser of what /metrics says, unit tests, fuzzing, a terminal, real services and a broker's ready check, a clone and a tarball of the tree
		echo python3-prometheus-client libcmocka-dev clang 'libclang-rt-dev|libclang-rt-14-dev' tmux git xz-utils
		echo mariadb-server-core mariadb-client-core postgresql
		echo kcat sqlite3 jq maven curl 'default-jdk-headless|openjdk-17-jdk-headless|openjdk-21-jdk-headless'
		;;
	bench) # programs to compare with
		echo kcat htop btop
		;;
	esac
}

package_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Those of the purposes $@ that are missing, one a line.
packages_missing() {
	local entry name purpose
	for purpose; do
		for entry in $(packages_for "$purpose"); do
			for name in ${entry//|/ }; do
				package_installed "$name" && continue 2
			done
			echo "${entry%%|*}"
		done
	done
}

# Package lists may be absent (a new image) or old (the file is gone from the mirror): then they are fetched and it is tried once more.
packages_install() {
	local root=$1
	shift
	local apt="$root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0"
	$apt install -y --no-install-recommends "$@" && return
	$apt update && $apt install -y --no-install-recommends "$@"
}

# Installs what is missing for the purposes $@, as root or by sudo; else prints the line that would. Without dpkg, configure will tell.
packages_need() {
	command -v dpkg-query >/dev/null || return 0
	local missing root= log
	missing=$(packages_missing "$@")
	[ "$missing" ] || return 0
	[ "$(id -u)" = 0 ] || root=$(command -v sudo)
	if [ "$(id -u)" != 0 ] && ! { [ "$root" ] && { [ -t 0 ] || "$root" -n true 2>/dev/null; }; }; then
		echo "Some packages are missing. Install them with:" >&2
		echo "  sudo apt-get install --no-install-recommends" $missing >&2
		return 1
	fi
	echo "Installing:" $missing >&2
	log=$(mktemp)
	if packages_install "$root" $missing >"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	cat "$log" >&2
	rm -f "$log"
	echo "These packages could not be installed:" $missing >&2
	return 1
}
