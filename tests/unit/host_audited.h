/*
 * What the audit of a host says.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_HOST_AUDITED_H
#define HOPSEAL_TESTS_UNIT_HOST_AUDITED_H

#include "audit/host_audit.h"
#include "base/strbuf.h"
#include "remark_lines.h"

/* want as assert_remarks() has it. */
static inline void
assert_audit(
    const struct host_audit_input *input, enum remark_level worst, const char *want)
{
	struct strbuf got = STRBUF_INIT;
	struct host_audit audit;

	host_audit(input, &audit);
	add_remarks(&got, &audit.remarks);
	assert_remarks(strbuf_str(&got), want);
	assert_int_equal(remarks_worst(&audit.remarks), worst);
	strbuf_clear(&got);
	host_audit_clear(&audit);
}

#endif
