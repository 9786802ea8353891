/*
 * milter/letter, connection: what the daemon gets from the milter.  SPDX-License-Identifier: ISC
 */
#include "../milter/connection.h"
#include "../milter/letter.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cases.h"
#include "store_folder.h"

/* --- letters --------------------------------------------------------------------------------------------------- */

/* Remove it with all that is in it: letters have names of their own choice. */
static void
folder_clear(void)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
	closedir(dir);
	folder_remove();
}

static size_t
count_files(void)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count - 2; /* . and .. */
}

static void
read_file(const char *name, struct strbuf *out)
{
	char path[128], chunk[4096];
	int fd = open(path_of(name, path), O_RDONLY);
	ssize_t n;

	assert_true(fd != -1);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		strbuf_add(out, chunk, (size_t)n);
	close(fd);
}

static void
make_file(const char *name, off_t size)
{
	char path[128];
	int fd = open(path_of(name, path), O_WRONLY | O_CREAT, 0600);

	assert_true(fd != -1 && ftruncate(fd, size) == 0);
	close(fd);
}

static struct letter *
open_letter(void)
{
	struct why why;
	struct letter *letter = letter_open(folder, &why);

	if (letter == NULL)
		fail_msg("%s", why.text);
	return letter;
}

static mode_t
mode_of(const char *name)
{
	char path[128];
	struct stat st;

	assert_int_equal(stat(path_of(name, path), &st), 0);
	return st.st_mode & 07777;
}

/* Of the only file. */
static bool
is_unfinished(void)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool is_it = false;

	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			is_it = strstr(entry->d_name, ".eml.tmp") != NULL;
	closedir(dir);
	return is_it;
}

static void
check_letter(void **state)
{
	char name[LETTER_NAME_MAX + 1];
	struct strbuf mail = STRBUF_INIT;
	struct letter *letter;
	struct why why;

	(void)state;
	folder_make();
	letter = open_letter();
	letter_header(letter, "Subject", " Report");
	letter_header(letter, "X", " a\n\tb\n c");
	letter_body(letter, "one\r\n", 5);
	letter_body(letter, "two", 3);
	assert_int_equal(count_files(), 1);
	assert_true(is_unfinished());
	assert_int_equal(letter_close(letter, name, &why), ST_OK);
	assert_int_equal(count_files(), 1);
	assert_int_equal(mode_of(name), 0660);
	read_file(name, &mail);
	assert_string_equal(strbuf_str(&mail),
	    "Subject: Report\r\nX: a\r\n\tb\r\n c\r\n\r\none\r\ntwo");
	strbuf_clear(&mail);
	folder_clear();
}

static void
check_discard(void **state)
{
	struct letter *letter;

	(void)state;
	folder_make();
	letter = open_letter();
	letter_header(letter, "Subject", " Report");
	letter_discard(letter);
	letter_discard(NULL);
	assert_int_equal(count_files(), 0);
	folder_clear();
}

/* As an MTA gives it: pieces that fit, but not two of them. */
static void
check_pieces(void **state)
{
	struct letter *letter;
	char name[LETTER_NAME_MAX + 1], piece[40000];
	struct strbuf mail = STRBUF_INIT;
	struct why why;
	size_t i;

	(void)state;
	folder_make();
	letter = open_letter();
	for (i = 0; i < 4; i++) {
		memset(piece, (char)('a' + i), sizeof(piece));
		letter_body(letter, piece, sizeof(piece));
	}
	assert_int_equal(letter_close(letter, name, &why), ST_OK);
	read_file(name, &mail);
	assert_int_equal(mail.len, 2 + 4 * sizeof(piece));
	for (i = 0; i < 4 * sizeof(piece); i++)
		assert_int_equal(mail.data[2 + i], 'a' + i / sizeof(piece));
	strbuf_clear(&mail);
	folder_clear();
}

static void
check_size(void **state)
{
	char name[LETTER_NAME_MAX + 1];
	char *body = xcalloc(1, LETTER_BYTES_MAX);
	struct why why;
	struct letter *letter;
	size_t more;

	(void)state;
	folder_make();
	for (more = 0; more <= 1; more++) {
		letter = open_letter();
		letter_body(letter, body, 5);
		letter_body(letter, body, 70000);
		letter_body(letter, body, LETTER_BYTES_MAX - 2 - 5 - 70000);
		letter_body(letter, body, more);
		assert_int_equal(
		    letter_close(letter, name, &why), more == 0 ? ST_OK : ST_TOO_BIG);
		assert_int_equal(count_files(), 1);
	}
	assert_non_null(strstr(why.text, "too big"));
	free(body);
	folder_clear();
}

static void
check_room(void **state)
{
	char name[LETTER_NAME_MAX + 1], file[20];
	struct why why;
	struct letter *letter;
	unsigned i;

	(void)state;
	folder_make();
	make_file("a", INBOX_BYTES_MAX - 10);
	letter = open_letter();
	letter_body(letter, "0123456789", 8);
	assert_int_equal(letter_close(letter, name, &why), ST_OK);
	assert_null(letter_open(folder, &why));
	assert_non_null(strstr(why.text, "full"));
	make_file("a", 0);
	for (i = 2; i < INBOX_FILES_MAX; i++) {
		snprintf(file, sizeof(file), "%u", i);
		make_file(file, 1);
	}
	assert_null(letter_open(folder, &why));
	folder_clear();
	assert_null(letter_open("/nowhere", &why));
	assert_string_equal(why.text, "/nowhere: No such file or directory");
}

/* --- sessions ---------------------------------------------------------------------------------------------------- */

static const struct connection_case {
	const char *name, *address, *helo, *version, *cipher, *verify;
	bool is_told;
	enum event_tls tls;
	enum event_verified verified;
} connection_cases[] = {
	{ "in the clear", "192.0.2.9", "client.example", NULL, NULL, NULL, true,
	    TLS_UNKNOWN, VERIFIED_UNKNOWN },
	{ "Sendmail says that there is no TLS", "192.0.2.9", "client.example", "", "",
	    "NONE", true, TLS_UNKNOWN, VERIFIED_UNKNOWN },
	{ "TLS, no certificate", "192.0.2.9", "client.example", "TLSv1.3", "X", "NO",
	    true, TLS_UP, VERIFIED_NO },
	{ "TLS, a certificate that was verified", "2001:db8::9", "client.example",
	    "TLSv1.3", "X", "OK", true, TLS_UP, VERIFIED_CHAIN },
	{ "TLS, one that was not", "192.0.2.9", "client.example", "TLSv1.2", "X",
	    "FAIL", true, TLS_UP, VERIFIED_NO },
	{ "Postfix, which does not say", "192.0.2.9", "client.example", "TLSv1.2", NULL,
	    NULL, true, TLS_UP, VERIFIED_NO },
	{ "loopback", "127.0.0.2", "client.example", NULL, NULL, NULL, false,
	    TLS_UNKNOWN, VERIFIED_UNKNOWN },
	{ "loopback, IPv6", "::1", "client.example", NULL, NULL, NULL, false,
	    TLS_UNKNOWN, VERIFIED_UNKNOWN },
	{ "nobody has said hello", "192.0.2.9", "", NULL, NULL, NULL, false,
	    TLS_UNKNOWN, VERIFIED_UNKNOWN },
	{ "no address", NULL, "client.example", NULL, NULL, NULL, false, TLS_UNKNOWN,
	    VERIFIED_UNKNOWN },
};

static void
set_address(struct connection *connection, const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (text == NULL)
		connection_from(connection, NULL);
	else if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		connection_from(connection, (const struct sockaddr *)&in);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		connection_from(connection, (const struct sockaddr *)&in6);
}

static void
check_connection(void **state)
{
	const struct connection_case *c = *state;
	struct connection connection = { .address = "" };
	char json[CONNECTION_JSON_MAX];
	struct tls_event event;

	set_address(&connection, c->address);
	connection_helo(&connection, c->helo);
	connection_tls(&connection, c->version, c->cipher, c->verify);
	assert_int_equal(connection_event(&connection, 1700000000, json), c->is_told);
	if (!c->is_told)
		return;
	assert_int_equal(
	    tls_event_parse(json, strlen(json), 1700000005, &event, NULL), ST_OK);
	assert_int_equal(event.source, SOURCE_MILTER);
	assert_true(event.is_inbound && event.has_remote && event.id[0] != '\0');
	assert_int_equal(event.when, 1700000000);
	assert_string_equal(event.next_hop.text, c->helo);
	assert_int_equal(event.tls, c->tls);
	assert_int_equal(event.verified, c->verified);
	assert_string_equal(event.version, c->tls == TLS_UP ? c->version : "");
	tls_event_clear(&event);
}

/* A client may say anything; the second hello, inside TLS, counts. */
static void
check_hello(void **state)
{
	struct connection connection = { .address = "" };
	char json[CONNECTION_JSON_MAX], *name = xcalloc(1, 100001);
	struct tls_event event;

	(void)state;
	set_address(&connection, "192.0.2.9");
	memset(name, '"', 100000);
	connection_helo(&connection, name);
	free(name);
	assert_true(connection_event(&connection, 1, json));
	assert_int_equal(tls_event_parse(json, strlen(json), 5, &event, NULL), ST_OK);
	assert_int_equal(event.next_hop.len, 0);
	tls_event_clear(&event);
	connection_helo(&connection, "[192.0.2.9]");
	assert_true(connection_event(&connection, 1, json));
	connection_helo(&connection, "Second.Example");
	connection_tls(&connection, "TLSv1.3", "X", "OK");
	connection_tls(&connection, NULL, NULL, NULL);
	assert_true(connection_event(&connection, 1, json));
	assert_int_equal(tls_event_parse(json, strlen(json), 5, &event, NULL), ST_OK);
	assert_string_equal(event.next_hop.text, "second.example");
	assert_int_equal(event.verified, VERIFIED_CHAIN);
	tls_event_clear(&event);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("a letter as it came", check_letter),
		CASE("a letter that is given up", check_discard),
		CASE("a letter in pieces", check_pieces),
		CASE("10 MiB, and an octet more", check_size),
		CASE("an inbox with little room, with none, and none", check_room),
		CASES(check_connection, connection_cases),
		CASE("any hello", check_hello),
	};

	return cases_run("milter_letter", tables, COUNT_OF(tables));
}
