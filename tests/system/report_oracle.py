"""What a day's reports must say, from the table of the world, what its servers saw, and the MTA's log; not from hopseal.

    expect(world_dir, sender, sessions, mail_log)  -> {domain: the report's policies}, {domain: why nobody tells of some}
    canonical(policies)                            -> lines to compare: order says nothing in a report

A sender is one of report_senders.py.

RFC 8460, sections 4.2 to 4.5.
"""
import collections
import functools
import json
import pathlib
import re
import sys
from dataclasses import dataclass, field

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'world'))
import certs  # noqa: E402
import expected  # noqa: E402
import judge  # noqa: E402
import kinds  # noqa: E402
import policy_hosts  # noqa: E402
import table  # noqa: E402
import zones  # noqa: E402
from lab import PROBE_HELO  # noqa: E402
from report_senders import CUT_OFF, HANDSHAKE, MISMATCH, PROBED, asks_for_tls  # noqa: E402

# ---------------------------------------------------------------- what a verifying client finds, by kind of server

# The WebPKI and DANE-TA (RPT-TYPE-02 to -04); who is not here has nothing wrong with it.
PKIX = {
    'expired': ('certificate-expired', 'X509_V_ERR_CERT_HAS_EXPIRED'),
    'wrongname': ('certificate-host-mismatch', 'X509_V_ERR_HOSTNAME_MISMATCH'),
    'aliased': ('certificate-host-mismatch', 'X509_V_ERR_HOSTNAME_MISMATCH'),
    'selfsigned': ('certificate-not-trusted', 'X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT'),
    'unknownca': ('certificate-not-trusted', 'X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN'),
}
DANE_TA = {'taexpired': PKIX['expired'], 'tawrongname': PKIX['wrongname']}
NO_MATCH = ('certificate-not-trusted', 'X509_V_ERR_DANE_NO_MATCH')
NO_STARTTLS = ('starttls-not-supported', None)
NOT_NAMED = ('validation-failure', 'sts-mx-mismatch')
UNUSABLE = ('tlsa-invalid', 'all-tlsa-unusable')
NO_TLSA = ('dnssec-invalid', None)
NOT_VERIFIED = ('validation-failure', 'certificate-not-verified')
SOUND = ('ok', 'sni')                   # what a server does with which only a client breaks a handshake off, for its certificate


def _fetch(code, *words):
    return {word: ('sts-policy-fetch-error', code) for word in words}


def _webpki(code, *words):
    return {word: ('sts-webpki-invalid', code) for word in words}


def _invalid(code, *words):
    return {word: ('sts-policy-invalid', code) for word in words}


# A record, but no policy to be had (RPT-TYPE-09 to -11), by the word in column sts.  What is quoted from the text is left out.
NO_POLICY = {
    **_fetch('policy host has no address', 'web-servfail', 'web-absent'),
    **_fetch('TLS handshake failed', 'web-tls10'),
    **_fetch('cannot connect', 'web-refuse'),
    **_fetch('timed out', 'web-silent', 'web-hang', 'web-drip'),
    **_fetch('body ended too early', 'web-short'),
    **_fetch('not HTTP', 'web-garbage'),
    **_fetch('all addresses are refused ranges', 'web-private', 'web-private6', 'web-loopback', 'web-loopback6', 'web-mapped'),
    **_fetch('body too big', 'size-over', 'size-stream', 'size-chunked', 'size-big'),
    **_fetch('media type is not', 'type-html', 'type-missing'),
    **{'http-%d' % status: ('sts-policy-fetch-error', 'http-%d' % status) for status in (201, 204, 301, 302, 404, 500)},
    **_webpki('X509_V_ERR_CERT_HAS_EXPIRED', 'web-expired'),
    **_webpki('X509_V_ERR_HOSTNAME_MISMATCH', 'web-wrongname', 'web-cnonly'),
    **_webpki('X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT', 'web-selfsigned'),
    **_webpki('X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN', 'web-unknownca'),
    **_invalid('line 1: no "key: value"', 'gzip-bomb'),
    **_invalid('line 1: version is not STSv1', 'text-v2'),
    **_invalid('no line "mx"', 'text-nomx', 'text-typo'),
    **_invalid('line 1: starts with a byte order mark', 'text-bom'),
    **_invalid('line 2: mode is not enforce, testing or none', 'text-case'),
    **_invalid('no line "version"', 'text-empty'),
}

# Sessions and questions of which nobody tells, or that are none.
UNTOLD = {
    'closed': 'the server had closed before STARTTLS, which is no matter of TLS (RPT-CNT-07)',
    'exempt': 'the mail says TLS-Required: No (RPT-CNT-08, RPT-CNT-10)',
    'second': 'a second attempt, in the clear, behind a handshake that failed',
    'clear': 'at level "may" Postfix says nothing of a session that went on in the clear',
    'late': 'the answer was due before the lookup behind it had failed',
    'dns': 'the MX records cannot be had, which is no matter of TLS',
    'waits': 'no host with a certificate that satisfies its TLSA records and WebPKI was known in time: there is no session',
    'webpki': 'WebPKI refused it, of which nothing follows for its TLSA records',
}
LATE = 'DNS has not answered in time'   # of an answer that was due before there was more to say
EXEMPT = ('tls@', 'exempt@')            # mail to these, our reports for one, says TLS-Required: No

# ---------------------------------------------------------------- a report in the making

Policy = collections.namedtuple('Policy', 'type domain strings hosts')
Failure = collections.namedtuple('Failure', 'result code local host helo remote')
FIELDS = {'result': 'result-type', 'code': 'failure-reason-code', 'local': 'sending-mta-ip', 'host': 'receiving-mx-hostname',
          'helo': 'receiving-mx-helo', 'remote': 'receiving-ip'}


def failure(fault, host=None, local=None, helo=None, remote=None):
    return Failure(*fault, local, host, helo, remote)


@dataclass
class Entry:
    successes: int = 0
    failures: int = 0
    details: collections.Counter = field(default_factory=collections.Counter)

    def count(self, failures):
        self.successes += not failures
        self.failures += bool(failures)
        self.details.update(failures)


def as_json(policy, entry):
    """One element of "policies" (RFC 8460, 4.4)."""
    told = {'policy-type': policy.type, 'policy-domain': policy.domain}
    if policy.type != 'no-policy-found':
        told['policy-string'] = list(policy.strings)
    if policy.hosts:
        told['mx-host'] = list(policy.hosts)
    made = {'policy': told, 'summary': {'total-successful-session-count': entry.successes,
                                        'total-failure-session-count': entry.failures}}
    if entry.details:
        made['failure-details'] = [
            {**{FIELDS[name]: value for name, value in one._asdict().items() if value}, 'failed-session-count': count}
            for one, count in entry.details.items()]
    return made


def canonical(policies):
    lines = []
    for entry in json.loads(json.dumps(policies)):
        if entry['policy']['policy-type'] == 'tlsa':
            entry['policy']['policy-string'].sort()
        for detail in entry.get('failure-details', []):
            if detail['result-type'] == 'sts-policy-invalid':
                detail['failure-reason-code'] = re.sub(': ".*', '', detail['failure-reason-code'])
            if detail.get('failure-reason-code') in CUT_OFF:
                detail['failure-reason-code'] = CUT_OFF[0]
        entry.get('failure-details', []).sort(key=lambda detail: json.dumps(detail, sort_keys=True))
        lines.append(json.dumps(entry, sort_keys=True))
    return sorted(lines)


# ---------------------------------------------------------------- the policies that the world publishes


class Published:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.world = table.World()
        self.zones = zones.Zones(self.world, self.directory)
        self.domains = {domain.name: domain for domain in [*self.world.domains, *self.beside()]}

    def beside(self):
        """Domains without a policy, at hosts of the table's."""
        return [table.Domain(name, 'unsigned', '-', [], '', '', '', 0, hosts=[self.world.hosts[host]])
                for name, (host, _) in kinds.BESIDE.items()]

    @functools.lru_cache(maxsize=None)
    def tlsa(self, name):
        """(usable, unusable, error or none; the policy) of an MX host; a base domain lies in a secure zone."""
        host = self.world.hosts[name]
        zone = self.zones.kind[self.zones.zone_of(name)]
        if expected.MX_STATUS[zone] != 'secure':
            return 'none', None
        base = host.target if kinds.TLSA[host.tlsa].at == 'target' else name
        lost = [re.fullmatch(kinds.ZONES[zone].spoil, rrtype) for rrtype, _ in host.addresses]
        is_error = re.fullmatch(kinds.ZONES[zone].spoil, 'TLSA') or (lost and all(lost))
        status = 'error' if is_error else expected.TLSA[host.tlsa]
        lines = certs.tlsa(self.directory, host) if status in ('usable', 'unusable') else ()
        return status, Policy('tlsa', base, tuple(' '.join(line.upper().split()) for line in lines), ())

    def sts(self, domain):
        """(enforce or testing, the policy), ('failed', the fault), or (None, None)."""
        if domain.policy is None or expected.POLICY[domain.sts] in ('^none$', 'no record'):
            return None, None
        if domain.sts in NO_POLICY:
            return 'failed', NO_POLICY[domain.sts]
        lines = policy_hosts.text(domain).decode().split('\r\n')[:-1]
        if domain.policy.does == 'rolling':
            lines.append('request: %d' % self.fetches(domain.name))
        return domain.policy.mode, Policy('sts', domain.name, tuple(lines), tuple(policy_hosts.patterns(domain)))

    def fetches(self, name):
        web = map(json.loads, (self.directory / 'web.log').read_text().splitlines())
        return sum(request['domain'] == name for request in web)

    def domains_of(self, session):
        """Whose mail a session was for: it got as far as RCPT, or only one of them has a reason to stop before."""
        if session['recipients']:
            counted = [part for part in session['recipients'] if not part.startswith(EXEMPT)] or session['recipients']
            return [self.domains[name] for name in {part.partition('@')[2] for part in counted}]
        host = self.world.hosts[session['host']]
        there = [domain for domain in self.world.domains if host in domain.hosts]
        return [next((domain for domain in there if domain.postfix != 'delivered'), there[0])]


# ---------------------------------------------------------------- the day


class Day:
    """Sessions and refusals come in, reports go out.  free: domains that the operator wants no policy for."""

    def __init__(self, published, sender, looks, free):
        self.published, self.sender, self.looks, self.free = published, sender, looks, free
        self.reports = collections.defaultdict(lambda: collections.defaultdict(Entry))
        self.untold = {}

    def add(self, name, policy, failures=()):
        self.reports[name][policy].count(failures)
        if policy.type == 'tlsa' and policy.domain != name:     # the operator of the host, too (RPT-DNS-10)
            self.reports[policy.domain][policy].count(failures)

    # ------------------------------------------------------------ a session

    def why_untold(self, seen, host):
        """The word of UNTOLD for a session that nobody tells of, or None."""
        if not seen['commands']:
            return 'closed'
        if seen['recipients'] and all(recipient.startswith(EXEMPT) for recipient in seen['recipients']):
            return 'exempt'
        if seen['tls'] is None and 'DATA' in seen['commands']:
            is_second = not asks_for_tls(seen) and self.does(seen, host) != 'nostarttls'
            return 'second' if is_second else None if self.sender.tells_clear else 'clear'
        return None

    def applied(self, domain, host):
        """(of TLSA, the policy), (of MTA-STS, the policy)"""
        if domain.name in self.free:
            return ('none', None), (None, None)
        return self.published.tlsa(host.name), self.published.sts(domain)

    def session(self, seen):
        host = self.published.world.hosts[seen['host']]
        word = self.why_untold(seen, host)
        for domain in self.published.domains_of(seen):
            if word:
                self.untold[domain.name] = UNTOLD[word]
            else:
                self.session_for(domain, seen, host)

    def session_for(self, domain, seen, host):
        (status, tlsa), (mode, sts) = self.applied(domain, host)
        broken = self.broken(seen, host, status == 'usable' or mode == 'enforce')
        place = self.place(seen, bool(broken or self.verified(host, status, mode)))
        failures = [failure(fault, **place) for fault in broken]
        if status == 'usable' and self.is_misled(host):
            self.untold[domain.name] = UNTOLD['webpki']
        elif status == 'usable':
            self.add(domain.name, tlsa, failures or self.dane_failures(host, place))
        if status == 'unusable':
            self.add(domain.name, tlsa, [failure(UNUSABLE, host.name), *failures])
        if mode == 'failed':
            self.add(domain.name, Policy('sts', domain.name, (), ()), [failure(sts), *failures])
        elif mode:
            is_verified = self.sender.tells_chain or (mode == 'enforce' and status != 'usable')
            self.add(domain.name, sts, failures or self.sts_failures(host, sts, is_verified, place))
        if not mode and status not in ('usable', 'unusable'):
            self.add(domain.name, Policy('no-policy-found', domain.name, (), ()), failures)

    @staticmethod
    def does(seen, host):
        return host.does('AAAA' if ':' in seen['ip'] else 'A')

    def is_misled(self, host):
        """Whether the server shows it another certificate than it does us."""
        return not self.sender.sends_sni and host.sink.does == 'sni'

    def broken(self, seen, host, is_bound):
        """[what was wrong before there was a certificate], at most one; so do the next two."""
        does = self.does(seen, host)
        words = {**self.sender.handshake, **(self.sender.bound if is_bound else {})}
        if not asks_for_tls(seen) or does == 'tls454':
            return [NO_STARTTLS]
        if does in words:
            return [('validation-failure', words[does])]
        return [] if seen['tls'] or does in SOUND else [('validation-failure', HANDSHAKE)]

    @staticmethod
    def dane_fault(host):
        """What is wrong with the certificate under DANE."""
        if host.tlsa == 'wrong':
            return [NO_MATCH]
        is_ta = all(form.startswith('2') for _, form in kinds.TLSA[host.tlsa].records)
        return [DANE_TA[host.kind]] if is_ta and host.kind in DANE_TA else []

    def dane_failures(self, host, place):
        if host.kind in self.sender.misses:
            return [failure(NOT_VERIFIED, **place)]
        seen_by = PROBED if self.sender.leaves_dane else ''
        return [failure((result, code + seen_by), **place) for result, code in self.dane_fault(host)]

    def verified(self, host, status, mode):
        """What the MTA itself found wrong with the certificate."""
        if status == 'usable':
            return self.dane_fault(host)
        return [PKIX[host.kind]] if mode == 'enforce' and host.kind in PKIX else []

    def sts_failures(self, host, sts, is_verified, place):
        """is_verified: by the MTA; else hopseal has looked itself."""
        if not any(judge.matches(pattern, host.name) for pattern in sts.hosts):
            return [failure(NOT_NAMED, **place)]
        if self.is_misled(host):
            return [failure(PKIX['wrongname'] if MISMATCH in self.sender.faults else NOT_VERIFIED, **place)]
        if host.kind not in PKIX:
            return []
        result, code = PKIX[host.kind]
        if is_verified and result in self.sender.faults:
            return [failure((result, self.sender.codes.get(code, code)), **place)]
        looked_at = {**place, 'helo': host.name, 'remote': place['remote'] or self.looks[host.name][0]}
        return [failure((result, code + PROBED), **looked_at)]

    def place(self, seen, is_failed):
        """What is known of where a session went."""
        says = self.sender.of_failure if is_failed else self.sender.of_success
        known = {'host': seen['host'], 'remote': seen['ip'] if 'remote' in says else None}
        if 'self' in says:
            known.update(local=seen['peer'], helo=seen['host'])
        if known['remote'] in self.looks[seen['host']]:
            known['helo'] = seen['host']
        return {'local': None, 'helo': None, **known}

    # ------------------------------------------------------------ no session

    def refusal(self, name, why=''):
        """A question that was answered with "later": the first host with a reason that RFC 8460 has a word for."""
        domain = self.published.domains[name]
        is_late = LATE in why if why else kinds.TLSA[domain.hosts[0].tlsa].fault == 'drop'
        mode, sts = self.published.sts(domain)
        if expected.MX_STATUS.get(domain.dnssec) == 'error':
            self.untold[name] = UNTOLD['dns']
        elif self.sender.without_session & set(domain.verdicts):
            self.untold[name] = UNTOLD['waits']
        elif is_late:
            self.untold[name] = UNTOLD['late']
        else:
            self.refused(domain, mode, sts)

    def refused(self, domain, mode, sts):
        for host in domain.hosts:
            if self.published.tlsa(host.name)[0] == 'error':
                self.unreached(domain.name, host.name)
            elif mode == 'enforce' and not any(judge.matches(pattern, host.name) for pattern in sts.hosts):
                self.add(domain.name, sts, [failure(NOT_NAMED, host.name)])
            else:
                continue
            return
        raise AssertionError('no reason to refuse ' + domain.name)

    def unreached(self, name, host):
        self.add(name, Policy('tlsa', host, (), ()), [failure(NO_TLSA, host)])


def expect(directory, sender, sessions, mail_log, free=()):
    """sessions: those of this sender, and hopseal's looks; mail_log: its lines."""
    looks = collections.defaultdict(list)
    for seen in sessions:
        if seen['helo'] == PROBE_HELO:
            looks[seen['host']].append(seen['ip'])
    day = Day(Published(directory), sender, looks, free)
    for seen in sender.connections([seen for seen in sessions if seen['helo'] != PROBE_HELO], mail_log):
        day.session(seen)
    for name, why in sender.refusals(mail_log):
        day.refusal(name, why)
    for line in mail_log:
        if sender.passed_over and (found := re.search(sender.passed_over, line)):
            day.unreached(found[1], found[2])
    return {name: [as_json(*one) for one in entries.items()] for name, entries in day.reports.items()}, day.untold
