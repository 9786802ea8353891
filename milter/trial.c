/* SPDX-License-Identifier: ISC */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "letter.h"
#include "tls_required.h"
#include "wire/mime.h"

#define CHUNK 65536

/* As much as the inbox would take, and a little more.  False: errno says why. */
static bool
read_mail(const char *path, struct strbuf *mail)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
					: open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd != -1 ? 1 : -1;

	while (n > 0 && mail->len <= LETTER_BYTES_MAX) {
		strbuf_reserve(mail, CHUNK);
		n = read(fd, mail->data + mail->len, CHUNK);
		if (n > 0)
			mail->len += (size_t)n;
	}
	if (fd != -1)
		close(fd);
	return n != -1;
}

/* In the header, which an empty line ends. */
static unsigned
count_wishes(const struct strbuf *mail)
{
	static const char name[] = TLS_REQUIRED_FIELD ":";
	const char *line = mail->data, *end = line + mail->len;
	unsigned count = 0;

	while (line != NULL && line < end && *line != '\n' && *line != '\r') {
		count += (size_t)(end - line) > strlen(name) &&
			 strncasecmp(line, name, strlen(name)) == 0;
		line = memchr(line, '\n', (size_t)(end - line));
		if (line != NULL)
			line++;
	}
	return count;
}

/* As in a session: two fields are as if there were none (RTLS-08). */
static bool
wants_no_tls(const struct strbuf *mail)
{
	struct strbuf value = STRBUF_INIT;
	bool is_no = count_wishes(mail) == 1 &&
		     mime_field(mail->data, mail->len, TLS_REQUIRED_FIELD, &value) &&
		     tls_required_is_no(strbuf_str(&value));

	strbuf_clear(&value);
	return is_no;
}

static int
try_mail(const char *path)
{
	struct strbuf mail = STRBUF_INIT;
	int rc = EX_OK;

	if (read_mail(path, &mail)) {
		printf("%s: tls-required=%s report=%s\n", path,
		    wants_no_tls(&mail) ? "no" : "as-policy-says",
		    mail.len <= LETTER_BYTES_MAX ? "could-be" : "too-big");
	} else {
		fprintf(stderr, "hopseal-milter: %s: %s\n", path, strerror(errno));
		rc = EX_NOINPUT;
	}
	strbuf_clear(&mail);
	return rc;
}

int
trial_run(char *paths)
{
	int rc = EX_OK;
	char *next;

	for (; paths != NULL; paths = next) {
		next = strchr(paths, ',');
		if (next != NULL)
			*next++ = '\0';
		if (try_mail(paths) != EX_OK)
			rc = EX_NOINPUT;
	}
	return fflush(stdout) == EOF ? EX_IOERR : rc;
}
