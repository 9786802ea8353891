#!/usr/bin/env python3
"""test_exim_outage.py BUILD: hopseald is away, hangs, talks nonsense or dies in the middle; or its module does not load.

In each state Exim of bookworm and of trixie gets a message to each of DOMAINS, and one comes in.  No message goes out with
less than its verdict, each is in the queue or at its place once, none bounces, what comes in is taken; and when hopseald is
back, all goes out that may.
"""
import concurrent.futures
import contextlib
import sys

sys.dont_write_bytecode = True
import protection  # noqa: E402
from impostor import netstring  # noqa: E402
from lab import Lab, rows  # noqa: E402
from outage import MIB, NOT_A_NETSTRING, always, behind, fates, stopped, without_socket  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
MODULE = '/usr/lib/exim4/hopseal.so'
PATIENCE_S = 60
OUTCOMES = {row['domain']: row['postfix'] for row in rows()}
# Kept and failed, by who verifies: hopseald, Exim, nobody.
BY_HOPSEALD = ('dane-ee-selfsigned.test', 'dane-wrong.test', 'split-shared.test', 'mix-dane-sts.test')
BY_EXIM = ('sts-enforce.test', 'sts-expired.test')
BY_NOBODY = ('none-clear.test', 'none-selfsigned.test', 'sts-testing-clear.test')
DOMAINS = BY_HOPSEALD + BY_EXIM + BY_NOBODY
LOCAL = 'games@mta.example.net'
INBOUND = ['MAIL FROM:<somebody@client.example.org>', 'RCPT TO:<%s>' % LOCAL, 'DATA']
tap = Tap()


# ---------------------------------------------------------------- the states


def with_module(put):
    """The file is gone; put(path) may make another."""
    @contextlib.contextmanager
    def state(_lab, hosts):
        places = [(exim.path(MODULE), exim.path(MODULE + '.aside')) for exim in hosts]
        for path, aside in places:
            path.rename(aside)
            put(path)
        yield
        for path, aside in places:
            aside.rename(path)
    return state


NO_POLICY = (
    ('hopseald is stopped', stopped),
    ('there is no socket', without_socket),
    ('hopseald accepts and never answers', always(None)),
    ('hopseald accepts and closes', always(b'')),
    ('an answer that is no netstring', always(NOT_A_NETSTRING)),
    ('an answer "OK nonsense"', always(netstring('OK nonsense'))),
    ('an answer "OK" and nothing else', always(netstring('OK '))),
    ('an answer with an unknown mode', always(netstring('OK mode=whatever skip=""'))),
    ('an answer with half a mode', always(netstring('OK mode= skip=""'))),
    ('an answer without a list', always(netstring('OK mode=enforce'))),
    ('an answer of control characters', always(netstring(b'OK mode=none\x01 skip="\n\x00"'))),
    ('an answer of 1 MB', always(netstring('OK mode=none skip="%s"' % ('x' * MIB)))),
    ('1 MB without an end', always(b'9' * MIB)),
    ('an answer with too great a length', always(b'99:OK mode=none skip="",')),
    ('an answer with too small a length', always(b'9:OK mode=none skip="",')),
    ('an answer cut off', always(netstring('OK mode=none skip=""')[:12])),
    ('the answer TEMP', always(netstring('TEMP not now'))),
    ('the answer TIMEOUT', always(netstring('TIMEOUT too slow'))),
    ('the answer PERM', always(netstring('PERM no such map'))),
    ('the module is missing', with_module(lambda path: None)),
    ('the module is no shared object', with_module(lambda path: path.write_text('not a shared object\n'))),
    ('the module is empty', with_module(lambda path: path.write_bytes(b''))),
)
NO_VERDICT = (
    ('hopseald dies before it can verify', behind('verify ', b'')),
    ('hopseald hangs when it is to verify', behind('verify ', None)),
    ('a verdict that is no netstring', behind('verify ', NOT_A_NETSTRING)),
    ('a verdict "OK nonsense"', behind('verify ', netstring('OK nonsense'))),
    ('a verdict "OK" and nothing else', behind('verify ', netstring('OK '))),
    ('a verdict "OK acceptable"', behind('verify ', netstring('OK acceptable'))),
    ('a verdict of 1 MB', behind('verify ', netstring('OK accept ' + 'x' * MIB))),
    ('a verdict cut off', behind('verify ', netstring('OK accept')[:9])),
    ('a verdict with too great a length', behind('verify ', b'99:OK accept,')),
    ('the verdict NOTFOUND', behind('verify ', netstring('NOTFOUND '))),
    ('the verdict TEMP', behind('verify ', netstring('TEMP not now'))),
    ('the verdict PERM', behind('verify ', netstring('PERM what?'))),
)
NO_EVENT = (
    ('hopseald hangs when it is told', behind('event ', None)),
    ('hopseald dies when it is told', behind('event ', b'')),
    ('it is told and says nonsense', behind('event ', NOT_A_NETSTRING)),
)


# ---------------------------------------------------------------- what becomes of mail


def addresses_of(exim, number):
    return ['%s%d@%s' % (exim.suite, number, domain) for domain in DOMAINS]


def wanted_fate(address, who_verifies):
    domain = address.partition('@')[2]
    goes = OUTCOMES[domain] == 'delivered' and domain in who_verifies
    return (0, 1) if goes else (1, 0)


def check_state(lab, exim, number, name, who_verifies):
    """who_verifies: the domains whose mail goes out as always."""
    addresses = addresses_of(exim, number)
    exim.forget_failures()
    outcomes = exim.deliver(addresses, PATIENCE_S)
    exim.wait_until_idle()
    wrong = {address: (fate, outcomes.get(address)) for address, fate in fates(lab, exim, addresses).items()
             if fate != wanted_fate(address, who_verifies)}
    replies = [lab.talk(exim, INBOUND, *how) for how in ((), ('tls',))]
    return (
        (not wrong, 'Exim %s, %s: %s' % (exim.version, name, 'SEED-79 all waits' if not who_verifies else
                                         'what needs it not goes, all else waits'), wrong),
        (all(code == 250 for reply in replies for code, _ in reply),
         'Exim %s, %s: mail comes in' % (exim.version, name), replies),
    )


def check_states(lab, hosts, pool):
    number = 0
    for states, who_verifies in ((NO_POLICY, ()), (NO_VERDICT, BY_EXIM + BY_NOBODY), (NO_EVENT, DOMAINS)):
        for name, state in states:
            number += 1
            with state(lab, hosts):
                results = list(pool.map(lambda exim: check_state(lab, exim, number, name, who_verifies), hosts))
            for result in results:
                for one in result:
                    tap.ok(*one)
    return number


def check_afterwards(lab, exim, count):
    """hopseald is back."""
    exim.tell('flush')
    exim.wait_until_idle()
    everything = [address for number in range(1, count + 1) for address in addresses_of(exim, number)]
    wrong = {address: fate for address, fate in fates(lab, exim, everything).items() if fate != wanted_fate(address, DOMAINS)}
    bounces = [line for line in exim.log().splitlines() if ' ** ' in line]
    came_in = exim.path('/var/mail/games').read_text().count('\nSubject: test\n')
    return (
        (not wrong, 'Exim %s: hopseald is back, all goes out that may, once; the rest waits' % exim.version, wrong),
        (not bounces, 'STS-APP-11 Exim %s: nothing has bounced' % exim.version, '\n'.join(bounces)),
        (came_in == 2 * count, 'Exim %s: what came in is there, once' % exim.version, '%d of %d' % (came_in, 2 * count)),
    )


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab, \
            concurrent.futures.ThreadPoolExecutor(len(SUITES)) as pool:
        hosts = [lab.exim(suite) for suite in SUITES]
        for exim in hosts:
            exim.wire_acls()
        lab.daemon()
        count = check_states(lab, hosts, pool)
        for results in list(pool.map(lambda exim: check_afterwards(lab, exim, count), hosts)):
            for one in results:
                tap.ok(*one)
        faults = protection.faults(lab.sink())
        tap.ok(not faults, 'STS-APP-02 DTLS-01 SEED-79 no message went out with less than its verdict', '\n'.join(faults))
    tap.end()


main()
