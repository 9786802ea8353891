#!/usr/bin/env python3
"""test_postfix.py BUILD: real Postfix of bookworm and of trixie obeys hopseald, domain by domain of the world.

One message to each domain of tests/world/domains.tsv from each Postfix; what became of it, which MX took it, and
under which TLS, is compared with the table.  postfix_limits.tsv has what a version cannot do; hopseal-postfix(7) says the same in words.
"""
import concurrent.futures
import sys

sys.dont_write_bytecode = True
from lab import Lab, limits, rows  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
WORDS = {'delivered': 'sent', 'deferred': 'deferred', 'bounced': 'bounced'}
tap = Tap()


def takers(lab, sender_part):
    """recipient domain -> (MX host, TLS version) of the mail that this Postfix brought."""
    return {r.split('@')[1]: (mail['mx'], mail['tls'])
            for mail in lab.sink() for r in mail['recipients'] if r.startswith(sender_part + '@')}


def needs_tls(row, taker):
    """Whether the verdict for the host that took the mail allows no clear text."""
    verdicts = dict(zip(row['mx'].split(','), row['verdict'].split(',')))
    return verdicts.get(taker, row['verdict']) in ('dane-verify', 'sts-verify', 'encrypt')


def check_row(lab, postfix, row, outcomes, taken, limited):
    domain = row['domain']
    want, want_taker = limited.get(domain, (row['postfix'], row['taker']))
    status, dsn, relay, reason = outcomes.get('%s@%s' % (postfix.suite, domain), ('none', '', '', 'no outcome'))
    taker, tls = taken.get(domain, ('-', None))
    is_ok = status == WORDS[want] and taker == want_taker and (taker == '-' or bool(tls) or not needs_tls(row, taker))
    if row['verdict'] == 'reject':
        is_ok = is_ok and dsn.startswith('5.')
    tap.ok(is_ok, 'Postfix %s, %s: %s' % (postfix.version, domain, row['shows']),
           'want %s by %s\ngot %s %s by %s (%s)\n%s\n%s' % (
               want, want_taker, status, dsn, taker, tls, reason,
               lab.hopseal('query', '-d', 'postfix', domain, check=False).stdout))


def final_answer(lab, domain):
    """The answer once the lookups behind it have ended: a cold question of a slow domain is answered before that."""
    for _ in range(10):
        answer = lab.answer(domain)
        if answer['reason'] != 'DNS has not answered in time':
            break
    return answer


def check_verdicts(lab):
    """The engine's own verdict for every host of every domain."""
    table = list(rows())
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda row: final_answer(lab, row['domain']), table))
    for row, answer in zip(table, answers):
        want = row['verdict'].split(',')
        got = [host['verdict'] for host in answer['hosts']]
        tap.ok(got == want or [answer['verdict']] == want, 'verdict, %s: %s' % (row['domain'], row['shows']),
               'want %s\ngot %s' % (want, answer))


def check_daemon_away(lab, postfix):
    """Stopped: everything waits.  Back: it goes out."""
    lab.stop_daemon()
    address = '%s-away@dane-ee.test' % postfix.suite
    status, dsn, _, reason = postfix.deliver([address])[address]
    tap.ok(status == 'deferred' and dsn == '4.7.5',
           'SEED-79 Postfix %s: daemon away, mail waits' % postfix.version, '%s %s %s' % (status, dsn, reason))
    lab.daemon()
    address = '%s-back@dane-ee.test' % postfix.suite
    status, _, _, reason = postfix.deliver([address])[address]
    tap.ok(status == 'sent', 'Postfix %s: daemon back, mail goes' % postfix.version, '%s %s' % (status, reason))


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        hosts = [lab.postfix(suite) for suite in SUITES]
        lab.daemon()
        check_verdicts(lab)
        for postfix in hosts:
            print('# sending from Postfix %s' % postfix.version, flush=True)
            outcomes = postfix.deliver_table(postfix.suite)
            taken, limited = takers(lab, postfix.suite), limits('postfix', postfix.suite)
            for row in rows():
                check_row(lab, postfix, row, outcomes, taken, limited)
        for postfix in hosts:
            check_daemon_away(lab, postfix)
    tap.end()


main()
