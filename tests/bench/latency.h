/*
 * How long things took: a histogram with steps of 1.6 %.  SPDX-License-Identifier: ISC
 *
 * Fixed memory whatever the number of samples, so that counting never disturbs what is measured.
 */
#ifndef HOPSEAL_TESTS_BENCH_LATENCY_H
#define HOPSEAL_TESTS_BENCH_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#define LATENCY_FINE  6 /* bits below the leading one: 64 steps for each power of two */
#define LATENCY_STEPS ((64 - LATENCY_FINE + 1) << LATENCY_FINE)

/* Start with zeros. */
struct latency {
	uint64_t count, max_ns;
	uint64_t steps[LATENCY_STEPS];
};

static inline size_t
latency_step(uint64_t ns)
{
	unsigned shift;

	if (ns < (1u << LATENCY_FINE))
		return (size_t)ns;
	shift = 63u - (unsigned)__builtin_clzll(ns) - LATENCY_FINE;
	return ((size_t)shift << LATENCY_FINE) + (size_t)(ns >> shift);
}

/* The least value that falls into the step. */
static inline uint64_t
latency_step_ns(size_t step)
{
	size_t shift = step >> LATENCY_FINE;

	if (shift < 2)
		return step;
	return (uint64_t)(step - ((shift - 1) << LATENCY_FINE)) << (shift - 1);
}

static inline void
latency_add(struct latency *l, uint64_t ns)
{
	l->steps[latency_step(ns)]++;
	l->count++;
	if (ns > l->max_ns)
		l->max_ns = ns;
}

/* The value that a share of the samples, 0 to 1, does not exceed; 0 without samples. */
static inline uint64_t
latency_quantile(const struct latency *l, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)l->count), seen = 0;
	size_t step;

	for (step = 0; step < LATENCY_STEPS; step++) {
		seen += l->steps[step];
		if (seen > wanted)
			return latency_step_ns(step);
	}
	return l->max_ns;
}

#endif
