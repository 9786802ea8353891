/*
 * What may stand where on a command line, for the shells that complete it.  SPDX-License-Identifier: ISC
 *
 * What completion/ offers is asked of the program, so it is what the program takes.
 */
#ifndef HOPSEAL_CLI_WORDS_H
#define HOPSEAL_CLI_WORDS_H

#include "cli/command.h"

/*
 * Print what may stand behind these words, one a line: the word, a tab, what it means.  A
 * line "FILE" alone stands for the name of any file.
 *
 * table, rows   all commands; those with the same first word stand together
 * words, count  what has been typed behind "hopseal", without the word that is being typed
 */
void words_print(
    const struct command *table, size_t rows, const char *const *words, size_t count);

#endif
