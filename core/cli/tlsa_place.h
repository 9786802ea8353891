/*
 * Where TLSA records will stand, and the files that they are made from.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_TLSA_PLACE_H
#define HOPSEAL_CLI_TLSA_PLACE_H

#include "cli/command.h"
#include "policy/tlsa_source.h"

struct tlsa_place {
	struct domain host; /* len 0: not known yet */
	unsigned port;
};

/* From --name and --port; false: complained about. */
MUST_CHECK bool tlsa_place_take(const struct args *args, struct tlsa_place *out);

/* Append "_25._tcp.mx.example.org." */
void tlsa_place_add(struct strbuf *out, const struct tlsa_place *place);

/* Append a line of a zone file, without its end. */
void tlsa_place_add_line(
    struct strbuf *out, const struct tlsa_place *place, const struct tlsa *record);

/*
 * Read a file.  Where the host is not known yet, it becomes the one that the certificate names.
 *
 * *out   freed with tlsa_source_free(); NULL unless EXIT_YES
 *
 * Returns EXIT_YES, or EXIT_USAGE, complained about.
 */
MUST_CHECK enum exit_code tlsa_place_read(
    struct tlsa_place *place, const char *file, struct tlsa_source **out);

#endif
