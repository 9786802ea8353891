/* SPDX-License-Identifier: ISC */
#include "current.h"

#include <pthread.h>

static struct {
	pthread_mutex_t mutex;
	struct settings *settings; /* held once by being here */
} current = { .mutex = PTHREAD_MUTEX_INITIALIZER };

struct settings *
current_hold(void)
{
	struct settings *s;

	pthread_mutex_lock(&current.mutex);
	s = current.settings;
	s->holders++;
	pthread_mutex_unlock(&current.mutex);
	return s;
}

void
current_release(struct settings *s)
{
	bool is_last;

	if (s == NULL)
		return;
	pthread_mutex_lock(&current.mutex);
	is_last = --s->holders == 0;
	pthread_mutex_unlock(&current.mutex);
	if (is_last)
		settings_free(s);
}

void
current_set(struct settings *settings)
{
	struct settings *before;

	settings->holders = 1;
	pthread_mutex_lock(&current.mutex);
	before = current.settings;
	current.settings = settings;
	pthread_mutex_unlock(&current.mutex);
	current_release(before);
}
