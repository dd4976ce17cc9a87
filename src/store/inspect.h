/* inspect.h: the health of a history file and of the disk below it, seen without changing either. Thread: any. */
#ifndef TFLTOP_STORE_INSPECT_H
#define TFLTOP_STORE_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

struct db_facts {
	bool exists;
	bool readable;          /* opened, and of a schema that we know; else `error` says why not */
	bool checked;           /* quick_check came to an end within its time; `damage` is what it found first, "" nothing */
	char error[512], damage[256];
	int version;            /* of the schema */
	char cluster[64];       /* of Kafka; "" none yet */
	char zone_error[512];   /* "" if its days are counted as configured */
	int64_t watermark_ms;   /* 0: nothing counted */
	int64_t bytes, wal_bytes, free_bytes; /* free_bytes: to this user, on the disk of the file; -1 unknown */
	unsigned mode;          /* permissions of the file */
	bool writable;          /* the file by this user; without a file, the nearest folder above it that exists */
	char folder[512];       /* that folder, or the one of the file */
	int writer;             /* process that holds the writer's lock; 0 none */
};

/* quick_check is given up after timeout_ms. */
void db_inspect(const char *path, int64_t timeout_ms, struct db_facts *out);

#endif
