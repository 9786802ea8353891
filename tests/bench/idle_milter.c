/*
 * idle_milter SOCKET [same]: a milter that does nothing.  SPDX-License-Identifier: ISC
 *
 * Without a callback libmilter has the MTA leave out every step but the end of a mail: the least that a milter can cost.
 * With "same" it is told what hopseal-milter is told, waited for where that is waited for, and does nothing with it.
 */
#include <libmilter/mfapi.h>
#include <string.h>
#include <sysexits.h>

#include "base/attr.h"

/* As in milter/filter.c. */
#define SPARED                                                                         \
	(SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NR_CONN | \
	    SMFIP_NR_MAIL | SMFIP_NR_HDR | SMFIP_HDR_LEADSPC)

static const struct {
	int stage;
	char *macros;
} wanted[] = {
	{ SMFIM_HELO, (char[]){ "{tls_version} {cipher} {verify}" } },
	{ SMFIM_ENVFROM, (char[]){ "i {tls_version} {cipher} {verify}" } },
	{ SMFIM_ENVRCPT, (char[]){ "{rcpt_mailer} {rcpt_host} {rcpt_addr}" } },
	{ SMFIM_EOM, (char[]){ "i" } },
};

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long f2 UNUSED, unsigned long f3 UNUSED, unsigned long *our_actions,
    unsigned long *our_steps, unsigned long *our_f2, unsigned long *our_f3)
{
	size_t i;

	for (i = 0; i < COUNT_OF(wanted); i++)
		(void)smfi_setsymlist(ctx, wanted[i].stage, wanted[i].macros);
	*our_actions = actions & SMFIF_SETSYMLIST;
	*our_steps = steps & SPARED;
	*our_f2 = *our_f3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx UNUSED, char *name UNUSED, _SOCK_ADDR *peer UNUSED)
{
	return SMFIS_NOREPLY;
}

static sfsistat
on_helo(SMFICTX *ctx UNUSED, char *name UNUSED)
{
	return SMFIS_CONTINUE;
}

static sfsistat
on_mail(SMFICTX *ctx UNUSED, char **arguments UNUSED)
{
	return SMFIS_NOREPLY;
}

static sfsistat
on_recipient(SMFICTX *ctx UNUSED, char **arguments UNUSED)
{
	return SMFIS_CONTINUE;
}

static sfsistat
on_header(SMFICTX *ctx UNUSED, char *name UNUSED, char *value UNUSED)
{
	return SMFIS_NOREPLY;
}

static const struct smfiDesc least = {
	.xxfi_name = (char[]){ "idle_milter" },
	.xxfi_version = SMFI_VERSION,
}, same = {
	.xxfi_name = (char[]){ "idle_milter" },
	.xxfi_version = SMFI_VERSION,
	.xxfi_negotiate = on_negotiate,
	.xxfi_connect = on_connect,
	.xxfi_helo = on_helo,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_recipient,
	.xxfi_header = on_header,
};

int
main(int argc, char **argv)
{
	bool is_same = argc == 3 && strcmp(argv[2], "same") == 0;

	if (argc != 2 && !is_same)
		return EX_USAGE;
	if (smfi_setconn(argv[1]) != MI_SUCCESS ||
	    smfi_register(is_same ? same : least) != MI_SUCCESS)
		return EX_SOFTWARE;
	return smfi_main() == MI_SUCCESS ? EX_OK : EX_UNAVAILABLE;
}
