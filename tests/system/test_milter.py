#!/usr/bin/env python3
"""test_milter.py BUILD [SECONDS]: hopseal-milter under a fake MTA, with every kind of daemon.

SECONDS (4): how long it is fed with nonsense.  Needs root for users and for the part with a real hopseald.
"""
import json
import os
import pathlib
import random
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
from daemon_rig import USER, Daemon, Resolver, private, uid  # noqa: E402
from milter_rig import NO_REPLY, STEPS, Milter, Mta, spooled  # noqa: E402
from smtpd_rig import FakeDaemon  # noqa: E402
from tap import Tap  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / 'milter/hopseal-milter.conf.example'
FOLDER = private()
BUILD = pathlib.Path(sys.argv[1]).resolve()
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 4
MAP, SPOOL, INBOX = FOLDER / 'map', FOLDER / 'spool', FOLDER / 'inbox'
MIB = 1 << 20
PARALLEL, MESSAGES = 64, 20
CONFIG = 'daemon = unix:%s\nspool = %s\ninbox = %s\n' % (MAP, SPOOL, INBOX)
REPORTS = CONFIG + 'report-address = tls-reports@own.example, Other@own.example\n'
INBOX.mkdir()
tap = Tap()


def answer_json(next_hop, verdict, reason, hosts=()):
    return 'OK ' + json.dumps({'next-hop': next_hop, 'verdict': verdict, 'reason': reason, 'section': 'x', 'detail': '',
                               'hosts': [{'name': 'mx%d' % n, 'verdict': 'skip', 'reason': host}
                                         for n, host in enumerate(hosts)]})


NOT_NAMED, NO_HOST = 'MX host not named by the STS policy', 'no MX host may be used'
ANSWERS = {
    'good.test': ('may', 'neither TLSA records nor an MTA-STS policy', ()),
    'null.test': ('reject', 'null MX: the domain takes no mail', ()),
    'nowhere.test': ('reject', 'the domain does not exist', ()),
    'sts.test': ('defer', NO_HOST, (NOT_NAMED, NOT_NAMED)),
    'dane.test': ('defer', NO_HOST, (NOT_NAMED, 'TLSA lookup failed')),
    'broken.test': ('defer', 'MX lookup failed', ()),
    'mixed.test': ('defer', NO_HOST, (NOT_NAMED, 'address lookup failed')),
    'ordered.test': ('defer', 'DANE is required here, but the host has none', ()),
    '[relay.test]': ('reject', 'the domain does not exist', ()),
    '100%.test': ('reject', 'null MX: the domain takes no mail', ()),
}


def answer_well(request):
    name, _, key = request.partition(' ')
    if name == 'json':
        return answer_json(key, *ANSWERS.get(key, ANSWERS['good.test']))
    return {'event': 'OK counted', 'tls-optional': 'OK noted', 'inbox': 'OK taken'}[name]


def start(config=CONFIG, **more):
    milter = Milter(BUILD, FOLDER, config, **more)
    if not milter.is_ready():
        tap.ok(False, 'hopseal-milter starts', milter.log())
        tap.end()
    return milter


def ends(milter, name):
    status, seconds = milter.end()
    log = milter.log()
    tap.ok(status == 0 and not any(word in log for word in ('ERROR', 'runtime error', 'WARNING:')),
           name + ': ends well', '%r\n%s' % (status, log[-3000:]))
    return seconds


def run(*options):
    return subprocess.run([BUILD / 'hopseal-milter', *map(str, options)], capture_output=True, text=True, timeout=60,
                          check=False)


def letters():
    """Files of the inbox: name -> octets; it is empty afterwards."""
    found = {}
    for path in sorted(INBOX.iterdir()):
        found[path.name] = path.read_bytes()
        path.unlink()
    return found


# ---------------------------------------------------------------------- options

def options():
    done = run('-V')
    tap.ok(done.returncode == 0 and done.stdout.startswith('hopseal-milter 0.'), '-V: says its version', done)
    good, bad = FOLDER / 'good.conf', FOLDER / 'bad.conf'
    good.write_text(REPORTS + '# all of it\nearly = reject   # of three\n\nwait=7\n')
    tap.ok(run('-n', '-x', good).returncode == 0, '-n: a good configuration', run('-n', '-x', good).stderr)
    tap.ok(run('-n').returncode == 0, '-n: none at all is fine', run('-n').stderr)
    good.write_text(re.sub('^#(?=[a-z])', '', EXAMPLE.read_text(), flags=re.MULTILINE))
    tap.ok(run('-n', '-x', good).returncode == 0, '-n: every line of the example', run('-n', '-x', good).stderr)
    for text, word in (('early = maybe', 'line 1: early: "maybe"'), ('\nearly', 'line 2: not "key = value"'),
                       ('erly = off', 'no key "erly"'), ('wait = 0', 'wait'), ('wait = 61', '60 seconds'),
                       ('inbox = x', 'inbox'), ('daemon = here', 'neither "unix:PATH"'), ('socket-mode = 999', 'octal'),
                       ('report-address = me', 'mail addresses'), ('socket = nowhere', 'neither local:/PATH'),
                       ('socket = inet:x@127.0.0.1', 'port'), ('socket = local:' + '/x' * 60, 'too long'),
                       ('x' * 70000, 'longer than'), ('\x1b[1m = 2', '?[1m')):
        bad.write_text(text)
        done = run('-n', '-x', bad)
        tap.ok(done.returncode == 78 and word in done.stderr and done.stderr.count('\n') == 1,
               'a configuration that is wrong: ' + word, '%d %s' % (done.returncode, done.stderr[:500]))
    done = run('-n', '-x', FOLDER / 'nowhere')
    tap.ok(done.returncode == 78 and 'No such file' in done.stderr, '-x: a file that is not there', done.stderr)
    done = run('-z')
    tap.ok(done.returncode == 64 and '\nusage:' in done.stderr, 'an option that is none', done)
    done = run('-f', '-u', 'nobody-at-all', '-p', 'local:%s/s' % FOLDER)
    tap.ok(done.returncode == 67 and 'no user "nobody-at-all"' in done.stderr, '-u: a user who is none', done)
    done = run('-f', '-p', 'local:%s/nowhere/s' % FOLDER)
    tap.ok(done.returncode == 69 and 'nowhere/s' in done.stderr, '-p: a folder that is not there', done)
    done = run('-f', '-p', 'local:%s/s' % FOLDER, '-P', FOLDER / 'nowhere/pid')
    tap.ok(done.returncode == 73 and 'nowhere/pid' in done.stderr and not (FOLDER / 's').exists(),
           '-P: a folder that is not there; no socket stays behind', done)
    mails = FOLDER / 'no.eml', FOLDER / 'yes.eml'
    mails[0].write_text('Subject: x\nTLS-Required:\n  No \n\nTLS-Required: x\n')
    mails[1].write_text('Subject: x\n\nTLS-Required: No\n')
    done = run('-t', ','.join(map(str, mails)))
    tap.ok(done.returncode == 0 and [line.split()[1] for line in done.stdout.splitlines()] ==
           ['tls-required=no', 'tls-required=as-policy-says'], 'RTLS-08 -t: what mails ask for', done)
    mails[0].write_text('TLS-Required: No\r\ntls-required: No\r\n\r\n')
    mails[1].write_text('TLS-Required: No')
    done = run('-t', ','.join(map(str, mails)))
    tap.ok([line.split()[1] for line in done.stdout.splitlines()] == ['tls-required=as-policy-says', 'tls-required=no'],
           'RTLS-08 -t: two fields are as if there were none', done)
    tap.ok(run('-t', FOLDER / 'nowhere').returncode == 66, '-t: a mail that is not there')


def process_life():
    folder = FOLDER / 'run'
    folder.mkdir()
    os.chown(folder, uid(), -1)
    sock, pid = folder / 's', folder / 'pid'
    conf = FOLDER / 'life.conf'
    conf.write_text(CONFIG + 'user = %s\nsocket = local:%s\npid-file = %s\nsocket-mode = 0666\n' % (USER, sock, pid))
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(sock))
    stale.close()
    done = run('-x', conf, '-l')
    number = int(pid.read_text())
    tap.ok(done.returncode == 0 and done.stderr == '', 'into the background: the starter ends when all is ready', done)
    status = pathlib.Path('/proc/%d/status' % number).read_text()
    uids = [line for line in status.splitlines() if line.startswith('Uid')][0].split()[1:]
    tap.ok(set(uids) == {str(uid())}, 'root is dropped for good', uids)
    mode = stat.S_IMODE(sock.stat().st_mode)
    tap.ok(mode == 0o666 and sock.stat().st_uid == uid(), 'a stale socket gives way; the new one has the mode asked for',
           oct(mode))
    Mta(sock).quit()
    done = run('-x', conf, '-f')
    tap.ok(done.returncode == 69 and 'somebody listens' in done.stderr and sock.exists(),
           'a socket that is in use is let alone', done)
    os.kill(number, signal.SIGTERM)
    end = time.monotonic() + 10
    while pathlib.Path('/proc/%d/exe' % number).exists() and time.monotonic() < end:
        time.sleep(.01)
    tap.ok(not sock.exists() and not pid.exists(), 'TERM: neither socket nor pid file is left')


# ---------------------------------------------------------------------- what it asks of an MTA

def negotiation():
    milter = start()
    mta = Mta(milter.socket)
    tap.ok(mta.is_spared('B') and mta.is_spared('T') and mta.is_spared('N') and mta.is_spared('U')
           and not mta.is_spared('L') and all(mta.steps & NO_REPLY[kind] for kind in 'CML'),
           'negotiation: no step that is not needed, no reply that is not needed', hex(mta.steps))
    tap.ok(mta.macros['rcpt'] == ['{rcpt_mailer}', '{rcpt_host}', '{rcpt_addr}'] and '{verify}' in mta.macros['helo']
           and mta.macros['eom'] == ['i'] and mta.actions == 0x100, 'negotiation: macros are asked for', mta.macros)
    mta.quit()
    plain = Mta(milter.socket, actions=0, steps=1)
    replies = plain.connect(), plain.helo(), plain.mail(), plain.rcpt('b@good.test')
    plain.step('L', 'Subject', ' x')
    tap.ok([letter for letter, _ in replies] == ['c'] * 4 and plain.macros == {} and plain.actions == 0,
           'negotiation: an MTA that can nothing of it gets its replies', replies)
    tap.ok(plain.step('B', data=b'x')[0] == 'c' and plain.step('E', data=b'')[0] == 'c', 'negotiation: and takes its mail')
    plain.quit()
    again = Mta(milter.socket)
    again.connect('192.0.2.50')
    again.helo('first.example')
    again.message(['b@good.test'])
    again.send('K')
    again.connect('192.0.2.51')
    again.helo('second.example')
    tap.ok(again.message(['b@good.test'])[0] == 'c', 'a connection that an MTA uses again')
    again.quit()
    deadline = time.monotonic() + 20
    while (not SPOOL.exists() or SPOOL.read_bytes().count(b'"id"') < 3) and time.monotonic() < deadline:
        time.sleep(.01)
    ends(milter, 'negotiation')
    names = [event['next-hop'] for event in spooled(SPOOL)]
    tap.ok(sorted(names)[1:] == ['first.example', 'second.example'], 'a connection that is used again: both sessions are told',
           names)


# ---------------------------------------------------------------------- recipients

def recipients():
    daemon = FakeDaemon(MAP, answer_well)
    milter = start()
    mta = Mta(milter.socket)
    mta.connect()
    mta.helo()
    mta.mail()
    cases = (('smtp', None, 'good.test', 'good.test'), ('relay', '[relay.test]', 'good.test', '[relay.test]'),
             ('esmtp', 'good.test.', 'x.test', 'good.test.'), ('smtp', '[mx.test]:25', 'x.test', '[mx.test]:25'),
             ('local', None, 'own.test', None), ('virtual', None, 'own.test', None), ('error', 'x', 'x.test', None),
             ('dovecot', None, 'own.test', None), ('SMTP', '', 'shout.test', 'shout.test'),
             (None, None, 'null.test', 'null.test'), (None, None, 'mx.own.example', None), (None, None, 'localhost', None),
             ('smtp', 'two words', 'good.test', None), ('smtp', 'x' * 400, 'good.test', None))
    want = []
    for mailer, host, domain, asked in cases:
        letter, _ = mta.rcpt('bob@' + domain, mailer, host)
        want += ['json ' + asked] if asked else []
        tap.ok(letter == 'c', 'a recipient, mailer %s, next-hop %s: taken' % (mailer, host and host[:20]))
    for address in ('"a@b"@quoted.test', 'postmaster', '', 'x@', 'again@good.test'):
        mta.rcpt(address, None)
    want.append('json quoted.test')
    mta.close()
    daemon.wait_for(len(want))
    ends(milter, 'recipients')
    asked = [request for request in daemon.requests if not request.startswith('event')]
    tap.ok(asked == want, 'each next-hop is asked for, once; nobody of this machine, and nothing that is none', asked)
    daemon.stop()


def early():
    off = {domain: None for domain in ANSWERS}
    gone = {'null.test': ('556', '5.1.10'), 'nowhere.test': ('550', '5.1.2'), '100%.test': ('556', '5.1.10')}
    later = dict.fromkeys(('sts.test', 'dane.test', 'ordered.test'), ('451', '4.7.5'))
    wants = {'off': off, 'defer': {**off, **gone, **later},
             'reject': {**off, **gone, **later, 'sts.test': ('550', '5.7.5'), 'ordered.test': ('550', '5.7.5')}}
    daemon = FakeDaemon(MAP, answer_well)
    milter = start()
    for word, want in wants.items():
        tap.ok(milter.reload(CONFIG + 'early = %s\n' % word), 'early = %s: taken by a reload' % word, milter.log())
        mta = Mta(milter.socket)
        mta.connect()
        mta.helo()
        mta.mail()
        for domain, codes in want.items():
            letter, text = mta.rcpt('b@x.test', 'smtp', domain)
            is_ok = letter == 'c' if codes is None else letter == 'y' and tuple(text.split()[:2]) == codes
            tap.ok(is_ok, 'early = %s, %s: %s' % (word, domain, ' '.join(codes) if codes else 'taken'),
                   '%s %s' % (letter, text))
            if domain == '100%.test' and codes:
                tap.ok(text.count('%') == 2 and '100%%.test' in text, 'early = %s: "%%" is doubled' % word, text)
            if codes:
                tap.ok(text[len(codes[0]) + len(codes[1]) + 2:].startswith(domain.replace('%', '%%') + ': ')
                       and text.isprintable(), 'early = %s, %s: says whose and why' % (word, domain), text)
        letter, _ = mta.rcpt('b@null.test', None)
        tap.ok(letter == 'c', 'early = %s: not where the MTA tells no mailer' % word)
        letter, _ = mta.rcpt('b@null.test', 'local')
        tap.ok(letter == 'c', 'early = %s: not for a recipient of this machine' % word)
        tap.ok(mta.content([('Subject', ' x')])[0] == 'c', 'early = %s: the mail goes to the others' % word)
        mta.quit()
    ends(milter, 'early')
    daemon.stop()
    for name, answer in (('says nothing', lambda request: None), ('says nonsense', lambda request: b'x' * 50),
                         ('closes', lambda request: b''), ('says not now', lambda request: 'TEMP x'),
                         ('has no such map', lambda request: 'PERM x'), ('does not know', lambda request: 'NOTFOUND '),
                         ('says half of it', lambda request: answer_json('x', *ANSWERS['null.test'])[:60]),
                         ('is none', None)):
        daemon = FakeDaemon(MAP, answer) if answer else None
        milter = start(CONFIG + 'early = reject\nwait = 1\n')
        mta = Mta(milter.socket)
        mta.connect('127.0.0.1')
        mta.mail()
        tap.ok(mta.rcpt('b@null.test')[0] == 'c', 'early, a daemon that %s: taken' % name)
        mta.close()
        ends(milter, 'early, a daemon that %s' % name)
        if daemon:
            daemon.stop()


def early_and_slow():
    """A domain's DNS is slow, which the daemon is not; and a daemon that hangs, which its socket does not show."""
    daemon = FakeDaemon(MAP, lambda request: None if request.endswith('.slow.test') else answer_well(request))
    milter = start(CONFIG + 'early = defer\nwait = 1\n')
    mta = Mta(milter.socket)
    mta.connect()
    mta.helo()
    mta.mail()
    tap.ok([mta.rcpt('b@%d.slow.test' % n)[0] for n in range(4)] == ['c'] * 4, 'early, DNS of four domains is slow: taken')
    tap.ok(mta.rcpt('b@null.test')[0] == 'y' and 'warn' not in milter.log(),
           'early, DNS of four domains is slow: the next one is asked for, and nothing complained of', milter.log())
    mta.content([('TLS-Required', ' No')], queue_id='slow')
    mta.quit()
    tap.ok(daemon.wait_for(11) and 'tls-optional slow' in daemon.requests and daemon.requests[-1].startswith('event')
           and not SPOOL.exists(), 'early, DNS of four domains is slow: wish and session are told', daemon.requests)
    ends(milter, 'early, slow DNS')
    daemon.stop()
    daemon = FakeDaemon(MAP, lambda request: None)
    milter = start(CONFIG + 'early = defer\nwait = 1\n')
    mta = Mta(milter.socket)
    mta.connect('127.0.0.1')
    mta.mail()
    for n in range(3):
        mta.rcpt('b@%d.test' % n)
        mta.rcpt('b@other%d.test' % n, None)    # asked for without waiting, which is a contact
    asked = [request for request in daemon.requests if request.startswith('json 0.') or request.startswith('json 1.')]
    tap.ok(asked == ['json 0.test'] and milter.log().count('status=away') == 1,
           'early, a daemon that hangs: costs one client its time, whatever its socket takes', daemon.requests)
    mta.quit()
    ends(milter, 'early, a daemon that hangs')
    daemon.stop()


# ---------------------------------------------------------------------- TLS-Required

def wish(milter, value, to=('b@good.test',), mailer='smtp', arguments=(), name='TLS-Required', queue_id='4XyZ', more=()):
    mta = Mta(milter.socket)
    mta.connect('127.0.0.1')
    mta.mail(*arguments)
    for address in to:
        mta.rcpt(address, mailer)
    letter, _ = mta.content([('Subject', ' x'), (name, value), *more], queue_id=queue_id)
    mta.quit()
    return letter


def tls_required():
    daemon = FakeDaemon(MAP, answer_well)
    milter = start()
    for name, want, more in (
            ('RTLS-08 No', True, {'value': ' No'}), ('RTLS-08 No, and another', False, {
                'value': ' No', 'more': [('Tls-Required', ' No')]}), ('in other letters', True, {'value': 'nO \n\t', 'name': 'tls-REQUIRED'}),
            ('RTLS-08 Yes', False, {'value': ' Yes'}), ('None', False, {'value': ' None'}), ('nothing', False, {'value': ''}),
            ('RTLS-09 No, and REQUIRETLS', False, {'value': ' No', 'arguments': ['SIZE=5', 'requiretls']}),
            ('No, for this machine', False, {'value': ' No', 'mailer': 'local'}),
            ('No, the MTA tells no mailer', True, {'value': ' No', 'mailer': None})):
        daemon.requests.clear()
        tap.ok(wish(milter, **more) == 'c' and ('tls-optional 4XyZ' in daemon.requests) == want,
               'TLS-Required: %s: the daemon is %s' % (name, 'told of the queue id' if want else 'not told'),
               daemon.requests)
    mta = Mta(milter.socket)
    mta.connect('127.0.0.1')
    daemon.requests.clear()
    mta.message(['b@good.test'], [('TLS-Required', ' No')], queue_id='one')
    mta.message(['b@good.test'], [('Subject', ' x')], queue_id='two')
    mta.mail()
    mta.rcpt('b@good.test')
    mta.step('L', 'TLS-Required', ' No')
    mta.send('A')
    mta.message(['b@good.test'], [('Subject', ' x')], queue_id='three')
    tap.ok([r for r in daemon.requests if r.startswith('tls')] == ['tls-optional one'],
           'TLS-Required: each mail has its own wish', daemon.requests)
    tap.ok(wish(milter, ' No', queue_id=None) == 'c' and milter.wait_for('tells no queue id'),
           'TLS-Required: an MTA without queue ids: said once', milter.log())
    mta.quit()
    daemon.requests.clear()
    milter.reload(CONFIG + 'tls-required = ignore\n')
    tap.ok(wish(milter, ' No', queue_id='off') == 'c' and daemon.requests.count('tls-optional off') == 0
           and 'queue-id=off action=ignored' in milter.log(), 'RTLS-10 tls-required = ignore: not told, but logged',
           milter.log())
    ends(milter, 'TLS-Required')
    daemon.stop()


# ---------------------------------------------------------------------- sessions

def sessions():
    daemon = FakeDaemon(MAP, answer_well)
    milter = start()

    def told(address, *steps, abrupt=False):
        daemon.requests.clear()
        mta = Mta(milter.socket)
        mta.connect(address)
        for name, macros in steps:
            mta.helo(name, **macros)
        if abrupt:
            mta.close()
        else:
            mta.quit()
        Mta(milter.socket).quit()
        daemon.wait_for(1) if steps and address not in ('127.0.0.1', '::1') else time.sleep(.2)
        return [json.loads(request.partition(' ')[2]) for request in daemon.requests]

    tls = {'tls_version': 'TLSv1.3', 'cipher': 'TLS_AES_256_GCM_SHA384', 'verify': 'OK'}
    events = told('192.0.2.9', ('Client.Example', {}))
    tap.ok(len(events) == 1 and (events[0]['source'], events[0]['direction'], events[0]['tls'], events[0]['next-hop'],
                                 events[0]['remote'], events[0]['verified']) ==
           ('milter', 'in', 'unknown', 'Client.Example', '192.0.2.9', 'unknown'), 'a session in the clear', events)
    events = told('2001:db8::9', ('client.example', {}), ('client.example', tls))
    tap.ok(len(events) == 1 and (events[0]['tls'], events[0]['version'], events[0]['cipher'], events[0]['remote'],
                                 events[0]['verified']) ==
           ('up', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', '2001:db8::9', 'chain'),
           'a session with STARTTLS, whose client has a certificate that was verified', events)
    events = told('192.0.2.9', ('a', {}), ('b', {**tls, 'verify': 'FAIL'}))
    tap.ok(len(events) == 1 and events[0]['verified'] == 'no', 'a session whose client has none that was', events)
    tap.ok(len(told('192.0.2.9', ('client.example', {}), abrupt=True)) == 1, 'a session whose MTA goes without a word')
    tap.ok(told('192.0.2.9') == [], 'nobody has said hello: no session')
    tap.ok(told('127.0.0.1', ('x', {})) == [] and told('::1', ('x', {})) == [], 'this machine itself: no session')
    events = told('192.0.2.9', ('x"\n\x01<script>' + 'y' * 5000, {}))
    tap.ok(len(events) == 1, 'a name that is none', events)
    ends(milter, 'sessions')
    daemon.stop()


# ---------------------------------------------------------------------- reports

def report(milter, to=('tls-reports@own.example',), chunks=(b'report\r\n',), mailer='local', headers=None):
    mta = Mta(milter.socket)
    mta.connect('127.0.0.1')
    mta.mail()
    for address in to:
        mta.rcpt(address, mailer)
    letter, _ = mta.content(headers or [('Subject', ' Report Domain: x'), ('X-Long', ' a\n\tb')], chunks)
    mta.quit()
    return letter


def reports():
    daemon = FakeDaemon(MAP, answer_well)
    milter = start(REPORTS)
    tap.ok(report(milter) == 'c', 'a report: passes')
    files = letters()
    tap.ok(list(files.values()) == [b'Subject: Report Domain: x\r\nX-Long: a\r\n\tb\r\n\r\nreport\r\n'],
           'a report: is in the inbox as it came', files)
    tap.ok(daemon.wait_for(1) and daemon.requests[0] == 'inbox ' + list(files)[0], 'a report: the daemon is told of it',
           daemon.requests)
    tap.ok(report(milter, ['b@own.example']) == 'c' and letters() == {}, 'a mail for somebody else is no report')
    mta = Mta(milter.socket)
    mta.connect('127.0.0.1')
    mta.mail()
    mta.rcpt('b@own.example', 'local')
    tap.ok(mta.step('B', data=b'x' * 60000)[0] == 's', 'and the MTA is told to spare us the rest of it')
    mta.close()
    old = Mta(milter.socket, steps=0x1)
    old.connect('127.0.0.1')
    old.mail()
    old.rcpt('b@own.example', 'local')
    tap.ok(old.step('B', data=b'x' * 60000)[0] == 'c' and old.step('E', data=b'')[0] == 'c', 'one that cannot tells it all')
    old.close()
    tap.ok(report(milter, ['b@own.example', 'OTHER@Own.Example']) == 'c' and len(letters()) == 1,
           'a report for somebody else, too')
    mta = Mta(milter.socket)
    mta.connect('127.0.0.1')
    mta.mail()
    mta.rcpt('other@own.example', 'local')
    mta.step('L', 'Subject', ' x')
    deadline = time.monotonic() + 20
    while not os.listdir(INBOX) and time.monotonic() < deadline:
        time.sleep(.01)
    tap.ok([name.endswith('.tmp') for name in os.listdir(INBOX)] == [True], 'a report under way has another name')
    mta.send('A')
    mta.message(['b@own.example'])
    tap.ok(letters() == {}, 'a report that is given up leaves nothing')
    mta.mail()
    mta.rcpt('other@own.example', 'local')
    mta.step('L', 'Subject', ' x')
    mta.close()
    milter.reload(REPORTS + 'report-mail = discard\n')
    deadline = time.monotonic() + 20
    while os.listdir(INBOX) and time.monotonic() < deadline:
        time.sleep(.01)
    tap.ok(os.listdir(INBOX) == [], 'a report whose MTA goes leaves nothing')
    tap.ok(report(milter) == 'd' and len(letters()) == 1, 'report-mail = discard: once it is safe')
    tap.ok(report(milter, ['tls-reports@own.example', 'b@own.example']) == 'c' and len(letters()) == 1,
           'report-mail = discard: not while it is for somebody else, too')
    big = [b'x' * 60000] * (10 * MIB // 60000 + 1)
    tap.ok(report(milter, chunks=big) == 'c' and letters() == {} and milter.wait_for('too big'),
           'a report of more than 10 MiB passes untouched', milter.log())
    tap.ok(report(milter, chunks=big[:-1]) == 'd' and len(letters()) == 1, 'a report of nearly 10 MiB is taken')
    ends(milter, 'reports')
    for name, fill in (('of 1000 files', lambda: [(INBOX / str(n)).write_text('x') for n in range(1000)]),
                       ('of 64 MiB', lambda: os.truncate(os.open(INBOX / 'x', os.O_CREAT | os.O_RDWR), 64 * MIB)),
                       ('that is not there', lambda: INBOX.rmdir()), ('that is a file', lambda: INBOX.write_text('x'))):
        fill()
        milter = start(REPORTS + 'report-mail = discard\n')
        before = len(os.listdir(INBOX)) if INBOX.is_dir() else 0
        tap.ok([report(milter) for _ in range(5)] == ['c'] * 5 and milter.log().count('warn report:') == 1
               and (len(os.listdir(INBOX)) if INBOX.is_dir() else 0) == before,
               'an inbox %s: mails pass, one line says so' % name, milter.log())
        ends(milter, 'an inbox ' + name)
        if INBOX.is_dir():
            letters()
    INBOX.unlink()
    INBOX.mkdir()
    milter = start(REPORTS + 'report-mail = discard\n')
    mta = Mta(milter.socket)
    for name in ('first', 'second'):
        mta.connect('127.0.0.1')
        tap.ok(mta.message(['tls-reports@own.example'], chunks=[b'report\r\n'])[0] == 'd' and len(letters()) == 1,
               'a connection that an MTA uses again: the report of its %s session is taken' % name)
        mta.send('K')
    mta.close()
    milter.reload(CONFIG)
    mta = Mta(milter.socket)
    milter.reload(REPORTS + 'report-mail = discard\n')
    for name in ('a session that began before there was an address keeps to it',
                 'a report whose body the MTA was told to spare us passes'):
        mta.connect('127.0.0.1')
        tap.ok(mta.message(['tls-reports@own.example'], chunks=[b'report\r\n'])[0] == 'c' and letters() == {}, name)
        mta.send('K')
    mta.close()
    ends(milter, 'reports, in the end')
    daemon.stop()


# ---------------------------------------------------------------------- -v

def steps():
    daemon = FakeDaemon(MAP, answer_well)
    for options_given in ((), ('-v',)):
        milter = start(REPORTS + 'early = defer\n', options=options_given)
        mta = Mta(milter.socket)
        mta.connect('127.0.0.1')
        mta.mail()
        mta.rcpt('b@null.test')
        mta.rcpt('b@good.test')
        mta.rcpt('b@other\x9b2J.test', None)
        mta.rcpt('tls-reports@own.example', 'local')
        mta.content([('Subject', ' x')], [b'x'])
        mta.quit()
        name = list(letters())[0]
        said = [line.partition(' debug ')[2] for line in milter.log().splitlines() if ' debug ' in line]
        want = ['recipient: next-hop="null.test" reply="5.1.10"', 'recipient: next-hop="good.test" reply="taken"',
                'recipient: next-hop="other\\xc2\\x9b2J.test" reply="not waited for"',
                'recipient: next-hop="" reply="not asked for"', 'report: file=%s status=taken' % name]
        tap.ok(said == (want if options_given else []), 'log %s: what was asked, and what was said' % ' '.join(options_given),
               milter.log())
        ends(milter, 'log')
    daemon.stop()


# ---------------------------------------------------------------------- the daemon is away

def one_by_one(milter, is_enough):
    """Sessions with a mail each until it is, for 20 s at most; -> how many."""
    deadline, count = time.monotonic() + 20, 0
    while not is_enough() and time.monotonic() < deadline:
        mta = Mta(milter.socket)
        mta.connect('192.0.2.200')
        mta.helo('last.example')
        mta.message(['b@good.test'])
        mta.quit()
        count += 1
        time.sleep(.1)
    return count


def outage():
    milter = start()
    for n in range(30):
        mta = Mta(milter.socket)
        mta.connect('192.0.2.%d' % n)
        mta.helo('client%d.example' % n)
        tap.ok(mta.message(['b@good.test'], [('TLS-Required', ' No')])[0] == 'c', 'no daemon: mail %d passes' % n)
        mta.quit()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (not SPOOL.exists() or SPOOL.read_bytes().count(b'"id"') < 30):
        time.sleep(.01)
    tap.ok(milter.log().count('status=away') == 1 and milter.log().count('warn') == 2, 'no daemon: one line says so, and '
           'one that a wish could not be passed on', milter.log())
    daemon = FakeDaemon(MAP, answer_well)
    sent = one_by_one(milter, lambda: 'status=back' in milter.log())
    tap.ok(milter.wait_for('status=back') and daemon.wait_for(1), 'a daemon that is back is asked again, and told', milter.log())
    daemon.stop()
    told = sum(request.startswith('event') for request in daemon.requests)
    tap.ok(told >= 1 and len(spooled(SPOOL)) == 30 + sent - told, 'no daemon: every session is in the spool, once')
    hanging, passed = FakeDaemon(MAP, lambda request: None), 0
    for n in range(30):
        mta = Mta(milter.socket)
        mta.connect('192.0.2.%d' % n)
        mta.helo('client%d.example' % n)
        passed += mta.message(['b@good.test'])[0] == 'c'
        mta.quit()
    tap.ok(passed == 30, 'a daemon that hangs: 30 mails pass', milter.log())
    hanging.stop()
    daemon = FakeDaemon(MAP, answer_well)
    one_by_one(milter, lambda: any(request.startswith('event') for request in daemon.requests))
    tap.ok(any(request.startswith('event') for request in daemon.requests), 'a daemon that hung: is told again', milter.log())
    ends(milter, 'outages')
    daemon.stop()
    spooled(SPOOL)


# ---------------------------------------------------------------------- signals

def signals():
    daemon = FakeDaemon(MAP, answer_well)
    milter = start()
    busy = Mta(milter.socket)
    busy.connect('127.0.0.1')
    busy.mail()
    for name, number in (('HUP', signal.SIGHUP), ('USR1', signal.SIGUSR1)):
        tap.ok(milter.reload(CONFIG + 'early = reject\n', number), name + ': reloads', milter.log())
        fresh = Mta(milter.socket)
        fresh.connect('127.0.0.1')
        fresh.mail()
        tap.ok(fresh.rcpt('b@null.test')[0] == 'y' and busy.rcpt('b@null.test')[0] == 'c',
               name + ': new sessions have the new settings, those under way their own')
        fresh.quit()
        milter.reload(CONFIG, number)
    tap.ok('in-part' not in milter.log(), 'a reload that changes what it can says nothing of a restart', milter.log())
    for times, text in enumerate(('socket-mode = 0600', 'socket-group = root', 'user = root'), 1):
        tap.ok(milter.reload(CONFIG + text) and milter.log().count('status=in-part') == times,
               'a reload with another %s: says that it needs a restart' % text.split()[0], milter.log())
    milter.reload(CONFIG)
    tap.ok(not milter.reload('early = maybe\n') and 'fault="' in milter.log() and Mta(milter.socket),
           'a reload with a configuration that is wrong changes nothing', milter.log())
    for _ in range(200):
        milter.process.send_signal(random.choice((signal.SIGHUP, signal.SIGUSR1)))
    tap.ok(milter.reload(CONFIG) and busy.rcpt('b@good.test')[0] == 'c', '200 reloads at once: goes on', milter.log()[-500:])
    seconds = ends(milter, 'TERM, with a session under way')
    tap.ok(seconds < 2 and not milter.socket.exists() and not milter.pid_path.exists(),
           'TERM: at once, neither socket nor pid file is left', '%.2f s' % seconds)
    milter = start()
    status, seconds = milter.end(signal.SIGINT)
    tap.ok(status == 0 and seconds < 2 and not milter.socket.exists(), 'INT: the same', '%r %.2f s' % (status, seconds))
    milter = start()
    milter.end(signal.SIGKILL)
    tap.ok(milter.socket.exists() and milter.pid_path.exists(), 'KILL: leaves both')
    milter = start()
    tap.ok(Mta(milter.socket).connect()[0] == '', 'and the next one starts', milter.log())
    ends(milter, 'signals')
    daemon.stop()


# ---------------------------------------------------------------------- miltertest(8)

def miltertest():
    daemon = FakeDaemon(MAP, lambda request: answer_well(request.replace('.test.', '.test')))
    milter = start(CONFIG + 'early = reject\n')
    done = subprocess.run(['miltertest', '-s', HERE / 'milter.lua', '-D', 'socket=local:%s' % milter.socket],
                          capture_output=True, text=True, timeout=60, check=False)
    tap.ok(done.returncode == 0, 'miltertest: milter.lua', done.stdout + done.stderr + milter.log())
    tap.ok(daemon.wait_for(4) and daemon.requests[:3] == ['json null.test.', 'json good.test.', 'tls-optional lua1']
           and '"version":"TLSv1.3"' in daemon.requests[3] and '"verified":"chain"' in daemon.requests[3],
           'miltertest: the daemon hears of all of it', daemon.requests)
    ends(milter, 'miltertest')
    daemon.stop()


# ---------------------------------------------------------------------- many, and nonsense

def work(milter, number, faults):
    """Messages over some connections, as an MTA under load; what is not as it should be is noted."""
    try:
        for n in range(MESSAGES):
            mta = Mta(milter.socket)
            mta.connect('192.0.2.%d' % (number + 1))
            mta.helo('c%d-%d.example' % (number, n))
            is_report = n % 4 == 0
            to = ['tls-reports@own.example'] if is_report else ['b@good.test']
            mta.mail()
            if not is_report and mta.rcpt('b@null.test')[0] != 'y':
                faults.append('%d: not refused' % number)
            for address in to:
                mta.rcpt(address, 'local' if is_report else 'smtp')
            text = b'%d-%d' % (number, n)
            letter, _ = mta.content([('Subject', ' x'), ('TLS-Required', ' No')], [text], queue_id='q%d-%d' % (number, n))
            if letter != ('d' if is_report else 'c'):
                faults.append('%d: %s' % (number, letter))
            mta.quit()
    except (OSError, ValueError) as fault:
        faults.append('%d: %r' % (number, fault))


def parallel():
    daemon = FakeDaemon(MAP, answer_well)
    milter = start(REPORTS + 'early = defer\nreport-mail = discard\n')
    faults = []
    threads = [threading.Thread(target=work, args=(milter, n, faults)) for n in range(PARALLEL)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        milter.process.send_signal(signal.SIGHUP)
        time.sleep(.05)
    seconds = time.monotonic() - began
    tap.ok(faults == [], '%d connections at once, under reloads: each mail as it should' % PARALLEL, faults[:10])
    total = PARALLEL * MESSAGES
    deadline = time.monotonic() + 60

    def told():
        return [json.loads(r.partition(' ')[2])['next-hop'] for r in daemon.requests if r.startswith('event')]

    while len(told()) < total and time.monotonic() < deadline:
        time.sleep(.05)
        if SPOOL.exists():
            break
    names = told() + [event['next-hop'] for event in spooled(SPOOL)]
    tap.ok(len(set(names)) == total and len(names) >= total, '%d connections at once: each session is told' % PARALLEL,
           '%d told, %d of them different' % (len(names), len(set(names))))
    files = letters()
    tap.ok(len(files) == total // 4 and len(set(files.values())) == total // 4, '%d connections at once: each report is '
           'in the inbox' % PARALLEL, len(files))
    wishes = {r for r in daemon.requests if r.startswith('tls-optional')}
    want = {'tls-optional q%d-%d' % (number, n) for number in range(PARALLEL) for n in range(MESSAGES) if n % 4}
    tap.ok(wishes == want, '%d connections at once: each wish is passed on' % PARALLEL, len(want - wishes))
    print('# %d mails over %d connections at once in %.1f s, %d threads' % (total, PARALLEL, seconds, milter.threads()))
    ends(milter, '%d connections at once' % PARALLEL)
    daemon.stop()


def nonsense():
    daemon = FakeDaemon(MAP, answer_well)
    milter = start(REPORTS + 'early = defer\n')
    chance = random.Random(4713)
    letters_known = 'OCHMRLNBEATUDQK'
    end, octets, count = time.monotonic() + SECONDS, 0, 0
    while time.monotonic() < end and milter.process.poll() is None:
        peer = socket.socket(socket.AF_UNIX)
        try:
            peer.connect(str(milter.socket))    # waits for a place in the queue
            peer.settimeout(5)
            peer.sendall(struct.pack('!IcIII', 13, b'O', 6, 0x1ff, STEPS if chance.random() < .8 else chance.getrandbits(32)))
            for _ in range(chance.randrange(1, 30)):
                data = chance.choice((b'', chance.randbytes(chance.randrange(300)), b'<b@good.test>\0', b'a\0b\0c',
                                      b'R{rcpt_mailer}\0smtp\0{rcpt_host}\0null.test\0', b'client\x004\x9c\x40' + b'192.0.2.1\0',
                                      b'\0' * 50, b'E' + b'i\0' + b'x' * 500 + b'\0', b'tls-reports@own.example\0'))
                letter = chance.choice(letters_known)
                # In macros without a value, or without a name, libmilter itself reads too far.
                if letter == 'D' or chance.random() < .03:
                    letter, data = 'D', chance.choice('CHMRE').encode() + b'i\0' + chance.randbytes(9).replace(b'\0', b'') + b'\0'
                size = len(data) + 1 if letter == 'D' or chance.random() < .97 else chance.choice((0, 1 << 16, (1 << 32) - 1, 5))
                peer.sendall(struct.pack('!I', size) + letter.encode() + data)
                octets += len(data)
        except OSError:
            pass
        peer.close()
        count += 1
    tap.ok(milter.process.poll() is None, 'nonsense for %g s: goes on' % SECONDS, milter.log()[-3000:])
    mta = Mta(milter.socket)
    mta.connect()
    tap.ok(mta.message(['b@good.test'])[0] == 'c', 'nonsense: and takes mail', milter.log()[-3000:])
    mta.quit()
    print('# %d connections with %d KiB of nonsense' % (count, octets >> 10))
    ends(milter, 'nonsense')
    daemon.stop()
    spooled(SPOOL)
    letters()


# ---------------------------------------------------------------------- with the real daemon

class NullMx(Resolver):
    """As above, and null.example, whose MX is "." (RFC 7505)."""

    def answer(self, query):
        if b'\x04null\x07example\0' not in query:
            return super().answer(query)
        end = query.index(b'\0', 12) + 5
        number, kind = struct.unpack('!H', query[:2])[0], struct.unpack('!H', query[end - 4:end - 2])[0]
        record = b'\xc0\x0c' + struct.pack('!HHIHHB', 15, 1, 300, 3, 0, 0) if kind == 15 else b''
        return self.HEAD.pack(number, 0x8180, 1, 1 if record else 0, 0, 0) + query[12:end] + record


def real_daemon():
    NullMx()
    (FOLDER / 'state').mkdir(mode=0o700, exist_ok=True)
    daemon = Daemon(BUILD, FOLDER, '[daemon]\nuser = root\nstate-folder = {0}/state\ndeadline = 2s\n[listen]\n'
                    'socketmap = unix:{0}/map\ncontrol = unix:{0}/control\n'.format(FOLDER))
    tap.ok(daemon.wait_for('hopseald: ready'), 'hopseald starts', daemon.log())

    def hopseal(*words):
        shown = subprocess.run([BUILD / 'hopseal', '-s', FOLDER / 'control', *words], capture_output=True, check=True)
        return json.loads(shown.stdout) if '-j' in words else shown.stdout.decode()

    milter = start()
    mta = Mta(milter.socket)
    mta.connect()
    mta.helo()
    mta.mail()
    tap.ok(mta.rcpt('b@plain.example')[0] == 'c', 'hopseald: a recipient is taken')
    deadline = time.monotonic() + 20
    while hopseal('status', '-j')['cache']['routes'] == 0 and time.monotonic() < deadline:
        time.sleep(.05)
    tap.ok(hopseal('status', '-j')['cache']['routes'] == 1, 'hopseald: knows the domain although nobody waited for it',
           hopseal('status', '-j')['cache'])
    mta.quit()
    milter.reload(CONFIG + 'early = defer\n')
    hopseal('override', 'add', 'plain.example', 'dane-only', '-r', 'test', '-e', '1d')
    mta = Mta(milter.socket)
    mta.connect()
    mta.helo()
    mta.mail()
    for domain, want in (('plain.example', '451 4.7.5'), ('null.example', '556 5.1.10'), ('slow.example', ''), ('other.example', '')):
        letter, text = mta.rcpt('b@' + domain)
        tap.ok((letter == 'c' and not want) or (letter == 'y' and text.startswith(want + ' ' + domain + ': ')),
               'hopseald, early: %s is %s' % (domain, want or 'taken'), '%s %s' % (letter, text))
    mta.quit()
    deadline = time.monotonic() + 20
    while hopseal('status', '-j')['events']['by_source']['milter'] < 2 and time.monotonic() < deadline:
        time.sleep(.05)
    tap.ok(hopseal('status', '-j')['events']['by_source']['milter'] == 2 and spooled(SPOOL) == [],
           'hopseald: has taken both sessions', milter.log() + daemon.log())
    tap.ok('warn' not in milter.log(), 'hopseald: nothing to complain about', milter.log())
    ends(milter, 'hopseald')
    daemon.end()


for part in (options, process_life, negotiation, recipients, early, early_and_slow, steps, tls_required, sessions, reports, outage, signals,
             miltertest, parallel, nonsense, real_daemon):
    part()
tap.end()
