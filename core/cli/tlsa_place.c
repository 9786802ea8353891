/* SPDX-License-Identifier: ISC */
#include "cli/tlsa_place.h"

#include "base/number.h"
#include "cli/input.h"
#include "show/complain.h"
#include "wire/idn.h"
#include "wire/next_hop.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024) /* no chain is as long */

static bool
take_port(const char *text, struct tlsa_place *out)
{
	uint64_t port;

	if (number_parse(text, strlen(text), UINT16_MAX, &port) != ST_OK || port == 0) {
		complain("\"%s\" is no port", text);
		return false;
	}
	out->port = (unsigned)port;
	return true;
}

static bool
take_name(const char *text, struct tlsa_place *out)
{
	struct why why;

	if (idn_domain_parse(text, strlen(text), &out->host, &why) == ST_OK)
		return true;
	complain("\"%s\" is no host name: %s", text, why.text);
	return false;
}

bool
tlsa_place_take(const struct args *args, struct tlsa_place *out)
{
	*out = (struct tlsa_place){ .port = SMTP_PORT };
	return (args->port == NULL || take_port(args->port, out)) &&
	       (args->name == NULL || take_name(args->name, out));
}

void
tlsa_place_add(struct strbuf *out, const struct tlsa_place *place)
{
	strbuf_addf(out, "_%u._tcp.%s.", place->port, place->host.text);
}

void
tlsa_place_add_line(
    struct strbuf *out, const struct tlsa_place *place, const struct tlsa *record)
{
	tlsa_place_add(out, place);
	strbuf_adds(out, " IN TLSA ");
	tlsa_add_text(out, record);
}

/* The name in the certificate, if there is only one. */
static bool
find_host(struct tlsa_place *place, const struct tlsa_source *source, const char *file)
{
	struct domain name;
	size_t count;

	if (place->host.len > 0)
		return true;
	count = tlsa_source_names(source, &name, 1);
	if (count == 1)
		place->host = name;
	else
		complain("%s names %s; say which is the MX host: --name HOST", file,
		    count == 0 ? "no host" : "several hosts");
	return count == 1;
}

static enum exit_code
parse(struct tlsa_place *place, const struct strbuf *bytes, const char *file,
    struct tlsa_source **out)
{
	struct why why;

	if (tlsa_source_read(strbuf_str(bytes), bytes->len, out, &why) != ST_OK) {
		complain("%s %s", file, why.text);
		return EXIT_USAGE;
	}
	if (find_host(place, *out, file))
		return EXIT_YES;
	tlsa_source_free(*out);
	*out = NULL;
	return EXIT_USAGE;
}

enum exit_code
tlsa_place_read(struct tlsa_place *place, const char *file, struct tlsa_source **out)
{
	struct strbuf bytes = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	*out = NULL;
	if (input_read(file, FILE_BYTES_MAX, "no certificate", &bytes))
		code = parse(place, &bytes, file, out);
	/* It may have been a private key. */
	if (bytes.len > 0)
		explicit_bzero(bytes.data, bytes.len);
	strbuf_clear(&bytes);
	return code;
}
