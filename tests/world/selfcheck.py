"""selfcheck.py DIR [table]: does the world keep what its table promises, and only that? Runs inside it, prints TAP."""
import functools
import json
import pathlib
import re
import smtplib
import socket
import ssl
import sys
from dataclasses import dataclass

import expected
import judge
import kinds
import probes
import table
import zones

AT_ONCE = 32                            # lines of the table; most of them wait for something


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, passed, name, seen=''):
        self.count += 1
        self.failed += not passed
        print('%s %d - %s' % ('ok' if passed else 'not ok', self.count, name))
        if not passed:
            print('# seen: %s' % (seen,))

    def same(self, seen, wanted, name):
        self.ok(seen == wanted, '%s: %s' % (name, wanted), seen)

    def end(self):
        print('1..%d' % self.count)
        return 1 if self.failed else 0


@dataclass(frozen=True)
class Line:
    """What a line of the table promises, or what was seen of it."""
    policy: str                         # as in expected.POLICY, else what was found
    verdicts: str
    outcome: str


def promised(domain):
    return Line(expected.POLICY.get(domain.sts, '-'), ','.join(domain.verdicts),
                domain.postfix + ' ' + domain.taker)


class Check:
    """Sees all of DNS at once, then checks topic by topic."""

    def __init__(self, directory):
        self.directory, self.tap = directory, Tap()
        self.ca_file = str(directory / 'certs' / 'ca.crt')
        self.world = table.World(directory / table.FILE)
        self.zones = zones.Zones(self.world, directory)
        self.dns = {}
        self.resolve(self.world.domains, self.world.hosts.values())

    def zone_kind(self, name):
        return self.zones.kind.get(self.zones.zone_of(name), 'absent')

    def gallery(self, kind):
        return self.world.hosts['mx-%s.%s' % (kind, table.GALLERY)]

    def resolve(self, domains, hosts):
        questions = []
        for domain in domains:
            questions.append((domain.name, 'MX'))
            if domain.policy:
                questions += [('_mta-sts.' + domain.name, 'TXT'), (domain.web, 'A'),
                              (domain.web, 'AAAA')]
        for host in hosts:
            questions += [(host.name, rrtype) for rrtype in ('A', 'AAAA', 'CNAME')]
            questions += [('_25._tcp.' + name, 'TLSA') for name in {host.name, host.target}]
        self.dns.update(probes.resolve(questions, self.slow(questions)))

    def slow(self, questions):
        """The questions that take long, and how often each is tried."""
        tries = {}
        for question in questions:
            kind = kinds.ZONES.get(self.zone_kind(question[0]), kinds.Zone())
            if kind.served == 'hole' or (*question, 'drop') in self.zones.faults:
                tries[question] = 1
            elif kind.fault == 'slow':
                tries[question] = 4
        return tries

    # ------------------------------------------------------------ the lines of the table

    def check_table(self):
        seen = self.see_all(self.world.domains)
        different = [domain for domain in self.world.domains if seen[domain] != promised(domain)]
        probes.be_patient()
        if different:
            self.resolve(different, [host for domain in different for host in domain.hosts])
            seen.update(self.see_all(different))
        for domain in self.world.domains:
            self.check_mx(domain)
            if domain.policy:
                name = '%s sts=%s' % (domain.name, domain.sts)
                self.tap.same(seen[domain].policy, promised(domain).policy, name)
            for what in ('verdicts', 'outcome'):
                self.tap.same(getattr(seen[domain], what), getattr(promised(domain), what),
                              '%s %s' % (domain.name, what))

    def check_mx(self, domain):
        answer = self.dns[domain.name, 'MX']
        kind = self.zone_kind(domain.name)
        if domain.alias_of and kind == 'signed':
            kind = self.zone_kind(domain.alias_of)
        status = expected.MX_STATUS[kind]
        self.tap.same(answer.status, status, '%s dnssec=%s, MX' % (domain.name, domain.dnssec))
        if status == 'error':
            return
        rcode = 'NXDOMAIN' if kind == 'absent' else 'NOERROR'
        self.tap.same(answer.rcode, rcode, domain.name + ' MX rcode')
        by_preference = sorted((int(preference), target.rstrip('.')) for preference, target
                               in (record.split() for record in answer.records))
        self.tap.same([target for _, target in by_preference], self.mx_names(domain), domain.name + ' MX hosts')

    @staticmethod
    def mx_names(domain):
        if domain.is_implicit or domain.null_mx:
            return [''] * domain.null_mx
        rows = [(10 * place, host.name) for place, host in enumerate(domain.hosts, 1)]
        for owner, rrtype, data in kinds.MORE:
            if (owner, rrtype) == (domain.name, 'MX'):
                preference, target = data.split()
                rows.append((int(preference), target.rstrip('.')))
        return [name for _, name in sorted(rows)]

    def see_all(self, domains):
        seen = probes.at_once(self.see, [(domain,) for domain in domains], AT_ONCE)
        return dict(zip(domains, seen))

    def see(self, domain):
        fact, policy = self.policy(domain)
        verdicts = self.verdicts(domain, policy)
        reaches = functools.partial(self.reaches, domain)
        outcome = judge.outcome(verdicts, [host.name for host in domain.hosts], reaches)
        if domain.policy and re.search(expected.POLICY[domain.sts], fact):
            fact = expected.POLICY[domain.sts]
        return Line(fact, ','.join(verdicts), ' '.join(outcome))

    def policy(self, domain):
        """(what was found in words, the policy or None)"""
        if not domain.policy:
            return '-', None
        if not judge.sts_record(self.dns['_mta-sts.' + domain.name, 'TXT'].records):
            return 'no record', None
        addresses = self.addresses(domain.web)
        text, why = probes.fetch(domain.web, addresses, self.ca_file)
        if text is None:
            return why, None
        policy = judge.sts_policy(text)
        if not policy:
            return 'invalid text', None
        if not all(map(judge.may_fetch_from, addresses)):
            return policy[0] + ' from a refused address', None
        return policy[0], policy

    def verdicts(self, domain, policy):
        answer = self.dns[domain.name, 'MX']
        if answer.rcode == 'NXDOMAIN' or domain.null_mx:
            return ['reject']
        return [judge.verdict(answer.status, judge.dane(host.name, self.dns)[0], policy, host.name)
                for host in domain.hosts]

    def addresses(self, name):
        return [a for rrtype in ('A', 'AAAA') for a in self.dns[name, rrtype].records]

    def reaches(self, domain, name, verdict):
        """Whether a session under this verdict succeeds at any address of the host."""
        session = {'may': self.may, 'encrypt': self.encrypt, 'sts-verify': self.sts_verify,
                   'dane-verify': self.dane_verify}[verdict]
        return any(session(domain, name, address) for address in self.addresses(name))

    def may(self, _domain, _name, address):
        return probes.greeting(address) == '220'

    def encrypt(self, _domain, name, address):
        return probes.starttls(address, name, '-no-CAfile')[0]

    def sts_verify(self, _domain, name, address):
        return probes.starttls(address, name, *self.webpki(name))[0]

    def dane_verify(self, domain, name, address):
        _, base, records = judge.dane(name, self.dns)
        names = [base]
        if self.dns[domain.name, 'MX'].ad and any(record.startswith('2') for record in records):
            names.append(domain.name)   # RFC 7672, section 3.2.2
        options = ['-no-CAfile', '-verify_return_error', '-dane_ee_no_namechecks']
        for record in records:
            options += ['-dane_tlsa_rrdata', record]
        return any(probes.starttls(address, base, '-dane_tlsa_domain', reference, *options)[0]
                   for reference in names)

    def webpki(self, name):
        return '-verify_return_error', '-CAfile', self.ca_file, '-verify_hostname', name

    # ------------------------------------------------------------ MX hosts

    def check_hosts(self):
        for host in self.world.hosts.values():
            wanted = self.wanted_dane(host)
            if wanted:
                seen = judge.dane(host.name, self.dns)[0]
                self.tap.same(seen, wanted, '%s TLSA=%s' % (host.name, host.tlsa))
        rows = [(host, rrtype, address) for host in self.world.hosts.values()
                for rrtype, address in host.addresses]
        greetings = probes.at_once(probes.greeting, [(address,) for _, _, address in rows])
        special = {'refuse': 'ConnectionRefusedError', 'b421': '421', 'hostile421': '421'}
        for (host, rrtype, address), seen in zip(rows, greetings):
            wanted = special.get(host.does(rrtype), '220')
            if (rrtype, address) not in host.live_addresses:
                wanted = 'OSError' if host.sink.is_away else 'TimeoutError'
            self.tap.same(seen, wanted, '%s greets at %s' % (host.name, address))

    def wanted_dane(self, host):
        """The class of the TLSA set; None where only the verdict can tell."""
        zone = self.zone_kind(host.name)
        status = expected.MX_STATUS[zone]
        if kinds.ZONES[zone].spoil or status == 'error':
            return None
        if not host.sink.address:
            return 'noaddress'
        if len(host.sink.fault) == 2:
            return 'error'
        return 'none' if status == 'insecure' else expected.TLSA[host.tlsa]

    def check_sinks(self):
        """Each kind of SMTP server, over IPv4, with chain and name verified."""
        hosts = [self.gallery(kind) for kind in expected.SINK]
        seen = probes.at_once(probes.starttls, [
            (host.addresses[0][1], host.name, *self.webpki(host.name)) for host in hosts])
        for host, (passed, output) in zip(hosts, seen):
            wanted = expected.SINK[host.kind]
            as_wanted = not passed and re.search(wanted, output) if wanted else passed
            self.tap.ok(as_wanted, 'SMTP kind %s: %s' % (host.kind, wanted or 'verified'), output)

    def check_certificates(self):
        good, sni, bad6 = map(self.gallery, ('good', 'sni', 'v6bad'))
        for algorithm, word in (('ECDSA+SHA256', 'ECDSA'), ('RSA-PSS+SHA256', 'RSA')):
            passed, output = probes.starttls(good.addresses[0][1], good.name, '-sigalgs', algorithm,
                                             *self.webpki(good.name))
            self.tap.ok(passed and 'signature type: ' + word in output,
                        'SMTP kind good shows a certificate for ' + word, output)
        passed, output = probes.starttls(sni.addresses[0][1], 'other.example',
                                         *self.webpki(sni.name))
        self.tap.ok(not passed and 'mismatch' in output,
                    'SMTP kind sni shows another certificate to another SNI', output)
        passed, output = probes.starttls(bad6.addresses[1][1], bad6.name, '-no-CAfile')
        self.tap.ok(not passed, 'SMTP kind v6bad is broken over IPv6', output)

    def check_inject(self):
        with socket.create_connection((self.gallery('inject').addresses[0][1], 25), 3) as sock:
            sock.recv(512)
            sock.sendall(b'STARTTLS\r\n')
            self.tap.same(sock.recv(512), b'220 2.0.0 go\r\n250 2.0.0 injected\r\n',
                          'SMTP kind inject')

    # ------------------------------------------------------------ the rest

    def check_resolvers(self):
        signed, bogus = ('dane-ee.test', 'MX'), ('bogus.test', 'MX')
        for resolver in table.RESOLVER:
            seen = probes.dig([('.', 'SOA'), signed, bogus], resolver)
            self.tap.ok(seen['.', 'SOA'].ad and seen[signed].ad, resolver + ' validates')
            self.tap.same(seen[bogus].rcode, 'SERVFAIL', resolver + ' and bogus data')
        plain = table.PLAIN_RESOLVER
        same = [(domain.name, 'MX') for domain in self.world.domains
                if domain.dnssec != 'slow' and self.dns[domain.name, 'MX'].status != 'error']
        seen = probes.dig(same + [bogus], plain)
        self.tap.ok(not any(answer.ad for answer in seen.values()), plain + ' never sets AD')
        self.tap.same(seen[bogus].rcode, 'NOERROR', plain + ' and bogus data')
        other = [q for q in same if sorted(seen[q].records) != sorted(self.dns[q].records)]
        self.tap.same(other, [], plain + ' has other MX data for')

    def check_dns(self):
        denial = self.dns['_25._tcp.mx-selfsigned.optout.test', 'TLSA']
        self.tap.same((denial.rcode, denial.ad), ('NXDOMAIN', False), 'denial in an opt-out zone')
        many = self.dns['_25._tcp.mx-selfsigned.dane-many.test', 'TLSA']
        self.tap.same(len(many.records), 100, 'TLSA records of dane-many.test')
        rolling = [('_mta-sts.sts-rolling.test', 'TXT')]
        self.tap.ok(probes.dig(rolling) != probes.dig(rolling), 'sts-rolling.test: the id changes')

    def check_holes(self):
        for address in (table.NOBODY4, table.NOBODY6):
            try:
                socket.create_connection((address, 443), .3).close()
                seen = 'connected'
            except OSError as error:
                seen = type(error).__name__
            self.tap.same(seen, 'TimeoutError', address + ' is a black hole')

    def last(self, log):
        return json.loads((self.directory / log).read_text().splitlines()[-1])

    def check_sink_log(self):
        host, recipients = self.gallery('good'), ['b@sinks.test', 'c@sinks.test']
        context = ssl.create_default_context(cafile=self.ca_file)
        for version, sni in ((None, None), ('TLSv1.3', host.name)):
            with smtplib.SMTP(host.name, timeout=3) as client:
                if version:
                    client.starttls(context=context)
                client.sendmail('a@example.net', recipients, 'x\r\n')
            wanted = {'mx': host.name, 'tls': version, 'sni': sni, 'sender': 'a@example.net',
                      'recipients': recipients}
            seen = self.last('sink.log')
            self.tap.same({key: seen[key] for key in wanted}, wanted, 'sink.log')
            self.tap.ok(seen['ip'] in dict(host.addresses).values(), 'sink.log: ip', seen['ip'])

    def check_web_log(self):
        name = 'mta-sts.sts-enforce.test'
        probes.fetch(name, self.addresses(name), self.ca_file)
        wanted = {'domain': 'sts-enforce.test', 'host': name, 'sni': name, 'tls': 'TLSv1.3',
                  'method': 'GET', 'path': '/.well-known/mta-sts.txt', 'headers': {'host': name}}
        seen = self.last('web.log')
        self.tap.same({key: seen[key] for key in wanted}, wanted, 'web.log')


def main(directory, part=''):
    check = Check(directory)
    check.check_table()
    check.check_hosts()
    if part != 'table':
        beside_table(check)
    return check.tap.end()


def beside_table(check):
    check.check_sinks()
    check.check_certificates()
    check.check_inject()
    check.check_resolvers()
    check.check_dns()
    check.check_holes()
    check.check_sink_log()
    check.check_web_log()


sys.exit(main(pathlib.Path(sys.argv[1]), *sys.argv[2:]))
