/*
 * A report on its way by mail (RFC 8460, section 5.3).  SPDX-License-Identifier: ISC
 */
#include "net/mail.h"
#include "report/carrier.h"
#include "report/message.h"

static const struct domain *
name(const struct attempt *a, enum way_kind *kind)
{
	const struct means *means = a->means;

	switch (means->options->mail) {
	case MAIL_WAY_RELAY:
		*kind = WAY_HOST;
		return means->relay.name.len > 0 ? &means->relay.name : NULL;
	case MAIL_WAY_DIRECT:
		*kind = WAY_MAIL;
		return &a->rua->domain;
	case MAIL_WAY_PROGRAM:
	case MAIL_WAY_OFF:
		break;
	}
	return NULL;
}

static void
on_answer(const struct mail_answer *answer, void *arg)
{
	struct attempt *a = arg;

	a->under_way = NULL;
	why_set(&a->detail, "%s%s%s", mail_outcome_text(answer->outcome),
	    *answer->detail != '\0' ? ": " : "", answer->detail);
	if (answer->outcome == MAIL_TEMPORARY && attempt_next_host(a))
		return;
	attempt_finish(a, answer->outcome == MAIL_ACCEPTED);
}

static void
set_server(const struct attempt *a, struct mail_request *request)
{
	const struct relay *relay = &a->means->relay;
	const struct way_host *host = &a->hosts[a->host];

	if (a->host_count > 0) {
		request->host = &host->name;
		request->addresses = host->addresses;
		request->address_count = host->address_count;
	} else {
		request->addresses = &relay->address;
		request->address_count = 1;
	}
}

/* Where it goes, by the operator's way. */
static void
set_way(const struct attempt *a, struct mail_request *request)
{
	const struct report_options *options = a->means->options;

	switch (options->mail) {
	case MAIL_WAY_PROGRAM:
		request->program = options->program;
		break;
	case MAIL_WAY_RELAY:
		request->port = a->means->relay.port;
		set_server(a, request);
		break;
	case MAIL_WAY_DIRECT:
		request->port = SMTP_PORT;
		request->guard = &options->guard;
		set_server(a, request);
		break;
	case MAIL_WAY_OFF:
		break;
	}
}

static void
mail(struct attempt *a, const struct strbuf *message)
{
	const struct report_options *options = a->means->options;
	struct mail_request request = {
		.helo = a->means->helo,
		.sender =
		    options->sender[0] != '\0' ? options->sender : options->contact,
		.recipient = a->rua->target,
		.message = message->data,
		.len = message->len,
		.deadline_ms = ATTEMPT_MS,
		.accepted = attempt_accepted,
	};

	set_way(a, &request);
	a->under_way = mail_send(&request, on_answer, a);
}

/* Dated by the first attempt: every further one sends the same bytes (RPT-TIME-03). */
static enum status
compose(struct attempt *a, const struct stored_report *report)
{
	struct strbuf message = STRBUF_INIT;
	enum status st;

	/* Receivers must ignore what is not signed (RFC 8460, 3): better late than that. */
	if (a->means->fault[0] != '\0') {
		why_set(&a->detail, "%s", a->means->fault);
		return ST_LIBRARY;
	}
	st = message_add(&message, a->means->options, a->means->key, report,
	    a->rua->target, a->sending->id, a->sending->first, &a->detail);
	if (st == ST_OK)
		mail(a, &message);
	strbuf_clear(&message);
	return st;
}

static void
cancel(void *under_way)
{
	mail_cancel(under_way);
}

const struct carrier carrier_mailing = {
	.name = name,
	.send = compose,
	.cancel = cancel,
};
