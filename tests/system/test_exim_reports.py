#!/usr/bin/python3
"""test_exim_reports.py BUILD: what real Exim tells becomes exact numbers, and their reports leave through Exim.

    day 1    Exim 4.98 sends one message to each domain of the world
    day 2    the reports about it leave through Exim 4.96, which itself sends to the whole world
    day 3    what is no session of its own, by Exim 4.98
    day 4    the same by Exim 4.96

report_oracle.py says what must be counted, delivered.py what must arrive.  It is Debian's own Python, which has Debian's
modules.
"""
import sys

sys.dont_write_bytecode = True
import delivered  # noqa: E402
from counted import ROWS, Books  # noqa: E402
from lab import CONTACT, Lab, noon  # noqa: E402
from report_oracle import kinds  # noqa: E402
from report_senders import EXIM  # noqa: E402
from tap import Tap  # noqa: E402

MAILBOX = 'mailto:tls@' + kinds.REPORTS
FLEETING = 'maxage0'                    # a policy that may be gone when its session is judged
FREED = 'dane-garbage.test'             # its handshake fails, and the operator wants no policy for it
CLEAR = 'none-clear.test'               # a connection to it can be used again
EXEMPT = 'sts-expired.test'             # mail to it says TLS-Required: No
tap = Tap()


def none_of(wrong, name):
    """One test of many things: nothing is wrong with any of them."""
    tap.ok(not wrong, name, '\n'.join(map(str, wrong)))


def begin_day(lab, day, mail):
    """Sessions of before are of the day before until hopseald has read its books; Exim has the real time."""
    lab.stop_daemon()
    lab.daemon(lab.report_config(mail=mail), later=noon(day))
    tap.ok(lab.wait_for(lambda status: status['reports']['next_close']), 'the books are open (day %d)' % (day + 1), lab.log())


def whole_world(lab, exim, day, mail):
    books = Books(tap, lab, exim, EXIM[exim.suite])
    begin_day(lab, day, mail)
    exim.deliver(['day%d@%s' % (day + 1, name) for name, row in ROWS.items() if row['sts'] != FLEETING], seconds=90)
    previews = books.check(ROWS)
    none_of(books.looks(), 'RPT-CNT-02 %s: it shows every chain, hopseal has not looked itself' % books.name)
    return previews


# ---------------------------------------------------------------- reports leave through Exim


def for_mailbox(lab, day):
    """id -> the stored report of that day, of those that the mailbox is a destination of"""
    return {report['id']: report for report in lab.tell('report', 'list')['reports']
            if report['day'] == day and any(way['uri'] == MAILBOX for way in report['destinations'])}


def check_mails(lab, exim, previews):
    day = next(iter(previews.values()))['date-range']['start-datetime'][:10]
    tap.ok(lab.wait_until_sent(closes=day), 'RPT-TIME-02 all reports are handed over', lab.destinations())
    exim.wait_until_idle()
    exim.inside('exim4', '-Rff', MAILBOX.removeprefix('mailto:'))   # a busy machine may have kept some waiting
    reports, mails = for_mailbox(lab, day), list(delivered.mails(lab.world))
    tap.ok(reports and sorted(mail.id for mail in mails) == sorted(reports),
           'RPT-MAIL-06 RTLS-06 SEED-65 Exim %s: each report is in the mailbox once, though its domain enforces and fails' % exim.version,
           {'waiting': exim.waiting(), 'missing': set(reports) - {mail.id for mail in mails}, 'mails': len(mails)})
    none_of([mail.path for mail in mails if 'Exim' not in str(mail.mail['Received'])],
            'RPT-RETRY-03 Exim %s has brought them' % exim.version)
    none_of([seen for seen in lab.sink() if seen['sender'] == CONTACT and not seen['tls']],
            'RPT-MAIL-06 Exim %s: under TLS, where it can be had' % exim.version)
    key = delivered.key_record(lab)
    faults = delivered.faults_of_all(mails, lambda mail: delivered.mail_faults(mail, reports[mail.id], CONTACT, key))
    for shown, wrong in faults.items():
        none_of(wrong, '%s (through Exim %s)' % (shown, exim.version))


# ---------------------------------------------------------------- what is no session of its own


def check_no_sessions(lab, exim, day):
    """Two mails each, so that the second one goes over the connection of the first."""
    begin_day(lab, day, 'off')
    lab.hopseal('override', 'add', FREED, 'may', '-r', 'test', '-e', '1d')
    exim.inside('sh', '-c', 'rm -f /var/spool/exim4/input/* /var/spool/exim4/db/*')
    books = Books(tap, lab, exim, EXIM[exim.suite])
    exim.put([[part + '@' + domain] for domain in (FREED, CLEAR) for part in 'ab'], '-odqs')
    exim.wait_until_idle()
    exim.inside('exim4', '-qqff')
    exim.put([['exempt@' + EXEMPT]], headers=['TLS-Required: No'])
    books.check([FREED, CLEAR], free={FREED})
    kinds_of = {' '.join(seen['commands']).partition(' DATA')[0] for seen in books.sessions()}
    tap.ok('EHLO MAIL RCPT' in kinds_of, '%s: among them was a second attempt, in the clear' % books.name, kinds_of)
    tap.ok(any(seen['commands'].count('MAIL') == 2 for seen in books.sessions()),
           'RPT-CNT-01 %s: among them was a connection that took two mails' % books.name, books.sessions())
    tap.ok(any(seen['recipients'] == ['exempt@' + EXEMPT] for seen in books.sessions()),
           'RPT-CNT-10 %s: among them was mail that says TLS-Required: No' % books.name, books.sessions())


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        new, old = lab.exim('trixie'), lab.exim('bookworm')
        old.make_sendmail()
        first = whole_world(lab, new, 0, 'off')
        whole_world(lab, old, 1, 'sendmail')
        check_mails(lab, old, first)
        check_no_sessions(lab, new, 2)
        check_no_sessions(lab, old, 3)
    tap.end()


main()
