#!/usr/bin/env python3
"""test_sendmail_outage.py BUILD: hopseald is away, hangs, talks nonsense or dies in the middle.

In each state Sendmail of bookworm and of trixie gets a message to each of DOMAINS.  No message goes out with less than its
verdict, each is in the queue or at its place once, none bounces; and when hopseald is back, all goes out that may.
"""
import collections
import concurrent.futures
import contextlib
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
import protection  # noqa: E402
from impostor import Impostor, ask, netstring, read_netstring  # noqa: E402
from lab import Lab, rows  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
SLOW_S = 2              # Sendmail waits for ten
MIB = 1 << 20
OUTCOMES = {row['domain']: row['postfix'] for row in rows()}
# Kept and failed, by DANE and by MTA-STS; and two without a policy.
DOMAINS = ('dane-ee-selfsigned.test', 'dane-wrong.test', 'sts-enforce.test', 'sts-expired.test', 'none-clear.test',
           'none-selfsigned.test')
tap = Tap()


# ---------------------------------------------------------------- the states


class Kept(Impostor):
    """Sendmail keeps its connection: one question after the other, until the answer is no netstring."""

    def serve(self, sock):
        try:
            while question := read_netstring(sock):
                map_name, _, key = question.decode('latin-1').partition(' ')
                reply = self.answer(map_name, key)
                if reply is None:
                    self.held.append(sock)
                    return
                sock.sendall(reply)
                if not reply:
                    break
        except OSError:
            pass                        # it would not wait for all of it
        sock.close()


@contextlib.contextmanager
def stopped(lab, _hosts):
    lab.stop_daemon()
    yield
    lab.daemon()


@contextlib.contextmanager
def killed(lab, _hosts):
    """Its socket stays, and nobody is behind it."""
    os.kill(lab.process.pid, signal.SIGKILL)
    lab.process.wait()
    lab.process = None
    yield
    lab.daemon()


@contextlib.contextmanager
def frozen(lab, _hosts):
    """It neither accepts nor answers."""
    os.kill(lab.process.pid, signal.SIGSTOP)
    yield
    os.kill(lab.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def without_socket(_lab, hosts):
    aside = [(sendmail.socket, sendmail.socket.with_name('aside')) for sendmail in hosts]
    for path, other in aside:
        path.rename(other)
    yield
    for path, other in aside:
        other.rename(path)


@contextlib.contextmanager
def in_a_folder_of_many(_lab, hosts):
    """Sendmail takes no socket from a folder that others could write to."""
    for sendmail in hosts:
        sendmail.socket.parent.chmod(0o777)
    yield
    for sendmail in hosts:
        sendmail.socket.parent.chmod(0o755)


def instead(answer):
    """answer() for all questions, see impostor.py."""
    @contextlib.contextmanager
    def state(_lab, hosts):
        with contextlib.ExitStack() as impostors:
            for sendmail in hosts:
                impostors.enter_context(Kept(sendmail.socket, answer))
            yield
    return state


def always(reply):
    return instead(lambda _map, _key: reply)


@contextlib.contextmanager
def slow(lab, hosts):
    """Each answer is hopseald's own, but late."""
    def answer(name, key):
        time.sleep(SLOW_S)
        return ask(lab.folder / 'map', '%s %s' % (name, key))

    with instead(answer)(lab, hosts):
        yield


def at(verb, reply):
    """All questions get hopseald's own answer but those of this verb."""
    @contextlib.contextmanager
    def state(lab, hosts):
        real = lab.folder / 'map'

        def answer(name, key):
            return reply if key.startswith(verb + ';') else ask(real, '%s %s' % (name, key))

        with instead(answer)(lab, hosts):
            yield
    return state


NOT_A_NETSTRING = b'220 this is no socketmap\r\n'
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
    ('hopseald takes %d seconds for each answer' % SLOW_S, slow),
    ('the answer NOTFOUND before the handshake', at('start', netstring('NOTFOUND '))),
    ('an answer "OK nonsense" before the handshake', at('start', netstring('OK nonsense'))),
)


# ---------------------------------------------------------------- what becomes of mail


def fates(lab, sendmail, addresses):
    """address -> (how often in the queue, how often taken)"""
    waits = collections.Counter(sendmail.waiting())
    taken = collections.Counter(r for mail in lab.sink() for r in mail['recipients'])
    return {address: (waits[address], taken[address]) for address in addresses}


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
    return (not wrong, 'Sendmail %s, %s: %s' % (sendmail.version, name, 'all waits' if all_waits else 'mail goes as always'),
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
        tap.ok(not faults, 'STS-APP-02 DTLS-01 no message went out with less than its verdict', '\n'.join(faults))
    tap.end()


main()
