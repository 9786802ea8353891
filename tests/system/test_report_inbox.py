#!/usr/bin/env python3
"""test_report_inbox.py BUILD: TLS reports of others, put as mails into the inbox of a real hopseald, and what it tells of them."""
import base64
import email.message
import email.policy
import gzip
import json
import os
import pathlib
import quopri
import random
import signal
import socket
import subprocess
import sys
import time
import zlib

sys.dont_write_bytecode = True
from command import NO, USAGE, YES  # noqa: E402
import daemon_rig  # noqa: E402
from daemon_rig import Daemon, Peer, Resolver  # noqa: E402
from tap import Tap  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
CORPUS = pathlib.Path(__file__).resolve().parent.parent / 'fuzz' / 'corpus' / 'report_file'
STATE, INBOX, ASIDE = (pathlib.Path('/var/lib', at) for at in ('hopseal', 'hopseal/inbox', 'hopseal/inbox/refused'))
CONFIG = '''[daemon]
log-level = %s
[listen]
socketmap = unix:/run/map
control = unix:/run/control
metrics = unix:/run/metrics
'''
DAY_S, GIB, MIB = 86400, 1 << 30, 1 << 20
TODAY = int(time.time()) // DAY_S * DAY_S
MANY, KILLS = 2000, 6
MEMORY_MAX_KIB = 128 * 1024  # of which a mail takes 10 MiB, its JSON 32, and what is read from that 32
IS_SANITIZED = 'san-' in BUILD.name
RESULTS = ('starttls-not-supported', 'certificate-expired', 'certificate-host-mismatch', 'validation-failure')
tap = Tap()
serial = iter(range(1, 1000000))


# --- reports and mails as others make them -----------------------------------------------------------------

def stamp(seconds):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))


def report(organization='Them', number=None, domain='here.example', days_ago=1, good=10, failures=()):
    """failures: (result, host, sessions) each."""
    begin = TODAY - days_ago * DAY_S
    return {'organization-name': organization, 'contact-info': 'tls@them.example',
            'report-id': str(next(serial) if number is None else number),
            'date-range': {'start-datetime': stamp(begin), 'end-datetime': stamp(begin + DAY_S - 1)},
            'policies': [{'policy': {'policy-type': 'sts', 'policy-domain': domain, 'policy-string': ['version: STSv1']},
                          'summary': {'total-successful-session-count': good,
                                      'total-failure-session-count': sum(f[2] for f in failures)},
                          'failure-details': [{'result-type': result, 'receiving-mx-hostname': host,
                                               'sending-mta-ip': '192.0.2.%d' % i, 'failed-session-count': sessions}
                                              for i, (result, host, sessions) in enumerate(failures)]}]}


def packed(value):
    return gzip.compress(json.dumps(value).encode(), mtime=0)


def head(sender, kind):
    return ('Return-Path: <bounce@%s>\r\nReceived: from x by y; now\r\nFrom: TLS reports <tls@%s>\r\n'
            'To: tls@here.example\r\nSubject: Report Domain: here.example\r\n Submitter: %s Report-ID: <1@%s>\r\n'
            'MIME-Version: 1.0\r\nContent-Type: %s\r\n' % (sender, sender, sender, sender, kind)).encode()


def part(kind, encoding, body):
    return b'--=_b\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n%s\r\n' % (
        kind.encode(), encoding.encode(), body)


def mail(value, sender='them.example'):
    """As RFC 8460, 5.3 wants it."""
    text = part('text/plain', '7bit', b'This is a report.')
    attachment = part('application/tlsrpt+gzip; name="x.json.gz"', 'base64', base64.encodebytes(packed(value)))
    return head(sender, 'multipart/report; report-type="tlsrpt";\r\n\tboundary="=_b"') + b'\r\n' + text + attachment + b'--=_b--\r\n'


def mail_of_json(value):
    return head('them.example', 'application/tlsrpt+json') + b'\r\n' + json.dumps(value, indent=2).encode()


def mail_quoted(value):
    return (head('them.example', 'application/tlsrpt+json') + b'Content-Transfer-Encoding: quoted-printable\r\n\r\n' +
            quopri.encodestring(json.dumps(value).encode()))


def mail_mislabelled(value):
    return (head('them.example', 'multipart/mixed; boundary="=_b"') + b'\r\n' +
            part('application/octet-stream; name=report', 'base64', base64.encodebytes(packed(value))))


def mail_without_crlf(value):
    return mail(value).replace(b'\r\n', b'\n')


def mail_forwarded(value):
    outer = email.message.EmailMessage()
    outer['From'] = 'postmaster@here.example'
    outer['Subject'] = 'Fwd: a report'
    outer.set_content('Look at this.')
    outer.add_attachment(email.message_from_bytes(mail(value), policy=email.policy.default))
    return outer.as_bytes(policy=email.policy.SMTP)


FORMS = (('JSON', lambda value: json.dumps(value).encode()), ('gzip', packed), ('a mail', mail),
         ('a mail of JSON', mail_of_json), ('a mail in quoted-printable', mail_quoted),
         ('a mail with another label and no end', mail_mislabelled), ('a mail with bare line feeds', mail_without_crlf),
         ('a mail forwarded as an attachment', mail_forwarded))


def put(data, name=None):
    """As the milter does."""
    name = name or 'f%d' % next(serial)
    unfinished = INBOX / (name + '.tmp')
    unfinished.write_bytes(data)
    unfinished.rename(INBOX / name)
    return name


# --- the daemon and the command ------------------------------------------------------------------------------

def start(folder, level='info', args=()):
    daemon = Daemon(BUILD, folder, CONFIG % level, args=args)
    if not daemon.wait_for('hopseald: ready'):
        raise RuntimeError(daemon.log())
    return daemon


def hopseal(*args):
    return subprocess.run([BUILD / 'hopseal', '-s', 'unix:/run/control', '-c', os.environ['HOPSEAL_PRIVATE'] + '/hopseal.conf',
                           *map(str, args)], capture_output=True, text=True, check=False, timeout=60)


def inbox(*args):
    got = hopseal('report', 'inbox', '-j', *args)
    return json.loads(got.stdout) if got.returncode == YES else {'error': got.stderr}


def status():
    return json.loads(hopseal('status', '-j').stdout)['inbox']


def until(is_so):
    """True when it becomes so."""
    end = time.monotonic() + 3 * daemon_rig.PATIENCE_S
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def lying():
    return sorted(p.name for p in INBOX.iterdir() if p.is_file())


def wake(name='any'):
    peer = Peer('/run/map')
    reply = peer.ask('inbox ' + name)
    peer.close()
    return reply


def all_taken():
    wake()
    return until(lambda: not lying())


def metric(name):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect('/run/metrics')
        s.sendall(b'GET /metrics HTTP/1.0\r\n\r\n')
        text = s.makefile().read()
    return [int(line.split()[1]) for line in text.splitlines() if line.startswith('hopseal_%s ' % name)]


# --- what is asked ---------------------------------------------------------------------------------------------

def the_folder(daemon):
    st = INBOX.stat()
    tap.ok(st.st_mode & 0o7777 == 0o2770 and st.st_uid == daemon_rig.uid(), 'the folder is made, for our group to write',
           oct(st.st_mode))
    got = hopseal('report', 'inbox')
    tap.ok(got.returncode == YES and 'no such report' in got.stdout, 'report inbox, none yet', got)


def forms(daemon):
    want = []
    for place, (what, make) in enumerate(FORMS):
        value = report('Form %d' % place, good=100 + place, failures=[('certificate-expired', 'mx.here.example', place + 1)])
        put(make(value))
        want.append((what, 'Form %d' % place, 100 + place, place + 1))
    tap.ok(all_taken(), 'the files are gone', lying())
    got = {s['organization']: s for s in inbox()['senders']}
    for what, organization, good, bad in want:
        sender = got.get(organization, {})
        tap.ok((sender.get('reports'), sender.get('successes'), sender.get('failures')) == (1, good, bad),
               'PUB-RPT-03 taken from %s' % what, sender)
    tap.ok(got['Form 2']['submitter'] == 'them.example' and got['Form 7']['submitter'] == 'here.example' and
           got['Form 0']['submitter'] == '', 'PUB-RPT-03 whose mail it was', got)
    tap.ok(status()['refused'] == 0 and daemon.count('status=refused') == 0, 'nothing was refused', daemon.log())


def real_ones(daemon):
    before = inbox()['count']
    names = ['google.eml', 'microsoft.eml', 'mbox.eml', 'quoted.eml', 'forwarded.eml', 'nested.eml', 'google.json.gz']
    for name in names:
        put((CORPUS / name).read_bytes(), name)
    tap.ok(all_taken() and inbox()['count'] > before, 'PUB-RPT-03 after what Google, Microsoft, VK and we send', daemon.log())
    organizations = {s['organization'] for s in inbox()['senders']}
    tap.ok({'Google Inc.', 'Microsoft Corporation', 'VK', 'Example Org'} <= organizations, 'PUB-RPT-03 SEED-71 from all of them',
           organizations)


def questions():
    """Who failed, how, how often, since when."""
    for days_ago in (9, 4, 2):
        put(mail(report('Asked', domain='asked.example', days_ago=days_ago, good=5,
                        failures=[('validation-failure', 'MX1.asked.example.', 2), ('validation-failure', 'mx1.asked.example', 3),
                                  ('certificate-expired', 'mx2.asked.example', 1)])))
    put(mail(report('Other', domain='asked.example', days_ago=3, good=7, failures=[('validation-failure', 'mx1.asked.example', 4)])))
    all_taken()
    got = inbox('asked.example')
    rows = [(d['result'], d['host'], d['organization'], d['count'], d['since'], d['latest']) for d in got['details']]
    day = {n: stamp(TODAY - n * DAY_S)[:10] for n in range(10)}
    tap.ok(rows == [('validation-failure', 'mx1.asked.example', 'Asked', 15, day[9], day[2]),
                    ('validation-failure', 'mx1.asked.example', 'Other', 4, day[3], day[3]),
                    ('certificate-expired', 'mx2.asked.example', 'Asked', 3, day[9], day[2])],
           'PUB-RPT-03 SEED-70, -78 how, how often, from when until when, by whose account', rows)
    tap.ok((got['count'], got['successes'], got['failures']) == (4, 22, 22) and
           [(s['organization'], s['failures']) for s in got['senders']] == [('Asked', 18), ('Other', 4)],
           'PUB-RPT-03 who', got)
    tap.ok([(p['domain'], p['type'], p['successes'], p['failures']) for p in got['policies']] ==
           [('asked.example', 'sts', 22, 22)], 'PUB-RPT-03 under which policy', got['policies'])
    tap.ok([r['begin'][:10] for r in got['reports']] == [day[2], day[3], day[4], day[9]], 'the newest report first', got['reports'])
    got = inbox('--days', 3, 'Asked.Example')
    tap.ok(got['count'] == 2 and got['since'] == day[3], '--days', got)
    tap.ok(inbox('nobody.example')['count'] == 0, 'a domain of which nobody told')
    text = hopseal('report', 'inbox', 'asked.example')
    want = ['4 reports, %s to %s' % (day[9], day[2]), 'mx1.asked.example', 'validation-failure', 'Other', 'them.example', 'failed']
    tap.ok(text.returncode == YES and all(w in text.stdout for w in want), 'report inbox, for people', text)
    number = inbox('asked.example')['reports'][0]['number']
    more = hopseal('report', 'inbox', '-v', 'asked.example')
    tap.ok(all(len(line) <= 80 for line in (text.stdout + more.stdout).splitlines()), 'report inbox: 80 columns', more.stdout)
    tap.ok('number' in more.stdout and ' %d ' % number in more.stdout and 'number' not in text.stdout,
           'report inbox -v: one by one', more)
    for words in (('--days', '0'), ('--days', 'x'), ('a..b',)):
        tap.ok(hopseal('report', 'inbox', *words).returncode == USAGE, 'report inbox %s' % ' '.join(words))


def one_report():
    value = report('Shown \x1b[31m', number='id with blanks', domain='shown.example', failures=[(RESULTS[0], 'mx.shown.example', 9)])
    put(mail(value))
    all_taken()
    number = inbox('shown.example')['reports'][0]['number']
    got = json.loads(hopseal('report', 'inbox', '-j', number).stdout)
    tap.ok(got['report'] == value and got['report_id'] == 'id with blanks' and got['submitter'] == 'them.example',
           'report inbox NUMBER -j: as it came', got)
    text = hopseal('report', 'inbox', number)
    tap.ok(text.returncode == YES and 'id with blanks' in text.stdout and RESULTS[0] in text.stdout and '\x1b' not in text.stdout,
           'RPT-SEC-03 report inbox NUMBER: for people, whose terminal it cannot steer', repr(text.stdout))
    none = hopseal('report', 'inbox', 999999)
    tap.ok(none.returncode == NO and 'there is no report 999999' in none.stderr, 'report inbox, a number of none', none)


def duplicates():
    before = status()
    value = report('Twice', number='the same')
    for _ in range(3):
        put(mail(value))
    all_taken()
    put(mail(value, 'forged.example'))
    all_taken()
    after = status()
    tap.ok(after['kept'] - before['kept'] == 2 and after['duplicates'] - before['duplicates'] == 2 and
           after['taken'] - before['taken'] == 4, 'the same report is kept once, and once for each mail domain that sends it',
           (before, after))


def garbage(daemon):
    before = status()['refused']
    values = {'empty': b'', 'spam': b'From: a@b.example\r\n\r\nBuy now.\r\n', 'cut': packed(report())[:-9], 'noise': os.urandom(5000),
              'object': b'{"a": 1}', 'future': json.dumps(report(days_ago=-30)).encode(), 'version 2': b'{"tlsrpt": 2, "policies": {}}'}
    for name, data in values.items():
        put(data, name)
    tap.ok(all_taken() and sorted(p.name for p in ASIDE.iterdir()) == sorted(values), 'what is no report is kept aside',
           list(ASIDE.iterdir()))
    tap.ok(all((ASIDE / name).read_bytes() == data for name, data in values.items()), 'as it came')
    wake()
    tap.ok(all(daemon.count('file="%s"' % name) == 1 for name in values) and daemon.count('status=refused') == len(values),
           'with one log line each that says why', daemon.log())
    tap.ok(status()['refused'] - before == len(values), 'and counted', status())
    (INBOX / 'writing.tmp').write_bytes(b'{')
    (INBOX / '.hidden').write_bytes(b'{')
    put(mail(report('Behind')))
    tap.ok(wake() == 'OK taken' and until(lambda: lying() == ['.hidden', 'writing.tmp']), 'what is being written is left', lying())
    for name in ('writing.tmp', '.hidden'):
        (INBOX / name).unlink()


def bombs(daemon):
    """RPT-SEC-03: bounded memory, one log line."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(MIB)
    one = b''.join(packer.compress(zeros) for _ in range(GIB // MIB)) + packer.flush()
    members = gzip.compress(bytes(64 * MIB)) * (GIB // (64 * MIB))
    blanks, brackets = (json.dumps(report(name)).encode()[1:] for name in ('Blanks', 'Brackets'))
    blanks = gzip.compress(b'{' + b' ' * (31 * MIB) + blanks)
    brackets = gzip.compress(b'{"x":[' + b'[],' * (10 * MIB) + b'[]],' + brackets)
    deep = gzip.compress(b'[' * (31 * MIB))
    details = json.dumps(report('Details', failures=[(RESULTS[0], 'mx%d.here.example' % n, 1) for n in range(100000)])).encode()
    before = status()
    for what, bomb, is_report in (
            ('1 GiB of zeros', one, False), ('1 GiB in members', members, False), ('a bomb in a bomb', gzip.compress(one), False),
            ('31 MiB of blanks in a report', blanks, True), ('31 MiB of brackets in a report', brackets, True),
            ('31 MiB of brackets only', deep, False), ('100,000 kinds of failures', gzip.compress(details), True)):
        refused = daemon.count('status=refused')
        put(head('them.example', 'application/tlsrpt+gzip') + b'Content-Transfer-Encoding: base64\r\n\r\n' +
            base64.encodebytes(bomb))
        tap.ok(all_taken() and daemon.count('status=refused') - refused == (not is_report),
               'RPT-SEC-03 %s: %s' % (what, 'taken' if is_report else 'one log line'), daemon.log()[-1000:])
    put(b'x' * (10 * MIB + 1))
    all_taken()
    tap.ok(daemon.count('more than 10485760 octets') == 1, 'RPT-SEC-03 a mail beyond 10 MiB', daemon.log()[-1000:])
    tap.ok(status()['kept'] - before['kept'] == 3, 'those that were reports are kept', status())
    kib = int(daemon.status('VmHWM')[0])
    print('# VmHWM %d KiB' % kib)
    tap.ok(IS_SANITIZED or kib < MEMORY_MAX_KIB, 'RPT-SEC-03 and all of them took less than %d KiB' % MEMORY_MAX_KIB, '%d KiB' % kib)
    tap.ok(sum(p.stat().st_size for p in ASIDE.iterdir()) <= 32 * MIB, 'what is kept aside is bounded')


def names():
    for what, name, want in (('any', 'a', 'OK taken'), ('above', '../a', 'PERM '), ('hidden', '.a', 'PERM '), ('none', '', 'PERM '),
                             ('long', 'a' * 256, 'PERM '), ('unfinished', 'a.tmp', 'PERM ')):
        reply = wake(name)
        tap.ok(reply.startswith(want), 'inbox NAME, %s' % what, reply)


def flood(daemon, folder):
    """Many at once, and a daemon that is killed in their midst."""
    before = inbox()
    rng = random.Random(7)
    values = [report('Flood %d' % (n % 7), domain='d%d.example' % (n % 50), good=rng.randrange(100),
                     failures=[(rng.choice(RESULTS), 'mx%d.example' % rng.randrange(5), rng.randrange(1, 50))])
              for n in range(MANY)]
    daemon.end()
    for value in values:
        put(mail(value))
    for kill in range(KILLS):
        daemon = start(folder)
        left = MANY * (KILLS - kill) // (KILLS + 1)
        until(lambda: len(lying()) <= left)
        daemon.end(signal.SIGKILL)
    daemon = start(folder)
    peer = Peer('/run/map')
    tap.ok(peer.ask('json plain.example').startswith('OK '), 'questions of MTAs are answered meanwhile')
    peer.close()
    tap.ok(until(lambda: not lying()), '%d files, and %d kills: all are taken' % (MANY, KILLS), len(lying()))
    after = inbox()
    sums = [sum(v['policies'][0]['summary']['total-%s-session-count' % what] for v in values) for what in ('successful', 'failure')]
    tap.ok(after['count'] - before['count'] == MANY and
           [after['successes'] - before['successes'], after['failures'] - before['failures']] == sums,
           'each is there, once', (after['count'] - before['count'], sums, daemon.log()[-1000:]))
    tap.ok(len(after['reports']) == 400 and len(after['senders']) <= 400, 'a list has an end', len(after['reports']))
    return daemon


def numbers():
    state = status()
    got = [metric(name) for name in ('received_reports', 'received_duplicates_total', 'received_dropped_total')]
    tap.ok(got == [[state['kept']], [state['duplicates']], [state['dropped']]] and metric('received_refused_total') == [0],
           'metrics tell the same', (got, state))
    text = hopseal('status').stdout
    tap.ok('%d reports of others kept' % state['kept'] in text, 'status tells it', text)


def without_daemon(daemon):
    want = inbox('asked.example')
    put(mail(report('Late')))
    tap.ok(daemon.end() == 0, 'the daemon ends', daemon.log())
    tap.ok(inbox('-n', 'asked.example') == want, 'report inbox -n: without the daemon', inbox('-n'))


def main():
    folder = daemon_rig.private()
    Resolver()
    STATE.mkdir()
    os.chown(STATE, daemon_rig.uid(), -1)
    daemon = start(folder)
    the_folder(daemon)
    forms(daemon)
    real_ones(daemon)
    questions()
    one_report()
    duplicates()
    garbage(daemon)
    names()
    bombs(daemon)
    daemon = flood(daemon, folder)
    numbers()
    without_daemon(daemon)
    tap.end()


main()
