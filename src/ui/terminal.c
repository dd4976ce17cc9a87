#include "ui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE_WAIT_MS 25

static struct {
	SCREEN *screen;
	bool open, ascii;
	enum depth depth;
	struct canvas last;             /* what was sent */
	attr_t attributes[ROLES][2];    /* by role and selection, the colour pair included */
	short pairs[ROLES][2];
	struct termios before;          /* for a death by signal */
	char restore[256];              /* bytes that give the terminal back, made ready beforehand */
	size_t restore_len;
} term;

/* thread: any, in a signal handler: only write and tcsetattr. */
static void give_back(void)
{
	size_t done = 0;
	while (done < term.restore_len) {
		ssize_t n = write(STDOUT_FILENO, term.restore + done, term.restore_len - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
}

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ};
#define FATALS (sizeof fatal / sizeof *fatal)
static struct sigaction previous[FATALS];

static void release_fatal(void)
{
	for (size_t i = 0; i < FATALS; i++)
		sigaction(fatal[i], &previous[i], NULL);
}

/* Whoever caught it before (a sanitizer, or nobody) has it after us, with the terminal as it was. */
static void on_fatal(int number)
{
	give_back();
	release_fatal();
	raise(number);
}

static void catch_fatal(void)
{
	struct sigaction act = {.sa_handler = on_fatal, .sa_flags = SA_NODEFER};
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < FATALS; i++)
		sigaction(fatal[i], &act, &previous[i]);
}

static void add_restore(const char *text)
{
	size_t len = strlen(text);
	if (term.restore_len + len > sizeof term.restore)
		return;
	memcpy(term.restore + term.restore_len, text, len);
	term.restore_len += len;
}

static const char *capability(const char *name)
{
	const char *text = tigetstr((char *)(uintptr_t)name); /* its prototype lacks a const */
	return text && text != (char *)-1 ? text : NULL;
}

/* What endwin would send: mouse off, colours off, cursor back, keypad off, the other screen; not those that want padding ($<5>). */
static void prepare_restore(bool mouse)
{
	static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
	term.restore_len = 0;
	if (mouse && capability("kmous"))
		add_restore("\033[?1006l\033[?1000l");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *text = capability(names[i]);
		if (text && !strstr(text, "$<"))
			add_restore(text);
	}
}

static enum depth colour_depth(void)
{
	const char *set = getenv("NO_COLOR");
	if ((set && *set) || !has_colors())
		return DEPTH_MONO;
	start_color();
	use_default_colors();
	return COLORS >= 256 ? DEPTH_256 : COLORS >= 16 ? DEPTH_16 : DEPTH_8;
}

static attr_t curses_attributes(struct look look)
{
	attr_t out = A_NORMAL;
	out |= look.attributes & LOOK_BOLD ? A_BOLD : 0;
	out |= look.attributes & LOOK_DIM ? A_DIM : 0;
	out |= look.attributes & LOOK_UNDERLINE ? A_UNDERLINE : 0;
	out |= look.attributes & LOOK_REVERSE ? A_REVERSE : 0;
	return out;
}

/* One colour pair per role and selection; where the terminal has too few pairs (64 with 8 colours), those that are alike share one. */
static short pair_for(struct look look, short *used, struct look *seen)
{
	if (look.fg < 0 && look.bg < 0)
		return 0;
	for (short i = 1; i <= *used; i++)
		if (seen[i].fg == look.fg && seen[i].bg == look.bg)
			return i;
	if (*used + 1 >= COLOR_PAIRS || *used + 1 >= ROLES * 2 + 1)
		return 0;
	seen[++*used] = look;
	init_pair(*used, look.fg, look.bg);
	return *used;
}

void terminal_dress(enum theme theme)
{
	struct look seen[ROLES * 2 + 1];
	short used = 0;
	for (int role = 0; role < ROLES; role++)
		for (int selected = 0; selected < 2; selected++) {
			struct look look = theme_look(theme, term.depth, (uint8_t)role, selected);
			term.attributes[role][selected] = curses_attributes(look);
			term.pairs[role][selected] = pair_for(look, &used, seen);
		}
}

static void prepare_input(bool mouse)
{
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_WAIT_MS);
	curs_set(0);
	mouseinterval(0);
	if (mouse)
		mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
}

void terminal_look(struct terminal_facts *out)
{
	const char *name = getenv("TERM");
	struct winsize size;
	int found = 0;
	*out = (struct terminal_facts){.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
	snprintf(out->type, sizeof out->type, "%s", name ? name : "");
	snprintf(out->charset, sizeof out->charset, "%s", nl_langinfo(CODESET));
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) {
		out->width = size.ws_col;
		out->height = size.ws_row;
	}
	if (!*out->type || setupterm(out->type, STDOUT_FILENO, &found) != OK)
		return;
	out->known = true;
	out->colours = tigetnum("colors") > 0 ? tigetnum("colors") : 0;
	del_curterm(cur_term);
}

int terminal_open(const struct terminal_wish *wish, struct error *err)
{
	const char *name = getenv("TERM");
	int found = 0;
	if (tcgetattr(STDIN_FILENO, &term.before))
		return error_set(err, "stdin is no terminal: %s", strerror(errno));
	if (!name || !*name || setupterm(name, STDOUT_FILENO, &found) != OK)
		return error_set(err,
				 "terminal type \"%s\" is not known: set TERM to one that `infocmp -D` finds, for example xterm-256color",
				 name ? name : "");
	del_curterm(cur_term); /* newterm reads its own, but ends the process where the type is unknown */
	term.screen = newterm(name, stdout, stdin);
	if (!term.screen)
		return error_set(err, "terminal type \"%s\" cannot show a full screen", name);
	term.ascii = wish->ascii || strcmp(nl_langinfo(CODESET), "UTF-8");
	prepare_restore(wish->mouse);
	term.depth = colour_depth();
	terminal_dress(wish->theme);
	prepare_input(wish->mouse);
	canvas_init(&term.last, 0, 0, term.ascii);
	catch_fatal();
	if (!term.open)
		atexit(terminal_close);
	term.open = true;
	return 0;
}

/* Where there is no other screen to go back to, the shell's prompt comes to stand on the last line. */
static void leave(void)
{
	move(LINES - 1, 0);
	clrtoeol();
	refresh();
	endwin();
}

void terminal_close(void)
{
	if (!term.screen)
		return;
	leave();
	delscreen(term.screen);
	term.screen = NULL;
	canvas_fini(&term.last);
	release_fatal();
}

bool terminal_ascii(void)
{
	return term.ascii;
}

void terminal_size(int *width, int *height)
{
	struct winsize size;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col && size.ws_row) {
		*width = size.ws_col < 1000 ? size.ws_col : 1000;
		*height = size.ws_row < 500 ? size.ws_row : 500;
	} else {
		*width = COLS;
		*height = LINES;
	}
}

static void put_cell(int x, int y, const struct cell *cell)
{
	wchar_t text[GLYPH_BYTES + 1];
	cchar_t c;
	size_t n = mbstowcs(text, cell->text, GLYPH_BYTES);
	if (n == (size_t)-1 || !n)
		return;
	text[n < CCHARW_MAX ? n : CCHARW_MAX] = L'\0';
	bool selected = cell->selected;
	setcchar(&c, text, term.attributes[cell->role][selected], term.pairs[cell->role][selected], NULL);
	mvadd_wch(y, x, &c);
}

void terminal_show(const struct canvas *cv, bool all)
{
	bool resized = cv->width != term.last.width || cv->height != term.last.height;
	if (resized) {
		resizeterm(cv->height, cv->width);
		canvas_resize(&term.last, cv->width, cv->height);
	}
	if (all || resized)
		erase();
	for (int y = 0; y < cv->height; y++)
		for (int x = 0; x < cv->width; x++) {
			const struct cell *cell = canvas_cell(cv, x, y);
			struct cell *last = canvas_cell(&term.last, x, y);
			if (all || resized || !cell_same(cell, last))
				put_cell(x, y, cell);
			*last = *cell;
		}
	if (all || resized)
		clearok(stdscr, TRUE);
	refresh();
}

static const struct {
	int curses, key;
} keys[] = {
	{KEY_UP, K_UP}, {KEY_DOWN, K_DOWN}, {KEY_LEFT, K_LEFT}, {KEY_RIGHT, K_RIGHT}, {KEY_PPAGE, K_PAGE_UP}, {KEY_NPAGE, K_PAGE_DOWN},
	{KEY_HOME, K_HOME}, {KEY_END, K_END}, {KEY_ENTER, K_ENTER}, {KEY_BACKSPACE, K_BACKSPACE}, {KEY_BTAB, K_BACK_TAB},
};

static int translate(int code)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].curses == code)
			return keys[i].key;
	return code > KEY_F(0) && code <= KEY_F(12) ? K_F(code - KEY_F(0)) : 0;
}

static bool read_mouse(struct input *in)
{
	MEVENT event;
	if (getmouse(&event) != OK)
		return false;
	in->x = event.x;
	in->y = event.y;
	in->key = event.bstate & BUTTON4_PRESSED ? K_WHEEL_UP : event.bstate & BUTTON5_PRESSED ? K_WHEEL_DOWN : K_CLICK;
	return true;
}

/* A closed terminal is always readable and never has a key. */
static bool closed(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	return poll(&in, 1, 0) == 1 && (in.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool terminal_key(struct input *in, bool *gone)
{
	wint_t code;
	int kind;
	while ((kind = get_wch(&code)) != ERR) {
		*in = (struct input){.key = (int)code};
		if (kind == OK)
			return true;
		if (code == KEY_MOUSE && read_mouse(in))
			return true;
		if (code != KEY_MOUSE && (in->key = translate((int)code)))
			return true;
	}
	*gone = closed();
	return false;
}

void terminal_suspend(void)
{
	leave();
}

void terminal_resume(void)
{
	canvas_resize(&term.last, 0, 0);
	refresh();
}
