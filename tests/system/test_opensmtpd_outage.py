#!/usr/bin/env python3
"""test_opensmtpd_outage.py BUILD: hopseald is away, hangs, talks nonsense or dies in the middle.

In each state OpenSMTPD of bookworm and of trixie gets mail for sealed and open domains, has some in its queue, and one message
comes in.  OpenSMTPD lives.  What is not taken was refused with 451, what was taken is in the queue or at its place once; no
message goes out with less than its verdict, none bounces, what comes in is taken; and when hopseald is back, all goes out
that may.
"""
import concurrent.futures
import contextlib
import sys

sys.dont_write_bytecode = True
import protection  # noqa: E402
from impostor import netstring  # noqa: E402
from lab import TRIES, Lab, rows  # noqa: E402
from outage import MIB, NOT_A_NETSTRING, always, behind, counts, frozen, killed, stopped  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
OUTCOMES = {row['domain']: row['postfix'] for row in rows()}
SEALED = ('sts-enforce.test', 'dane-ee.test', 'sts-expired.test', 'dane-wrong.test')
HELD_SEALED = 'sts-wildcert.test'
# Where mail goes twice within 10 s, OpenSMTPD lets the second wait for so long: open mail goes to other domains in each state.
OPEN = [row['domain'] for row in rows() if row['verdict'] == 'may' and
        (row['sts'] in ('-', 'testing', 'none') or row['sts'].startswith(('http-', 'text-', 'type-', 'txt-')))]
LOCAL = 'mail@mta.example.net'
INBOUND = ['MAIL FROM:<somebody@client.example.org>', 'RCPT TO:<%s>' % LOCAL, 'DATA']
tap = Tap()


# ---------------------------------------------------------------- the states


@contextlib.contextmanager
def restarted(lab, _hosts):
    """It has forgotten what it had in memory."""
    lab.stop_daemon()
    lab.daemon()
    yield


NO_SEAL = (
    ('hopseald is stopped', stopped),
    ('hopseald was killed', killed),
    ('hopseald is frozen', frozen),
    ('hopseald accepts and never answers', always(None)),
    ('hopseald accepts and closes', always(b'')),
    ('an answer that is no netstring', always(NOT_A_NETSTRING)),
    ('an answer "OK nonsense"', always(netstring('OK nonsense'))),
    ('an answer "OK" and nothing else', always(netstring('OK '))),
    ('an answer "OK sealedopen"', always(netstring('OK sealedopen'))),
    ('an answer of control characters', always(netstring(b'OK \x01sealed\n\x00|found|'))),
    ('an answer with lines of the protocol', always(netstring('OK x\ncheck-result|0|found\nregister|ready'))),
    ('an answer of 1 MB', always(netstring('OK %s' % ('x' * MIB)))),
    ('1 MB without an end', always(b'9' * MIB)),
    ('an answer with too great a length', always(b'99:OK open,')),
    ('an answer with too small a length', always(b'4:OK open,')),
    ('an answer cut off', always(netstring('OK open')[:7])),
    ('the answer TEMP', always(netstring('TEMP not now'))),
    ('the answer TIMEOUT', always(netstring('TIMEOUT too slow'))),
    ('the answer PERM', always(netstring('PERM no such map'))),
)
ROUTE = 'opensmtpd-route '
NO_ROUTE = (
    ('hopseald dies when it is asked for a route', behind(ROUTE, b'')),
    ('hopseald hangs when it is asked for a route', behind(ROUTE, None)),
    ('a route without TLS', behind(ROUTE, netstring('OK smtp+notls://mx-good.sts-enforce.test'))),
    ('a route with opportunistic TLS', behind(ROUTE, netstring('OK smtp://mx-good.sts-enforce.test'))),
    ('a route without verification', behind(ROUTE, netstring('OK smtps://mx-good.sts-enforce.test'))),
    ('a route to no host', behind(ROUTE, netstring('OK smtp+tls://'))),
    ('a route to an address', behind(ROUTE, netstring('OK smtp+tls://[203.0.113.1]'))),
    ('a route with a name and a password', behind(ROUTE, netstring('OK smtp+tls://a@mx-good.sts-enforce.test'))),
    ('a route of two lines', behind(ROUTE, netstring('OK smtp+tls://mx-good.sts-enforce.test\nlookup-result|0|found|x'))),
    ('a route with a field more', behind(ROUTE, netstring('OK smtp+tls://mx-good.sts-enforce.test|x'))),
    ('a route of 1 MB', behind(ROUTE, netstring('OK smtp+tls://' + 'x' * MIB))),
    ('the route "sealed"', behind(ROUTE, netstring('OK sealed'))),
    ('the route NOTFOUND', behind(ROUTE, netstring('NOTFOUND '))),
    ('the route TEMP', behind(ROUTE, netstring('TEMP not now'))),
)
AS_ALWAYS = (
    ('hopseald was restarted', restarted),
    ('hopseald hangs when it is told', behind('event ', None)),
    ('hopseald dies when it is told', behind('event ', b'')),
    ('it is told and says nonsense', behind('event ', NOT_A_NETSTRING)),
)


# ---------------------------------------------------------------- what becomes of mail


def is_good(domain):
    return OUTCOMES[domain] == 'delivered'


# What is wanted of a domain's mail: what OpenSMTPD says of it, how often it is in the queue, how often it was taken.
REFUSED, WAITS, SENT = ('refused', 0, 0), ('deferred', 1, 0), ('sent', 0, 1)


def wants_nothing_of(_domain):
    return REFUSED


def wants_open_of(domain):
    return SENT if domain in OPEN else WAITS


def wants_all_of(domain):
    return SENT if is_good(domain) else WAITS


def addresses_of(part, number, domains):
    return ['%s%d@%s' % (part, number, domain) for domain in domains]


def submitted(smtpd, number):
    return addresses_of(smtpd.suite, number, SEALED + (OPEN[number % len(OPEN)],))


def held_back(smtpd, number):
    return addresses_of(smtpd.suite + '-held', number, (HELD_SEALED, OPEN[(number + len(OPEN) // 2) % len(OPEN)]))


def fates(lab, smtpd, outcomes):
    waits, taken = counts(lab, smtpd)
    return {address: (outcome[0], waits[address], taken[address]) for address, outcome in outcomes.items()}


def hold(smtpd, number):
    """Mail that is taken and not tried; -> its lines of submit()."""
    smtpd.inside('smtpctl', 'pause', 'mta')
    return smtpd.submit(held_back(smtpd, number))


def check_state(lab, smtpd, number, name, wants, held):
    smtpd.inside('smtpctl', 'resume', 'mta')
    smtpd.forget_failures()
    queued = smtpd.submit(submitted(smtpd, number), tries=1 if wants is wants_nothing_of else TRIES)
    outcomes = smtpd.outcomes(queued)
    outcomes_held = smtpd.outcomes(held)
    smtpd.wait_until_idle()
    wrong = {address: (fate, outcomes[address]) for address, fate in fates(lab, smtpd, outcomes).items()
             if fate != wants(address.partition('@')[2])}
    wants_held = wants_all_of if wants is wants_all_of else wants_open_of
    wrong_held = {address: (fate, outcomes_held[address]) for address, fate in fates(lab, smtpd, outcomes_held).items()
                  if fate != wants_held(address.partition('@')[2])}
    replies = lab.talk(smtpd, INBOUND)
    called = 'OpenSMTPD %s, %s: ' % (smtpd.version, name)
    return (
        (not wrong, called + {wants_nothing_of: 'SEED-79 nothing is taken, all is told 451', wants_open_of: 'sealed mail waits',
                              wants_all_of: 'mail goes'}[wants], wrong),
        (not wrong_held, called + 'of what had been taken only open mail goes' if wants_held is wants_open_of else
         called + 'so does what had been taken', wrong_held),
        (all(code == 250 for code, _ in replies), called + 'mail comes in', replies),
        (smtpd.is_alive(), called + 'OpenSMTPD lives', smtpd.log()[-2000:]),
    )


def check_states(lab, hosts, pool):
    number = 0
    for states, wants in ((NO_SEAL, wants_nothing_of), (NO_ROUTE, wants_open_of), (AS_ALWAYS, wants_all_of)):
        for name, state in states:
            number += 1
            held = list(pool.map(lambda smtpd: hold(smtpd, number), hosts))
            with state(lab, hosts):
                results = list(pool.map(lambda smtpd, lines: check_state(lab, smtpd, number, name, wants, lines), hosts, held))
            for result in results:
                for one in result:
                    tap.ok(*one)
    return number


def check_afterwards(lab, smtpd, count):
    """hopseald is back."""
    smtpd.tell('flush')
    smtpd.wait_until_idle()
    smtpd.wait_until_idle()
    waits, taken = counts(lab, smtpd)
    everything = [address for number in range(1, count + 1) for address in held_back(smtpd, number)]
    wrong = {address: (waits[address], taken[address]) for address in everything if (waits[address], taken[address]) != (0, 1)}
    lost_or_twice = {address: (waits[address], taken[address]) for number in range(len(NO_SEAL) + 1, count + 1)
                     for address in submitted(smtpd, number)
                     if (waits[address], taken[address]) != ((0, 1) if is_good(address.partition('@')[2]) else (1, 0))}
    bounces = [line for line in smtpd.log().splitlines() if 'result="PermFail"' in line]
    came_in = len(list(smtpd.path('/var/mail/Maildir/new').iterdir()))
    called = 'OpenSMTPD %s: ' % smtpd.version
    return (
        (not wrong and not lost_or_twice, called + 'hopseald is back, all goes out that may, once; the rest waits',
         (wrong, lost_or_twice)),
        (not bounces, called + 'nothing has bounced', '\n'.join(bounces)),
        (came_in == count, called + 'what came in is there, once', '%d of %d' % (came_in, count)),
        (smtpd.is_alive(), called + 'it has been there all the time', smtpd.log()[-2000:]),
    )


def check_spools(lab):
    """What hopseald was not told it reads from the spools."""
    lab.wait_until_counted()

    def left():
        return [smtpd.suite for smtpd in lab.hosts if smtpd.spool.exists() and smtpd.spool.stat().st_size]

    lab.wait_for(lambda status: not left())
    tap.ok(not left(), 'sessions that it was not told of are read from the spool', left())


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab, \
            concurrent.futures.ThreadPoolExecutor(len(SUITES)) as pool:
        hosts = [lab.opensmtpd(suite) for suite in SUITES]
        lab.daemon()
        count = check_states(lab, hosts, pool)
        for results in list(pool.map(lambda smtpd: check_afterwards(lab, smtpd, count), hosts)):
            for one in results:
                tap.ok(*one)
        faults = protection.faults(lab.sink())
        tap.ok(not faults, 'SEED-79 no message went out with less than its verdict', '\n'.join(faults))
        check_spools(lab)
    tap.end()


main()
