/*
 * The service manager: inherited sockets, readiness, watchdog.  SPDX-License-Identifier: ISC
 *
 * sd_listen_fds(3) and sd_notify(3) are two small environment protocols; no library is needed.
 */
#ifndef HOPSEAL_NET_SYSTEMD_H
#define HOPSEAL_NET_SYSTEMD_H

#include <stdint.h>

/* How many sockets were handed over, from descriptor 3 on; 0 without a manager.  Removes
 * LISTEN_* from the environment and sets close-on-exec. */
int systemd_listen_fds(void);

/* Tell the manager, e.g. "READY=1" or "STATUS=..."; nothing happens without one. */
void systemd_notify(const char *state);

/* How often WATCHDOG=1 is wanted, half the configured time; 0: not at all. */
int64_t systemd_watchdog_ms(void);

#endif
