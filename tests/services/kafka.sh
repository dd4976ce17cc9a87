# kafka.sh: a real one-node Kafka broker (KRaft) for a test: start_kafka, kill9_kafka, restart_kafka, stop_kafka.
# Sourced. The broker's classes come from Maven Central once and stay in the cache; its data live and die with the folder it is given.
KAFKA_VERSION=3.9.1
KAFKA_JVM='-Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto'
KAFKA_PID=

kafka_pom() {
	cat <<-POM
		<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
		<groupId>tfl-top</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging><dependencies>
		<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$KAFKA_VERSION</version></dependency>
		<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
		</dependencies></project>
	POM
}

# Fetches the classes into the folder $1, whole or not at all.
kafka_fetch() {
	local new=$1.$$
	rm -rf "$new"
	mkdir -p "$new"
	kafka_pom >"$new/pom.xml"
	local mvn=(mvn -B -q -Dstyle.color=never -f "$new/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new")
	if "${mvn[@]}" >"$new/mvn.log" 2>&1 || "${mvn[@]}" >"$new/mvn.log" 2>&1; then
		mv -T "$new" "$1"
		return
	fi
	tail -n 20 "$new/mvn.log" >&2
	rm -rf "$new"
	echo "kafka.sh: the broker's classes could not be fetched from Maven Central" >&2
	return 1
}

kafka_classes() {
	local cache=${XDG_CACHE_HOME:-$HOME/.cache}/tfl-top
	KAFKA_CLASSES=$cache/kafka-$KAFKA_VERSION
	mkdir -p "$cache"
	(
		flock 9
		[ -d "$KAFKA_CLASSES" ] || kafka_fetch "$KAFKA_CLASSES"
	) 9>"$KAFKA_CLASSES.lock"
}

# A port below the ephemeral range that nobody listens on.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# Retention goes by record time, so back-filled passengers would vanish: it is off. A broker that was killed may come back at once,
# which the short session timeout is for. Topics are the program's to create.
kafka_properties() {
	cat <<-PROPERTIES
		process.roles=broker,controller
		node.id=1
		listeners=PLAINTEXT://127.0.0.1:$1,CONTROLLER://127.0.0.1:$2
		advertised.listeners=PLAINTEXT://127.0.0.1:$1
		controller.listener.names=CONTROLLER
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		controller.quorum.voters=1@127.0.0.1:$2
		log.dirs=$KAFKA_HOME/data
		auto.create.topics.enable=false
		default.replication.factor=1
		min.insync.replicas=1
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=4
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		transaction.state.log.num.partitions=4
		group.initial.rebalance.delay.ms=0
		log.retention.hours=-1
		log.cleaner.dedupe.buffer.size=8388608
		num.network.threads=2
		num.io.threads=4
		background.threads=2
		broker.session.timeout.ms=3000
		broker.heartbeat.interval.ms=500
	PROPERTIES
}

# Replaces the shell it runs in, so that $! is the broker itself.
kafka_java() {
	exec java $KAFKA_JVM -Dorg.slf4j.simpleLogger.showDateTime=true -cp "$KAFKA_CLASSES/*" "$@"
}

# Starts the broker that is laid out in $KAFKA_HOME and waits until it answers.
restart_kafka() {
	kafka_java kafka.Kafka "$KAFKA_HOME/server.properties" >>"$KAFKA_HOME/server.log" 2>&1 </dev/null &
	KAFKA_PID=$!
	local try
	for try in $(seq 300); do
		kill -0 "$KAFKA_PID" 2>/dev/null || break
		kcat -b "$KAFKA" -L -m 1 2>/dev/null | grep -q '^ 1 brokers' && return 0
		sleep 0.2
	done
	tail -n 20 "$KAFKA_HOME/server.log" >&2
	echo "kafka.sh: the broker at $KAFKA does not answer" >&2
	stop_kafka
	return 1
}

# start_kafka FOLDER [KEY=VALUE]…: exports KAFKA=127.0.0.1:PORT; the settings come last, so they win. Another process may take a port
# between the choice and the use: then with other ports.
start_kafka() {
	kafka_classes || return 1
	KAFKA_HOME=$1
	shift
	local try port
	for try in 1 2 3; do
		port=$(free_port)
		export KAFKA=127.0.0.1:$port
		rm -rf "$KAFKA_HOME"
		mkdir -p "$KAFKA_HOME"
		kafka_properties "$port" "$(free_port)" >"$KAFKA_HOME/server.properties"
		printf '%s\n' "$@" >>"$KAFKA_HOME/server.properties"
		(kafka_java kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c "$KAFKA_HOME/server.properties") \
			>"$KAFKA_HOME/format.log" 2>&1 || { cat "$KAFKA_HOME/format.log" >&2; return 1; }
		restart_kafka && return 0
	done
	return 1
}

kill9_kafka() {
	kill -KILL "$KAFKA_PID"
	wait "$KAFKA_PID" 2>/dev/null
	KAFKA_PID=
}

stop_kafka() {
	[ "$KAFKA_PID" ] || return 0
	kill -TERM "$KAFKA_PID" 2>/dev/null
	wait "$KAFKA_PID" 2>/dev/null
	KAFKA_PID=
}
