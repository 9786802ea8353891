/*
 * A folder with a store of its own for every test, and the bad days it may have.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_STORE_FOLDER_H
#define HOPSEAL_TESTS_UNIT_STORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct store;

#define DB_FILE "hopseal.db"

extern char folder[64];

void folder_make(void);
struct store *open_store(void);   /* a store there, open */
struct store *open_started(void); /* and with its writer at work */
void folder_remove(void); /* with what a store leaves; anything else fails the test */

/* Files in it. */
char *path_of(const char *name, char out[128]);
bool exists(const char *name);
void overwrite(const char *name, off_t at, const void *bytes, size_t len);

/* Between the first and the last the log goes into a file; how often a text is in it. */
void log_capture(void);
int log_count(const char *text);
void log_release(void);

/* A disk that is full for this process: no file may grow beyond 64 KiB. */
void disk_fill(void);
void disk_free(void);

/* Without the rights to write in the folder. */
void rights_take(void);
void rights_give(void);

#endif
