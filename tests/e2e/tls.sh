#!/bin/bash
# TLS to Elasticsearch: who is trusted by the system, by elastic.ca and by elastic.fingerprint, and that nobody else is. `openssl s_server` is
# the other side: it is no Elasticsearch, and whoever is told so has trusted it.
. "$(dirname "$0")/lib.sh"

quietly() { "$@" 2>>openssl.log >&2; }
fingerprint() { openssl x509 -in "$1.pem" -noout -fingerprint -sha256 | cut -d= -f2; }
# authority NAME: it signs itself.
authority() {
	quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.pem" -days 2 -subj "/CN=$1"
}
# certificate NAME AUTHORITY HOST
certificate() {
	quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
	echo "subjectAltName=DNS:$3" >"$1.ext"
	quietly openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -out "$1.pem" -days 2 -extfile "$1.ext"
}
mkfifo silence && exec 9<>silence
# serve NAME CERTIFICATE…: shows NAME, and the others as its chain. With mode=-quiet it answers nothing, and what it is sent goes to NAME.log.
serve() {
	local name=$1 try
	shift
	port=$(free_port)
	cat "${@/%/.pem}" >"$name.chain"
	openssl s_server -accept "127.0.0.1:$port" -cert "$name.pem" -key "$name.key" -cert_chain "$name.chain" "$mode" >"$name.log" 2>&1 <&9 &
	started+=($!)
	for try in $(seq 100); do
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
		sleep 0.1
	done
	echo "not ok openssl serves $name"
}
mode=-WWW
setup() { "$TFL_TOP" setup elastic -X elastic.url="https://localhost:$port" "$@"; }
trusts() { refused "$1" 1 'localhost:[0-9]+ is neither Elasticsearch nor OpenSearch' setup "${@:2}"; }
mistrusts() { refused "$1" 1 "$2" setup "${@:3}"; }

authority ours
authority theirs
certificate server ours localhost
certificate elsewhere ours example.org
certificate impostor theirs localhost

serve server ours
mistrusts "who is signed by nobody known is not trusted" 'certificate'
trusts "who is signed by elastic.ca is" -X elastic.ca="$HERE/ours.pem"
mistrusts "by another one is not" 'certificate' -X elastic.ca="$HERE/theirs.pem"
mistrusts "no certificates, no trust" 'elastic.ca: .*No such file' -X elastic.ca="$HERE/none.pem"
trusts "the server's fingerprint is enough" -X elastic.fingerprint="$(fingerprint server)"
trusts "so is its authority's" -X elastic.fingerprint="$(fingerprint ours)"
trusts "in small letters without colons too" -X elastic.fingerprint="$(fingerprint server | tr -d : | tr A-F a-f)"
mistrusts "another's is not" 'shows no certificate with the fingerprint of elastic.fingerprint' -X elastic.fingerprint="$(fingerprint theirs)"

serve elsewhere ours
mistrusts "an authority that is trusted does not make any host the right one" 'localhost' -X elastic.ca="$HERE/ours.pem"
mistrusts "nor does its fingerprint" 'localhost' -X elastic.fingerprint="$(fingerprint ours)"
trusts "a server that is known by its own fingerprint may be called anything" -X elastic.fingerprint="$(fingerprint elsewhere)"

mode=-quiet
identity=(-X elastic.user=u -X elastic.password_file="$HERE/secret")
echo hush-hush >secret
serve server ours
(timeout 3 "$TFL_TOP" setup elastic -X elastic.url="https://localhost:$port" -X elastic.ca="$HERE/ours.pem" "${identity[@]}") >/dev/null 2>&1
check "whoever is trusted is told who we are" grep -aq '^Authorization: Basic' server.log
serve impostor ours server theirs
mistrusts "whoever shows the right certificates without being signed by them is found out" 'certificate' \
	-X elastic.fingerprint="$(fingerprint ours)" "${identity[@]}"
mistrusts "also with the server's own" 'certificate' -X elastic.fingerprint="$(fingerprint server)" "${identity[@]}"
check "and is told nothing" test "$(grep -acE '^(GET|Authorization)' impostor.log)" = 0
