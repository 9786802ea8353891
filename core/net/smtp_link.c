/* SPDX-License-Identifier: ISC */
#include "net/smtp_link.h"

#include <errno.h>
#include <unistd.h>

#include "net/loop.h"

#define READ_MAX 4096 /* at once */

enum status
smtp_link_open(struct smtp_link *link, const struct endpoint *server, struct why *why)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(server, &sa);
	int error;

	link->fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd != -1 && (connect(link->fd, (struct sockaddr *)&sa, len) == 0 ||
				  errno == EINPROGRESS))
		return ST_OK;
	error = errno;
	why_set(why, "%s", strerror(error));
	smtp_link_close(link);
	link->error = error;
	return ST_IO;
}

enum status
smtp_link_connected(struct smtp_link *link, struct why *why)
{
	socklen_t len = sizeof(link->error);

	getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &link->error, &len);
	if (link->error == 0)
		return ST_OK;
	why_set(why, "%s", strerror(link->error));
	return ST_IO;
}

void
smtp_link_close(struct smtp_link *link)
{
	tls_client_free(link->tls);
	if (link->fd != -1)
		close(link->fd);
	strbuf_clear(&link->in);
	strbuf_clear(&link->out);
	*link = (struct smtp_link){ .fd = -1 };
}

int
smtp_link_wants(const struct smtp_link *link)
{
	if (link->is_shaking_hands)
		return link->shake_wants;
	return LOOP_READ | (link->sent < link->out.len ? LOOP_WRITE : 0);
}

/* --- out ------------------------------------------------------------------------------ */

static void
forget_reply(struct smtp_link *link)
{
	strbuf_consume(&link->in, link->reply.len);
	link->reply = (struct smtp_reply){ 0 };
}

void
smtp_link_say(struct smtp_link *link, const char *fmt, ...)
{
	va_list ap;

	forget_reply(link);
	va_start(ap, fmt);
	strbuf_vaddf(&link->out, fmt, ap);
	va_end(ap);
}

void
smtp_link_send(struct smtp_link *link, const void *bytes, size_t len)
{
	forget_reply(link);
	strbuf_add(&link->out, bytes, len);
}

static ssize_t
write_some(struct smtp_link *link)
{
	const char *bytes = link->out.data + link->sent;
	size_t len = link->out.len - link->sent;

	return link->tls != NULL ? tls_client_write(link->tls, bytes, len)
				 : send(link->fd, bytes, len, MSG_NOSIGNAL);
}

void
smtp_link_quit(struct smtp_link *link)
{
	if (link->sent < link->out.len) /* it would be taken for a part of that */
		return;
	smtp_link_say(link, "QUIT\r\n");
	write_some(link);
}

static enum status
broken(const struct smtp_link *link, struct why *why)
{
	bool is_tls = link->tls != NULL && errno == EPROTO;

	why_set(why, "%s", is_tls ? tls_client_fault(link->tls) : strerror(errno));
	return ST_IO;
}

static bool
must_wait(ssize_t rc)
{
	return rc == -1 && (errno == EAGAIN || errno == EINTR);
}

/* ST_OK, also when something is left; or ST_IO. */
static enum status
flush(struct smtp_link *link, struct why *why)
{
	ssize_t n;

	while (link->sent < link->out.len) {
		n = write_some(link);
		if (must_wait(n))
			return ST_OK;
		if (n < 0)
			return broken(link, why);
		link->sent += (size_t)n;
	}
	strbuf_reset(&link->out);
	link->sent = 0;
	return ST_OK;
}

/* --- in ------------------------------------------------------------------------------- */

static ssize_t
read_some(struct smtp_link *link, char *buf, size_t cap)
{
	return link->tls != NULL ? tls_client_read(link->tls, buf, cap)
				 : recv(link->fd, buf, cap, 0);
}

static enum status
take_reply(struct smtp_link *link, struct why *why)
{
	enum status rc =
	    smtp_reply_read(&link->reply, strbuf_str(&link->in), link->in.len);

	if (rc == ST_TOO_BIG)
		why_set(why, "endless reply");
	else if (rc == ST_SYNTAX)
		why_set(why, "not SMTP");
	return rc;
}

/* Read until the socket is empty, since TLS may hold back what the socket does not show. */
static enum status
hear(struct smtp_link *link, struct why *why)
{
	char chunk[READ_MAX];
	enum status rc;
	ssize_t n;

	while ((rc = take_reply(link, why)) == ST_MORE) {
		n = read_some(link, chunk, sizeof(chunk));
		if (n > 0) {
			strbuf_add(&link->in, chunk, (size_t)n);
		} else if (n == 0) {
			why_set(why, "connection closed");
			return ST_IO;
		} else {
			return must_wait(n) ? ST_MORE : broken(link, why);
		}
	}
	return rc;
}

enum status
smtp_link_talk(struct smtp_link *link, struct why *why)
{
	struct why fault = { "" };
	enum status sent = flush(link, &fault);
	enum status heard = hear(link, why);

	if (sent == ST_OK || (heard != ST_MORE && heard != ST_IO))
		return heard;
	why_set(why, "%s", fault.text);
	return sent;
}

bool
smtp_link_has_more(const struct smtp_link *link)
{
	return link->in.len > link->reply.len;
}

/* --- TLS ------------------------------------------------------------------------------ */

enum status
smtp_link_shake_hands(struct smtp_link *link, const struct domain *sni, struct why *why)
{
	if (link->tls == NULL) {
		forget_reply(link);
		link->tls = tls_client_new(link->fd, sni, link->keys);
		link->is_shaking_hands = true;
	}
	switch (tls_client_shake_hands(link->tls)) {
	case TLS_STEP_READ:
		link->shake_wants = LOOP_READ;
		return ST_MORE;
	case TLS_STEP_WRITE:
		link->shake_wants = LOOP_WRITE;
		return ST_MORE;
	case TLS_STEP_UP:
		link->is_shaking_hands = false;
		return ST_OK;
	case TLS_STEP_FAILED:
		break;
	}
	why_set(why, "%s", tls_client_fault(link->tls));
	return ST_IO;
}
