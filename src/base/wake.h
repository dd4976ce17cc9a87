/* wake.h: cross-thread news as one coalesced readable file descriptor; raising twice before it is read costs one wake-up. */
#ifndef TFLTOP_BASE_WAKE_H
#define TFLTOP_BASE_WAKE_H

struct wake {
	int fd; /* poll for reading */
};

void wake_init(struct wake *wake);
void wake_fini(struct wake *wake);
void wake_raise(struct wake *wake); /* thread: any */
void wake_clear(struct wake *wake); /* thread: the one that polls */

#endif
