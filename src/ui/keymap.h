/* keymap.h: keys, and one row per binding: where it holds, the keys, what it does, its help. The Help view and the bottom line are drawn
 * from it. */
#ifndef TFLTOP_UI_KEYMAP_H
#define TFLTOP_UI_KEYMAP_H

#include <stddef.h>
#include <stdint.h>

/* Characters are their code points, control characters included; everything else lies above Unicode. */
enum {
	K_CTRL_H = 8, K_TAB = 9, K_NEWLINE = 10, K_CTRL_L = 12, K_RETURN = 13, K_CTRL_N = 14, K_CTRL_P = 16, K_CTRL_U = 21, K_ESCAPE = 27,
	K_DELETE_CHAR = 127,
	K_UP = 0x110000, K_DOWN, K_LEFT, K_RIGHT, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END, K_ENTER, K_BACKSPACE, K_BACK_TAB, K_WHEEL_UP,
	K_WHEEL_DOWN, K_CLICK, K_F0,
};
#define K_F(n) (K_F0 + (n))

struct input {
	int key;
	int x, y; /* of K_CLICK */
};

/* Where a binding holds: a view by its bit, or what covers it. */
enum {
	IN_STATIONS = 1 << 0, /* 1 << enum view_id */
	IN_NETWORK = 1 << 1,
	IN_STATION = 1 << 2,
	IN_PIPELINE = 1 << 3,
	IN_SIMULATOR = 1 << 4,
	IN_LOG = 1 << 5,
	IN_HELP = 1 << 6,
	IN_VIEWS = IN_STATIONS | IN_NETWORK | IN_STATION | IN_PIPELINE | IN_SIMULATOR | IN_LOG | IN_HELP,
	IN_FILTER = 1 << 7,   /* a text is being typed */
	IN_SEARCH = 1 << 8,
	IN_PROMPT = IN_FILTER | IN_SEARCH,
	IN_MENU = 1 << 9,     /* the list of columns is open */
	CONTEXTS = 10,
};

struct screen;

#define BINDING_KEYS 4

struct binding {
	unsigned contexts;
	int keys[BINDING_KEYS]; /* 0 ends them */
	const char *name;
	const char *help;       /* one line, no full stop */
	const char *label;      /* of its first key on the bottom line; NULL = not there */
	unsigned (*run)(struct screen *sc, const struct input *in, int arg); /* reactions of screen.h */
	int arg;
};

extern const struct binding bindings[];
extern const size_t nbindings;

const struct binding *binding_find(unsigned context, int key);

/* All keys of a binding: "F3 /". */
struct key_labels {
	char s[64];
};
struct key_labels binding_keys(const struct binding *bind);

/* "F3", "/", "PgUp", "^L" … */
struct key_label {
	char s[12];
};
struct key_label key_label(int key);

#endif
