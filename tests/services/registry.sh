# registry.sh: a real Schema Registry for a test, Apicurio's with the interface of Confluent's: start_registry, stop_registry, restart_registry.
# Sourced. Its archive comes from Maven Central once and stays in the cache; its schemas live and die with the folder it is given.
REGISTRY_VERSION=2.6.13.Final
REGISTRY_JVM='-Xms64m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto'
REGISTRY_PID=

. "${BASH_SOURCE%/*}/maven.sh"

# Starts the registry that is laid out in $REGISTRY_HOME and waits until it answers. It keeps its schemas in a file, so that they have the
# same ids after a restart.
restart_registry() {
	(
		cd "$REGISTRY_HOME" || exit
		exec java $REGISTRY_JVM -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$REGISTRY_PORT" \
			-Dquarkus.datasource.jdbc.url="jdbc:h2:file:$REGISTRY_HOME/schemas" \
			-jar "$REGISTRY_CLASSES/apicurio-registry-app-$REGISTRY_VERSION-runner.jar"
	) >>"$REGISTRY_HOME/registry.log" 2>&1 </dev/null &
	REGISTRY_PID=$!
	local try
	for try in $(seq 300); do
		kill -0 "$REGISTRY_PID" 2>/dev/null || break
		curl -fs -o /dev/null "$REGISTRY/subjects" && return 0
		sleep 0.2
	done
	tail -n 20 "$REGISTRY_HOME/registry.log" >&2
	echo "registry.sh: the registry at $REGISTRY does not answer" >&2
	stop_registry
	return 1
}

# start_registry FOLDER: exports REGISTRY, the address that registry.url takes. As Confluent's does, it refuses what is not compatible.
start_registry() {
	maven_classes "registry-$REGISTRY_VERSION" "io.apicurio:apicurio-registry-app:$REGISTRY_VERSION:tar.gz:all" || return 1
	REGISTRY_CLASSES=$CLASSES
	REGISTRY_HOME=$1
	local try
	for try in 1 2 3; do
		REGISTRY_PORT=$(free_port)
		export REGISTRY=http://127.0.0.1:$REGISTRY_PORT/apis/ccompat/v7
		rm -rf "$REGISTRY_HOME"
		mkdir -p "$REGISTRY_HOME"
		restart_registry || continue
		curl -fsS -o /dev/null -X PUT -H 'Content-Type: application/json' -d '{"compatibility":"BACKWARD"}' "$REGISTRY/config" && return 0
		stop_registry
	done
	return 1
}

stop_registry() {
	[ "$REGISTRY_PID" ] || return 0
	kill -TERM "$REGISTRY_PID" 2>/dev/null
	wait "$REGISTRY_PID" 2>/dev/null
	REGISTRY_PID=
}
