/* notify.h: what a service manager that started this process wants to hear, as systemd's sd_notify(3) has it; where none did, nothing is
 * sent. Thread: main. */
#ifndef TFLTOP_BASE_NOTIFY_H
#define TFLTOP_BASE_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…", or several of them with newlines between: one datagram to $NOTIFY_SOCKET.
 * 0: sent; -1: nobody wants to hear it, or it cannot be sent, which is no reason to stop. */
int notify_send(const char *state);

/* Every how many ms WATCHDOG=1 is due, half of what the manager allows; 0: it does not wait for it. */
int64_t notify_watchdog_ms(void);

#endif
