#!/usr/bin/env python3
"""test_verify.py BUILD: what the real hopseald's map "verify" says of the MX hosts of the test world, by the certificates that they
really show: every session that the world's table lets through, and none that it does not."""
import concurrent.futures
import json
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from daemon_rig import Peer, netstring  # noqa: E402
from lab import Lab, rows  # noqa: E402
from tap import Tap  # noqa: E402

PEM = re.compile(r'-----BEGIN CERTIFICATE-----\n(.*?)-----END CERTIFICATE-----', re.DOTALL)
DANE, STS, SKIP = 'dane-verify', 'sts-verify', 'skip'
TRIES = 5
tap = Tap()


def shown(lab, host, name):
    """The chain that a host sends for this server name, in base64 of DER; [] without TLS, or with a TLS too old for MTAs."""
    command = ['openssl', 's_client', '-starttls', 'smtp', '-connect', host + ':25', '-servername', name, '-showcerts',
               '-min_protocol', 'TLSv1.2']
    try:
        done = subprocess.run(lab.inside(*command), input='QUIT\n', text=True, capture_output=True, timeout=5, check=False)
    except subprocess.TimeoutExpired:
        return []
    return [''.join(body.split()) for body in PEM.findall(done.stdout)]


def target(lab, host):
    """What the host is an alias of, or itself: so Exim calls it in a session."""
    done = subprocess.run(lab.inside('dig', '+short', host, 'CNAME'), text=True, capture_output=True, check=False)
    return done.stdout.strip().rstrip('.') or host


class Case:
    """One MX host of a domain, as the table has it and as it shows itself."""

    def __init__(self, lab, row, place):
        self.domain, self.row = row['domain'], row
        self.host, self.verdict = row['mx'].split(',')[place], row['verdict'].split(',')[place]
        answer = {h['name']: h for h in lab.answer(self.domain)['hosts']}
        name = answer.get(self.host, {}).get('tlsa-base-domain', self.host)
        self.in_session = target(lab, self.host)
        self.chain = shown(lab, self.host, name) if self.verdict != 'defer' else []
        hosts = row['mx'].split(',')
        taker = hosts.index(row['taker']) if row['taker'] in hosts else len(hosts)
        # The table tells what becomes of the hosts up to the one that takes the mail.
        self.is_told = place <= taker and row['postfix'] in ('delivered', 'deferred')
        self.is_good = place == taker

    def event(self, **changes):
        event = {'source': 'exim', 'next-hop': self.domain, 'host': self.in_session, 'tls': 'up', 'chain': self.chain}
        event.update(changes)
        return 'verify ' + json.dumps({key: value for key, value in event.items() if value is not None})


def cases(lab):
    places = [(row, place) for row in rows() if row['mx'] not in '.-' for place in range(len(row['mx'].split(',')))]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return [case for case in pool.map(lambda at: Case(lab, *at), places) if case.chain]


def last_word(peer, question):
    """DNS of some of these domains does not answer: the first time that is late."""
    for _ in range(TRIES):
        reply = peer.ask(question)
        if reply != 'TEMP DNS has not answered in time':
            break
    return reply


def the_table(peer, all_cases):
    words = {}
    for case in all_cases:
        reply = last_word(peer, case.event())
        words.setdefault(case.verdict, []).append(reply[:9])
        name = '%s: %s, %s' % (case.row['shows'], case.domain, case.host)
        if case.verdict == SKIP:
            tap.ok(reply.startswith('OK refuse '), name + ': refused', reply)
        elif case.is_told:
            tap.ok(reply.startswith('OK accept ' if case.is_good else 'OK refuse '),
                   name + (': accepted' if case.is_good else ': refused'), reply)
        # Whatever it is, no word is lost and no line is broken.
        if not re.fullmatch(r'OK (accept|refuse) [ -~]+', reply):
            tap.ok(False, name + ': one printable line', reply)
    for verdict in (DANE, STS):
        tap.ok({'OK accept', 'OK refuse'} <= set(words.get(verdict, ())), 'both words were heard of ' + verdict, words)


def strangers(peer, by_domain):
    case, other = by_domain['dane-ee.test'], by_domain['none-selfsigned.test']
    reply = peer.ask(case.event(host='mx-good.evil.test'))
    tap.ok(reply == 'OK refuse mx-good.evil.test: no MX host of dane-ee.test', 'a host of nobody\'s is refused', reply)
    reply = peer.ask(case.event(chain=other.chain))
    tap.ok(reply.startswith('OK refuse mx-good.dane-ee.test: dane-verify: no TLSA record matches'),
           'AUTH-07 the certificate of another host is refused', reply)
    reply = peer.ask(case.event(chain=None))
    tap.ok(reply.startswith('OK refuse '), 'AUTH-07 so is none', reply)
    reply = peer.ask(other.event(chain=None))
    tap.ok(reply.startswith('OK accept '), 'but where nothing binds TLS will do', reply)
    reply = peer.ask(case.event(**{'next-hop': 'bogus.test'}))
    tap.ok(reply.startswith('TEMP mx-good.dane-ee.test: MX lookup failed'), 'MX-06 whose MX host it is cannot be said: TEMP', reply)
    reply = peer.ask(case.event(**{'next-hop': 'nullmx.test'}))
    tap.ok(reply.startswith('OK refuse '), 'MX-05 a null MX has no host', reply)


def garbage(peer, case):
    for what, text in (('no JSON', 'verify x'), ('no object', 'verify []'), ('an empty key', 'verify '),
                       ('no host', case.event(host=None)), ('no next-hop', case.event(**{'next-hop': None})),
                       ('TLS is not up', case.event(tls='failed')), ('another direction', case.event(direction='in')),
                       ('no base64', case.event(chain=['*']))):
        reply = peer.ask(text)
        tap.ok(re.fullmatch(r'PERM [ -~]+', reply), 'PERM: ' + what, reply)
    reply = peer.ask(case.event(chain=['AAAA']))
    tap.ok(reply.startswith('OK refuse ') and 'cannot be read' in reply, 'no certificate: refused', reply)
    reply = peer.ask(case.event(chain=case.chain * 40))
    tap.ok(reply.startswith('OK '), 'a chain without end is a chain', reply)


def override(lab, peer, case):
    broken = case.event(chain=['AAAA'])
    lab.hopseal('override', 'add', case.domain, 'may', '-r', 'a test', '-e', '1d')
    reply = peer.ask(broken)
    tap.ok(reply.startswith('OK accept '), 'MAND-04 relaxed by the operator: accepted', reply)
    lab.hopseal('override', 'remove', case.domain)
    reply = peer.ask(broken)
    tap.ok(reply.startswith('OK refuse '), 'MAND-04 and no longer', reply)


def waiting(lab, case):
    """Name servers that never answer."""
    slow = [case.event(**{'next-hop': domain}) for domain in ('timeout.test', 'nobody.timeout.test', 'third.timeout.test')]
    gone, asker, last = (Peer(lab.folder / 'map') for _ in range(3))
    gone.send(netstring(slow[0]))
    asker.send(netstring(slow[1]))
    gone.close()
    reply = Peer(lab.folder / 'map').ask(case.event())
    tap.ok(reply.startswith('OK accept '), 'while one waits others are answered', reply)
    reply = asker.reply()
    tap.ok(reply.startswith('TEMP '), 'no answer from DNS in time: TEMP', reply)
    last.send(netstring(slow[2]))
    last.send(netstring(slow[2]))
    asker.ask(case.event())
    status = lab.stop_daemon()
    tap.ok((last.reply() or '').startswith('TEMP ') and last.reply() is None and status == 0,
           'the end: who waits hears an answer, who comes new does not')


def mixed(lab, by_domain):
    """The same world with mix = both."""
    lab.daemon('[policy]\nmix = both\n')
    peer = Peer(lab.folder / 'map')
    reply = peer.ask(by_domain['mix-dane-sts.test'].event())
    tap.ok(reply.startswith('OK refuse ') and 'sts-verify' in reply, 'MIX-02 option both: self-signed is refused', reply)
    reply = peer.ask(by_domain['split-sts-dane.test'].event())
    tap.ok(reply.startswith('OK accept ') and 'sts-verify' in reply, 'MIX-02 option both: good for both is accepted', reply)


def main():
    with Lab(sys.argv[1]) as lab:
        lab.daemon()
        peer = Peer(lab.folder / 'map')
        all_cases = cases(lab)
        by_domain = {case.domain: case for case in all_cases}
        the_table(peer, all_cases)
        strangers(peer, by_domain)
        garbage(peer, by_domain['dane-ee.test'])
        override(lab, peer, by_domain['dane-ee.test'])
        waiting(lab, by_domain['dane-ee.test'])
        mixed(lab, by_domain)
        tap.ok(lab.stop_daemon() == 0, 'it ends with status 0')
    tap.end()


main()
