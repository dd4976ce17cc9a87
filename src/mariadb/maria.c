#include "mariadb/maria.h"

#ifdef HAVE_MARIADB

#include "base/mem.h"
#include "base/secret.h"

#include <errno.h>
#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_S 5
#define ANSWER_S 30
#define COLUMNS_MAX 256

struct maria {
	MYSQL *my; /* NULL: not connected */
	char *host, *user, *password, *database, *ca;
	char *server;
	unsigned port;
	bool tls;
};

static const struct {
	unsigned code;
	const char *remedy;
} remedies[] = {
	{CR_CONNECTION_ERROR, "start it, or set mariadb.host and mariadb.port"},
	{CR_CONN_HOST_ERROR, "start it, or set mariadb.host and mariadb.port"},
	{CR_UNKNOWN_HOST, "set mariadb.host"},
	{CR_SERVER_GONE_ERROR, "is it running?"},
	{CR_SERVER_LOST, "is it running?"},
	{CR_SSL_CONNECTION_ERROR, "mariadb.ca names the certificates to trust, mariadb.tls=false asks for none"},
	{ER_ACCESS_DENIED_ERROR, "set mariadb.user, and mariadb.password_file or mariadb.password"},
	{1698, "set mariadb.user, and mariadb.password_file or mariadb.password"}, /* the same, where no password could do */
	{ER_BAD_DB_ERROR, "tfl-top setup mariadb makes it; mariadb.database sets another"},
	{ER_NO_SUCH_TABLE, "tfl-top setup mariadb makes it; mariadb.database sets another database"},
	{ER_DBACCESS_DENIED_ERROR, "an administrator has to GRANT it to this user"},
	{ER_TABLEACCESS_DENIED_ERROR, "an administrator has to GRANT it to this user"},
	{ER_OPTION_PREVENTS_STATEMENT, "this server only reads: set mariadb.host to the one that writes"},
};

static int fail(const struct maria *db, MYSQL *my, struct error *err)
{
	unsigned code = mysql_errno(my);
	const char *remedy = NULL;
	for (size_t i = 0; i < sizeof remedies / sizeof *remedies && !remedy; i++)
		if (remedies[i].code == code)
			remedy = remedies[i].remedy;
	return error_set(err, "MariaDB at %s: %.300s%s%s%s", db->server, mysql_error(my), remedy ? " (" : "", remedy ? remedy : "", remedy ? ")" : "");
}

static bool is_gone(unsigned code)
{
	return code == CR_SERVER_GONE_ERROR || code == CR_SERVER_LOST || code == ER_SERVER_SHUTDOWN || code == ER_CONNECTION_KILLED ||
	       code == CR_COMMANDS_OUT_OF_SYNC;
}

/* An error of the connection at hand, which is closed when it is of no more use. */
static int trouble(struct maria *db, struct error *err)
{
	fail(db, db->my, err);
	if (is_gone(mysql_errno(db->my)))
		maria_close(db);
	return -1;
}

static char *copy(const struct config *cfg, const char *key)
{
	const char *text = config_text(cfg, key);
	return text ? xstrdup(text) : NULL;
}

static int take_settings(struct maria *db, const struct config *cfg, struct error *err)
{
	uint64_t port = config_count(cfg, "mariadb.port");
	db->host = copy(cfg, "mariadb.host");
	db->user = copy(cfg, "mariadb.user");
	db->database = copy(cfg, "mariadb.database");
	db->ca = copy(cfg, "mariadb.ca");
	db->tls = config_bool(cfg, "mariadb.tls") || db->ca;
	if (!db->host)
		return error_set(err, "mariadb.host is not set: name the server, as localhost or 127.0.0.1");
	if (!port || port > 65535)
		return error_set(err, "mariadb.port is %llu: it is from 1 to 65535", (unsigned long long)port);
	db->port = (unsigned)port;
	db->server = xasprintf("%s:%u", db->host, db->port);
	FILE *f = db->ca ? fopen(db->ca, "re") : NULL;
	if (db->ca && !f)
		return error_set(err, "mariadb.ca: %s: %s", db->ca, strerror(errno));
	if (f)
		fclose(f);
	return secret_read("mariadb", "password", config_text(cfg, "mariadb.password"), config_text(cfg, "mariadb.password_file"), &db->password, err);
}

struct maria *maria_new(const struct config *cfg, struct error *err)
{
	struct maria *db = xcalloc(1, sizeof *db);
	if (!take_settings(db, cfg, err))
		return db;
	maria_free(db);
	return NULL;
}

void maria_free(struct maria *db)
{
	if (!db)
		return;
	maria_close(db);
	secret_free(db->password);
	free(db->host);
	free(db->user);
	free(db->database);
	free(db->ca);
	free(db->server);
	free(db);
}

const char *maria_server(const struct maria *db)
{
	return db->server;
}

const char *maria_database(const struct maria *db)
{
	return db->database;
}

static MYSQL *prepare(const struct maria *db)
{
	static const unsigned connect_s = CONNECT_S, answer_s = ANSWER_S;
	static const my_bool yes = 1;
	MYSQL *my = mysql_init(NULL);
	if (!my)
		abort();
	mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &answer_s);
	mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &answer_s);
	mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (db->tls) {
		mysql_ssl_set(my, NULL, NULL, db->ca, NULL, NULL);
		mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &yes);
		mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
	}
	return my;
}

/* The host "localhost" would mean a socket file of unknown place to the library: here it is an address like any other. */
int maria_connect(struct maria *db, bool whole_server, struct error *err)
{
	static const unsigned tcp = MYSQL_PROTOCOL_TCP;
	if (db->my && !mysql_ping(db->my))
		return 0;
	maria_close(db);
	MYSQL *my = prepare(db);
	mysql_options(my, MYSQL_OPT_PROTOCOL, &tcp);
	const char *database = whole_server ? NULL : db->database;
	if (!mysql_real_connect(my, db->host, db->user, db->password, database, db->port, NULL, CLIENT_FOUND_ROWS)) {
		fail(db, my, err);
		mysql_close(my);
		return -1;
	}
	db->my = my;
	return 0;
}

void maria_close(struct maria *db)
{
	if (db->my)
		mysql_close(db->my);
	db->my = NULL;
}

bool maria_connected(const struct maria *db)
{
	return db->my;
}

int maria_exec(struct maria *db, const char *sql, struct error *err)
{
	return mysql_query(db->my, sql) ? trouble(db, err) : 0;
}

uint64_t maria_affected(const struct maria *db)
{
	return mysql_affected_rows(db->my);
}

static int each_row(struct maria *db, MYSQL_RES *result, maria_row *row, void *arg, struct error *err)
{
	struct text column[COLUMNS_MAX];
	size_t columns = mysql_num_fields(result);
	MYSQL_ROW fields;
	if (columns > COLUMNS_MAX)
		return error_set(err, "MariaDB at %s: a table has %zu columns, more than %d", db->server, columns, COLUMNS_MAX);
	while ((fields = mysql_fetch_row(result))) {
		const unsigned long *lengths = mysql_fetch_lengths(result);
		for (size_t i = 0; i < columns; i++)
			column[i] = (struct text){fields[i], fields[i] ? lengths[i] : 0};
		int rc = row(arg, column, columns, err);
		if (rc)
			return rc;
	}
	return mysql_errno(db->my) ? fail(db, db->my, err) : 0;
}

int maria_query(struct maria *db, const char *sql, maria_row *row, void *arg, struct error *err)
{
	if (maria_exec(db, sql, err))
		return -1;
	MYSQL_RES *result = mysql_use_result(db->my);
	if (!result)
		return trouble(db, err);
	int rc = each_row(db, result, row, arg, err);
	bool gone = is_gone(mysql_errno(db->my));
	mysql_free_result(result); /* reads what is left of it */
	if (gone)
		maria_close(db);
	return rc;
}

static int take_number(void *arg, const struct text *column, size_t columns, struct error *err)
{
	(void)columns, (void)err;
	*(int64_t *)arg = column[0].data ? strtoll(column[0].data, NULL, 10) : 0;
	return 0;
}

int maria_number(struct maria *db, const char *sql, int64_t *number, struct error *err)
{
	*number = 0;
	return maria_query(db, sql, take_number, number, err);
}

#else

/* Built without libmariadb: maria_new says so, and nothing can be done with what it does not return. */

struct maria *maria_new(const struct config *cfg, struct error *err)
{
	(void)cfg;
	error_set(err, "this tfl-top was built without libmariadb: configure it --with-mariadb");
	return NULL;
}

void maria_free(struct maria *db)
{
	(void)db;
}

const char *maria_server(const struct maria *db)
{
	(void)db;
	return "";
}

const char *maria_database(const struct maria *db)
{
	(void)db;
	return "";
}

int maria_connect(struct maria *db, bool whole_server, struct error *err)
{
	(void)db, (void)whole_server, (void)err;
	return -1;
}

void maria_close(struct maria *db)
{
	(void)db;
}

bool maria_connected(const struct maria *db)
{
	(void)db;
	return false;
}

int maria_exec(struct maria *db, const char *sql, struct error *err)
{
	(void)db, (void)sql, (void)err;
	return -1;
}

uint64_t maria_affected(const struct maria *db)
{
	(void)db;
	return 0;
}

int maria_query(struct maria *db, const char *sql, maria_row *row, void *arg, struct error *err)
{
	(void)db, (void)sql, (void)row, (void)arg, (void)err;
	return -1;
}

int maria_number(struct maria *db, const char *sql, int64_t *number, struct error *err)
{
	(void)db, (void)sql, (void)number, (void)err;
	return -1;
}

#endif

/* sql_mode without NO_BACKSLASH_ESCAPES, as the server has it unless told otherwise. */
void maria_add_text(struct strbuf *sql, struct text text)
{
	if (!text.data) {
		strbuf_puts(sql, "NULL");
		return;
	}
	strbuf_addc(sql, '\'');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '\0') {
			strbuf_puts(sql, "\\0");
			continue;
		}
		if (c == '\'' || c == '\\')
			strbuf_addc(sql, '\\');
		strbuf_addc(sql, c);
	}
	strbuf_addc(sql, '\'');
}

void maria_add_name(struct strbuf *sql, const char *name)
{
	strbuf_addc(sql, '`');
	for (; *name; name++) {
		if (*name == '`')
			strbuf_addc(sql, '`');
		strbuf_addc(sql, *name);
	}
	strbuf_addc(sql, '`');
}
