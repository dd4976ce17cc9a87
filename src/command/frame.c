/* tfl-top frame: one view, drawn from the database alone: a function of the file, the time, the size and the way it is written. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/timeword.h"
#include "command/command.h"
#include "store/db.h"
#include "store/history.h"
#include "store/sql.h"
#include "ui/screen.h"
#include "ui/theme.h"

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WIDTH_MAX 1000
#define HEIGHT_MAX 500

static int parse_size(const char *text, int *width, int *height, struct error *err)
{
	char rest;
	if (sscanf(text, "%dx%d%c", width, height, &rest) == 2 && *width > 0 && *height > 0 && *width <= WIDTH_MAX && *height <= HEIGHT_MAX)
		return 0;
	return error_set(err, "--size %s: wanted COLUMNSxROWS, from 1x1 to %dx%d", text, WIDTH_MAX, HEIGHT_MAX);
}

struct picture {
	int width, height;
	int64_t at_ms; /* -1: of the newest event */
	enum theme theme;
	enum depth depth;
	bool ansi;
	const char *station; /* NULL: the one on top */
};

static int picture_init(struct picture *pic, const struct config *cfg, struct error *err)
{
	const char *word = config_text(cfg, "at"), *set = getenv("NO_COLOR");
	*pic = (struct picture){.at_ms = -1, .station = config_text(cfg, "station"), .ansi = !strcmp(config_text(cfg, "format"), "ansi")};
	if (word && timeword_parse(word, clock_wall_ms(), &pic->at_ms, err))
		return error_prefix(err, "--at");
	if (theme_find(config_text(cfg, "ui.theme"), &pic->theme, err))
		return -1;
	pic->depth = set && *set ? DEPTH_MONO : DEPTH_256;
	return parse_size(config_text(cfg, "size"), &pic->width, &pic->height, err);
}

static void load_status(sqlite3 *db, int64_t before_ts, struct store_status *ss)
{
	struct sql sql;
	sql_init(&sql, db);
	*ss = (struct store_status){.open = true, .db_bytes = -1, .wal_bytes = -1, .first_ts = sql_int(sql_get(&sql, "first_ts"), 0)};
	notes_load(&sql, before_ts, ss);
	sql_fini(&sql);
}

/* -1: there is none; -2: more than one. */
static ptrdiff_t find_prefix(const struct stations *st, const char *prefix)
{
	ptrdiff_t found = -1;
	for (size_t i = 0; i < st->count; i++)
		if (!strncasecmp(st->rows[i].name, prefix, strlen(prefix)))
			found = found == -1 ? (ptrdiff_t)i : -2;
	return found;
}

static int station_unknown(const struct stations *st, const char *name, bool many, struct error *err)
{
	const char **names = xcalloc(st->count + 1, sizeof *names);
	size_t count = 0;
	for (size_t i = 0; i < st->count; i++)
		if (!many)
			names[count++] = st->rows[i].name;
		else if (!strncasecmp(st->rows[i].name, name, strlen(name)))
			names[count++] = st->rows[i].name;
	if (many)
		error_set(err, "--station %.80s: %zu stations begin like that, for example %.80s and %.80s", name, count, names[0], names[1]);
	else
		unknown_name(err, "station", name, names, count);
	free(names);
	return EXIT_USAGE;
}

/* The station that was asked for, else the one on top. */
static int select_station(struct screen *sc, const struct snapshot *snap, const char *name, struct error *err)
{
	screen_refresh(sc, snap);
	if (!name)
		return 0;
	sc->selected = stations_find(&snap->stations, name);
	if (sc->selected < 0)
		sc->selected = find_prefix(&snap->stations, name);
	return sc->selected < 0 ? station_unknown(&snap->stations, name, sc->selected == -2, err) : 0;
}

static int load_station(sqlite3 *db, struct screen *sc, int64_t before_ts, struct snapshot *snap, struct error *err)
{
	struct sql sql;
	if (sc->view != VIEW_STATION || screen_station(sc) < 0)
		return 0;
	sql_init(&sql, db);
	int rc = station_day_load(&sql, screen_station(sc), before_ts, &snap->station, err);
	sql_fini(&sql);
	return rc;
}

/* 0, or the exit status of what went wrong. */
static int load(const struct picture *pic, const char *path, struct screen *sc, struct snapshot *snap, struct error *err)
{
	sqlite3 *db = db_open_reader(path, err);
	if (!db)
		return 1;
	int64_t watermark_ms = db_meta_int(db, "watermark_ms", 0);
	int64_t at_ms = (pic->at_ms < 0 ? watermark_ms : pic->at_ms) / 60000 * 60000;
	int rc = db_zone(db, err) || board_load(db, at_ms / 1000, &snap->board, &snap->stations, err) ||
		 baselines_load(db, at_ms / 1000, &snap->baselines, &snap->nbaselines, err);
	snap->mode = MODE_FRAME;
	snap->wall_ms = snap->now_ms = at_ms;
	snap->board.watermark_ms = watermark_ms; /* up to here nothing counted means nobody, after it nobody knows */
	load_status(db, at_ms / 1000, &snap->store);
	rc = rc ? 1 : select_station(sc, snap, pic->station, err);
	if (!rc && load_station(db, sc, at_ms / 1000, snap, err))
		rc = 1;
	sqlite3_close(db);
	return rc;
}

static int print(struct screen *sc, const struct snapshot *snap, struct canvas *cv, const struct picture *pic)
{
	struct strbuf out = {0};
	screen_draw(sc, snap, cv);
	if (pic->ansi)
		canvas_to_ansi(cv, pic->theme, pic->depth, &out);
	else
		canvas_to_text(cv, &out);
	bool written = fwrite(strbuf_str(&out), 1, out.len, stdout) == out.len && !fflush(stdout);
	int rc = written || errno == EPIPE ? 0 : 1;
	strbuf_fini(&out);
	return rc;
}

static int draw(const struct config *cfg, struct screen *sc, const struct picture *pic, struct error *err)
{
	struct snapshot snap;
	struct canvas cv;
	char *path = history_path(cfg, false, err);
	snapshot_init(&snap);
	canvas_init(&cv, pic->width, pic->height, config_bool(cfg, "ui.ascii") || strcmp(nl_langinfo(CODESET), "UTF-8"));
	int rc = path ? load(pic, path, sc, &snap, err) : 1;
	if (!rc)
		rc = print(sc, &snap, &cv, pic);
	else
		fprintf(stderr, "tfl-top frame: %s\n", err->text);
	canvas_fini(&cv);
	snapshot_fini(&snap);
	free(path);
	return rc;
}

int frame_run(struct config *cfg)
{
	struct error err = {0};
	struct screen sc;
	struct picture pic;
	if (picture_init(&pic, cfg, &err) ||
	    screen_init(&sc, config_text(cfg, "ui.view"), config_text(cfg, "ui.sort"), config_text(cfg, "ui.columns"), &err)) {
		fprintf(stderr, "tfl-top frame: %s\n", err.text);
		return EXIT_USAGE;
	}
	int rc = draw(cfg, &sc, &pic, &err);
	screen_fini(&sc);
	return rc;
}
