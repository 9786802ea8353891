/*
 * How reports are made and sent; config fills all of it.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_OPTIONS_H
#define HOPSEAL_REPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/domain.h"
#include "net/guard.h"

/* How report mail leaves. */
enum mail_way {
	MAIL_WAY_PROGRAM, /* the local MTA's sendmail(1) */
	MAIL_WAY_RELAY,   /* SMTP to a server of the operator's */
	MAIL_WAY_DIRECT,  /* SMTP to the destination's MX hosts */
	MAIL_WAY_OFF,     /* mailto: is not served */
};

/* Texts are never NULL, "" where said; all borrowed from the config, copied by who keeps them. */
struct report_options {
	/* addr-spec; "": nothing is sent, days stay open until they are forgotten */
	const char *contact;
	const char *organization; /* "": the contact's domain */
	const char *sender;       /* envelope and From; "": contact */
	unsigned spread_s;        /* reports leave within so long after they are made */
	unsigned grace_s;         /* after midnight, before a day is closed */
	unsigned keep_s;          /* counts and reports */
	bool is_heartbeat;        /* also for days with successes only */
	bool is_for_mail_hosts;   /* TLSA results also to the MX host's own record */
	bool is_reason_shown;     /* failure-reason-code (RPT-SEC-02) */
	struct guard shown;       /* sending-mta-ip that may be shown; count 0: all */
	enum mail_way mail;
	const char *program; /* MAIL_WAY_PROGRAM */
	const char
	    *relay;       /* MAIL_WAY_RELAY: NAME, ADDRESS or [V6], with :PORT or not */
	const char *helo; /* "": the machine's name */
	bool is_https;    /* https: is served */
	bool is_https_verified; /* a certificate fault is a failure (RPT-HTTP-03) */
	const char *dkim_key;   /* PEM file; "": the MTA signs */
	const char *dkim_selector;
	struct domain dkim_domain; /* unset: the contact's */
	unsigned parallel;  /* deliveries at once; at most 4 of them to one host */
	struct guard guard; /* ranges opened by the operator, for destinations */
};

#endif
