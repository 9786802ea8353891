#!/usr/bin/env python3
"""test_exim_shared.py BUILD: domains that share an MX host, and of which one is bound by a policy and the other is not.

Many messages to both, in both orders, by one queue run and by several, and messages to both at once: none of the bound domain's
travels on a connection that was not verified for it, and what fails for one does not delay the other.
"""
import collections
import concurrent.futures
import sys

sys.dont_write_bytecode = True
import protection  # noqa: E402
from lab import Lab  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
MANY = 8
RUNNERS = 3
# What is shown, the bound domain, the other one, whether mail for the bound one can go, and whether Exim keeps their failures
# apart: its retry records are those of a host, or of a host's address, so that there is one for all that is bound.
PAIRS = (
    ('MTA-STS, the certificate fails', 'shared-enforce.test', 'shared-none.test', False, True),
    ('MTA-STS, the certificate is good', 'sts-enforce.test', 'shares-sts.plain.test', True, True),
    ('DANE, the certificate fails, the other one is excepted', 'dane-wrong.test', 'shares-dane.plain.test', False, True),
    ('both are bound, by different rules', 'split-shared.test', 'split-unusable.test', False, False),
    ('both by DANE, the name fits one', 'shares-ta.plain.test', 'dane-ta-nexthop.test', False, False),
)
EXCEPTED = 'shares-dane.plain.test'
tap = Tap()


def in_turn(part, first, second):
    """Messages, each to one of them, in turn."""
    return [['%s-%d@%s' % (part, number, domain)] for number in range(MANY) for domain in (first, second)]


def run_once(exim):
    exim.inside('exim4', '-qqff')


def run_together(exim):
    with concurrent.futures.ThreadPoolExecutor(RUNNERS) as pool:
        list(pool.map(lambda _: run_once(exim), range(RUNNERS)))


# How messages enter the queue and leave it: [lists of addresses], options of exim4, what runs the queue.
WAYS = (
    ('the bound one first', lambda part, bound, other: in_turn(part, bound, other), ('-odqs',), run_once),
    ('the other one first', lambda part, bound, other: in_turn(part, other, bound), ('-odqs',), run_once),
    ('several queue runs at once', lambda part, bound, other: in_turn(part, bound, other), ('-odqs',), run_together),
    ('all delivered at once', lambda part, bound, other: in_turn(part, other, bound), ('-odb',), None),
    ('messages to both', lambda part, bound, other: [['%s-%d@%s' % (part, number, domain) for domain in (bound, other)]
                                                     for number in range(MANY)], ('-odqs',), run_once),
)
FORCED = [way for way in WAYS if way[-1]]   # these do not mind retry times


def connections(mails):
    """connection -> the domains whose mail it took"""
    carried = collections.defaultdict(list)
    for mail in mails:
        carried[mail['connection']] += [r.partition('@')[2] for r in mail['recipients']]
    return carried


def check_way(lab, exim, pair, way, part):
    shows, bound, other, goes, _ = pair
    name, messages, options, run = way
    title = 'Exim %s, %s, %s: ' % (exim.version, shows, name)
    exim.empty_queue()
    exim.forget_failures()
    since = len(lab.sink())
    queued = messages(part, bound, other)
    exim.put(queued, *options)
    if run:
        run(exim)
    exim.wait_until_idle()
    mails = [mail for mail in lab.sink()[since:] if any(r.startswith(part + '-') for r in mail['recipients'])]
    taken = collections.Counter(r for mail in mails for r in mail['recipients'])
    waits = collections.Counter(a for a in exim.waiting() if a.startswith(part + '-'))
    wrong = []
    for address in sum(queued, []):
        is_out = goes or address.endswith('@' + other)
        if (taken[address], waits[address]) != ((1, 0) if is_out else (0, 1)):
            wrong.append('%s: taken %d times, %d in the queue' % (address, taken[address], waits[address]))
    mixed = [carried for carried in connections(mails).values() if bound in carried and len(carried) > 1]
    return (
        (not wrong, title + 'each went or waits by its own verdict', '\n'.join(wrong)),
        (not mixed and not protection.faults(mails), title + 'STS-APP-02 none of the bound one\'s on a connection of another message',
         '%s\n%s' % (mixed, protection.faults(mails))),
    )


def check_delay(lab, exim, pair, part):
    """After a failure of one, an ordinary attempt for the other."""
    shows, bound, other = pair[:3]
    exim.forget_failures()
    addresses = ['%s-%d@%s' % (part, number, domain) for number, domain in enumerate((bound, other))]
    first, second = (exim.deliver([address])[address] for address in addresses)
    return ((first[0], second[0]) == ('deferred', 'sent'),
            'Exim %s, %s: the other one is delivered at once' % (exim.version, shows), '%s\n%s' % (first, second)),


def check_host(lab, exim):
    results = []
    for number, pair in enumerate(PAIRS):
        part, (goes, is_apart) = '%s%d' % (exim.suite, number), pair[3:]
        for step, way in enumerate(WAYS if is_apart else FORCED):
            results += check_way(lab, exim, pair, way, '%s-%d' % (part, step))
        if is_apart and not goes:
            results += check_delay(lab, exim, pair, part)
    return results


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab, \
            concurrent.futures.ThreadPoolExecutor(len(SUITES)) as pool:
        hosts = [lab.exim(suite) for suite in SUITES]
        lab.daemon()
        lab.hopseal('override', 'add', EXCEPTED, 'may', '-r', 'it shares its MX host', '-e', '1d')
        for results in list(pool.map(lambda exim: check_host(lab, exim), hosts)):
            for result in results:
                tap.ok(*result)
    tap.end()


main()
