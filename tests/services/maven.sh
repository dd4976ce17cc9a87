# maven.sh: classes of real services from Maven Central, fetched once into the user's cache. Sourced.

# maven_pom GROUP:ARTIFACT:VERSION[:TYPE:CLASSIFIER]…: an archive, which a TYPE makes it, is whole in itself.
maven_pom() {
	echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
	echo '<groupId>tfl-top</groupId><artifactId>service</artifactId><version>1</version><packaging>pom</packaging><dependencies>'
	local group artifact version type classifier what
	for what; do
		IFS=: read -r group artifact version type classifier <<<"$what"
		echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version>"
		[ ! "$type" ] || echo "<type>$type</type><classifier>$classifier</classifier>" \
			'<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
		echo '</dependency>'
	done
	echo '</dependencies></project>'
}

# Fetches into the folder $1, whole or not at all. A hiccup of the network is forgiven once.
maven_fetch() {
	local folder=$1 new=$1.$$
	shift
	rm -rf "$new"
	mkdir -p "$new"
	maven_pom "$@" >"$new/pom.xml"
	local mvn=(mvn -B -q -Dstyle.color=never -f "$new/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new")
	if "${mvn[@]}" >"$new/mvn.log" 2>&1 || "${mvn[@]}" >"$new/mvn.log" 2>&1; then
		local archive
		for archive in "$new"/*.tar.gz; do
			[ ! -f "$archive" ] || { tar -C "$new" -xzf "$archive" && rm "$archive"; } || return 1
		done
		mv -T "$new" "$folder"
		return
	fi
	tail -n 20 "$new/mvn.log" >&2
	rm -rf "$new"
	echo "maven.sh: $* could not be fetched from Maven Central" >&2
	return 1
}

# maven_classes NAME GROUP:ARTIFACT:VERSION…: sets CLASSES to the folder in the cache that holds them.
maven_classes() {
	local cache=${XDG_CACHE_HOME:-$HOME/.cache}/tfl-top
	CLASSES=$cache/$1
	shift
	mkdir -p "$cache"
	(
		flock 9
		[ -d "$CLASSES" ] || maven_fetch "$CLASSES" "$@"
	) 9>"$CLASSES.lock"
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
