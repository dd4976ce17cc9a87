# mariadb.sh: a real MariaDB server for a test: start_mariadb, restart_mariadb, kill9_mariadb, stop_mariadb. Sourced, after maven.sh, which has
# free_port. Nothing of it is left but what is in the folder it is given; whoever runs the test is its user.
MARIADB_PID=

# Starts the server whose files are in $MARIADB_HOME and waits until it answers. The options come last, so they win.
restart_mariadb() {
	local server
	server=$(PATH=$PATH:/usr/sbin:/usr/libexec command -v mariadbd)
	"$server" --no-defaults --user="$(id -un)" --datadir="$MARIADB_HOME/data" --bind-address=127.0.0.1 --port="$MARIADB_PORT" \
		--socket="$MARIADB_HOME/socket" --pid-file="$MARIADB_HOME/pid" --skip-name-resolve --skip-log-bin --performance-schema=OFF \
		--innodb-buffer-pool-size=32M --innodb-log-file-size=16M --character-set-server=utf8mb4 --default-time-zone=+00:00 \
		"${MARIADB_OPTIONS[@]}" >>"$MARIADB_HOME/server.log" 2>&1 </dev/null &
	MARIADB_PID=$!
	local try
	for try in $(seq 300); do
		kill -0 "$MARIADB_PID" 2>/dev/null || break
		maria 'SELECT 1' >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	tail -n 20 "$MARIADB_HOME/server.log" >&2
	echo "mariadb.sh: the server at port $MARIADB_PORT does not answer" >&2
	stop_mariadb
	return 1
}

# start_mariadb FOLDER [OPTION]…: sets MARIADB_PORT; root has no password there. A folder's name may be too long for a socket's.
start_mariadb() {
	MARIADB_HOME=$1
	shift
	MARIADB_OPTIONS=("$@")
	MARIADB_PORT=$(free_port)
	rm -rf "$MARIADB_HOME"
	mkdir -p "$MARIADB_HOME"
	mariadb-install-db --no-defaults --datadir="$MARIADB_HOME/data" --user="$(id -un)" --auth-root-authentication-method=normal --skip-test-db \
		--innodb-log-file-size=16M >"$MARIADB_HOME/install.log" 2>&1 || { cat "$MARIADB_HOME/install.log" >&2; return 1; }
	restart_mariadb
}

# maria SQL [DATABASE]: its answer, without a heading, as MariaDB's own client has it.
maria() {
	mariadb --no-defaults -h 127.0.0.1 -P "$MARIADB_PORT" -u root --batch --skip-column-names --default-character-set=utf8mb4 -e "$1" "${2:-mysql}"
}

kill9_mariadb() {
	kill -KILL "$MARIADB_PID"
	wait "$MARIADB_PID" 2>/dev/null
	MARIADB_PID=
}

stop_mariadb() {
	[ "$MARIADB_PID" ] || return 0
	kill -TERM "$MARIADB_PID" 2>/dev/null
	wait "$MARIADB_PID" 2>/dev/null
	MARIADB_PID=
}
