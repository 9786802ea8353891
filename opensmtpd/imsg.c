/* SPDX-License-Identifier: ISC */
#include "imsg.h"

/* As smtpd.h has them. */
enum type { OK = 0, OPEN = 2, CLOSE = 3, UPDATE = 4, CHECK = 5, LOOKUP = 6 };
enum service { SERVICE_DOMAIN = 2, SERVICE_RELAYHOST = 512 };

/* Results of requests. */
enum { RESULT_ERROR = -1, RESULT_NO = 0, RESULT_YES = 1 };

struct header {
	uint32_t type;
	uint16_t len, flags;
	uint32_t peer, pid;
};

static const int32_t results[] = {
	[TABLE_NO] = RESULT_NO,
	[TABLE_YES] = RESULT_YES,
	[TABLE_ERROR] = RESULT_ERROR,
};

static void
reply(const struct talk *talk, const void *payload, size_t len)
{
	struct header header = { .type = OK, .len = (uint16_t)(sizeof(header) + len) };
	uint8_t bytes[sizeof(header) + sizeof(int32_t) + TABLE_VALUE_MAX + 1];

	memcpy(bytes, &header, sizeof(header));
	if (len > 0)
		memcpy(bytes + sizeof(header), payload, len);
	talk->write(bytes, sizeof(header) + len, talk->arg);
}

/* value: what a lookup has found, or NULL. */
static void
reply_result(const struct talk *talk, int32_t result, const char *value)
{
	uint8_t payload[sizeof(result) + TABLE_VALUE_MAX + 1];
	size_t value_size = value != NULL ? strlen(value) + 1 : 0;

	memcpy(payload, &result, sizeof(result));
	if (value != NULL)
		memcpy(payload + sizeof(result), value, value_size);
	reply(talk, payload, sizeof(result) + value_size);
}

/* SERVICE, number of parameters, KEY with its NUL.  There never are parameters.  False: it is not like that. */
static bool
request_read(const uint8_t *payload, size_t len, int32_t *service, struct txt *key)
{
	size_t head = sizeof(*service) + sizeof(size_t), parameters;

	if (len <= head || payload[len - 1] != '\0')
		return false;
	memcpy(service, payload, sizeof(*service));
	memcpy(&parameters, payload + sizeof(*service), sizeof(parameters));
	key->text = (const char *)payload + head;
	key->len = len - head - 1;
	return parameters == 0;
}

static enum table_question
question_of(uint32_t type, int32_t service)
{
	if (type == CHECK && service == SERVICE_DOMAIN)
		return TABLE_IS_SEALED;
	if (type == LOOKUP && service == SERVICE_RELAYHOST)
		return TABLE_ROUTE;
	return TABLE_UNKNOWN;
}

static void
answer(const struct talk *talk, uint32_t type, const uint8_t *payload, size_t len)
{
	enum table_question question = TABLE_UNKNOWN;
	char value[TABLE_VALUE_MAX + 1];
	enum table_answer found;
	struct txt key = { "", 0 };
	int32_t service;

	if (request_read(payload, len, &service, &key))
		question = question_of(type, service);
	found = talk->ask(question, key, value, talk->arg);
	reply_result(talk, results[found],
	    question == TABLE_ROUTE && found == TABLE_YES ? value : NULL);
}

/* Also of a type that we do not know smtpd waits for an answer. */
static void
take(const struct talk *talk, uint32_t type, const uint8_t *payload, size_t len)
{
	switch (type) {
	case OPEN:
		reply(talk, NULL, 0);
		break;
	case CLOSE: /* the end of the input follows */
		break;
	case UPDATE:
		reply_result(talk, RESULT_YES, NULL);
		break;
	default:
		answer(talk, type, payload, len);
		break;
	}
}

/* The message at the start of what has come.  Returns its octets; 0: there is none yet, or never. */
static size_t
take_first(struct imsg_reader *r, size_t from, const struct talk *talk)
{
	struct header header;
	size_t len = r->len - from;

	if (len < sizeof(header))
		return 0;
	memcpy(&header, r->bytes + from, sizeof(header));
	r->is_lost = header.len < sizeof(header) || header.len > IMSG_MAX;
	if (r->is_lost || len < header.len)
		return 0;
	take(talk, header.type, r->bytes + from + sizeof(header),
	    header.len - sizeof(header));
	return header.len;
}

static void
take_all(struct imsg_reader *r, const struct talk *talk)
{
	size_t used, from = 0;

	while ((used = take_first(r, from, talk)) > 0)
		from += used;
	r->len -= from;
	memmove(r->bytes, r->bytes + from, r->len);
}

void
imsg_read(struct imsg_reader *r, const void *bytes, size_t len, const struct talk *talk)
{
	const uint8_t *p = bytes;

	while (len > 0 && !r->is_lost) {
		size_t room = sizeof(r->bytes) - r->len, n = len < room ? len : room;

		memcpy(r->bytes + r->len, p, n);
		r->len += n;
		p += n;
		len -= n;
		take_all(r, talk);
	}
}
