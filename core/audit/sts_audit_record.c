/* SPDX-License-Identifier: ISC */
#include <strings.h>

#include "audit/sts_audit.h"

static const struct remark_kind
    several = { REMARK_BROKEN, "sts-record-several",
	    "senders then see none (RFC 8461, 3.1)",
	    "leave one that starts with \"v=STSv1;\"" },
    invalid = { REMARK_BROKEN, "sts-record-invalid",
	    "senders then see none (RFC 8461, 3.1)",
	    "publish \"v=STSv1; id=ID;\", the ID being letters and digits only; \"hopseal "
	    "sts make\" writes it" },
    misspelt = { REMARK_BROKEN, "sts-record-version",
	    "upper and lower case count, so senders see none (RFC 8461, 3.1)",
	    "let it start with \"v=STSv1;\"" },
    blank = { REMARK_ADVICE, "sts-record-blank",
	    "the grammar has that, but some senders see no record (RFC 8461, 3.1)",
	    "let it start with \"v=STSv1;\", nothing between" };

/* As it stands on slides: senders do not know it. */
static const struct txt *
find_misspelt(const struct txt *texts, size_t count)
{
	static const char word[] = "v=STSv1";
	size_t i, n = sizeof(word) - 1;

	for (i = 0; i < count; i++)
		if (texts[i].len >= n && strncasecmp(texts[i].text, word, n) == 0)
			return &texts[i];
	return NULL;
}

bool
sts_audit_record(
    const struct txt *texts, size_t count, const char *about, struct remarks *out)
{
	struct sts_record record;
	struct why why = { "" };

	switch (sts_record_select(texts, count, &record, &why)) {
	case STS_RECORD_FOUND:
		if (why.text[0] != '\0')
			remarks_add(
			    out, &blank, about, "white space before the first \";\"");
		return true;
	case STS_RECORD_SEVERAL:
		remarks_add(out, &several, about, "%s", why.text);
		return true;
	case STS_RECORD_INVALID:
		remarks_add(out, &invalid, about, "%s", why.text);
		return true;
	case STS_RECORD_NONE:
		break;
	}
	if (find_misspelt(texts, count) == NULL)
		return false;
	remarks_add(out, &misspelt, about, "%s", why.text);
	return true;
}
