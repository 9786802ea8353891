/* SPDX-License-Identifier: ISC */
#include "stages.h"

/* --- commands ------------------------------------------------------------------------------ */

static void
see_ehlo(struct link *link)
{
	if (link->stage == STAGE_UP || link->stage == STAGE_HANDSHAKE) {
		link->is_inside = true;
	} else if (link->stage <= STAGE_NOT_OFFERED) {
		link->stage = STAGE_EHLO;
		link->has_first_line = link->has_starttls = false;
	}
}

static void
see_starttls(struct link *link)
{
	if (link->stage == STAGE_OFFERED)
		link->stage = STAGE_STARTTLS;
}

static void
see_quit(struct link *link)
{
	link->has_quit = true;
}

static const struct command {
	const char *word;
	void (*see)(struct link *link);
} commands[] = {
	{ "EHLO", see_ehlo },
	{ "HELO", see_ehlo },
	{ "LHLO", see_ehlo },
	{ "STARTTLS", see_starttls },
	{ "QUIT", see_quit },
};

void
stage_command(struct link *link, struct txt said)
{
	size_t i;

	for (i = 0; i < COUNT_OF(commands); i++)
		if (txt_starts(said, commands[i].word)) {
			commands[i].see(link);
			return;
		}
}

/* --- replies ------------------------------------------------------------------------------- */

/* One line of a reply (RFC 5321, 4.2). */
struct reply_line {
	bool is_good, is_last;
	struct txt text;
};

/* False: it is none. */
static bool
reply_read(struct txt line, struct reply_line *out)
{
	size_t head = line.len > 3 ? 4 : 3;

	if (line.len < 3)
		return false;
	out->is_good = line.text[0] == '2';
	out->is_last = line.len == 3 || line.text[3] != '-';
	out->text = (struct txt){ line.text + head, line.len - head };
	return true;
}

static struct txt
first_word(struct txt text)
{
	const char *blank = memchr(text.text, ' ', text.len);

	if (blank != NULL)
		text.len = (size_t)(blank - text.text);
	return text;
}

/* The first line is the server's name, the others are what it offers (RFC 5321, 4.1.1.1). */
static void
see_ehlo_reply(struct link *link, const struct reply_line *reply)
{
	struct txt word = first_word(reply->text);

	if (!link->has_first_line)
		txt_keep(link->helo, sizeof(link->helo), word);
	else if (word.len == strlen("STARTTLS") && txt_starts(word, "STARTTLS"))
		link->has_starttls = true;
	link->has_first_line = true;
	if (reply->is_last)
		link->stage = link->has_starttls ? STAGE_OFFERED : STAGE_NOT_OFFERED;
}

void
stage_reply(struct link *link, struct txt line)
{
	struct reply_line reply;

	if (!reply_read(line, &reply))
		return;
	if (link->stage == STAGE_EHLO && reply.is_good)
		see_ehlo_reply(link, &reply);
	else if (link->stage == STAGE_STARTTLS && reply.is_last)
		link->stage = reply.is_good ? STAGE_HANDSHAKE : STAGE_REFUSED;
}
