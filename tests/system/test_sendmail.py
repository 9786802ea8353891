#!/usr/bin/env python3
"""test_sendmail.py BUILD: real Sendmail of bookworm and of trixie obeys hopseald, domain by domain of the world.

One message to each domain of tests/world/domains.tsv from each Sendmail; what became of it, which MX took it, and under
which TLS, is compared with the table.  sendmail_limits.tsv has where Sendmail differs; hopseal-sendmail(7) says the same in
words.  What protection each mail had is checked once more without the table's outcomes, by protection.py; and whatever was
submitted is compared with what arrived, waits or bounced, recipient by recipient.
"""
import collections
import concurrent.futures
import sys
import time

sys.dont_write_bytecode = True
import protection  # noqa: E402
from impostor import ask  # noqa: E402
from lab import CONTACT, PATIENCE_S, POLL_S, Lab, limits, rows  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
WORDS = {'delivered': 'sent', 'deferred': 'deferred', 'bounced': 'bounced', 'none': 'none'}
HANGING = 'mx4-hang.dane-hang.test'
# For the other ways to configure Sendmail: each kind of policy kept and failed, and none.
SELECTED = ('none-good.test', 'none-clear.test', 'nullmx.test', 'dane-ee.test', 'dane-ee-selfsigned.test', 'dane-wrong.test',
            'dane-ta.test', 'dane-nostarttls.test', 'dane-two.test', 'dane-sni.test', 'dane-alias.test', 'dane-unusable.test',
            'dane-unusable-clear.test', 'tlsa-servfail.test', 'servfail.test', 'sts-enforce.test', 'sts-wildcert.test',
            'sts-expired.test', 'sts-wrongname.test', 'sts-nostarttls.test', 'sts-outside.test', 'sts-stranger.test',
            'sts-testing.test', 'sts-testing-stranger.test', 'sts-none.test', 'mix-dane-sts.test', 'mix-wrong.test',
            'split-sts-stranger.test', 'split-wrong.test')
BOTH = {'mix-dane-sts.test': 'deferred', 'split-sts-dane.test': 'sent', 'mix-wrong.test': 'deferred',
        'dane-ee-selfsigned.test': 'sent'}
# Two domains on one MX host, and whether their mail goes out.
PAIRS = (
    ('sts-enforce.test', True, 'shares-sts.plain.test', True),
    ('shared-enforce.test', False, 'shared-none.test', True),
    ('dane-ee.test', True, 'old.alias-signed.test', True),
    ('dane-wrong.test', False, 'shares-dane.plain.test', False),
    ('split-unusable.test', True, 'split-shared.test', False),
    ('alias-target.test', False, 'old.alias.test', True),
)
# What goes behind other mail of a queue run, and what goes last.
LATER, LAST = ['Precedence: list'], ['Precedence: junk']
# What a local part may hold (RFC 5321, 4.1.2), and what a ruleset or a map could make of it.
LOCAL_PARTS = ('"%s;rcpt:evil@none-good.test;b c"', '"free:yes;%s@none-clear.test"', '";%s"', '"%s two  blanks"', '"%s\\"b"',
               '"@%s"', '"$&h%s"', '"%s $( hopseal mx $)"', '"%s $| yes $| yes"', "%s!#$%%&'*+-/=?^_`{|}~", '%s.b', 'MiXed%s')
# Of one message: whose mail goes, and whose waits, mingled.
MINGLED = ('sts-enforce.test', 'shares-sts.plain.test', 'none-good.test', 'shares-sts.plain.test', 'sts-expired.test',
           'sts-enforce.test', 'dane-ee.test', 'old.alias-signed.test', 'dane-wrong.test', 'sts-two.test', 'sts-wildcert.test',
           'dane-ta.test')
# After a handshake that fails clear text will do for these, once the operator says so.
RELAXED = ('dane-drop.test', 'sts-garbage.test', 'dane-454.test', 'sts-tls10.test', 'dane-nostarttls.test')
# Where reports must arrive whatever is broken.
REPORTED = ('sts-expired.test', 'sts-stranger.test', 'dane-wrong.test', 'dane-nostarttls.test', 'sts-garbage.test')
OUTCOMES = {row['domain']: row['postfix'] for row in rows()}
tap = Tap()


def none_of(wrong, name):
    """One test of many things: nothing is wrong with any of them."""
    tap.ok(not wrong, name, '\n'.join(map(str, wrong)))


def called(sendmail):
    return 'Sendmail %s%s' % (sendmail.version, sendmail.layout and ' ' + sendmail.layout)


def part_of(sendmail, what=''):
    """Local part of the addresses of one test with one Sendmail."""
    return ''.join(filter(None, (sendmail.suite, sendmail.layout, what)))


def mails_of(lab, sender_part):
    """What the world took of the mail for SENDER_PART@anywhere."""
    return [mail for mail in lab.sink() if any(r.startswith(sender_part + '@') for r in mail['recipients'])]


# ---------------------------------------------------------------- what became of mail


def fates(lab, sendmail, addresses):
    """address -> (how often in the queue, how often taken)"""
    waits = collections.Counter(sendmail.waiting())
    taken = collections.Counter(r for mail in lab.sink() for r in mail['recipients'])
    return {address: (waits[address], taken[address]) for address in addresses}


def check_fates(lab, sendmail, wanted, name):
    """wanted: {address: whether it goes}; each was submitted once."""
    wrong = {address: fate for address, fate in fates(lab, sendmail, wanted).items()
             if fate != ((0, 1) if wanted[address] else (1, 0))}
    tap.ok(not wrong, '%s: %s' % (called(sendmail), name), '%s\n%s' % (wrong, sendmail.log()[-4000:] if wrong else ''))


def check_nothing_lost(lab, sendmail):
    """Each recipient that was submitted is in the queue, was taken, or bounced: as often as it was submitted.

    Then all that waits is thrown away, so that no later queue run sends it.
    """
    sendmail.wait_until_idle()
    found = collections.Counter(sendmail.waiting()) + collections.Counter(sendmail.bounced())
    found += collections.Counter(r for mail in lab.sink() for r in mail['recipients'])
    none_of([(address, count, found[address]) for address, count in sendmail.given.items() if found[address] != count],
            '%s: each of %d recipients is in the queue, at its place, or has bounced, once' % (
                called(sendmail), sum(sendmail.given.values())))
    sendmail.given.clear()
    sendmail.empty_queue()


# ---------------------------------------------------------------- the table


def check_row(lab, sendmail, row, outcome, taken, limited):
    domain = row['domain']
    want, want_taker = limited.get(domain, (row['postfix'], row['taker']))
    status, _, relay, reason = outcome
    taker = taken.get(domain, '-')
    is_ok = (status, taker) == (WORDS[want], want_taker)
    tap.ok(is_ok, '%s, %s: %s' % (called(sendmail), domain, row['shows']),
           is_ok or 'want %s by %s\ngot %s by %s (%s: %s)\n%s' % (
               want, want_taker, status, taker, relay, reason,
               lab.hopseal('query', '-d', 'sendmail', domain, check=False).stdout))


def check_table(lab, sendmail, part, outcomes, domains=None):
    mails = mails_of(lab, part)
    taken = {r.partition('@')[2]: mail['mx'] for mail in mails for r in mail['recipients']}
    limited = limits('sendmail', sendmail.suite)
    for row in rows():
        if not domains or row['domain'] in domains:
            outcome = outcomes.get('%s@%s' % (part, row['domain']), ('none', '', '', 'no outcome'))
            check_row(lab, sendmail, row, outcome, taken, limited)
    none_of(protection.faults(mails), '%s: all that was taken had the TLS and the certificate of its verdict' % called(sendmail))
    none_of([mail for mail in mails if mail['tls'] and mail['sni'] != mail['mx']],
            '%s: REF-05 STS-APP-07 every host was told its name' % called(sendmail))


def check_tables(lab, hosts, domains=None):
    """All at once."""
    def deliver(sendmail):
        part = part_of(sendmail)
        return sendmail.deliver(['%s@%s' % (part, d) for d in domains]) if domains else sendmail.deliver_table(part)

    with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
        tables = list(pool.map(deliver, hosts))
    for sendmail, outcomes in zip(hosts, tables):
        sendmail.end_delivery(HANGING)
        tap.ok(sendmail.tell('check') == '', '%s: no warning about the configuration' % called(sendmail))
        check_table(lab, sendmail, part_of(sendmail), outcomes, domains)


# ---------------------------------------------------------------- one connection, many domains


def check_pair(lab, sendmail, first, second, what):
    """Two messages in one queue run, first and second: (domain, whether it goes).  A connection is kept if it can be."""
    sendmail.empty_queue()
    wanted = {'%s@%s' % (part_of(sendmail, what), domain): goes for domain, goes in (first, second)}
    one, other = wanted
    sendmail.put([[one]], '-odq')
    sendmail.put([[other]], '-odq', headers=LATER)
    sendmail.run_queue()
    if second[1] and not first[1]:
        sendmail.run_queue(only=other)  # Sendmail stays away from a host that has failed until the queue run is over
    name = '%s and then %s over one MX host: each under its own policy' % (first[0], second[0])
    check_fates(lab, sendmail, wanted, 'STS-APP-02 DANE-MX-01 ' + name)
    if first[1] and second[1]:
        check_kept(lab, sendmail, [one, other])


def check_kept(lab, sendmail, addresses):
    """The world knows of a session when it is over."""
    def made():
        return [session['recipients'] for session in lab.sessions() if set(session['recipients']) & set(addresses)]

    deadline = time.monotonic() + PATIENCE_S
    while sum(made(), []) == [] and time.monotonic() < deadline:
        time.sleep(POLL_S)
    tap.ok(addresses in made(), '%s: one connection for %s' % (called(sendmail), ' and '.join(addresses)), made())


def check_pairs(lab, sendmail):
    for number, (one, one_goes, other, other_goes) in enumerate(PAIRS):
        check_pair(lab, sendmail, (one, one_goes), (other, other_goes), 'pair%d' % number)
        check_pair(lab, sendmail, (other, other_goes), (one, one_goes), 'riap%d' % number)
        sendmail.given.clear()


def check_interleaved(lab, sendmail):
    """Of two connections that are kept, Sendmail has the names of the last certificate only."""
    part = part_of(sendmail, 'between')
    one, other, again = ['%s@%s' % (part, domain) for domain in ('sts-enforce.test', 'none-good.test', 'sts-enforce.test')]
    again = '2' + again
    for address, headers in ((one, ()), (other, LATER), (again, LAST)):
        sendmail.put([[address]], '-odq', headers=headers)
    sendmail.run_queue()
    wanted = dict.fromkeys((one, other, again), True)
    check_fates(lab, sendmail, wanted, 'STS-APP-06 another host, and back over the connection that was kept')
    check_kept(lab, sendmail, [one, again])


def check_mingled(lab, sendmail):
    """8.18.2 loses recipients of such a message, without SMTP_MAILER_MAXRCPTS."""
    wanted = {'%s%d@%s' % (part_of(sendmail, 'mingled'), n, domain): OUTCOMES.get(domain, 'delivered') == 'delivered'
              for n, domain in enumerate(MINGLED)}
    sendmail.put([list(wanted)], '-odi')
    check_fates(lab, sendmail, wanted, 'one message to %d recipients of %d domains' % (len(wanted), len(set(MINGLED))))


# ---------------------------------------------------------------- other traps


def check_local_parts(lab, sendmail):
    for domain, goes in (('sts-enforce.test', True), ('sts-expired.test', False)):
        wanted = {'%s@%s' % (local % sendmail.suite, domain): goes for local in LOCAL_PARTS}
        sendmail.put([[address] for address in wanted], '-odi')
        check_fates(lab, sendmail, wanted, 'STS-APP-02 mail for odd local parts at %s' % domain)


def check_relaxed(lab, sendmail):
    """flags=C: a failed handshake, and then clear text."""
    wanted = {'%s@%s' % (part_of(sendmail, 'relaxed'), domain): True for domain in RELAXED}
    sendmail.put([[address] for address in wanted], '-odi')
    check_fates(lab, sendmail, wanted, 'STS-APP-08 no policy, and a handshake that fails: clear text will do')


def check_reports(lab, sendmail):
    wanted = {'%s@%s' % (part_of(sendmail, 'report'), domain): True for domain in REPORTED}
    sendmail.put([[address] for address in wanted], '-odi', sender=CONTACT)
    check_fates(lab, sendmail, wanted, 'RPT-MAIL-06 mail of a sender in HOPSEAL_FREE arrives whatever is broken')
    kept = {'%s@%s' % (part_of(sendmail, 'unfree'), domain): False for domain in REPORTED}
    sendmail.put([[address] for address in kept], '-odi', sender='x' + CONTACT)
    check_fates(lab, sendmail, kept, 'mail of another sender waits')


def check_tls_required(lab, sendmail):
    """As the milter does for mail with "TLS-Required: No": it tells the queue id."""
    wanted = {'%s@%s' % (part_of(sendmail, 'required'), domain): True for domain in REPORTED}
    sendmail.put([[address] for address in wanted], '-odq')
    replies = [ask(lab.folder / 'map', 'tls-optional ' + queue_id) for queue_id in sendmail.queue_ids()]
    sendmail.run_queue()
    check_fates(lab, sendmail, wanted, 'RTLS-06 TLS-Required: No goes past policies: %s' % set(replies))


def check_routed(lab, sendmail):
    """mailertable: the policy is that of the next-hop, whoever the recipient is."""
    sendmail.path('/etc/mail/mailertable').write_text(
        'sts-enforce.test\tesmtp:sts-expired.test\nroute.test\tesmtp:sts-enforce.test\n'
        'sts-expired.test\tesmtp:[mx-good.none-good.test]\n')
    part = part_of(sendmail, 'routed')
    wanted = {part + '@sts-enforce.test': False, part + '@route.test': True, part + '@sts-expired.test': True}
    sendmail.put([[address] for address in wanted], '-odi')
    sendmail.path('/etc/mail/mailertable').unlink()
    check_fates(lab, sendmail, wanted, 'STS-APP-01 a route of the mailertable: the policy of the next-hop counts')


def check_both(lab, sendmail):
    """mix = both, and TLSA that match: the certificate must be one of WebPKI, too."""
    wanted = {'%s@%s' % (part_of(sendmail, 'both'), domain): status == 'sent' for domain, status in BOTH.items()}
    sendmail.put([[address] for address in wanted], '-odi')
    check_fates(lab, sendmail, wanted, 'with mix = both DANE and MTA-STS must hold')


def check_traps(lab, sendmail):
    check_pairs(lab, sendmail)
    for check in (check_interleaved, check_mingled, check_local_parts, check_reports, check_tls_required,
                  check_routed):
        check(lab, sendmail)
        check_nothing_lost(lab, sendmail)


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        hosts = [lab.sendmail(suite) for suite in SUITES]
        others = [lab.sendmail('bookworm', 'debian'), lab.sendmail('trixie', 'dane')]
        lab.daemon()
        check_tables(lab, hosts)
        check_tables(lab, others, SELECTED)
        for sendmail in hosts + others:
            check_nothing_lost(lab, sendmail)
        for sendmail in hosts:
            check_traps(lab, sendmail)
        for domain in RELAXED:
            lab.hopseal('override', 'add', domain, 'may', '-r', 'test', '-e', '1d')
        for sendmail in hosts:
            check_relaxed(lab, sendmail)
            check_nothing_lost(lab, sendmail)
        lab.stop_daemon()
        lab.daemon('[policy]\nmix = both\n')
        for sendmail in hosts:
            check_both(lab, sendmail)
            check_nothing_lost(lab, sendmail)
    tap.end()


main()
