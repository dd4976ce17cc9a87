/* pieces.h: one line made of pieces that give way by priority when there is no room: never wraps, never cuts what matters. Pure. */
#ifndef TFLTOP_UI_PIECES_H
#define TFLTOP_UI_PIECES_H

#include "ui/canvas.h"

struct piece {
	char text[200];
	uint8_t role;
	int priority; /* 0 goes last */
	bool adjoins; /* the piece before, by one space */
	bool right;   /* from here on at the right edge */
};

#define PIECES 24

struct pieces {
	struct piece piece[PIECES];
	int count;
};

void pieces_add(struct pieces *line, uint8_t role, int priority, const char *text);
void pieces_join(struct pieces *line, uint8_t role, int priority, const char *text);  /* adjoins the one before */
void pieces_right(struct pieces *line, uint8_t role, int priority, const char *text); /* … at the right edge */
void pieces_draw(struct pieces *line, struct canvas *cv, int x, int y, int width);

#endif
