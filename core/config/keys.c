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

static const char *const dane_only_words[] = {
	[DANE_ONLY_DEFER] = "defer",
	[DANE_ONLY_ENCRYPT] = "encrypt",
	NULL,
};

static const char *const mail_way_words[] = {
	[MAIL_WAY_PROGRAM] = "sendmail",
	[MAIL_WAY_RELAY] = "relay",
	[MAIL_WAY_DIRECT] = "direct",
	[MAIL_WAY_OFF] = "off",
	NULL,
};

static const char *const watch_level_words[] = {
#define X(name, word, level) [name] = word,
	WATCH_LEVELS(X)
#undef X
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

#define DATAGRAMS(member)                                                              \
	.kind = &kind_datagram_socket, MEMBER(struct listen_lines, member)
#define PATHS(member)   .kind = &kind_paths, MEMBER(struct path_list, member)
#define DOMAINS(member) .kind = &kind_domains, MEMBER(struct domain_list, member)
#define COMMAND(member) .kind = &kind_command, MEMBER(const char *, member)
#define MAILBOX(member) .kind = &kind_mailbox, MEMBER(const char *, member)
#define SERVER(member)  .kind = &kind_server, MEMBER(const char *, member)

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
	    .help =
		"Holds the database of policies, overrides, counts and reports, and the "
		"journal of sessions." },
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
	{ "listen", "tlsrpt", DATAGRAMS(tlsrpts), .standard = "",
	    .help = "A socket for the TLSRPT datagrams of Postfix 3.10 and later: "
		    "unix:PATH [owner=USER:GROUP] [mode=MODE]." },
	{ "listen", "metrics", SOCKETS(metrics), .standard = "",
	    .help = "A socket that answers HTTP GET /metrics for Prometheus, such as "
		    "inet:127.0.0.1:9461." },

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
		"Address ranges that policy hosts, MX hosts that are probed and "
		"destinations of reports may have though they are loopback, private or "
		"otherwise not public.  May be repeated." },

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

	{ "opensmtpd", "dane-only", CHOICE(enum dane_only, engine.settings.dane_only),
	    .standard = "defer", .words = dane_only_words,
	    .help =
		"For a host whose certificate only DANE accepts, of which OpenSMTPD knows "
		"nothing: defer: its mail waits; encrypt: it goes with TLS that anybody "
		"on the way can take away, once a probe has seen that DANE holds." },

	{ "cache", "policies", NUMBER(size_t, engine.policies_max),
	    .standard = "1000000", .min = 100, .max = 100000000,
	    .help = "MTA-STS policies kept." },
	{ "cache", "policy-bytes", SIZE(engine.policies_max_bytes), .standard = "512M",
	    .min = 1 << 20, .max = UINT64_C(3) << 30, .help = "Memory for them." },
	{ "cache", "routes", NUMBER(size_t, engine.routes_max), .standard = "100000",
	    .min = 100, .max = 100000000,
	    .help = "Next-hops whose DNS facts are kept, never beyond their TTL." },

	{ "events", "spool", PATHS(spools), .standard = "",
	    .help =
		"A file in which an adapter keeps events while hopseald is away; it "
		"is taken in and removed.  May be repeated." },
	{ "events", "postfix-log", TEXT(postfix_log), .standard = "", .max = 4095,
	    .help = "For Postfix before 3.10: the mail log to follow, a path or "
		    "\"journal\"; empty: none." },
	{ "events", "opensmtpd-log", TEXT(opensmtpd_log), .standard = "", .max = 4095,
	    .help = "The log of OpenSMTPD, likewise: it says why a certificate was "
		    "refused or a handshake failed." },

	{ "probe", "enabled", YESNO(probe.is_on), .standard = "yes",
	    .help =
		"Look at MX hosts by a STARTTLS connection of our own where the MTA "
		"cannot say what was wrong, as with policies in mode testing." },
	{ "probe", "keep", SECONDS(probe.keep_s), .standard = "1h", .min = MINUTE,
	    .max = DAY, .help = "How long what was seen is taken for true." },
	{ "probe", "pause", SECONDS(probe.pause_s), .standard = "10m", .min = MINUTE,
	    .max = DAY,
	    .help = "The least time between two looks at one address of a host." },
	{ "probe", "per-minute", NUMBER(unsigned, probe.per_minute), .standard = "120",
	    .min = 1, .max = 100000, .help = "Looks at all hosts together." },
	{ "probe", "deadline", MS(probe.deadline_ms), .standard = "20s", .min = 1000,
	    .max = 60000, .help = "How long one look may take." },

	{ "report", "contact", MAILBOX(report.contact), .standard = "",
	    .help =
		"Whom receivers of our reports may ask: a mail address.  Its domain "
		"signs and names the reports.  Empty: sessions are counted, nothing "
		"is sent." },
	{ "report", "organization", TEXT(report.organization), .standard = "",
	    .max = 200,
	    .help = "Who sends the reports; empty: the domain of the contact." },
	{ "report", "sender", MAILBOX(report.sender), .standard = "",
	    .help = "Sender of report mail, in From and on the envelope; empty: the "
		    "contact." },
	{ "report", "mail", CHOICE(enum mail_way, report.mail), .standard = "relay",
	    .words = mail_way_words,
	    .help = "How report mail leaves: sendmail: through that program; relay: by "
		    "SMTP to a relay; direct: by SMTP to the destination; off: not at "
		    "all." },
	{ "report", "sendmail", PATH(report.program), .standard = "/usr/sbin/sendmail",
	    .min = 1, .max = 4095, .help = "The program for mail = sendmail." },
	{ "report", "relay", SERVER(report.relay), .standard = "127.0.0.1",
	    .help =
		"The server for mail = relay: NAME or ADDRESS, with :PORT unless it "
		"is 25." },
	{ "report", "helo", TEXT(report.helo), .standard = "", .max = 253,
	    .help = "Our name in EHLO, of report mail and probes; empty: the name of "
		    "the machine." },
	{ "report", "https", YESNO(report.is_https), .standard = "yes",
	    .help = "Deliver to destinations that begin with https:." },
	{ "report", "https-verify", YESNO(report.is_https_verified), .standard = "no",
	    .help =
		"A certificate fault of such a destination is a failure; else it is "
		"logged and the report delivered (RFC 8460, 3)." },
	{ "report", "spread", SECONDS(report.spread_s), .standard = "4h",
	    .max = DAY / 2,
	    .help = "Reports leave at random times within so long after they were made "
		    "(RFC 8460, 4.1)." },
	{ "report", "grace", SECONDS(report.grace_s), .standard = "5m", .min = 1,
	    .max = 6 * HOUR, .help = "How long after midnight, UTC, a day is closed." },
	{ "report", "heartbeat", YESNO(report.is_heartbeat), .standard = "yes",
	    .help = "Report days without a failure, too." },
	{ "report", "mail-hosts", YESNO(report.is_for_mail_hosts), .standard = "yes",
	    .help =
		"Report results of DANE also to the operator of the MX host, if the "
		"host's name has a record of its own." },
	{ "report", "show-reasons", YESNO(report.is_reason_shown), .standard = "yes",
	    .help = "Reports carry failure-reason-code." },
	{ "report", "show-addresses", RANGES(report.shown), .standard = "",
	    .help = "Address ranges of ours that reports may name as sending-mta-ip; "
		    "empty: all.  May be repeated." },
	{ "report", "parallel", NUMBER(unsigned, report.parallel), .standard = "64",
	    .min = 1, .max = 1000, .help = "Deliveries at once." },
	{ "report", "keep", SECONDS(report.keep_s), .standard = "30d", .min = 2 * DAY,
	    .max = 3650U * DAY, .help = "How long counts and reports are kept." },
	{ "report", "dkim-key", PATH(report.dkim_key), .standard = "", .max = 4095,
	    .help = "Private key, RSA or Ed25519 in PEM, that report mail is signed "
		    "with; empty: the MTA signs." },
	{ "report", "dkim-selector", TEXT(report.dkim_selector), .standard = "hopseal",
	    .min = 1, .max = 63, .help = "Selector of that key." },
	{ "report", "dkim-domain", NAME(report.dkim_domain), .standard = "", .max = 253,
	    .help = "Domain of that key; empty: that of the contact." },

	{ "watch", "domains", DOMAINS(watch.domains), .standard = "",
	    .help = "Domains of ours that are checked, as \"hopseal check\" does, on a "
		    "schedule; what changes is told.  May be repeated." },
	{ "watch", "every", SECONDS(watch.every_s), .standard = "1h", .min = MINUTE,
	    .max = 7 * DAY,
	    .help = "How often; sooner again where something is wrong." },
	{ "watch", "command", COMMAND(watch.command), .standard = "", .max = 4095,
	    .help =
		"A program, and words for it, that is run once for each change of a "
		"domain, with the change as JSON on its standard input; no shell "
		"looks at it.  Empty: none." },
	{ "watch", "level", CHOICE(enum watch_level, watch.level), .standard = "advice",
	    .words = watch_level_words,
	    .help = "The least grave finding that the command is run for." },
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