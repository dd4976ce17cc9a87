/* screen.h: what the user has chosen to see: view, sort, filter, selection, scroll; how keys change it; and a whole frame drawn from it.
 * No terminal here: a frame is cells, a key is a number. Thread: main. */
#ifndef TFLTOP_UI_SCREEN_H
#define TFLTOP_UI_SCREEN_H

#include "base/error.h"
#include "ui/canvas.h"
#include "ui/columns.h"
#include "ui/keymap.h"
#include "ui/snapshot.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum view_id { VIEW_STATIONS, VIEW_NETWORK, VIEW_STATION, VIEW_PIPELINE, VIEW_SIMULATOR, VIEW_LOG, VIEW_HELP, VIEWS };
enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_SEARCH, PROMPT_SORT };
enum move { MOVE_UP, MOVE_DOWN, MOVE_PAGE_UP, MOVE_PAGE_DOWN, MOVE_HOME, MOVE_END };

/* What must happen after a key; dashboard_run decides when. */
enum {
	REACT_REDRAW = 1,  /* the frame would look different */
	REACT_RESORT = 2,  /* the rows must be made anew */
	REACT_REPAINT = 4, /* every cell, whatever the terminal may show, in the colours of the theme */
	REACT_QUIT = 8,
	REACT_STEER = 16,  /* the simulator is to become as `wish` says */
};

#define SCREEN_TEXT 64
#define SCREEN_HITS 600

struct hit { /* a part of the last frame that can be clicked */
	struct rect area;
	int key;           /* the key it stands for, or … */
	int column;        /* … the column to sort by (-1 none), or … */
	int64_t station;   /* … the station to select (-1 none) */
};

struct log_scroll { /* the Log view follows the newest line until it is scrolled away from it */
	enum log_level least; /* shown */
	bool held;            /* does not follow … */
	bool moved;           /* … and a key has just set where to, */
	uint64_t serial;      /* else it stays with this line, */
	int row;              /* from this row of it on */
};

struct screen {
	enum view_id view, previous;
	size_t sort;                /* index into columns[] */
	bool descending;
	struct column_choice choice;
	char filter[SCREEN_TEXT], search[SCREEN_TEXT], before[SCREEN_TEXT]; /* before: the filter when its prompt opened */
	enum prompt prompt;
	size_t menu;                /* the column the open list points at */
	int64_t selected;           /* station index; -1 = whichever is on top */
	bool paused;
	enum theme theme;
	char notice[SCREEN_TEXT];   /* what the last key did, where nothing else on the screen tells; until the next key */
	struct log_scroll log;
	bool steers;                /* the snapshot has a simulator to be steered */
	struct sim_desired wish;    /* what it is to do */
	struct station_row *rows;   /* sorted and filtered; borrow from the snapshot they were made of */
	size_t count, cap;
	int top[VIEWS];             /* first row shown */
	int page, length;           /* rows of the last frame's view that fit, and that there are */
	struct hit hits[SCREEN_HITS];
	size_t nhits;
};

/* Names as in ui.view, ui.sort ("-in15": the other way round) and ui.columns; NULL = the preset. Error: an unknown name. */
int screen_init(struct screen *sc, const char *view, const char *sort, const char *chosen, struct error *err);
void screen_fini(struct screen *sc);

/* Makes the rows anew: after each snapshot, and on REACT_RESORT. */
void screen_refresh(struct screen *sc, const struct snapshot *snap);

void screen_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv);

/* Where keys are looked up now: one IN_ bit. */
unsigned screen_context(const struct screen *sc);

unsigned screen_input(struct screen *sc, const struct input *in);

/* Where the selection is among the rows; 0 when it is not there. */
size_t screen_position(const struct screen *sc);

/* The station that is selected, or on top; -1 none. */
int64_t screen_station(const struct screen *sc);

/* The next row at or after `from` (round the end) whose station the text matches; -1 none. */
ptrdiff_t screen_find(const struct screen *sc, size_t from, const char *text);

/* Where a move leads from row `at`, when a page has so many rows and the last one is `last`. */
int move_target(enum move move, int at, int page, int last);

void screen_hit(struct screen *sc, struct hit hit);
unsigned screen_show(struct screen *sc, enum view_id view);
unsigned screen_sort(struct screen *sc, size_t column);

/* The lines around the view, in header.c. */
void header_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, int y, bool both_lines);
void tabs_draw(struct screen *sc, struct canvas *cv, int y);
int alert_draw(const struct snapshot *snap, struct canvas *cv, int y); /* rows used: 0 to 3 */
void bottom_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, int y);

#endif
