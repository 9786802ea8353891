/*
 * hopseal.so: what Exim calls by ${dlfunc}.  SPDX-License-Identifier: ISC
 *
 * The prototype is Exim's for all of them; nothing else of Exim is needed or used.  They take any arguments, end in
 * bounded time, keep the process as it was, errno included, and leave in *yield a text of theirs that is good until the next
 * call.  They return 0 (OK), or 2 (FAIL) with a sentence: then the expansion fails, and Exim defers.
 */
#ifndef HOPSEAL_EXIM_MODULE_H
#define HOPSEAL_EXIM_MODULE_H

#include "base/attr.h"

#define EXIM_OK   0
#define EXIM_FAIL 2

/*
 * {DOMAIN}: what binds mail for a domain, as words KEY=VALUE.  For the option address_data of a router and no other: only
 * there a failure is a deferral.  {DOMAIN}{$verify_mode}: unless empty, nothing is to be delivered now, and what is
 * deferred is no session to be counted.  {DOMAIN}{acl}: the same for ACLs, and never FAIL.
 */
EXPORTED int hopseal_policy(unsigned char **yield, int argc, unsigned char *argv[]);

/* The event_action of a transport (see arguments.h): sessions are told to the daemon.  Always OK and "". */
EXPORTED int hopseal_event(unsigned char **yield, int argc, unsigned char *argv[]);

/* The same where the daemon judges certificates: at tls:cert a text refuses it.  Always OK. */
EXPORTED int hopseal_verify(unsigned char **yield, int argc, unsigned char *argv[]);

/*
 * {DOMAIN}{HOST}{ADDRESS}{ver=VERSION}: whether mail may go now, for the option authenticated_sender, which is expanded
 * before MAIL FROM.  OK and "", or FAIL, unless hopseal_verify has accepted the server's certificate.
 */
EXPORTED int hopseal_admit(unsigned char **yield, int argc, unsigned char *argv[]);

/* {HELO}{ADDRESS}{VERSION}{CIPHER}{VERIFIED}: an inbound session is told to the daemon.  Always OK and "". */
EXPORTED int hopseal_inbound(unsigned char **yield, int argc, unsigned char *argv[]);

#endif
