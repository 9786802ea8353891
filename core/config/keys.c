/* SPDX-License-Identifier: ISC */
#include "config/keys.h"

#include "config/kind.h"
#include "config/nearest.h"

static const char *const sink_words[] = {
	[LOG_TO_STDERR] = "stderr",
	[LOG_TO_SYSLOG] = "syslog",
	NULL,
};

static const char *const level_words[] = {
#define X(name, text) [name] = text,
	LOG_LEVELS(X)
#undef X
	    NULL,
};

static const char *const insecure_mx_words[] = {
	[INSECURE_MX_DANE] = "dane",
	[INSECURE_MX_MAY] = "may",
	[INSECURE_MX_OFF] = "off",
	NULL,
};

static const char *const mix_words[] = {
	[MIX_DANE] = "dane",
	[MIX_BOTH] = "both",
	NULL,
};

/* Where a member lies; a compiler error when it is not of this type. */
#define MEMBER(type, member)                                                           \
	.at = offsetof(struct config, member) +                                        \
	      0 * sizeof(_Generic(((struct config *)0)->member, type : 0)),            \
	.width = sizeof(type)

#define TEXT(member)         .kind = &kind_text, MEMBER(const char *, member)
#define PATH(member)         .kind = &kind_path, MEMBER(const char *, member)
#define YESNO(member)        .kind = &kind_yesno, MEMBER(bool, member)
#define CHOICE(type, member) .kind = &kind_choice, MEMBER(type, member)
#define NUMBER(type, member) .kind = &kind_number, MEMBER(type, member)
#define SIZE(member)         .kind = &kind_size, MEMBER(size_t, member)
#define MS(member)           .kind = &kind_milliseconds, MEMBER(int, member)
#define SECONDS(member)      .kind = &kind_seconds, MEMBER(unsigned, member)
#define NAME(member)         .kind = &kind_domain, MEMBER(struct domain, member)
#define SERVERS(member)      .kind = &kind_servers, MEMBER(const char *, member)
#define RANGES(member)       .kind = &kind_ranges, MEMBER(struct guard, member)
#define DIGESTS(member)      .kind = &kind_digests, MEMBER(struct tlsa_digests, member)
#define SOCKETS(member)      .kind = &kind_socket, MEMBER(struct listen_lines, member)
#define PRIVATE(member)                                                                \
	.kind = &kind_private_socket, MEMBER(struct listen_lines, member)

#define FIXED  .is_fixed = true
#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/*
 * Section, name; kind and member; default; least and greatest; explanation.  The order is that of the example
 * file; keys of a section stand together.
 */
const struct key config_keys[] = {
	{ "daemon", "user", TEXT(user), .standard = "hopseal", .min = 1, .max = 64,
	    FIXED,
	    .help = "The user that hopseald becomes once its sockets are bound." },
	{ "daemon", "log", CHOICE(enum log_sink, log), .standard = "stderr",
	    .words = sink_words,
	    .help = "Where log lines go; syslog means the facility mail." },
	{ "daemon", "log-level", CHOICE(enum log_level, log_level), .standard = "info",
	    .words = level_words,
	    .help =
		"The least important lines to write; debug writes one per question." },
	{ "daemon", "pid-file", PATH(pid_file), .standard = "", .max = 4095, FIXED,
	    .help = "Where the process number is written; empty: nowhere." },
	{ "daemon", "state-folder", PATH(state_folder), .standard = HOPSEAL_STATEDIR,
	    .min = 1, .max = 3800, FIXED,
	    .help = "Holds the database of policies and overrides." },
	{ "daemon", "deadline", MS(deadline_ms), .standard = "5s", .min = 100,
	    .max = 90000,
	    .help =
		"How long a question may wait for the network.  Past it the answer is "
		"what is safe from what is known; the lookups go on." },
	{ "daemon", "connections", NUMBER(unsigned, stream_max), .standard = "20000",
	    .min = 1, .max = 1000000, FIXED,
	    .help = "Connections at once on each socket; more wait." },
	{ "daemon", "lookups", NUMBER(unsigned, engine.fetch_parallel),
	    .standard = "512", .min = 1, .max = 10000,
	    .help = "Domains looked up at once; more wait." },

	{ "listen", "socketmap", SOCKETS(maps),
	    .standard = "unix:" MAP_SOCKET_PATH " mode=0666",
	    .help = "A socket for MTAs: unix:PATH [owner=USER:GROUP] [mode=MODE], or "
		    "inet:ADDRESS:PORT.  One line for each; empty: none." },
	{ "listen", "control", PRIVATE(controls),
	    .standard = "unix:" CONTROL_SOCKET_PATH " mode=0600",
	    .help = "The socket of the command hopseal(1), a unix socket.  Whoever may "
		    "connect to it may change overrides." },

	{ "dns", "servers", SERVERS(dns.servers), .standard = "",
	    .help = "Up to four validating resolvers, ADDRESS, ADDRESS:PORT or "
		    "[V6]:PORT; empty: those of /etc/resolv.conf." },
	{ "dns", "trusted", YESNO(dns.is_trusted), .standard = "no",
	    .help =
		"Nobody can forge the replies of these servers, though they are not "
		"on loopback.  Without it, DANE needs a resolver on loopback "
		"(RFC 7672, 2.1.1)." },
	{ "dns", "try", MS(dns.try_ms), .standard = "2s", .min = 50, .max = 10000,
	    .help = "How long one try waits for a server." },
	{ "dns", "deadline", MS(engine.dns_deadline_ms), .standard = "10s", .min = 100,
	    .max = 60000,
	    .help = "How long the lookup of one name may take, with all tries." },
	{ "dns", "self-test-secure", NAME(engine.probe_secure), .standard = "org",
	    .max = 128,
	    .help =
		"A signed name that the resolver must validate, tested at start and "
		"every few minutes; empty: not tested." },
	{ "dns", "self-test-bogus", NAME(engine.probe_bogus),
	    .standard = "dnssec-failed.org", .max = 128,
	    .help = "A wrongly signed name that the resolver must refuse; empty: not "
		    "tested." },

	{ "https", "ca-file", PATH(https.ca_file),
	    .standard = "/etc/ssl/certs/ca-certificates.crt", .min = 1, .max = 4095,
	    .help = "Certificate authorities, in PEM, that policy hosts are verified "
		    "with." },
	{ "https", "deadline", MS(engine.https_deadline_ms), .standard = "1m",
	    .min = 1000, .max = 60000,
	    .help =
		"How long fetching a policy may take, from the first DNS question to "
		"the last byte (RFC 8461, 3.3)." },
	{ "https", "connect", MS(https.connect_ms), .standard = "5s", .min = 100,
	    .max = 30000, .help = "How long connecting to a policy host may take." },
	{ "https", "parallel", NUMBER(int, https.parallel_max), .standard = "256",
	    .min = 1, .max = 5000, .help = "Policies fetched at once; more wait." },
	{ "https", "allow", RANGES(https.guard), .standard = "",
	    .help =
		"Address ranges that policy hosts may have though they are loopback, "
		"private or otherwise not public.  May be repeated." },

	{ "sts", "refresh", SECONDS(engine.refresh_every), .standard = "1d",
	    .min = MINUTE, .max = 30 * DAY,
	    .help = "How often a cached policy is fetched again ahead of its end "
		    "(RFC 8461, 3.3)." },
	{ "sts", "retry", SECONDS(engine.retry_after), .standard = "5m",
	    .min = 5 * MINUTE, .max = DAY,
	    .help = "Pause after a fetch that failed (RFC 8461, 3.3: no less than five "
		    "minutes)." },

	{ "dane", "insecure-mx", CHOICE(enum insecure_mx, engine.settings.insecure_mx),
	    .standard = "dane", .words = insecure_mx_words,
	    .help = "DANE for hosts whose MX records are not signed (RFC 7672, 2.2.1): "
		    "dane: as for the others; may: TLS without verification; off: no "
		    "DANE." },
	{ "dane", "digests", DIGESTS(engine.settings.digests),
	    .standard = "sha512 sha256",
	    .help = "TLSA digests from the strongest on; those left out are not used "
		    "(RFC 7671, 9)." },

	{ "policy", "mix", CHOICE(enum mix, engine.settings.mix), .standard = "dane",
	    .words = mix_words,
	    .help = "For a host with DANE and an MTA-STS policy in mode enforce: DANE "
		    "decides alone, or both must hold." },

	{ "cache", "policies", NUMBER(size_t, engine.policies_max),
	    .standard = "1000000", .min = 100, .max = 100000000,
	    .help = "MTA-STS policies kept." },
	{ "cache", "policy-bytes", SIZE(engine.policies_max_bytes), .standard = "512M",
	    .min = 1 << 20, .max = UINT64_C(3) << 30, .help = "Memory for them." },
	{ "cache", "routes", NUMBER(size_t, engine.routes_max), .standard = "100000",
	    .min = 100, .max = 100000000,
	    .help = "Next-hops whose DNS facts are kept, never beyond their TTL." },
};

const size_t config_key_count = COUNT_OF(config_keys);

const struct key *
key_find(const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < config_key_count; i++)
		if (strcmp(config_keys[i].section, section) == 0 &&
		    strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

const char *
key_section(const char *section)
{
	size_t i;

	for (i = 0; i < config_key_count; i++)
		if (strcmp(config_keys[i].section, section) == 0)
			return config_keys[i].section;
	return NULL;
}

/* A key of the same section wins over an equally near one elsewhere. */
void
key_hint(struct strbuf *out, const char *section, const char *name)
{
	const struct key *best = NULL;
	size_t i, distance, least = SIZE_MAX;

	for (i = 0; i < config_key_count; i++) {
		distance = 2 * edit_distance(name, config_keys[i].name);
		distance += strcmp(config_keys[i].section, section) != 0;
		if (distance < least) {
			least = distance;
			best = &config_keys[i];
		}
	}
	if (!is_near(name, least / 2))
		return;
	strbuf_addf(out, "; did you mean \"%s\"", best->name);
	if (least % 2 != 0)
		strbuf_addf(out, " of [%s]", best->section);
	strbuf_addc(out, '?');
}

void
key_section_hint(struct strbuf *out, const char *section)
{
	const char *best = NULL;
	size_t i, distance, least = SIZE_MAX;

	for (i = 0; i < config_key_count; i++) {
		distance = edit_distance(section, config_keys[i].section);
		if (distance < least) {
			least = distance;
			best = config_keys[i].section;
		}
	}
	if (is_near(section, least))
		strbuf_addf(out, "; did you mean [%s]?", best);
}
