/* SPDX-License-Identifier: ISC */
#include "daemon/door_tlsrpt.h"

#include "report/reports.h"

bool
door_tlsrpt_take(const struct datagram *batch, size_t count, void *door)
{
	const struct door_tlsrpt *d = door;

	return account_take_datagrams(
	    batch, count, reports_account(d->service->reports));
}

void
door_tlsrpt_taken(void *door)
{
	const struct door_tlsrpt *d = door;

	account_note_taken(reports_account(d->service->reports));
}
