# kafka.sh: a real one-node Kafka broker (KRaft) for a test: start_kafka, kill9_kafka, restart_kafka, stop_kafka.
# Sourced. The broker's classes come from Maven Central once and stay in the cache; its data live and die with the folder it is given.
KAFKA_VERSION=3.9.1
KAFKA_JVM='-Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto'
KAFKA_PID=

. "${BASH_SOURCE%/*}/maven.sh"

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
	maven_classes "kafka-$KAFKA_VERSION" "org.apache.kafka:kafka_2.13:$KAFKA_VERSION" org.slf4j:slf4j-simple:1.7.36 || return 1
	KAFKA_CLASSES=$CLASSES
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
