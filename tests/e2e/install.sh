#!/bin/bash
# The tree as a distributor sees it: a tarball that holds all it needs, a read-only source, a build elsewhere, install and uninstall.
. "$(dirname "$0")/lib.sh"

mkdir tree
check "configure the source tree elsewhere" sh -c "cd tree && '$srcdir/configure' -q CFLAGS=-O0"
check "make distcheck" make -C tree -s -j2 distcheck DISTCHECK_CONFIGURE_FLAGS='CFLAGS=-O0 -q' AM_COLOR_TESTS=no
tarball=$(ls tree/tfl-top-*.tar.xz)
check "a tarball" test -s "$tarball"
mkdir src
check "nothing built is in it" sh -c "! tar -tJf $tarball | grep -E '\.(o|a|Po)$|\.deps|\.dirstamp|/kafka_admin$|0/tfl-top$'"
check "unpacks" tar -C src --strip-components=1 -xJf "$tarball"
check "holds both commands" test -x src/demo -a -x src/check

check "make install DESTDIR=" make -C "$BUILD" -s install DESTDIR="$HERE/stage"
program=$(find stage -type f -name tfl-top -perm -u+x)
check "the program is there" test -x "$program"
check "it needs nothing of the tree" sh -c "cd / && '$HERE/$program' --version"
for page in tfl-top.1 tfl-top.conf.5 tfl-top-sql.7; do check "its manual page $page is there" test -s "$(find stage -name $page)"; done
check "the completion is there" test -s "$(find stage -path '*/bash-completion/completions/tfl-top')"
sound() { # UNIT [--user]: as systemd reads it, with the program where it is now
	sed "s|^ExecStart=[^ ]*|ExecStart=$HERE/$program|" "$unit" >"$1"
	systemd-analyze verify "${@:2}" --man=no "./$1" >verify.out 2>&1
	! grep -q "$1" verify.out || { cat verify.out; return 1; }
}
unit=$(find stage -path '*/systemd/user/tfl-top-history.service')
check "the unit for systemd runs the program where it is installed" grep -q "^ExecStart=.*${program#stage} feed history$" "$unit"
command -v systemd-analyze >/dev/null && check "and systemd takes it" sound tfl-top-history.service --user
unit=$(find stage -path '*/systemd/system/tfl-top-elastic.service')
check "that of the elastic feed, too" grep -q "^ExecStart=.*${program#stage} feed elastic -c /etc/" "$unit"
command -v systemd-analyze >/dev/null && check "and systemd takes it" sound tfl-top-elastic.service
stop=$(sed -n 's/^TimeoutStopSec=//p' "$unit")
check "which waits longer than the feed drains" test "$stop" -gt 12
check "its licence and documents too" test -s "$(find stage -path '*/doc/*' -name LICENSE)" -a -s "$(find stage -path '*/doc/*' -name README.md)"
check "make uninstall DESTDIR=" make -C "$BUILD" -s uninstall DESTDIR="$HERE/stage"
check "leaves nothing" test -z "$(find stage -type f)"

# Its own tests were run above.
if command -v dh >/dev/null && command -v dpkg-buildpackage >/dev/null; then
	package() { (cd src && DEB_BUILD_OPTIONS="nocheck noopt parallel=2" dpkg-buildpackage -us -uc -b); }
	check "a package for Debian" package
	dpkg-deb -c tfl-top_*_*.deb | awk '{ print $6 }' >contents
	for file in bin/tfl-top share/man/man1/tfl-top.1.gz share/man/man5/tfl-top.conf.5.gz share/man/man7/tfl-top-sql.7.gz \
		share/bash-completion/completions/tfl-top lib/systemd/user/tfl-top-history.service lib/systemd/system/tfl-top-elastic.service share/doc/tfl-top/copyright; do
		check "holds $file" grep -qxF "./usr/$file" contents
	done
fi
