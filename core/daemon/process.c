/* SPDX-License-Identifier: ISC */
#include "daemon/process.h"

#include <sys/resource.h>

#include "base/log.h"

void
process_want_files(uint64_t wanted)
{
	struct rlimit limit, hard;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted;
	hard = limit;
	if (hard.rlim_max < wanted)
		hard.rlim_max = wanted;
	/* Root may go beyond the hard limit, others up to it. */
	if (setrlimit(RLIMIT_NOFILE, &hard) == 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	log_info("hopseald: open-files=%llu wanted=%llu effect=\"connections beyond "
		 "it wait\"",
	    (unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
}
