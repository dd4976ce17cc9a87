#!/bin/bash
# Secrets are used, and shown nowhere: not on a command line, in the log, in what the program prints, nor in an error.
. "$(dirname "$0")/lib.sh"
broker
password=hunter2-$RANDOM$RANDOM key=id-$RANDOM:key-$RANDOM$RANDOM
encoded=$(printf %s "$key" | base64)
printf '%s\n' "$password" >password
printf '%s\n' "$key" >key
chmod 600 password key
port=$(free_port)

# hidden NAME FILE…: no secret is in the files, in any form.
hidden() {
	local name=$1
	shift
	if grep -qaF -e "$password" -e "$key" -e "${key#*:}" -e "$encoded" -e "$(printf 'ada:%s' "$password" | base64)" "$@"; then
		grep -aF -e "$password" -e "${key#*:}" -e "$encoded" "$@" | head -5
		echo "not ok $name"
	else
		echo "ok $name"
	fi
}

# A server that refuses whoever comes, and keeps what was said to it.
perl -MIO::Socket::INET -e '
	my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => shift, Listen => 8, ReuseAddr => 1) or die;
	$| = 1;
	while (my $client = $server->accept) {
		while (<$client>) { print; last if $_ eq "\r\n" }
		print $client "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nX-elastic-product: Elasticsearch\r\n",
			"Content-Length: 2\r\nConnection: close\r\n\r\n{}";
		close $client;
	}' "$port" >heard 2>&1 &
started+=($!)

tfl setup topics >/dev/null
for by in user key; do
	settings=(-X elastic.url="http://127.0.0.1:$port" -X log.level=debug -b "$KAFKA" --db "$HERE/history.db")
	[ $by = user ] && settings+=(-X elastic.user=ada -X elastic.password_file="$HERE/password")
	[ $by = key ] && settings+=(-X elastic.api_key_file="$HERE/key")
	"$TFL_TOP" feed elastic "${settings[@]}" --duration 4s >"feed-$by" 2>&1 &
	pid=$!
	sleep 2
	tr '\0' '\n' <"/proc/$pid/cmdline" >"cmdline-$by"
	wait $pid
	"$TFL_TOP" setup elastic "${settings[@]}" >"setup-$by" 2>&1
	"$TFL_TOP" doctor "${settings[@]}" >"doctor-$by" 2>&1
	"$TFL_TOP" doctor "${settings[@]}" --print-config >"config-$by" 2>&1
done
check "the password is used" grep -qF "Basic $(printf 'ada:%s' "$password" | base64)" heard
check "the API key is used" grep -qF "ApiKey $encoded" heard
check "being refused is said, with the remedy, and not again and again" test "$(grep -cE '(refuses us|does not let us in) .*elastic.user' feed-user)" = 1
hidden "no command line shows a secret" cmdline-*
hidden "no log does" feed-*
hidden "no error does" setup-* doctor-*
TFL_TOP_ELASTIC_PASSWORD=$password TFL_TOP_ELASTIC_API_KEY=$key "$TFL_TOP" feed --print-config >config-env 2>&1
check "secrets of the environment are masked" grep -q 'elastic.password=\*\*\*' config-env
hidden "no print of the configuration shows one" config-*
refused "a secret on the command line is refused" 2 'elastic.password' "$TFL_TOP" feed elastic -X elastic.password="$password"
hidden "… without repeating it" refused.err
refused "one in the address too" 1 'elastic.url: an address must hold no user' "$TFL_TOP" setup elastic -X elastic.url="http://${user:=ada}:$password@127.0.0.1:$port"
hidden "… without repeating it either" refused.err
