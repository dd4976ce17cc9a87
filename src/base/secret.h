/* secret.h: passwords and keys: given as they are, or in a file whose first line they are. Thread: any. */
#ifndef TFLTOP_BASE_SECRET_H
#define TFLTOP_BASE_SECRET_H

#include "base/error.h"

/* The secret of setting <key>.<name> (text) or <key>.<name>_file (path), NULL = unset; *out on the heap, NULL without either.
 * -1 + err when both are set or the file gives none. */
int secret_read(const char *key, const char *name, const char *text, const char *path, char **out, struct error *err);

/* Wipes and frees; NULL allowed. */
void secret_free(char *secret);

#endif
