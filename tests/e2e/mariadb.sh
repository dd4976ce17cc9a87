#!/bin/bash
# MariaDB on a real server: tfl-top setup mariadb, who we are to it, and whom we trust.
. "$(dirname "$0")/lib.sh"
. "$srcdir/tests/services/mariadb.sh"
trap 'stop_mariadb; clean_up' EXIT

quietly() { "$@" 2>>openssl.log >&2; }
quietly openssl req -x509 -newkey rsa:2048 -nodes -keyout ours.key -out ours.pem -days 2 -subj /CN=ours
quietly openssl req -x509 -newkey rsa:2048 -nodes -keyout theirs.key -out theirs.pem -days 2 -subj /CN=theirs
quietly openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost
quietly openssl x509 -req -in server.csr -CA ours.pem -CAkey ours.key -CAcreateserial -out server.pem -days 2 \
	-extfile <(echo subjectAltName=DNS:localhost,IP:127.0.0.1)
start_mariadb "$HERE/mariadb" --ssl-cert="$HERE/server.pem" --ssl-key="$HERE/server.key" || { echo "not ok a real MariaDB starts"; exit 1; }

setup() { "$TFL_TOP" setup mariadb -X mariadb.host="${host:-127.0.0.1}" -X mariadb.port="$MARIADB_PORT" "$@"; }
with_password() { local -x TFL_TOP_MARIADB_PASSWORD=$1; setup "${@:2}"; }
as_root() { setup -X mariadb.user=root "$@"; }
says() { grep -qF -- "$1" out || { cat out; return 1; }; }
is() { [ "$(maria "$1" tfl)" = "$2" ] || { maria "$1" tfl; return 1; }; }

# ---- the schema ----
as_root --dry-run >dry.sql
check "a dry run changes nothing" test -z "$(maria "SHOW DATABASES LIKE 'tfl'")"
as_root >out
check "it is set up" says '100000 rows written to table users'
check "there are 509 stations, each with an id of its own" is 'SELECT count(*), count(DISTINCT id) FROM stations' $'509\t509'
check "two stations may share a name" is "SELECT count(*) FROM stations WHERE name = 'Bethnal Green'" 2
check "what is not known is NULL" is 'SELECT count(*) FROM stations WHERE FareZones = "" OR Wifi IS NOT NULL' 0
check "names are what they are" is "SELECT count(*) FROM stations WHERE name = 'Earl''s Court'" 1
check "a record has the columns that a connector expects" is "SELECT group_concat(column_name ORDER BY ordinal_position) FROM information_schema.columns
	WHERE table_schema = 'tfl' AND table_name = 'users' AND extra NOT LIKE '%INVISIBLE%'" name,email_address,created_date,modified_date
maria "UPDATE stations SET name = 'Abbey Wood Renamed', lat = '51.5' WHERE id = 'HUBABW'; DELETE FROM stations WHERE name = 'Angel';
	UPDATE stations SET modified_date = '2020-01-01'; UPDATE stations SET Wifi = 1 WHERE id = 'HUBBAN'" tfl
as_root >out
check "a second time nothing is done" says 'table stations holds 508 rows: left as it is'
check "… and what a person changed stays" is "SELECT name, location FROM stations WHERE id = 'HUBABW'" $'Abbey Wood Renamed\t51.5,0.12128'
check "a change is dated" is "SELECT group_concat(id) FROM stations WHERE modified_date > '2020-01-01'" HUBBAN
check "a place that is none is refused" bash -c "! mariadb --no-defaults -h 127.0.0.1 -P $MARIADB_PORT -u root -e \"UPDATE stations SET lat = '91.0'\" tfl"
maria 'DROP DATABASE tfl'
maria 'SELECT 1' >/dev/null && mariadb --no-defaults -h 127.0.0.1 -P "$MARIADB_PORT" -u root --default-character-set=utf8mb4 <dry.sql
check "the SQL of the dry run does the same" is 'SELECT (SELECT count(*) FROM stations), (SELECT count(*) FROM users)' $'509\t100000'
as_root -X mariadb.database='odd `name' >out
check "the database may be called anything" says 'database odd `name is there'

# ---- who we are ----
printf 'sésame\n' >password && chmod 600 password
maria "CREATE USER barrier IDENTIFIED BY 'sésame'; GRANT ALL ON tfl.* TO barrier; CREATE USER reader; GRANT SELECT ON tfl.* TO reader"
check "a password from a file" setup -X mariadb.user=barrier -X mariadb.password_file=password
refused "another one is refused" 1 'Access denied for user .barrier.*mariadb.password_file' with_password open -X mariadb.user=barrier
refused "two passwords are one too many" 1 'only one of them can count' with_password a -X mariadb.user=barrier -X mariadb.password_file=password
maria 'DROP DATABASE tfl'
refused "who may not is told" 1 'GRANT' setup -X mariadb.user=reader
refused "nobody is there" 1 'start it, or set mariadb.host and mariadb.port' setup -X mariadb.port=1
refused "no such host" 1 'set mariadb.host' setup -X mariadb.host=no.such.host.invalid
refused "no host at all" 1 'mariadb.host is not set' "$TFL_TOP" setup mariadb

# ---- whom we trust ----
maria "CREATE USER secret IDENTIFIED BY 'x' REQUIRE SSL; GRANT ALL ON tfl.* TO secret"
secret() { with_password x -X mariadb.user=secret "$@"; }
refused "a user who must encrypt is refused without" 1 'Access denied' secret
check "encrypted, whom mariadb.ca has signed" secret -X mariadb.ca=ours.pem
refused "nobody whom it has not" 1 'mariadb.ca names the certificates to trust' secret -X mariadb.ca=theirs.pem
refused "nobody whom the system does not know" 1 'mariadb.ca names the certificates to trust' secret -X mariadb.tls=true
refused "a file of certificates that is not there" 1 'mariadb.ca: none.pem' secret -X mariadb.ca=none.pem
