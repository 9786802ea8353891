#!/usr/bin/env python3
"""demo.py BUILD [MTA [SUITE]]: a small Internet, a real MTA, one mail to each domain, one table; and the reports about that day.

MTA is postfix, sendmail, exim or opensmtpd, of the Debian release SUITE.  Ends with 0 when every row is as it must be, and every
report has arrived that can.
"""
import collections
import itertools
import sys
import time

sys.dont_write_bytecode = True
from lab import Lab, limits, noon, rows  # noqa: E402

WORDS = {'sent': 'delivered'}
# MTA: what it is called, and whose report is shown
MTAS = {'postfix': ('Postfix', 'mix-wrong.test'), 'sendmail': ('Sendmail', 'mix-wrong.test'),
        'exim': ('Exim', 'mix-wrong.test'), 'opensmtpd': ('OpenSMTPD', 'sts-expired.test')}
TAKING = ('mailto:', 'https://collect.')  # who is not meant to refuse reports
BEGAN = time.monotonic()


def say(text):
    print('%6.1f s  %s' % (time.monotonic() - BEGAN, text), flush=True)


def verdict_of(lab, domain):
    """-> the verdicts of all hosts in a few words, and why."""
    answer = lab.answer(domain)
    words = []
    for host in answer['hosts']:
        if host['verdict'] not in words:
            words.append(host['verdict'])
    return '/'.join(words) or answer['verdict'], answer['reason']


def cut(text, width):
    return text if len(text) <= width else text[:width - 1] + '~'


def show_table(lab, name, limited, outcomes):
    """limited: what this MTA cannot do.  -> how many rows are not as they must be."""
    taken = {r.split('@')[1]: mail['mx'] for mail in lab.sink() for r in mail['recipients']}
    print('\n%-2s %-28s %-22s %-44s %-9s %s' % ('', 'domain', 'verdict', 'reason', name, 'by'))
    wrong = 0
    for row in rows():
        domain = row['domain']
        verdict, reason = verdict_of(lab, domain)
        status = outcomes.get('demo@' + domain, ('none',))[0]
        outcome, taker = WORDS.get(status, status), taken.get(domain, '-')
        wanted = limited.get(domain, (row['postfix'], row['taker']))
        is_right = (outcome, taker) == wanted
        wrong += not is_right
        print('%-2s %-28s %-22s %-44s %-9s %s' % ('ok' if is_right else '!!', cut(domain, 28), cut(verdict, 22),
                                                 cut(reason, 44), outcome, taker))
        if not is_right:
            print('   expected: %s by %s (%s)' % (*wanted, row['shows']))
    print()
    return wrong


def show_day(lab):
    """The line of the status about today, which may go on behind blanks.  -> the day, and whether it has sessions."""
    lab.wait_until_counted()
    lines = iter(lab.hopseal('status').stdout.splitlines())
    today = [next(line for line in lines if line.startswith('  today '))]
    print('\n'.join(today + list(itertools.takewhile(lambda line: line.startswith(' ' * 8), lines))))
    return today[0].split()[1], 'session yet' not in today[0]


def show_reports(lab, domain):
    """domain: whose report is shown.  -> how many destinations should have a report, and have none."""
    ways = collections.Counter(('/'.join(way['uri'].split('/')[:3]), way['state']) for way in lab.destinations())
    say('the reports about it:')
    for (where, state), count in sorted(ways.items()):
        print('          %-38s %4d %s' % (where, count, state))
    shown = lab.tell('report', 'list', domain)['reports'][0]
    print('\n' + lab.hopseal('report', 'show', shown['id']).stdout)
    return sum(count for (where, state), count in ways.items() if where.startswith(TAKING) and state != 'sent')


def main():
    build, mta, suite = (sys.argv[1:] + ['postfix', 'bookworm'][len(sys.argv) - 2:])[:3]
    name, domain = MTAS[mta]
    # Sessions that are told by events carry the MTA's own time, which is the real one.
    today, tomorrow = (noon(0), noon(1)) if mta in ('postfix', 'sendmail') else (0, noon(0))
    with Lab(build, say=say) as lab:
        host = getattr(lab, mta)(suite)
        config = lab.report_config(follows=host if (mta, suite) == ('postfix', 'bookworm') else None)
        say('starting hopseald')
        lab.daemon(config, later=today)
        say('%s %s sends one message to each of %d domains' % (name, host.version, len(list(rows()))))
        wrong = show_table(lab, name, limits(mta, suite), host.deliver_table('demo'))
        say('%d domains, %d as they must be, %d not' % (len(list(rows())), len(list(rows())) - wrong, wrong))
        day, is_counted = show_day(lab)
        say('the next day')
        lab.stop_daemon()
        lab.daemon(config, later=tomorrow)
        is_over = lab.wait_until_sent(closes=day)
        missing = show_reports(lab, domain)
    return bool(wrong or missing or not is_counted or not is_over)


sys.exit(main())
