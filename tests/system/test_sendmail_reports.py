#!/usr/bin/python3
"""test_sendmail_reports.py BUILD: what hopseald is asked by real Sendmail becomes exact numbers.

    day 1    Sendmail 8.17 sends one message to each domain of the world
    day 2    the same by 8.18, whose own DANE is off, as in the shipped example
    day 3    the same by 8.18, with its own DANE
    day 4    what is no session of its own, by 8.18
    day 5    the same by 8.17, through which the reports about day 4 leave

report_oracle.py says what must be counted, delivered.py what must arrive.  It is Debian's own Python, which has Debian's
modules.
"""
import sys
import time

sys.dont_write_bytecode = True
import delivered  # noqa: E402
from counted import ROWS, Books  # noqa: E402
from impostor import ask  # noqa: E402
from lab import CONTACT, POLL_S, Lab, noon  # noqa: E402
from mta import SENDER  # noqa: E402
from report_oracle import kinds  # noqa: E402
from report_senders import SENDMAIL, SENDMAIL_DANE  # noqa: E402
from tap import Tap  # noqa: E402

MAILBOX = 'mailto:tls@' + kinds.REPORTS
FLEETING = ('maxage0',)                 # a policy that may be gone when its session is judged
ENDLESS = {'bookworm': {'dane-hang.test'}, 'trixie': set()}     # 8.17 never ends a handshake that the server does not end
PROBES = '[probe]\nper-minute = 10000\n'        # all domains of the world at once are more than it looks at in a minute
FREED = 'dane-garbage.test'             # its handshake fails, and the operator wants no policy for it
FREE = ('sts-expired.test', 'sts-stranger.test', 'sts-garbage.test', 'dane-wrong.test', 'dane-nostarttls.test')
REFUSING = ('sts-two-refuse.test', 'dane-421.test')     # before there is TLS
KEPT = ('none-clear.test', 'none-454.test', 'none-good.test')   # connections to these take more than one mail
# What goes behind other mail of a queue run, and what goes last.
AS_USUAL, LATER, LAST = [], ['Precedence: list'], ['Precedence: junk']
# Mail of one queue run, in this order; behind the first of each line all could go over one connection.
TOGETHER = (
    *(('a@' + domain, 'b@' + domain) for domain in KEPT),
    ('a@' + FREED, 'b@' + FREED),
    ('a@sts-enforce.test', 'a@shares-sts.plain.test', 'b@sts-enforce.test'),
    ('a@old.alias-signed.test', 'a@dane-ee.test'),
    ('a@shared-none.test', 'a@shared-enforce.test'),
    ('exempt@dane-ta.test', 'a@dane-ta.test'),
)
tap = Tap()


def none_of(wrong, name):
    """One test of many things: nothing is wrong with any of them."""
    tap.ok(not wrong, name, '\n'.join(map(str, wrong)))


def begin_day(lab, sendmail, day, mail='off'):
    """Sessions of before are of the day before until hopseald has read its books; Sendmail has the real time."""
    lab.stop_daemon()
    sendmail.empty_queue()
    lab.daemon(lab.report_config(mail=mail) + PROBES, later=noon(day))
    tap.ok(lab.wait_for(lambda status: status['reports']['next_close']), 'the books are open (day %d)' % (day + 1), lab.log())
    senders, name = (SENDMAIL_DANE, 'Sendmail %s with DANE') if sendmail.layout else (SENDMAIL, 'Sendmail %s')
    return Books(tap, lab, sendmail, senders[sendmail.suite], name % sendmail.version)


def whole_world(lab, sendmail, day):
    books = begin_day(lab, sendmail, day)
    domains = [name for name, row in ROWS.items() if row['sts'] not in FLEETING and name not in ENDLESS[sendmail.suite]]
    sendmail.deliver(['day%d@%s' % (day + 1, name) for name in domains])
    books.check(domains)


# ---------------------------------------------------------------- reports leave through Sendmail


def for_mailbox(lab, day):
    """id -> the stored report of that day, of those that the mailbox is a destination of"""
    return {report['id']: report for report in lab.tell('report', 'list')['reports']
            if report['day'] == day and any(way['uri'] == MAILBOX for way in report['destinations'])}


def take_from_here(sendmail):
    """Mail of hopseald, which does not come from 127.0.0.1 here."""
    sendmail.path('/etc/mail/relay-domains').write_text(sendmail.addresses[0] + '\n')
    sendmail.tell('stop')
    while sendmail.processes('sendmail'):
        time.sleep(POLL_S)
    sendmail.tell('start')


def check_mails(lab, sendmail, previews):
    day = next(iter(previews.values()))['date-range']['start-datetime'][:10]
    tap.ok(lab.wait_until_sent(closes=day), 'RPT-TIME-02 all reports are handed over', lab.destinations())
    sendmail.wait_until_idle()
    reports, mails = for_mailbox(lab, day), list(delivered.mails(lab.world))
    tap.ok(reports and sorted(mail.id for mail in mails) == sorted(reports),
           'RPT-MAIL-06 Sendmail %s: each report is in the mailbox once, though its domain enforces and fails' % sendmail.version,
           {'waiting': sendmail.waiting(), 'missing': set(reports) - {mail.id for mail in mails}, 'mails': len(mails)})
    none_of([mail.path for mail in mails if sendmail.version not in str(mail.mail['Received'])],
            'RPT-RETRY-03 Sendmail %s has brought them' % sendmail.version)
    none_of([seen for seen in lab.sink() if seen['recipients'] == [MAILBOX.removeprefix('mailto:')] and not seen['tls']],
            'RPT-MAIL-06 Sendmail %s: under TLS, where it can be had' % sendmail.version)
    key = delivered.key_record(lab)
    faults = delivered.faults_of_all(mails, lambda mail: delivered.mail_faults(mail, reports[mail.id], CONTACT, key))
    for shown, wrong in faults.items():
        none_of(wrong, '%s (through Sendmail %s)' % (shown, sendmail.version))


# ---------------------------------------------------------------- what is no session of its own


def sender_of(address):
    """Of a report, or of other mail."""
    return CONTACT if address.startswith('exempt@') else SENDER


def send_together(sendmail):
    for addresses in TOGETHER:
        for address, headers in zip(addresses, (AS_USUAL, LATER, LAST)):
            sendmail.put([[address]], '-odq', headers=headers, sender=sender_of(address))
        sendmail.run_queue()
        sendmail.empty_queue()


def send_free(lab, sendmail):
    """Mail that says TLS-Required: No: the milter tells its queue id; and mail of the sender that reports have."""
    sendmail.put([['exempt@' + domain] for domain in FREE], '-odq')
    for queue_id in sendmail.queue_ids():
        ask(sendmail.socket, 'tls-optional ' + queue_id)
    sendmail.run_queue()
    sendmail.put([['exempt@' + domain] for domain in FREE], '-odi', sender=CONTACT)


def check_no_sessions(lab, sendmail, day, before=None):
    """before: the reports about the day before, which are to leave through it."""
    books = begin_day(lab, sendmail, day, 'relay\nrelay = ' + sendmail.addresses[0] if before else 'off')
    if before:
        check_mails(lab, sendmail, before)
    lab.hopseal('override', 'add', FREED, 'may', '-r', 'test', '-e', '1d')
    send_together(sendmail)
    send_free(lab, sendmail)
    sendmail.put([['a@' + domain] for domain in REFUSING], '-odi')
    counted = {address.partition('@')[2] for addresses in TOGETHER for address in addresses} & set(ROWS)
    previews = books.check([*sorted(counted), *REFUSING], free={FREED})
    check_kinds(books)
    return previews


def check_kinds(books):
    """What is counted once, or not at all, was there."""
    seen = books.sessions()

    def any_is(fits, name):
        tap.ok(any(map(fits, seen)), '%s: among them was %s' % (books.name, name), seen)

    def is_for(*domains):
        return lambda one: {part.partition('@')[2] for part in one['recipients']} >= set(domains)

    any_is(lambda one: one['host'].endswith(FREED) and 'STARTTLS' not in one['commands'], 'a second attempt, in the clear')
    any_is(lambda one: one['host'].endswith(FREED) and one['commands'][-1] == 'STARTTLS' and one['recipients'],
           'one that was kept, and tried STARTTLS for the next message')
    for domain in KEPT:
        any_is(lambda one: one['recipients'] == [part + '@' + domain for part in 'ab'],
               'RPT-CNT-01 a connection that took two mails for ' + domain)
    any_is(is_for('sts-enforce.test', 'shares-sts.plain.test'), 'RPT-CNT-01 a connection with mail for two domains')
    any_is(is_for('dane-ee.test', 'old.alias-signed.test'), 'RPT-CNT-01 one with mail for two domains with DANE')
    any_is(lambda one: one['recipients'] == ['exempt@dane-ta.test', 'a@dane-ta.test'],
           'RPT-CNT-10 one that took mail that is not counted, and then mail that is')
    any_is(lambda one: one['recipients'] == ['a@shared-none.test'] and one['commands'].count('MAIL') == 2,
           'RPT-CNT-01 one with mail for a domain, and not good enough for another')
    free = [address for one in seen for address in one['recipients'] if address.startswith('exempt@')]
    tap.ok(all(free.count('exempt@' + domain) == 2 for domain in FREE),
           'RPT-CNT-08 RPT-CNT-10 %s: free mail went out, by its header and by its sender' % books.name, free)


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        old, new, own_dane = lab.sendmail('bookworm'), lab.sendmail('trixie'), lab.sendmail('trixie', 'dane')
        take_from_here(old)
        for day, sendmail in enumerate((old, new, own_dane)):
            whole_world(lab, sendmail, day)
        reports = check_no_sessions(lab, new, 3)
        check_no_sessions(lab, old, 4, before=reports)
    tap.end()


main()
