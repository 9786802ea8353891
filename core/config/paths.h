/*
 * Where things lie.  SPDX-License-Identifier: ISC
 *
 * The build chooses with -D; these are the usual places.
 */
#ifndef HOPSEAL_CONFIG_PATHS_H
#define HOPSEAL_CONFIG_PATHS_H

#ifndef HOPSEAL_SYSCONFDIR
#define HOPSEAL_SYSCONFDIR "/etc"
#endif
#ifndef HOPSEAL_RUNDIR
#define HOPSEAL_RUNDIR "/run/hopseal"
#endif
#ifndef HOPSEAL_STATEDIR
#define HOPSEAL_STATEDIR "/var/lib/hopseal"
#endif

#define CONFIG_PATH         HOPSEAL_SYSCONFDIR "/hopseal/hopseal.conf"
#define MAP_SOCKET_PATH     HOPSEAL_RUNDIR "/map"
#define CONTROL_SOCKET_PATH HOPSEAL_RUNDIR "/control"

#endif
