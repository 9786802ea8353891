/*
 * A TXT record as a zone file has it.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_TXT_LINE_H
#define HOPSEAL_CLI_TXT_LINE_H

/* Print one line; a text of more than 255 octets as several strings.  Neither quotes nor backslashes are in it. */
void txt_line_print(const char *labels, const char *domain, const char *text);

#endif
