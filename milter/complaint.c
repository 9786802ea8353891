/* SPDX-License-Identifier: ISC */
#include "complaint.h"

#include <pthread.h>
#include <time.h>

#include "base/log.h"

void
complaint_log(struct complaint *complaint, const char *fault)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct timespec ts;
	unsigned kept;
	bool is_allowed;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	pthread_mutex_lock(&mutex);
	is_allowed =
	    ration_allows(&complaint->ration, (int64_t)ts.tv_sec * 1000, &kept);
	pthread_mutex_unlock(&mutex);
	if (is_allowed)
		log_warn("%s: fault=\"%s\" effect=\"%s\" untold=%u", complaint->what,
		    fault, complaint->effect, kept);
}
