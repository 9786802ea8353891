#!/usr/bin/env python3
"""test_report_command.py BUILD: what "hopseal" shows of sessions and reports, with a real hopseald in the test world."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from command import YES, NO, USAGE  # noqa: E402
from daemon_rig import Peer  # noqa: E402
from lab import Lab  # noqa: E402
from tap import Tap  # noqa: E402

DAY_S = 86400
PATIENCE_S = 90     # longer than the outbox sleeps
REPORTING = '''[probe]
enabled = no
[report]
contact = tls-reports@sender.test
organization = Sender
mail = off
spread = 0s
grace = 1s
'''
HOSTILE = 'certificate \x1b[31mred\x9b0m \x07expired'
UP = {'tls': 'up', 'version': 'TLSv1.3', 'verified': 'name'}
PLAIN = {'tls': 'not-offered'}
EXPIRED = {'tls': 'failed', 'result': 'certificate-expired', 'reason': HOSTILE}
# Domain of the world -> its sessions.
SESSIONS = {
    'sts-enforce.test': [UP, UP, EXPIRED],
    'none-good.test': [PLAIN, UP],
    'none-signed.test': [UP],
}
INBOUND = [
    {'next-hop': 'old.example', 'tls': 'up', 'version': 'TLSv1', 'cipher': 'AES128-SHA', 'verified': 'no'},
    {'next-hop': 'newer.example.org', 'tls': 'up', 'version': 'TLSv1.3', 'cipher': 'TLS_AES_256_GCM_SHA384', 'verified': 'name'},
    {'next-hop': '', 'tls': 'not-offered'},
    {'next-hop': '', 'tls': 'not-offered'},
]
os.environ.setdefault('ASAN_OPTIONS', 'verify_asan_link_order=0')   # libfaketime goes before it
tap = Tap()


def check(name, got, want_code, *want_texts, stream='stdout'):
    """The exit status is the wanted one, every text stands in the stream, and nothing steers the terminal."""
    missing = [text for text in want_texts if text not in getattr(got, stream)]
    steering = [c for c in got.stdout + got.stderr if c != '\n' and (c < ' ' or '\x7f' <= c < '\xa0')]
    return tap.ok(got.returncode == want_code and not missing and not steering, name, 'status %d, want %d; missing: %r, %r\n%s%s' % (
        got.returncode, want_code, missing, steering, got.stdout, got.stderr))


def parsed(name, got):
    """-j is one JSON object."""
    try:
        return json.loads(got.stdout)
    except ValueError as error:
        tap.ok(False, name, '%s\n%s%s' % (error, got.stdout, got.stderr))
        return {}


def eventually(look, is_fine):
    """What look() gives when it is fine, or at last."""
    end = time.monotonic() + PATIENCE_S
    while not is_fine(got := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return got


def today():
    return time.strftime('%Y-%m-%d', time.gmtime())


def tell(lab):
    """All sessions, as a mail server has them: first it asks."""
    peer = Peer(lab.folder / 'map')
    for domain in SESSIONS:
        peer.ask('postfix ' + domain)
    events = [{'next-hop': domain, 'host': 'mx-good.' + domain, 'remote': '203.0.113.9', 'local': '192.0.2.7', **session}
              for domain, sessions in SESSIONS.items() for session in sessions]
    events += [{'direction': 'in', **session} for session in INBOUND]
    answers = {peer.ask('event ' + json.dumps({'source': 'exim', **event})) for event in events}
    tap.ok(answers == {'OK counted'}, 'events are acknowledged', answers)


# ---------------------------------------------------------------------- nothing yet

def nothing(ask):
    check('report list, none', ask('report', 'list'), YES, 'no such report')
    tap.ok(parsed('report list -j', ask('report', 'list', '-j')) == {'reports': []}, 'report list -j, none')
    check('report preview, nothing was counted', ask('report', 'preview', 'none-good.test'), NO,
          'none-good.test: no session to report on %s' % today(), stream='stderr')
    check('status --inbound, nothing', ask('status', '--inbound'), YES, 'since ' + today())
    check('status, nothing', ask('status'), YES, 'no session yet', '0 sent, 0 waiting, 0 given up')
    for verb in ('show', 'resend'):
        check('report %s, an unknown id' % verb, ask('report', verb, 'nonsense'), NO, 'nonsense: there is no such report',
              '"hopseal report list"', stream='stderr')


# What cannot be asked: arguments, part of the reason.
FAULTS = (
    (['report', 'list', 'a..test'], '"a..test" is no domain'),
    (['report', 'list', 'a.test', 'yesterday'], '"yesterday" is no day; one is written 2026-11-21'),
    (['report', 'list', '-', '2026-02-30'], '"2026-02-30" is no day'),
    (['report', 'preview', '-'], '"-" is no domain'),
    (['report', 'preview', 'a.test', '2026-11'], '"2026-11" is no day'),
    (['report', 'show', 'two words'], '"two words" is not one word'),
    (['report', 'resend', ''], 'is not one word'),
    (['status', '7'], 'only --inbound takes DAYS'),
    (['status', '--inbound', '0'], '"0" is no number of days from 1 to 3650'),
    (['status', '--inbound', '3651'], '"3651" is no number of days'),
    (['status', '--inbound', 'all'], '"all" is no number of days'),
)


def faults(ask):
    for args, part in FAULTS:
        check('wrong: hopseal %s' % ' '.join(args), ask(*args), USAGE, part, stream='stderr')


# What the control socket says to who does not use the command.
REQUESTS = (
    ('report list - yesterday', '"yesterday" is no day'),
    ('report list a..test', 'a..test'),
    ('report list - - 0', '"0" is no number from 1 to 3000'),
    ('report list - - 3001', '"3001" is no number'),
    ('report preview', 'the request is: report preview DOMAIN [DAY]'),
    ('report preview none-good.test 2026-13-01', '"2026-13-01" is no day'),
    ('report burn x', 'no such request; there are query, '),
    ('inbound 0', '"0" is no number from 1 to 3650'),
    ('inbound many', '"many" is no number'),
)


def requests(lab):
    peer = Peer(lab.folder / 'control')
    for request, part in REQUESTS:
        got = peer.ask(request)
        tap.ok(got.startswith('NO ') and part in got, 'refused: %s' % request, got)


# ---------------------------------------------------------------------- a day

def status(ask):
    want = len(sum(SESSIONS.values(), []))
    value = eventually(lambda: parsed('status -j', ask('status', '-j')),
                       lambda v: v.get('today') and v['today']['successes'] + v['today']['failures'] == want)
    now = value['today']
    tap.ok((now['day'], now['domains'], now['successes'], now['failures']) == (today(), 3, 4, 2), 'status -j: today', now)
    tap.ok(now['results']['validation-failure'] + now['results']['certificate-expired'] == 1 and
           now['results']['starttls-not-supported'] == 1, 'status -j: failures by result', now)
    tap.ok({w['domain'] for w in now['worst']} == {'sts-enforce.test', 'none-good.test'},
           'status -j: only domains with failures are the worst', now['worst'])
    events = value['events']
    tap.ok(events['by_source']['exim'] == want + len(INBOUND) and events['rejected'] == 0 and events['is_journal_healthy'],
           'status -j: events by source', events)
    got = eventually(lambda: ask('status'), lambda now: 'the day closes 20' in now.stdout)
    check('status', got, YES, '%d taken in (exim %d)' % ((want + len(INBOUND),) * 2),
          '%s UTC: 3 domains and mail hosts, 4 successes, 2 failures:' % today(), 'starttls-not-supported 1, ', 'the day closes 20',
          'failing today', 'looks at MX hosts')
    worst = re.findall(r'(?m)^  (\S+\.test) +(\d+) +(\d+)$', got.stdout)
    tap.ok(worst == [('none-good.test', '1', '1'), ('sts-enforce.test', '1', '2')], 'status: the worst domains', got.stdout)
    tap.ok(all(len(line) <= 80 for line in got.stdout.splitlines()), 'status: 80 columns', got.stdout)


def inbound(ask):
    got = ask('status', '--inbound')
    check('status --inbound', got, YES, 'certificate  sessions',
          '4 sessions since %s: requiring TLS would turn away 2, requiring TLS 1.2 would turn away 3' % today())
    rows = re.findall(r'(?m)^\d{4}-\d\d-\d\d +(\S+) +(\S+) +(\S+) +(\S+) +(\d+)$', got.stdout)
    tap.ok(sorted(rows) == [('(unknown)', 'none', '-', 'unknown', '2'),
                            ('newer.example.org', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', 'name', '1'),
                            ('old.example', 'TLSv1', 'AES128-SHA', 'no', '1')],
           'status --inbound: by client, version, cipher and certificate', got.stdout)
    value = parsed('status --inbound -j', ask('status', '--inbound', '-j', '30'))
    tap.ok((value['sessions'], value['without_tls'], value['below_tls_1_2'], value['count']) == (4, 2, 1, 3) and
           value['since'] < today(), 'status --inbound 30 -j', value)


def preview(ask):
    got = ask('report', 'preview', 'sts-enforce.test')
    check('report preview', got, YES, 'sts-enforce.test  %s  as it would be made now' % today(), 'sender.test!sts-enforce.test!',
          'sts-enforce.test  sts   2           1', 'mx-good.sts-enforce.test', 'red', 'expired')
    tap.ok('since' not in got.stdout, 'report preview: one day is said once', got.stdout)
    report = parsed('report preview -j', ask('report', 'preview', 'sts-enforce.test', today(), '-j'))['report']
    tap.ok(report['contact-info'] == 'tls-reports@sender.test' and report['policies'][0]['policy']['policy-type'] == 'sts',
           'report preview -j has the report itself', report)
    check('report preview, another day', ask('report', 'preview', 'sts-enforce.test', '2020-02-29'), NO,
          'no session to report on 2020-02-29', stream='stderr')
    here = ask('report', 'preview', '-n', 'none-good.test')
    check('report preview -n', here, YES, 'no-policy-found  1           1', 'starttls-not-supported')
    tap.ok(here.stdout.splitlines()[3:] == ask('report', 'preview', 'none-good.test').stdout.splitlines()[3:],
           'report preview -n says what the daemon says', here.stdout)


# ---------------------------------------------------------------------- the day after

def reports_of(ask, *args):
    return parsed('report list -j', ask('report', 'list', '-j', *args)).get('reports', [])


def states(ask):
    return {r['domain']: [(d['state'], d['attempts']) for d in r['destinations']] for r in reports_of(ask)}


def listed(ask, day):
    want = {'sts-enforce.test': [('sent', 1)], 'none-good.test': [('waiting', 1)], 'none-signed.test': [('waiting', 1)]}
    got = eventually(lambda: states(ask), lambda now: now == want)
    tap.ok(got == want, 'report list -j: each destination and its state', got)
    text = ask('report', 'list')
    check('report list', text, YES, 'sts-enforce.test  %s  sessions: 2 successful, 1 failed' % day,
          '  sent      https://collect.report.test/sts-enforce.test', 'HTTP status 201', 'tried 1 time, again 20',
          'HTTP status 500', '3 reports to 3 destinations: 1 sent, 2 waiting, 0 given up')
    tap.ok(all(len(line) <= 80 for line in text.stdout.splitlines()), 'report list: 80 columns', text.stdout)
    check('report list DOMAIN', ask('report', 'list', 'None-Good.test.'), YES, 'none-good.test', '1 report to 1 destination: ')
    check('report list DOMAIN DAY', ask('report', 'list', 'none-good.test', day), YES, '1 report to 1 destination')
    check('report list - DAY', ask('report', 'list', '-', day), YES, '3 reports')
    check('report list, another day', ask('report', 'list', '-', '2020-02-29'), YES, 'no such report')
    tap.ok(ask('report', 'list', '-jn').stdout == ask('report', 'list', '-j').stdout, 'report list -n says what the daemon says')
    check('report list -n', ask('report', 'list', '-n'), YES, '3 reports to 3 destinations')
    check('status: what waits', ask('status'), YES, '1 sent, 2 waiting, 0 given up; the day closes 20')


def shown(ask, day):
    report = reports_of(ask, 'sts-enforce.test')[0]
    check('report show', ask('report', 'show', report['id']), YES, '%s  %s' % (day, report['id']), report['file'],
          'sent      https://collect.report.test/', 'sts-enforce.test  sts   2           1')
    value = parsed('report show -j', ask('report', 'show', '-j', report['id']))
    tap.ok(value['report']['report-id'] == report['id'] and value['destinations'] == report['destinations'],
           'report show -j has the report and its destinations', value)
    tap.ok(ask('report', 'show', '-jn', report['id']).stdout == ask('report', 'show', '-j', report['id']).stdout,
           'report show -n says what the daemon says')
    return report['id']


def resent(lab, ask, report_id):
    log = pathlib.Path(lab.world) / 'reports.log'

    def taken():
        return log.read_text().count('"/sts-enforce.test"')

    before = taken()
    check('report resend', ask('report', 'resend', report_id), YES, report_id + ': to be sent again')
    tap.ok(eventually(taken, lambda now: now > before) == before + 1, 'report resend: it is sent again', log.read_text())
    value = parsed('report resend -j', ask('report', 'resend', '-j', report_id))
    tap.ok(value.get('id') == report_id, 'report resend -j', value)


# ---------------------------------------------------------------------- without

def without_contact(lab, ask):
    lab.stop_daemon()
    lab.daemon('[probe]\nenabled = no\n')
    check('no contact: status', ask('status'), YES, 'not sent: contact of section [report] is not set')
    report_id = eventually(lambda: reports_of(ask), bool)[0]['id']
    check('no contact: report resend', ask('report', 'resend', report_id), NO, 'contact of section [report] is not set',
          stream='stderr')
    check('no contact: report preview', ask('report', 'preview', 'none-good.test'), YES, 'none is: contact of section [report]')


def spools(lab, ask):
    """What an adapter kept, and what is none of its."""
    lab.stop_daemon()
    spool = lab.folder / 'spool'
    spool.write_bytes(b'7:no JSON' * 100)
    lab.daemon(REPORTING + '[events]\nspool = %s\n' % spool)
    value = eventually(lambda: parsed('status -j', ask('status', '-j')), lambda v: v['spools']['damaged'] > 0)
    tap.ok(value['spools']['taken'] == 0 and value['spools']['damaged'] == 1 and not spool.exists(),
           'a damaged spool is told, and put away', value['spools'])
    check('status: a damaged spool', ask('status'), YES, 'spools ', '0 events taken in, 0 not readable, 1 damaged')


def without_database(lab, ask):
    lab.stop_daemon()
    (lab.folder / 'state').rename(lab.folder / 'gone')
    os.symlink('/nonexistent/folder', lab.folder / 'state')
    config = lab.write_config(REPORTING)
    process = subprocess.Popen(lab.inside(lab.build / 'hopseald', '-c', config), stderr=subprocess.DEVNULL)
    eventually(lambda: ask('status'), lambda got: got.returncode == YES)
    for args in (['report', 'list'], ['report', 'show', 'x'], ['report', 'resend', 'x'], ['report', 'preview', 'a.test'],
                 ['status', '--inbound']):
        check('no database: hopseal %s' % ' '.join(args), ask(*args), NO, 'there is no database in %s/state' % lab.folder,
              '"hopseal status"', stream='stderr')
    check('no database: status', ask('status'), YES, 'NOT OPEN')
    process.terminate()
    process.wait(PATIENCE_S)
    got = subprocess.run([lab.build / 'hopseal', '-c', config, 'report', 'list', '-n'], text=True, capture_output=True,
                         check=False)
    check('no database: report list -n', got, NO, 'there is no database in', stream='stderr')


def main():
    with Lab(sys.argv[1]) as lab:
        def ask(*args):
            return lab.hopseal(*args, check=False)

        lab.daemon(REPORTING)
        nothing(ask)
        faults(ask)
        requests(lab)
        day = today()
        tell(lab)
        status(ask)
        inbound(ask)
        preview(ask)
        lab.stop_daemon()
        lab.daemon(REPORTING, later=DAY_S)
        listed(ask, day)
        resent(lab, ask, shown(ask, day))
        without_contact(lab, ask)
        spools(lab, ask)
        without_database(lab, ask)


main()
tap.end()
