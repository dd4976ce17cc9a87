# elasticsearch.sh: a real one-node Elasticsearch or OpenSearch for a test: start_elasticsearch, start_opensearch, kill9_elasticsearch,
# restart_elasticsearch, stop_elasticsearch. Sourced. Classes come from Maven Central once and stay in the cache.
ELASTICSEARCH_VERSION=8.11.3
OPENSEARCH_VERSION=2.19.0
ELASTICSEARCH_JVM='-Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xshare:auto'
ELASTICSEARCH_PID=

. "${BASH_SOURCE%/*}/maven.sh"
ELASTICSEARCH_SOURCES=$(cd "${BASH_SOURCE%/*}" && pwd)

# launcher FOLDER MAIN: compiles the launcher in FOLDER against $CLASSES, once as long as it does not change; the result joins $CLASSES.
launcher() {
	local sources=$ELASTICSEARCH_SOURCES/$1 compiled new
	compiled=$CLASSES-launcher-$(find "$sources" -name '*.java' -print0 | sort -z | xargs -0 cat | sha256sum | cut -c1-16)
	if [ ! -d "$compiled" ]; then
		new=$compiled.$$
		mkdir -p "$new"
		find "$sources" -name '*.java' -print0 | xargs -0 javac -nowarn -Xlint:none -cp "$CLASSES/*" -d "$new" 2>"$new/javac.log" || {
			cat "$new/javac.log" >&2
			return 1
		}
		mv -T "$new" "$compiled" 2>/dev/null || rm -rf "$new" # another test may have been quicker
	fi
	ELASTICSEARCH_CLASSES="$compiled:$CLASSES/*" ELASTICSEARCH_MAIN=$2
}

# Replaces the shell it runs in, so that $! is the node itself.
elasticsearch_java() {
	exec java $ELASTICSEARCH_JVM -Djava.io.tmpdir="$ELASTICSEARCH_HOME" -Djava.awt.headless=true -Dlog4j2.disable.jmx=true \
		-Dio.netty.allocator.numDirectArenas=0 -cp "$ELASTICSEARCH_CLASSES" "$ELASTICSEARCH_MAIN" "$@"
}

# Another server may answer on the port: so the node's own word counts as well.
elasticsearch_answers() {
	grep -q '^started$' "$ELASTICSEARCH_HOME/out.log" &&
		curl -sf -o /dev/null --max-time 5 "$ELASTICSEARCH/_cluster/health?wait_for_status=yellow&timeout=1s"
}

# Starts the node whose data are in $ELASTICSEARCH_HOME, with the settings it had and those given.
restart_elasticsearch() { # [SETTING=VALUE]…
	: >"$ELASTICSEARCH_HOME/out.log"
	elasticsearch_java "$ELASTICSEARCH_HOME" "${ELASTICSEARCH##*:}" "${ELASTICSEARCH_SETTINGS[@]}" "$@" \
		>>"$ELASTICSEARCH_HOME/out.log" 2>&1 </dev/null &
	ELASTICSEARCH_PID=$!
	local try
	for try in $(seq 300); do
		kill -0 "$ELASTICSEARCH_PID" 2>/dev/null || break
		elasticsearch_answers && return 0
		sleep 0.2
	done
	tail -n 30 "$ELASTICSEARCH_HOME/out.log" >&2
	echo "elasticsearch.sh: the node at $ELASTICSEARCH does not answer" >&2
	stop_elasticsearch
	return 1
}

start_node() { # FOLDER [SETTING=VALUE]…
	ELASTICSEARCH_HOME=$1
	shift
	ELASTICSEARCH_SETTINGS=("$@")
	local try
	for try in 1 2 3; do
		export ELASTICSEARCH=http://127.0.0.1:$(free_port)
		rm -rf "$ELASTICSEARCH_HOME"
		mkdir -p "$ELASTICSEARCH_HOME"
		restart_elasticsearch && return 0
	done
	return 1
}

# start_elasticsearch FOLDER [SETTING=VALUE]…: exports ELASTICSEARCH=http://127.0.0.1:PORT
start_elasticsearch() {
	maven_classes "elasticsearch-$ELASTICSEARCH_VERSION" "org.elasticsearch:elasticsearch:$ELASTICSEARCH_VERSION" \
		"org.elasticsearch.plugin:transport-netty4:$ELASTICSEARCH_VERSION" || return 1
	launcher elasticsearch org.elasticsearch.plugins.ElasticsearchNode && start_node "$@"
}

# start_opensearch FOLDER [SETTING=VALUE]…: the same, and the other functions work on it too.
start_opensearch() {
	maven_classes "opensearch-$OPENSEARCH_VERSION" "org.opensearch:opensearch:$OPENSEARCH_VERSION" \
		"org.opensearch.plugin:transport-netty4-client:$OPENSEARCH_VERSION" org.apache.logging.log4j:log4j-core:2.21.0 || return 1
	launcher opensearch OpenSearchNode && start_node "$@"
}

kill9_elasticsearch() {
	kill -KILL "$ELASTICSEARCH_PID"
	wait "$ELASTICSEARCH_PID" 2>/dev/null
	ELASTICSEARCH_PID=
}

stop_elasticsearch() {
	[ "$ELASTICSEARCH_PID" ] || return 0
	kill -TERM "$ELASTICSEARCH_PID" 2>/dev/null
	wait "$ELASTICSEARCH_PID" 2>/dev/null
	ELASTICSEARCH_PID=
}
