#!/usr/bin/python3
"""test_reports.py BUILD: what real Postfix tells becomes exact numbers, and these become reports that arrive.

    day 1    Postfix 3.10 sends one message to each domain of the world
    day 2    the reports about it leave, by mail and by HTTPS; Postfix 3.7 sends, and its log is followed
    later    what failed is tried again; mail goes through Postfix 3.10 now, signed with another key
    day 3    what has failed for a day is given up; the reports about day 2 leave

report_oracle.py says what must be counted, delivered.py what must arrive.  It is Debian's own Python, which has Debian's
modules.
"""
import collections
import re
import sys

sys.dont_write_bytecode = True
import delivered  # noqa: E402
from check_report import faults as report_faults  # noqa: E402
from counted import ROWS, Books  # noqa: E402
from delivered import faults_of_all, key_record  # noqa: E402
from lab import CONTACT, Lab, noon  # noqa: E402
from report_oracle import kinds  # noqa: E402
from report_senders import POSTFIX  # noqa: E402
from tap import Tap  # noqa: E402

MINUTE_S, HOUR_S = 60, 3600
RETRY_S = 10 * MINUTE_S                 # longer than the first pause, shorter than the second
RESENT = 'dane-ee.test'                 # its report is sent once more
tap = Tap()


def none_of(wrong, name):
    """One test of many things: nothing is wrong with any of them."""
    tap.ok(not wrong, name, '\n'.join(map(str, wrong)))


# ---------------------------------------------------------------- what arrived


def destinations(name):
    """Where the domain wants its reports; kinds.py has the record."""
    record = kinds.RECORDS.get(name, kinds.RECORD if name in ROWS and ROWS[name]['dnssec'] != 'absent' else '')
    return [uri.strip() for uri in record.replace('%s', name).partition('rua=')[2].split(',') if uri]


def does(uri):
    """What becomes of a report there: a word of kinds.COLLECTORS, or "" if it is taken."""
    collector = re.match(r'https://(collect-\w+)\.', uri)
    return collector[1] if collector else ''


# Why reports wait there, in the end given up; the flaky one takes what it is asked for the second time.
REFUSED = {'collect-500': 'HTTP status 500', 'collect-moved': 'HTTP status 302', 'collect-private': 'refused ranges'}
AT_FIRST = {**REFUSED, 'collect-flaky': 'HTTP status 500'}


def without_id(report):
    return {key: value for key, value in report.items() if key != 'report-id'}


class Post:
    """What has arrived so far, against what "hopseal report list" says."""

    def __init__(self, lab):
        self.lab = lab
        self.stored = {report['id']: report for report in lab.tell('report', 'list')['reports']}
        self.arrived = [*delivered.posts(lab.world), *delivered.mails(lab.world)]

    def of_day(self, day):
        return [report for report in self.stored.values() if report['day'] == day]

    def check_made(self, previews, day, name):
        """Each domain with a record and sessions, and each of its destinations, once (RPT-SEC-01)."""
        want = {(domain, *sorted(destinations(domain))) for domain in previews if destinations(domain)}
        got = [(report['domain'], *sorted(way['uri'] for way in report['destinations'])) for report in self.of_day(day)]
        none_of([*sorted(want.symmetric_difference(got)), *(one for one in got if got.count(one) > 1)], name)

    def check_content(self, previews, day):
        stored = {report['id']: report for report in self.of_day(day)}
        mine = [delivery for delivery in self.arrived if delivery.id in stored]
        none_of([delivery.path for delivery in mine
                 if without_id(delivery.report) != without_id(previews[stored[delivery.id]['domain']])],
                'RPT-TIME-03 every report is what the preview was (%s)' % day)
        same_bytes = collections.defaultdict(set)
        for delivery in mine:
            same_bytes[delivery.id].add(delivery.octets)
        none_of([name for name, octets in same_bytes.items() if len(octets) > 1],
                'RPT-TIME-03 RPT-JSON-05 the same bytes for every destination (%s)' % day)
        for shown, wrong in faults_of_all(mine, lambda one: report_faults(stored[one.id]['file'], one.octets)).items():
            none_of(wrong, '%s (%s)' % (shown, day))

    def check_states(self, day, reasons, refused, name):
        """Sent, or, where there is a reason against it, this state after as many attempts at least."""
        wrong = []
        for way in (way for report in self.of_day(day) for way in report['destinations']):
            reason = reasons.get(does(way['uri']), '')
            state, attempts = refused if reason else ('sent', 1)
            if way['state'] != state or way['attempts'] < attempts or reason not in way['detail']:
                wrong.append(way)
        none_of(wrong, name)

    def check_once(self, name, twice=()):
        """Who has acknowledged has it once, over all restarts; twice: ids of what was asked for again."""
        acknowledged = collections.Counter((delivery.id, delivery.uri) for delivery in self.arrived)
        want = {(report['id'], way['uri']): 1 + (report['id'] in twice)
                for report in self.stored.values() for way in report['destinations'] if way['state'] == 'sent'}
        none_of(sorted(set(want.items()).symmetric_difference(acknowledged.items())), name)

    def check_shown(self, day):
        """show has the bytes that arrived, and read gives the sums of what was shown."""
        wrong = []
        for delivery in {one.id: one for one in self.arrived if one.id in self.stored}.values():
            shown = self.lab.tell('report', 'show', delivery.id)
            if shown.pop('report') != delivery.report or shown != self.stored[delivery.id]:
                wrong.append(delivery.id)
        none_of(wrong, 'RPT-TIME-03 "report show" has what arrived, and agrees with "report list" (%s)' % day)


def sums(policies):
    """(policy domain, type) -> (successes, failures)"""
    total = collections.defaultdict(lambda: (0, 0))
    for entry in policies:
        key, summary = (entry['policy']['policy-domain'], entry['policy']['policy-type']), entry['summary']
        total[key] = tuple(a + b for a, b in zip(total[key], (
            summary['total-successful-session-count'], summary['total-failure-session-count'])))
    return dict(total)


def check_read(lab, previews, arrived):
    """Our own reader gives the numbers of the evening."""
    got = lab.tell('report', 'read', *(delivery.path for delivery in arrived))
    sent = {lab.tell('report', 'show', one)['domain'] for one in {delivery.id for delivery in arrived}}
    want = sums([entry for name in sent for entry in previews[name]['policies']])
    read = {(policy['domain'], policy['type']): (policy['successes'], policy['failures']) for policy in got['sum']['policies']}
    none_of(sorted(set(want.items()).symmetric_difference(read.items())),
            'PUB-RPT-03 reading all of them back gives the numbers of the previews')


# ---------------------------------------------------------------- the days


def day_of(previews):
    return next(iter(previews.values()))['date-range']['start-datetime'][:10]


def restart(lab, config, later):
    status = lab.stop_daemon()
    tap.ok(status == 0, 'the daemon ends well', 'status %d\n%s' % (status, lab.log()[-2000:]))
    lab.daemon(config, later=later)


def first_day(lab, postfix, follows):
    lab.daemon(lab.report_config(follows), later=noon(0))
    books = Books(tap, lab, postfix, POSTFIX[postfix.suite])
    postfix.deliver_table('day1')
    return books.check(ROWS)


def is_for_the_log(row):
    """DANE, MTA-STS in mode enforce, and testing; not the mailbox, and nothing slow, never the same, or gone at once."""
    binds = {'dane-verify', 'sts-verify', 'skip'} & set(row['verdict'].split(',')) or row['sts'].startswith('testing')
    odd = {'slow', 'drop', 'rolling', 'maxage0'} & {row['dnssec'], row['dane'], row['sts']}
    return binds and not odd and row['domain'] != kinds.REPORTS


def second_day(lab, postfix, previews):
    """Reports leave while mail does."""
    books = Books(tap, lab, postfix, POSTFIX[postfix.suite])
    restart(lab, lab.report_config(postfix), noon(1))
    domains = [name for name, row in ROWS.items() if is_for_the_log(row)]
    half = len(domains) // 2
    postfix.deliver(['a@' + name for name in domains[:half]])
    queued = postfix.submit(['a@' + name for name in domains[half:]])
    postfix.rotate_log()
    postfix.outcomes(queued)
    tap.ok(lab.wait_until_sent(closes=day_of(previews)), 'RPT-TIME-02 all reports have left', lab.status())
    check_delivery(lab, previews)
    return books.check(domains)


def check_delivery(lab, previews):
    post, day, key = Post(lab), day_of(previews), key_record(lab)
    post.check_made(previews, day, 'RPT-JSON-23 RPT-SEC-01 SEED-64, -75 one report for each domain with a record and sessions')
    post.check_content(previews, day)
    post.check_states(day, AT_FIRST, ('waiting', 1),
                      'RPT-HTTP-02 RPT-HTTP-04 RPT-RETRY-02 each destination for itself: sent, or waiting with the reason')
    post.check_once('RPT-RETRY-02 who acknowledged has it once, who did not has none')
    post.check_shown(day)
    posts, mails = (list(which(lab.world)) for which in (delivered.posts, delivered.mails))
    for shown, wrong in faults_of_all(posts, delivered.post_faults).items():
        none_of(wrong, shown)
    for shown, wrong in faults_of_all(mails, lambda one: delivered.mail_faults(one, post.stored[one.id], CONTACT, key)).items():
        none_of(wrong, shown + ' (RSA, from us to the MX)')
    tap.ok(mails and all(seen['tls'] for seen in lab.sink() if seen['sender'] == CONTACT),
           'RPT-MAIL-06 SEED-65 mail arrives under TLS though the certificate has expired and the policy is enforced')
    tap.ok(re.search(r'collect-expired\S* state=sent .*certificate has expired', lab.log()),
           'RPT-HTTP-03 an expired certificate is no reason, and is logged')
    check_read(lab, previews, post.arrived)


def not_counted(lab, name):
    preview = lab.hopseal('report', 'preview', kinds.REPORTS, check=False)
    tap.ok(preview.returncode != 0 and 'no session' in preview.stderr, name, preview.stdout + preview.stderr)


def ten_minutes_later(lab, postfix, follows, day):
    """The flaky one takes it, one report is sent again, and mail goes through the local Postfix."""
    not_counted(lab, 'RPT-CNT-08 RPT-MAIL-09 SEED-66 our own report mail is no session of %s' % kinds.REPORTS)
    counted = lab.status()['today']
    restart(lab, lab.report_config(follows, mail='sendmail', key='ed25519'), noon(1) + RETRY_S)
    again = next(report['id'] for report in Post(lab).of_day(day) if report['domain'] == RESENT)
    lab.hopseal('report', 'resend', again)
    lab.wait_until_sent()
    is_there = lab.wait_for(lambda _: sum(one.id == again for one in delivered.mails(lab.world)) == 2)
    post = Post(lab)
    tap.ok(is_there, 'RPT-RETRY-03 RTLS-06 RTLS-08 "report resend" through Postfix %s: TLS-Required: No goes past the policy' %
           postfix.version, postfix.log()[-2000:])
    post.check_states(day, REFUSED, ('waiting', 2),
                      'RPT-RETRY-01 tried again after the pause: taken, or waiting with one more attempt')
    post.check_once('RPT-RETRY-02 only what was asked for is sent again', twice=[again])
    newest = list(delivered.mails(lab.world))[-1]
    tap.ok('Postfix' in str(newest.mail['Received']), 'RPT-RETRY-03 handed over, it is sent', newest.mail['Received'])
    for shown, fault in delivered.mail_faults(newest, post.stored[again], CONTACT, key_record(lab)):
        tap.ok(not fault, shown + ' (Ed25519, through Postfix %s)' % postfix.version, fault)
    postfix.wait_until_idle()
    lab.wait_until_counted()
    not_counted(lab, 'RPT-CNT-10 RPT-CNT-08 nor when it goes through Postfix %s' % postfix.version)
    tap.ok(lab.status()['today'] == counted, 'RPT-CNT-13 a restart and report mail leave the numbers as they were',
           '%s\n%s' % (counted, lab.status()['today']))
    return [again]


def third_day(lab, follows, first, second, again):
    restart(lab, lab.report_config(follows), noon(2) + 6 * HOUR_S)
    lab.wait_until_sent(closes=day_of(second))
    post = Post(lab)
    post.check_states(day_of(first), REFUSED, ('given-up', 3), 'RPT-RETRY-01 given up after 24 hours, with the reason')
    post.check_made(second, day_of(second), 'RPT-JSON-23 the next day\'s reports, those of what the log told')
    post.check_content(second, day_of(second))
    post.check_once('RPT-RETRY-02 over all restarts, who acknowledged has it once', twice=again)


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        new, old = lab.postfix('trixie'), lab.postfix('bookworm')
        new.make_sendmail()
        first = first_day(lab, new, old)
        second = second_day(lab, old, first)
        again = ten_minutes_later(lab, new, old, day_of(first))
        third_day(lab, old, first, second, again)
    tap.end()


main()
