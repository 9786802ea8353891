/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/smtp_reply.h"

/* Every line lies in the reply, has no end in it, and there is an end to them. */
static void
check_lines(const struct smtp_reply *reply, const char *bytes)
{
	struct smtp_line line;
	size_t at = 0, before = 0;

	while (smtp_reply_line(reply, bytes, &at, &line)) {
		assert(at > before && at <= reply->len);
		assert(line.text >= bytes + before);
		assert(line.text + line.len < bytes + at);
		assert(memchr(line.text, '\n', line.len) == NULL);
		before = at;
	}
	assert(before == reply->len);
}

/* Cut into two packets anywhere, the same comes of it. */
static void
check_cut(const char *bytes, size_t size, enum status rc, const struct smtp_reply *want)
{
	size_t cut;

	for (cut = 0; cut < size && cut < 64; cut++) {
		struct smtp_reply reply = { 0 };
		enum status half = smtp_reply_read(&reply, bytes, cut);

		if (half == ST_MORE)
			half = smtp_reply_read(&reply, bytes, size);
		assert(half == rc && reply.len == want->len);
		assert(reply.code == want->code);
	}
}

/* The input is what a server sends. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_copy(data, size);
	struct smtp_reply reply = { 0 };
	enum status rc = smtp_reply_read(&reply, bytes, size);
	struct smtp_line word;

	assert(rc == ST_OK || rc == ST_MORE || rc == ST_SYNTAX || rc == ST_TOO_BIG);
	assert(reply.len <= size);
	check_lines(&reply, bytes);
	check_cut(bytes, size, rc, &reply);
	word = smtp_reply_word(&reply, bytes);
	assert(word.len <= reply.len && memchr(word.text, ' ', word.len) == NULL);
	if (rc == ST_OK) {
		assert(reply.code >= 200 && reply.code < 560);
		assert(reply.len <= SMTP_REPLY_BYTES_MAX);
		assert(reply.len > 0 && bytes[reply.len - 1] == '\n');
	}
	if (smtp_reply_offers(&reply, bytes, "STARTTLS"))
		assert(reply.len >= sizeof("250\n250 STARTTLS"));
	free(bytes);
	return 0;
}
