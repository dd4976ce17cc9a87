/* path.h: where the program's files live (XDG base directories), folders made on demand with mode 0700. Thread: any. */
#ifndef TFLTOP_BASE_PATH_H
#define TFLTOP_BASE_PATH_H

#include "base/error.h"

enum path_kind {
	PATH_CONFIG, /* $XDG_CONFIG_HOME/tfl-top, else ~/.config/tfl-top */
	PATH_DATA,   /* $XDG_DATA_HOME/tfl-top, else ~/.local/share/tfl-top */
	PATH_STATE,  /* $XDG_STATE_HOME/tfl-top, else ~/.local/state/tfl-top */
};

/* <folder>/<name> as heap text; nothing is made. NULL + err when neither the variable nor HOME is set. */
char *path_of(enum path_kind kind, const char *name, struct error *err);

/* Where links lead from path, also when nothing is there yet. Heap. */
char *path_real(const char *path);

/* Makes the folder that holds path, and those above it. -1 + err naming the one that cannot be made. */
int path_make_folder(const char *path, struct error *err);

#endif
