#!/usr/bin/env python3
"""demo.py BUILD [SUITE]: a small Internet, a real Postfix, one mail to each domain, one table.

Ends with 0 when every row is as it must be.
"""
import sys
import time

sys.dont_write_bytecode = True
from lab import Lab, rows  # noqa: E402

WORDS = {'sent': 'delivered'}
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


def main():
    suite = sys.argv[2] if len(sys.argv) > 2 else 'bookworm'
    with Lab(sys.argv[1], say=say) as lab:
        postfix = lab.postfix(suite)
        say('starting hopseald')
        lab.daemon()
        table = list(rows())
        say('Postfix %s sends one message to each of %d domains' % (postfix.version, len(table)))
        outcomes = postfix.deliver_table('demo')
        taken = {r.split('@')[1]: mail['mx'] for mail in lab.sink() for r in mail['recipients']}
        print('\n%-2s %-28s %-22s %-44s %-9s %s' % ('', 'domain', 'verdict', 'reason', 'Postfix', 'by'))
        wrong = 0
        for row in table:
            domain = row['domain']
            verdict, reason = verdict_of(lab, domain)
            status = outcomes.get('demo@' + domain, ('none',))[0]
            outcome, taker = WORDS.get(status, status), taken.get(domain, '-')
            is_right = (outcome, taker) == (row['postfix'], row['taker'])
            wrong += not is_right
            print('%-2s %-28s %-22s %-44s %-9s %s' % ('ok' if is_right else '!!', cut(domain, 28), cut(verdict, 22),
                                                     cut(reason, 44), outcome, taker))
            if not is_right:
                print('   expected: %s by %s (%s)' % (row['postfix'], row['taker'], row['shows']))
        print()
        say('%d domains, %d as they must be, %d not' % (len(table), len(table) - wrong, wrong))
    return bool(wrong)


sys.exit(main())
