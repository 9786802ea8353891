/* SPDX-License-Identifier: ISC */
#include "filter.h"

#include <libmilter/mfapi.h>

#include "session.h"

/*
 * Steps that we do not need, and replies that nobody has to wait for.  For HELO somebody has: steps that wait in the
 * socket while the MTA closes it are lost to libmilter, and with them the session.
 */
#define NOT_NEEDED (SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NOEOH)
#define NO_REPLY   (SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR)

/* What Sendmail would not send without being asked; Postfix sends what it has. */
static const struct {
	int stage;
	char *macros; /* libmilter copies them */
} wanted[] = {
	{ SMFIM_HELO, (char[]){ "{tls_version} {cipher} {verify}" } },
	/* Sendmail has the queue id here, and not at the end; Postfix the other way round. */
	{ SMFIM_ENVFROM, (char[]){ "i {tls_version} {cipher} {verify}" } },
	{ SMFIM_ENVRCPT, (char[]){ "{rcpt_mailer} {rcpt_host} {rcpt_addr}" } },
	{ SMFIM_EOM, (char[]){ "i" } },
};

/*
 * A session begins with the negotiation; over a connection that an MTA uses again, without one: libmilter has no place for
 * what was negotiated once, as it does not say which end of a session is that of the connection.
 */
static struct session *
session_of(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL) {
		s = session_new();
		(void)smfi_setpriv(ctx, s);
	}
	return s;
}

static const char *
macro(SMFICTX *ctx, const char *name)
{
	return smfi_getsymval(ctx, (char *)(uintptr_t)name);
}

static void
see_tls(SMFICTX *ctx, struct session *s)
{
	connection_tls(&s->connection, macro(ctx, "{tls_version}"),
	    macro(ctx, "{cipher}"), macro(ctx, "{verify}"));
}

/* --- callbacks ---------------------------------------------------------------------------------------------- */

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long f2 UNUSED, unsigned long f3 UNUSED, unsigned long *our_actions,
    unsigned long *our_steps, unsigned long *our_f2, unsigned long *our_f3)
{
	struct session *s = session_of(ctx);
	unsigned long spared = NOT_NEEDED | NO_REPLY | SMFIP_SKIP | SMFIP_HDR_LEADSPC;
	size_t i;

	s->can_skip = (steps & SMFIP_SKIP) != 0;
	if (s->settings->report_address[0] == '\0')
		spared |= SMFIP_NOBODY;
	if ((actions & SMFIF_SETSYMLIST) != 0)
		for (i = 0; i < COUNT_OF(wanted); i++)
			(void)smfi_setsymlist(ctx, wanted[i].stage, wanted[i].macros);
	*our_actions = actions & SMFIF_SETSYMLIST;
	*our_steps = steps & spared;
	*our_f2 = *our_f3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name UNUSED, _SOCK_ADDR *peer)
{
	connection_from(&session_of(ctx)->connection, peer);
	return SMFIS_NOREPLY;
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	struct session *s = session_of(ctx);

	connection_helo(&s->connection, name);
	see_tls(ctx, s);
	return SMFIS_CONTINUE;
}

static sfsistat
on_mail(SMFICTX *ctx, char **arguments)
{
	struct session *s = session_of(ctx);

	see_tls(ctx, s);
	session_mail(s, arguments + 1);
	return SMFIS_NOREPLY;
}

static sfsistat
on_recipient(SMFICTX *ctx, char **arguments)
{
	const struct recipient recipient = {
		.address = arguments[0],
		.mailer = macro(ctx, "{rcpt_mailer}"),
		.host = macro(ctx, "{rcpt_host}"),
		.own_name = macro(ctx, "j"),
	};
	struct refusal refusal;

	if (session_recipient(session_of(ctx), &recipient, &refusal))
		return SMFIS_CONTINUE;
	(void)smfi_setreply(
	    ctx, (char *)(uintptr_t)refusal.code, refusal.extended, refusal.text);
	return refusal.code[0] == '4' ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	session_header(session_of(ctx), name, value);
	return SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	struct session *s = session_of(ctx);

	return session_body(s, bytes, len) || !s->can_skip ? SMFIS_CONTINUE
							   : SMFIS_SKIP;
}

static sfsistat
on_end_of_mail(SMFICTX *ctx)
{
	return session_end_of_mail(session_of(ctx), macro(ctx, "i")) ? SMFIS_DISCARD
								     : SMFIS_CONTINUE;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	session_abort(session_of(ctx));
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	(void)smfi_setpriv(ctx, NULL);
	if (s != NULL)
		session_end(s);
	return SMFIS_CONTINUE;
}

bool
filter_register(void)
{
	const struct smfiDesc filter = {
		.xxfi_name = (char[]){ "hopseal-milter" },
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_NONE,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_recipient,
		.xxfi_header = on_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end_of_mail,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};

	return smfi_register(filter) == MI_SUCCESS;
}
