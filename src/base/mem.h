/* mem.h: allocation that never returns NULL: out of memory aborts, a crash is a path that is tested anyway.
 * Thread: any. */
#ifndef TFLTOP_BASE_MEM_H
#define TFLTOP_BASE_MEM_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Makes room for one more element: doubles *cap when len has reached it. Returns the (moved) array. */
void *xgrow(void *array, size_t len, size_t *cap, size_t size);

#endif
