#!/usr/bin/python3
"""test_opensmtpd_reports.py BUILD: what real OpenSMTPD tells becomes exact numbers, and their reports leave through it.

    day 1    OpenSMTPD 7.6, whose log is followed, sends to each domain of the world, and tries again what was deferred
    day 2    the same by 6.8, of which only filter-hopseal tells; the reports about day 1 leave through its sendmail(8)
    day 3    by 7.6, of which only filter-hopseal tells: one fault of each kind; then sessions with more and with less than
             one mail; the reports about day 2 leave through its port 25
    day 4    the same by 6.8, whose log is followed

report_oracle.py says what must be counted, delivered.py what must arrive.  It is Debian's own Python, which has Debian's
modules.
"""
import sys

sys.dont_write_bytecode = True
import delivered  # noqa: E402
from counted import ROWS, Books  # noqa: E402
from lab import CONTACT, Lab, limits, noon  # noqa: E402
from report_oracle import kinds  # noqa: E402
from report_senders import OPENSMTPD, OPENSMTPD_LOG  # noqa: E402
from tap import Tap  # noqa: E402

MAILBOX = 'mailto:tls@' + kinds.REPORTS
FLEETING = ('maxage0', 'rolling')       # policies that are gone, or others, when their sessions are judged
FREED = 'dane-garbage.test'             # its handshake fails, and the operator wants no policy for it
CLEAR = 'none-clear.test'
# Two sealed domains with one MX host; their mail can go over one connection.
SEALED, BESIDE = 'dane-ee.test', 'old.alias-signed.test'
# A sealed domain and an open one with one MX host, whose certificate is bad.  Never at once: without pauses OpenSMTPD does not
# stop trying an address at which one session has succeeded.
FAILING, OPEN_BESIDE = 'shared-enforce.test', 'shared-none.test'
# What the log and a look know in different words, or one of them not at all; and what neither is asked for.
FAULTS = ('sts-expired.test', 'sts-wrongname.test', 'sts-selfsigned.test', 'sts-unknownca.test', 'sts-garbage.test',
          'sts-tls10.test', 'sts-nostarttls.test', 'sts-454.test', 'sts-sni.test', 'sts-testing.test', 'dane-sni.test',
          'dane-v6bad.test', 'sts-stranger.test', 'mix-tlsa-error.test', 'mix-unusable-bad.test')
# All domains of the world at once are more than it looks at in a minute.
PROBES = '[probe]\nper-minute = 10000\n'
MANY = 'abcdefghijklmnop'               # messages to one place; more than OpenSMTPD makes connections for
REFUSED = {name for name, (outcome, _) in limits('opensmtpd', 'trixie').items() if outcome == 'refused'}
tap = Tap()


def none_of(wrong, name):
    """One test of many things: nothing is wrong with any of them."""
    tap.ok(not wrong, name, '\n'.join(map(str, wrong)))


def called(smtpd):
    return 'OpenSMTPD %s' % smtpd.version


def begin_day(lab, smtpd, day, mail, is_followed):
    """Sessions of before are of the day before until hopseald has read its books; OpenSMTPD has the real time."""
    lab.stop_daemon()
    smtpd.empty_queue()
    smtpd.forget_failures()
    follow = '[events]\nopensmtpd-log = %s\n' % smtpd.mail_log if is_followed else ''
    lab.daemon(lab.report_config(mail=mail) + PROBES + follow, later=noon(day))
    tap.ok(lab.wait_for(lambda status: status['reports']['next_close']), 'the books are open (day %d)' % (day + 1), lab.log())
    return Books(tap, lab, smtpd, (OPENSMTPD_LOG if is_followed else OPENSMTPD)[smtpd.suite])


def whole_world(lab, smtpd, day, mail, is_followed):
    """Of two hosts the second one has its turn with the second attempt.  Reports about the day before go to the mailbox."""
    books = begin_day(lab, smtpd, day, mail, is_followed)
    apart = {OPEN_BESIDE} | ({kinds.REPORTS} if mail != 'off' else set())
    domains = [name for name, row in ROWS.items() if row['sts'] not in FLEETING and name not in apart]
    queued = smtpd.submit(['a@' + name for name in domains if name in REFUSED], tries=1)
    queued += smtpd.submit(['a@' + name for name in domains if name not in REFUSED])
    outcomes = smtpd.outcomes(queued)
    smtpd.wait_until_idle()
    smtpd.tell('flush')
    smtpd.outcomes(''.join(line + '\n' for line in queued.splitlines() if outcomes[line.split()[1]][0] == 'deferred'))
    return books.check(ROWS)


# ---------------------------------------------------------------- reports leave through OpenSMTPD


def day_of(previews):
    return next(iter(previews.values()))['date-range']['start-datetime'][:10]


def for_mailbox(lab, day):
    """id -> the stored report of that day, of those that the mailbox is a destination of"""
    return {report['id']: report for report in lab.tell('report', 'list')['reports']
            if report['day'] == day and any(way['uri'] == MAILBOX for way in report['destinations'])}


def check_mails(lab, smtpd, previews, way):
    tap.ok(lab.wait_until_sent(closes=day_of(previews)), 'RPT-TIME-02 all reports are handed over', lab.destinations())
    smtpd.wait_until_idle()
    reports = for_mailbox(lab, day_of(previews))
    mails = [mail for mail in delivered.mails(lab.world) if mail.id in reports]
    tap.ok(reports and sorted(mail.id for mail in mails) == sorted(reports),
           'RPT-MAIL-06 %s, %s: each report is in the mailbox once, though its domain enforces and fails' % (called(smtpd), way),
           {'waiting': smtpd.waiting(), 'missing': set(reports) - {mail.id for mail in mails}, 'mails': len(mails)})
    none_of([mail.path for mail in mails if 'OpenSMTPD' not in str(mail.mail['Received'])],
            'RPT-RETRY-03 %s, %s: it has brought them' % (called(smtpd), way))
    none_of([seen for seen in lab.sink() if seen['sender'] == CONTACT and not seen['tls']],
            'RPT-MAIL-06 %s, %s: under TLS, where it can be had' % (called(smtpd), way))
    key = delivered.key_record(lab)
    faults = delivered.faults_of_all(mails, lambda mail: delivered.mail_faults(mail, reports[mail.id], CONTACT, key))
    for shown, wrong in faults.items():
        none_of(wrong, '%s (%s, %s)' % (shown, called(smtpd), way))


# ---------------------------------------------------------------- faults, and more and less than one mail


def send_together(lab, smtpd):
    """What has one relay goes over one connection, or few; what is one message and has one relay, over one."""
    smtpd.inside('smtpctl', 'pause', 'mta')
    smtpd.submit([part + '@' + name for name in (FREED, CLEAR, SEALED) for part in MANY])
    smtpd.put(['one@' + SEALED, 'one@' + BESIDE])
    smtpd.inside('smtpctl', 'resume', 'mta')
    smtpd.wait_until_idle()
    smtpd.tell('flush')                 # on a busy machine hopseald may have been asked for a host in vain
    tap.ok(lab.wait_for(lambda _: not smtpd.waiting()), '%s: many messages have left at once' % called(smtpd), smtpd.waiting())


def fail_beside(smtpd):
    """The sealed one, and an open one at the same address."""
    smtpd.outcomes(smtpd.submit(['a@' + FAILING]))
    smtpd.forget_failures()
    smtpd.outcomes(smtpd.submit(['a@' + OPEN_BESIDE]))


def chosen_faults(lab, smtpd, day, mail, is_followed):
    books = begin_day(lab, smtpd, day, mail, is_followed)
    lab.hopseal('override', 'add', FREED, 'may', '-r', 'test', '-e', '1d')
    send_together(lab, smtpd)
    fail_beside(smtpd)
    smtpd.outcomes(smtpd.submit(['a@' + name for name in FAULTS]))
    books.check([FREED, CLEAR, SEALED, BESIDE, FAILING, OPEN_BESIDE, *FAULTS], free={FREED})
    check_kinds(books)


def check_kinds(books):
    """What is counted once, or not at all, was there."""
    seen = books.sessions()

    def any_is(fits, name):
        tap.ok(any(map(fits, seen)), '%s: among them was %s' % (books.name, name), seen)

    any_is(lambda one: one['host'].endswith(FREED) and 'STARTTLS' not in one['commands'] and one['recipients'],
           'a second attempt, in the clear')
    any_is(lambda one: one['commands'].count('MAIL') > 1, 'RPT-CNT-01 a connection that took several mails')
    any_is(lambda one: len({part.partition('@')[2] for part in one['recipients']}) > 1,
           'RPT-CNT-01 a connection with mail for two domains')
    any_is(lambda one: one['tls'] and not one['recipients'] and 'QUIT' in one['commands'],
           'RPT-CNT-01 one that nobody needed')


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        new, old = lab.opensmtpd('trixie'), lab.opensmtpd('bookworm')
        old.make_sendmail()
        for smtpd in (new, old):
            smtpd.let_reports_pass(CONTACT)
            tap.ok(smtpd.tell('check') == '', '%s: no complaint about the configuration' % called(smtpd))
        first = whole_world(lab, new, 0, 'off', is_followed=True)
        second = whole_world(lab, old, 1, 'sendmail', is_followed=False)
        check_mails(lab, old, first, 'sendmail(8)')
        chosen_faults(lab, new, 2, 'relay\nrelay = ' + new.addresses[0], is_followed=False)
        check_mails(lab, new, second, 'port 25')
        chosen_faults(lab, old, 3, 'off', is_followed=True)
    tap.end()


main()
