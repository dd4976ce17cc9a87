/* terminal.h: the terminal: takes it, sends what changed of a canvas, reads keys, gives it back whatever happens. The only place that knows
 * curses. One terminal a process. Thread: main. */
#ifndef TFLTOP_UI_TERMINAL_H
#define TFLTOP_UI_TERMINAL_H

#include "base/error.h"
#include "ui/canvas.h"
#include "ui/keymap.h"
#include "ui/theme.h"

#include <stdbool.h>

struct terminal_wish {
	bool ascii;   /* only ASCII, whatever the locale can do */
	enum theme theme; /* whose colours, where there are any and NO_COLOR is not in the environment */
	bool mouse;
};

struct terminal_facts {
	bool tty;      /* both ends are a terminal */
	char type[64]; /* TERM; "" unset */
	bool known;    /* the system describes that type */
	int colours;   /* 0 none */
	char charset[32]; /* of the locale */
	int width, height; /* 0 unknown */
};

/* What the terminal is and can do, without taking it. */
void terminal_look(struct terminal_facts *out);

/* Takes the terminal of stdin and stdout; it is given back by terminal_close, at exit, and on signals that kill. */
int terminal_open(const struct terminal_wish *wish, struct error *err);
void terminal_close(void);

/* Whether only ASCII can be shown: asked for, or the locale is not UTF-8. */
bool terminal_ascii(void);
void terminal_size(int *width, int *height);  /* asks the system anew */

/* Other colours, from the next terminal_show on, which then has to send every cell. */
void terminal_dress(enum theme theme);

/* Sends the cells that differ from what was sent last; all: every cell. */
void terminal_show(const struct canvas *cv, bool all);

/* The next key, if one has come: false when there is none. Poll stdin first. gone: the terminal was closed. */
bool terminal_key(struct input *in, bool *gone);

/* Gives the terminal back while the process is stopped, and takes it again. */
void terminal_suspend(void);
void terminal_resume(void);

#endif
