"""selfcheck.py DIR: checks from inside that the world keeps what domains.tsv promises. Prints TAP."""
import functools
import json
import pathlib
import re
import smtplib
import socket
import ssl
import sys

import expected
import judge
import kinds
import probes
import table
import zones


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, passed, name, seen=''):
        self.count += 1
        self.failed += not passed
        print('%s %d - %s' % ('ok' if passed else 'not ok', self.count, name))
        if not passed and seen != '':
            print('# seen: %s' % (seen,))

    def same(self, seen, wanted, name):
        self.ok(seen == wanted, '%s: %s' % (name, wanted), seen)

    def end(self):
        print('1..%d' % self.count)
        return 1 if self.failed else 0


class Check:
    """Sees everything once, at once, then compares line by line."""

    def __init__(self, directory):
        self.directory, self.tap = directory, Tap()
        self.ca_file = str(directory / 'certs' / 'ca.crt')
        self.world = table.World()
        self.zones = zones.Zones(self.world, directory)
        questions, slow = self.questions()
        self.dns = probes.resolve(questions, slow)

    def zone_kind(self, name):
        return self.zones.kind.get(self.zones.zone_of(name), 'absent')

    def questions(self):
        """All questions, and the number of tries for those that take long."""
        found, slow = [], {}
        for domain in self.world.domains:
            found.append((domain.name, 'MX'))
            if domain.policy:
                found += [('_mta-sts.' + domain.name, 'TXT'), (domain.web, 'A'), (domain.web, 'AAAA')]
        for host in self.world.hosts.values():
            names = dict.fromkeys((host.name, host.target))
            found += [(host.name, 'A'), (host.name, 'AAAA'), (host.name, 'CNAME')]
            found += [('_25._tcp.' + name, 'TLSA') for name in names]
        for question in found:
            kind = kinds.ZONES.get(self.zone_kind(question[0]))
            if kind and kind.fault == 'slow':
                slow[question] = 4
            if kind and kind.served == 'hole':
                slow[question] = 1
        slow.update((question, 1) for question in found if (*question, 'drop') in self.zones.faults)
        return found, slow

    # ---------------------------------------------------------------- the lines of the table

    def table_lines(self):
        seen = probes.at_once(self.see, [(domain,) for domain in self.world.domains], 32)
        for domain, (fact, verdicts, outcome) in zip(self.world.domains, seen):
            self.mx_facts(domain)
            self.sts_facts(domain, fact)
            self.tap.same(verdicts, domain.verdicts, domain.name + ' verdict')
            self.tap.same(outcome, (domain.postfix, domain.taker), domain.name + ' outcome')

    def see(self, domain):
        """(what became of the policy, verdicts, outcome)"""
        fact, policy = self.policy(domain)
        verdicts = self.verdicts(domain, policy)
        reaches = functools.partial(self.reaches, domain)
        return fact, verdicts, judge.outcome(verdicts, [host.name for host in domain.hosts], reaches)

    def mx_facts(self, domain):
        answer = self.dns[domain.name, 'MX']
        kind = self.zone_kind(domain.name)
        if domain.alias_of and kind == 'signed':
            kind = self.zone_kind(domain.alias_of)
        status = expected.MX_STATUS[kind]
        self.tap.same(answer.status, status, '%s dnssec=%s MX' % (domain.name, domain.dnssec))
        if status == 'error':
            return
        self.tap.same(answer.rcode, 'NXDOMAIN' if kind == 'absent' else 'NOERROR', domain.name + ' MX rcode')
        names = [] if domain.is_implicit else [host.name for host in domain.hosts]
        seen = [target.rstrip('.') for _, target in sorted((int(p), t) for p, t in map(str.split, answer.records))]
        self.tap.same(seen, [''] if domain.null_mx else names, domain.name + ' MX hosts')

    def policy(self, domain):
        """(what was found in words, the policy or None)"""
        if not domain.policy:
            return '-', None
        if not judge.sts_record(self.dns['_mta-sts.' + domain.name, 'TXT'].records):
            return 'no record', None
        addresses = [a for rrtype in ('A', 'AAAA') for a in self.dns[domain.web, rrtype].records]
        text, why = probes.fetch(domain.web, addresses, self.ca_file)
        if text is None:
            return why, None
        policy = judge.sts_policy(text)
        if not policy:
            return 'invalid text', None
        if not all(map(judge.may_fetch_from, addresses)):
            return policy[0] + ' from a refused address', None
        return policy[0], policy

    def sts_facts(self, domain, fact):
        wanted = expected.NO_POLICY.get(domain.sts) or expected.MODE.get(domain.sts, 'enforce') + '$'
        if domain.policy:
            self.tap.ok(re.search(wanted, fact), '%s sts=%s: %s' % (domain.name, domain.sts, wanted), fact)

    def verdicts(self, domain, policy):
        answer = self.dns[domain.name, 'MX']
        if answer.rcode == 'NXDOMAIN' or domain.null_mx:
            return ['reject']
        return [judge.verdict(answer.status, judge.dane(host.name, self.dns)[0], policy, host.name) for host in domain.hosts]

    def reaches(self, domain, name, verdict):
        """Whether a session under this verdict succeeds at any address of the host."""
        addresses = [address for rrtype in ('A', 'AAAA') for address in self.dns[name, rrtype].records]
        session = {'may': self.may, 'encrypt': self.encrypt, 'sts-verify': self.sts_verify,
                   'dane-verify': self.dane_verify}[verdict]
        return any(session(domain, name, address) for address in addresses)

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
        return any(probes.starttls(address, base, '-dane_tlsa_domain', name, *options)[0] for name in names)

    def webpki(self, name):
        return '-verify_return_error', '-CAfile', self.ca_file, '-verify_hostname', name

    # ---------------------------------------------------------------- hosts

    def host_lines(self):
        for host in self.world.hosts.values():
            wanted = self.wanted_dane(host)
            if wanted:
                self.tap.same(judge.dane(host.name, self.dns)[0], wanted, '%s TLSA=%s' % (host.name, host.tlsa))
        addresses = [(host, rrtype, address) for host in self.world.hosts.values()
                     for rrtype, address in host.addresses]
        greetings = probes.at_once(probes.greeting, [(address,) for _, _, address in addresses])
        for (host, rrtype, address), seen in zip(addresses, greetings):
            wanted = {'refuse': 'ConnectionRefusedError', 'b421': '421'}.get(host.does(rrtype), '220')
            self.tap.same(seen, wanted, '%s greets at %s' % (host.name, address))

    def wanted_dane(self, host):
        zone = self.zone_kind(host.name)
        status = expected.MX_STATUS[zone]
        if kinds.ZONES[zone].spoil or status == 'error':
            return None                 # seen in the verdict
        if not host.sink.address:
            return 'noaddress'
        if len(host.sink.fault) == 2:
            return 'error'
        return 'none' if status == 'insecure' else expected.TLSA[host.tlsa]

    def sink_lines(self):
        """Each kind of SMTP server, over IPv4, with chain and name verified."""
        hosts = [self.world.hosts['mx-%s.%s' % (kind, table.GALLERY)] for kind in expected.SINK]
        seen = probes.at_once(probes.starttls, [(host.addresses[0][1], host.name, *self.webpki(host.name))
                                                for host in hosts])
        for host, (passed, output) in zip(hosts, seen):
            wanted = expected.SINK[host.kind]
            as_wanted = passed if not wanted else not passed and re.search(wanted, output)
            self.tap.ok(as_wanted, 'SMTP kind %s: %s' % (host.kind, wanted or 'verified'), output)

    def certificate_lines(self):
        good, sni = (self.world.hosts['mx-%s.%s' % (kind, table.GALLERY)] for kind in ('good', 'sni'))
        address = good.addresses[0][1]
        for algorithms, word in (('ECDSA+SHA256', 'ECDSA'), ('RSA-PSS+SHA256', 'RSA')):
            passed, output = probes.starttls(address, good.name, '-sigalgs', algorithms, *self.webpki(good.name))
            self.tap.ok(passed and 'signature type: ' + word in output, 'good shows a certificate for ' + word, output)
        passed, output = probes.starttls(sni.addresses[0][1], 'other.example', *self.webpki(sni.name))
        self.tap.ok(not passed and 'mismatch' in output, 'sni shows another certificate for another name', output)
        bad6 = self.world.hosts['mx-v6bad.' + table.GALLERY]
        passed, output = probes.starttls(bad6.addresses[1][1], bad6.name, '-no-CAfile')
        self.tap.ok(not passed, 'v6bad is broken over IPv6', output)

    # ---------------------------------------------------------------- the rest

    def resolver_lines(self):
        signed, bogus = ('dane-ee.test', 'MX'), ('bogus.test', 'MX')
        for resolver in table.RESOLVER:
            seen = probes.dig([('.', 'SOA'), signed, bogus], resolver)
            self.tap.same(seen[signed].status, 'secure', resolver + ' validates')
            self.tap.same(seen[bogus].rcode, 'SERVFAIL', resolver + ' refuses bogus data')
        questions = [(domain.name, 'MX') for domain in self.world.domains
                     if self.dns[domain.name, 'MX'].status != 'error' and domain.dnssec != 'slow']
        seen = probes.dig(questions + [bogus], table.PLAIN_RESOLVER)
        self.tap.ok(not any(answer.ad for answer in seen.values()), table.PLAIN_RESOLVER + ' never sets AD')
        self.tap.same(seen[bogus].rcode, 'NOERROR', table.PLAIN_RESOLVER + ' takes bogus data')
        self.tap.same([q for q in questions if sorted(seen[q].records) != sorted(self.dns[q].records)], [],
                      table.PLAIN_RESOLVER + ' differs')
        self.tap.same(self.dns['_25._tcp.mx-selfsigned.optout.test', 'TLSA'].ad, False, 'opt-out: denial with AD')
        many = self.dns['_25._tcp.mx-selfsigned.dane-many.test', 'TLSA']
        self.tap.same(len(many.records), 120, 'TLSA records of dane-many.test')
        rolling = [('_mta-sts.sts-rolling.test', 'TXT')]
        self.tap.ok(probes.dig(rolling) != probes.dig(rolling), 'sts-rolling.test: the id changes')

    def hole_lines(self):
        for address in (table.NOBODY4, table.NOBODY6):
            try:
                socket.create_connection((address, 443), .3).close()
                seen = 'connected'
            except OSError as error:
                seen = type(error).__name__
            self.tap.same(seen, 'TimeoutError', address + ' is a black hole')

    def inject_line(self):
        host = self.world.hosts['mx-inject.' + table.GALLERY]
        with socket.create_connection((host.addresses[0][1], 25), 3) as sock:
            sock.recv(512)
            sock.sendall(b'STARTTLS\r\n')
            self.tap.same(sock.recv(512), b'220 2.0.0 go\r\n250 2.0.0 injected\r\n', 'inject sends')

    def last(self, log):
        return json.loads((self.directory / log).read_text().splitlines()[-1])

    def log_lines(self):
        host = self.world.hosts['mx-good.' + table.GALLERY]
        context = ssl.create_default_context(cafile=self.ca_file)
        for tls, sni in ((None, None), ('TLSv1.3', host.name)):
            with smtplib.SMTP(host.name, timeout=3) as client:
                if tls:
                    client.starttls(context=context)
                client.sendmail('a@example.net', ['b@sinks.test', 'c@sinks.test'], 'x\r\n')
            seen = self.last('sink.log')
            wanted = {'mx': host.name, 'ip': seen['ip'], 'tls': tls, 'sni': sni, 'sender': 'a@example.net',
                      'recipients': ['b@sinks.test', 'c@sinks.test']}
            self.tap.same({key: seen[key] for key in wanted}, wanted, 'sink.log')
        name, path = 'mta-sts.sts-enforce.test', '/.well-known/mta-sts.txt'
        probes.fetch(name, self.dns[name, 'A'].records, self.ca_file)
        wanted = {'domain': 'sts-enforce.test', 'host': name, 'sni': name, 'tls': 'TLSv1.3', 'method': 'GET',
                  'path': path, 'headers': {'host': name}}
        seen = self.last('web.log')
        self.tap.same({key: seen[key] for key in wanted}, wanted, 'web.log')


def main(directory):
    check = Check(directory)
    for lines in (check.table_lines, check.host_lines, check.sink_lines, check.certificate_lines,
                  check.resolver_lines, check.hole_lines, check.inject_line, check.log_lines):
        lines()
    return check.tap.end()


sys.exit(main(pathlib.Path(sys.argv[1])))
