#!/usr/bin/env python3
"""test_sendmail_outage.py BUILD: hopseald is away, hangs, talks nonsense or dies in the middle.

In each state Sendmail of bookworm and of trixie gets a message to each of DOMAINS.  No message goes out with less than its
verdict, each is in the queue or at its place once, none bounces; and when hopseald is back, all goes out that may.
"""
import concurrent.futures
import contextlib
import sys
import time

sys.dont_write_bytecode = True
import protection  # noqa: E402
from impostor import netstring  # noqa: E402
from lab import Lab, rows  # noqa: E402
from outage import (  # noqa: E402
    MIB, NOT_A_NETSTRING, always, behind, fates, frozen, instead, killed, own_answer, stopped, without_socket)
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
SLOW_S = 2              # Sendmail waits for ten
OUTCOMES = {row['domain']: row['postfix'] for row in rows()}
# Kept and failed, by DANE and by MTA-STS; and two without a policy.
DOMAINS = ('dane-ee-selfsigned.test', 'dane-wrong.test', 'sts-enforce.test', 'sts-expired.test', 'none-clear.test',
           'none-selfsigned.test')
tap = Tap()


# ---------------------------------------------------------------- the states


@contextlib.contextmanager
def in_a_folder_of_many(_lab, hosts):
    """Sendmail takes no socket from a folder that others could write to."""
    for sendmail in hosts:
        sendmail.socket.parent.chmod(0o777)
    yield
    for sendmail in hosts:
        sendmail.socket.parent.chmod(0o755)


def slow(lab, question):
    """Each answer is hopseald's own, but late."""
    time.sleep(SLOW_S)
    return own_answer(lab, question)


def at(verb, reply):
    return behind('hopseal %s;' % verb, reply)


ALL_WAITS = (
    ('hopseald is stopped', stopped),
    ('hopseald was killed', killed),
    ('hopseald is frozen', frozen),
    ('there is no socket', without_socket),
    ('the socket lies where all may write', in_a_folder_of_many),
    ('hopseald accepts and closes', always(b'')),
    ('an answer that is no netstring', always(NOT_A_NETSTRING)),
    ('an answer "OK nonsense"', always(netstring('OK nonsense'))),
    ('an answer "OK" that makes Sendmail crash', always(netstring('OK'))),
    ('an answer "OK PASS" and more', always(netstring('OK PASS on'))),
    ('an answer of control characters', always(netstring(b'OK PASS\x01\n\x00'))),
    ('an answer of 1 MB', always(netstring('OK PASS %s' % ('x' * MIB)))),
    ('the answer NOTFOUND', always(netstring('NOTFOUND '))),
    ('the answer TEMP', always(netstring('TEMP not now'))),
    ('the answer TIMEOUT', always(netstring('TIMEOUT too slow'))),
    ('the answer PERM', always(netstring('PERM no such map'))),
    ('hopseald dies when the handshake is over', at('tls', b'')),
    ('a verdict with too great a length', at('tls', b'99:OK PASS,')),
    ('a verdict cut off', at('tls', netstring('OK PASS')[:7])),
    ('a verdict "OK nonsense"', at('tls', netstring('OK nonsense'))),
    ('a verdict "OK DEFER" and nothing else', at('tls', netstring('OK DEFER'))),
    ('hopseald hangs before a recipient', at('rcpt', None)),
    ('the answer NOTFOUND before a recipient', at('rcpt', netstring('NOTFOUND '))),
)
AS_ALWAYS = (
    ('hopseald takes %d seconds for each answer' % SLOW_S, instead(slow)),
    ('the answer NOTFOUND before the handshake', at('start', netstring('NOTFOUND '))),
    ('an answer "OK nonsense" before the handshake', at('start', netstring('OK nonsense'))),
)


# ---------------------------------------------------------------- what becomes of mail


def addresses_of(sendmail, number):
    return ['%s%d@%s' % (sendmail.suite, number, domain) for domain in DOMAINS]


def wanted_fate(address, all_waits=False):
    goes = OUTCOMES[address.partition('@')[2]] == 'delivered' and not all_waits
    return (0, 1) if goes else (1, 0)


def check_state(lab, sendmail, number, name, all_waits):
    addresses = addresses_of(sendmail, number)
    sendmail.submit(addresses)
    sendmail.wait_until_idle()
    wrong = {address: fate for address, fate in fates(lab, sendmail, addresses).items()
             if fate != wanted_fate(address, all_waits)}
    return (not wrong, 'Sendmail %s, %s: %s' % (sendmail.version, name, 'SEED-79 all waits' if all_waits else 'mail goes as always'),
            '%s\n%s' % (wrong, sendmail.log()[-3000:] if wrong else ''))


def check_states(lab, hosts, pool):
    number = 0
    for states, all_waits in ((ALL_WAITS, True), (AS_ALWAYS, False)):
        for name, state in states:
            number += 1
            with state(lab, hosts):
                for result in list(pool.map(lambda host: check_state(lab, host, number, name, all_waits), hosts)):
                    tap.ok(*result)
    return number


def check_afterwards(lab, sendmail, count):
    """hopseald is back."""
    sendmail.run_queue()
    everything = [address for number in range(1, count + 1) for address in addresses_of(sendmail, number)]
    wrong = {address: fate for address, fate in fates(lab, sendmail, everything).items() if fate != wanted_fate(address)}
    return (
        (not wrong, 'Sendmail %s: hopseald is back, all goes out that may, once; the rest waits' % sendmail.version, wrong),
        (not sendmail.bounced(), 'STS-APP-11 Sendmail %s: nothing has bounced' % sendmail.version, sendmail.bounced()),
    )


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab, \
            concurrent.futures.ThreadPoolExecutor(len(SUITES)) as pool:
        hosts = [lab.sendmail(suite) for suite in SUITES]
        lab.daemon()
        count = check_states(lab, hosts, pool)
        for results in list(pool.map(lambda sendmail: check_afterwards(lab, sendmail, count), hosts)):
            for one in results:
                tap.ok(*one)
        faults = protection.faults(lab.sink())
        tap.ok(not faults, 'STS-APP-02 DTLS-01 SEED-79 no message went out with less than its verdict', '\n'.join(faults))
    tap.end()


main()
