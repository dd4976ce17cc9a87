#include "mariadb/setup.h"

#include "base/asset.h"
#include "base/csv.h"
#include "mariadb/maria.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define ROWS_A_STATEMENT 1000
#define EMAIL_DOMAIN "example.org"

struct setup {
	struct maria *db; /* NULL: dry run */
	const char *database;
	struct strbuf *lines;
	user_name *name;
	const void *name_arg;
};

/* One statement: done, or said. */
static int run(struct setup *su, const char *sql, struct error *err)
{
	if (su->db)
		return maria_exec(su->db, sql, err);
	strbuf_printf(su->lines, "%s;\n", sql);
	return 0;
}

/* schema.sql with `tfl` replaced. */
static void schema_text(const char *database, struct strbuf *out)
{
	static const char placeholder[] = "`tfl`";
	const struct asset *file = asset_find("mariadb/schema.sql");
	const char *p = file->data, *at;
	for (; (at = strstr(p, placeholder)); p = at + sizeof placeholder - 1) {
		strbuf_add(out, p, (size_t)(at - p));
		maria_add_name(out, database);
	}
	strbuf_puts(out, p);
}

/* Its statements end in a semicolon at the end of a line; comments before the first belong to nobody. */
static int make_schema(struct setup *su, struct error *err)
{
	struct strbuf text = {0};
	schema_text(su->database, &text);
	int rc = 0;
	for (char *p = strstr(text.data, "CREATE"), *end; p && (end = strstr(p, ";\n")) && !rc; p = strstr(end + 1, "CREATE")) {
		*end = '\0';
		rc = run(su, p, err);
	}
	strbuf_fini(&text);
	return rc;
}

static int count(struct setup *su, const char *table, int64_t *rows, struct error *err)
{
	struct strbuf sql = {0};
	strbuf_printf(&sql, "SELECT count(*) FROM %s", table);
	int rc = maria_number(su->db, sql.data, rows, err);
	strbuf_fini(&sql);
	return rc;
}

/* An INSERT that grows row by row, and is run when it is large. */
struct insert {
	struct setup *su;
	const char *head;
	struct strbuf sql;
	size_t rows, total;
};

static int insert_flush(struct insert *in, struct error *err)
{
	int rc = in->rows ? run(in->su, in->sql.data, err) : 0;
	in->rows = 0;
	strbuf_reset(&in->sql);
	return rc;
}

/* An empty field is NULL. */
static int insert_row(struct insert *in, const char *const *fields, size_t count, struct error *err)
{
	strbuf_puts(&in->sql, in->rows ? ",\n" : in->head);
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(&in->sql, i ? ", " : "(");
		maria_add_text(&in->sql, (struct text){*fields[i] ? fields[i] : NULL, strlen(fields[i])});
	}
	strbuf_addc(&in->sql, ')');
	in->total++;
	return ++in->rows < ROWS_A_STATEMENT ? 0 : insert_flush(in, err);
}

static int add_stations(struct insert *in, struct error *err)
{
	static const char *const names[] = {"naptan_id", "name", "zone", "lat", "lon"};
	enum { ID, NAME, ZONE, LAT, LON, HUB, COLUMNS };
	struct csv csv = {0};
	int col[HUB], rc = csv_open_asset(&csv, "stations.csv", err);
	for (int i = 0; i < HUB && !rc; i++)
		rc = (col[i] = csv_column(&csv, names[i], err)) < 0 ? -1 : 0;
	while (!rc && (rc = csv_next(&csv, err)) > 0) {
		const char *fields[COLUMNS];
		for (int i = 0; i < HUB; i++)
			fields[i] = csv_field(&csv, col[i]);
		fields[HUB] = strncmp(fields[ID], "HUB", 3) ? "" : fields[ID]; /* where the stations of several kinds are one */
		rc = insert_row(in, fields, COLUMNS, err);
	}
	csv_fini(&csv);
	return rc ? rc : insert_flush(in, err);
}

/* olivia.smith@example.org: a domain that is nobody's. */
static void email_of(const char *name, char *out)
{
	for (; *name; name++) {
		if (*name == ' ')
			*out++ = '.';
		else if (isascii((unsigned char)*name) && isalnum((unsigned char)*name))
			*out++ = (char)tolower((unsigned char)*name);
	}
	memcpy(out, "@" EMAIL_DOMAIN, sizeof "@" EMAIL_DOMAIN);
}

static int add_users(struct insert *in, struct error *err)
{
	int rc = 0;
	for (uint32_t who = 0; who < MARIADB_USERS && !rc; who++) {
		char name[USER_NAME_MAX], email[USER_NAME_MAX + sizeof EMAIL_DOMAIN + 1];
		name[in->su->name(in->su->name_arg, who, name)] = '\0';
		email_of(name, email);
		rc = insert_row(in, (const char *const[]){name, email}, 2, err);
	}
	return rc ? rc : insert_flush(in, err);
}

static const struct filling {
	const char *table, *head;
	int (*add)(struct insert *in, struct error *err);
} fillings[] = {
	{"stations", "INSERT INTO stations (id, name, FareZones, lat, lon, HubNaptanCode) VALUES\n", add_stations},
	{"users", "INSERT INTO users (name, email_address) VALUES\n", add_users},
};

static int fill(struct setup *su, const struct filling *fi, struct error *err)
{
	struct insert in = {.su = su, .head = fi->head};
	int64_t rows = 0;
	if (su->db && count(su, fi->table, &rows, err))
		return -1;
	int rc = rows ? 0 : run(su, "START TRANSACTION", err);
	if (!rows && !rc)
		rc = fi->add(&in, err) || run(su, "COMMIT", err) ? -1 : 0;
	strbuf_fini(&in.sql);
	if (rc || !su->db)
		return rc;
	if (rows)
		strbuf_printf(su->lines, "mariadb: table %s holds %" PRId64 " rows: left as it is\n", fi->table, rows);
	else
		strbuf_printf(su->lines, "mariadb: %zu rows written to table %s\n", in.total, fi->table);
	return 0;
}

static int use_database(struct setup *su, struct error *err)
{
	struct strbuf sql = {0};
	strbuf_puts(&sql, "USE ");
	maria_add_name(&sql, su->database);
	int rc = run(su, sql.data, err);
	strbuf_fini(&sql);
	return rc;
}

/* Of two at a time the second finds the tables filled. The lock goes with the connection. */
static int take_turn(struct setup *su, struct error *err)
{
	int64_t got = 1;
	if (su->db && maria_number(su->db, "SELECT GET_LOCK('tfl-top setup', 60)", &got, err))
		return -1;
	return got == 1 ? 0 : error_set(err, "MariaDB at %s: another setup has been at it for a minute: wait for its end", maria_server(su->db));
}

static int make_all(struct setup *su, struct error *err)
{
	if (take_turn(su, err) || make_schema(su, err) || use_database(su, err))
		return -1;
	if (su->db)
		strbuf_printf(su->lines, "mariadb: database %s is there, with tables stations and users\n", su->database);
	for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++)
		if (fill(su, &fillings[i], err))
			return -1;
	return 0;
}

int setup_mariadb(const struct config *cfg, bool dry_run, user_name *name, const void *arg, struct strbuf *lines, struct error *err)
{
	struct setup su = {.database = config_text(cfg, "mariadb.database"), .lines = lines, .name = name, .name_arg = arg};
	if (dry_run)
		return make_all(&su, err);
	su.db = maria_new(cfg, err);
	int rc = su.db && !maria_connect(su.db, true, err) ? make_all(&su, err) : -1;
	maria_free(su.db);
	return rc;
}
