/*
 * Put a request to the daemon, or to the same engine in this process.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_ASK_H
#define HOPSEAL_CLI_ASK_H

#include "cli/command.h"

struct config;
struct json_object;

/*
 * Ask, in this process when args->in_process.
 *
 * request  words of control/control.h
 * *out     the answer; freed with json_object_put(); NULL unless EXIT_YES
 *
 * Returns EXIT_YES; EXIT_NO (refused) or EXIT_FAILED, complained about.
 */
enum exit_code ask(
    const struct args *args, const char *request, struct json_object **out);

/*
 * The same for what takes long in the database and nothing else of the daemon: in this process wherever that can read it and
 * no socket is named, since the daemon keeps mail servers waiting meanwhile.
 */
enum exit_code ask_database(
    const struct args *args, const char *request, struct json_object **out);

/* The configuration that args name, freed with config_free(); NULL: complained about. */
struct config *ask_config(const struct args *args);

#endif
