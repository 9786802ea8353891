/*
 * Between the fakes.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_FAKE_FAKES_H
#define HOPSEAL_TESTS_FAKE_FAKES_H

void fake_dns_begin(void);
void fake_web_begin(void);
void fake_mail_begin(void);
void fake_mx_begin(void);
void fake_program_begin(void);

#endif
