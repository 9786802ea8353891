#!/usr/bin/env python3
"""test_exim_module.py BUILD: hopseal.so, called as Exim calls it, with no daemon, with one that misbehaves, with hopseald.  Needs root.

FUZZ_SETS=1000000 in the environment: how many sets of fuzzed arguments; usually 50,000.
"""
import grp
import json
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
from daemon_rig import USER, Daemon, Resolver, netstring, private  # noqa: E402
from tap import Tap  # noqa: E402

FOLDER = private()
BUILD = pathlib.Path(sys.argv[1]).resolve()
# Where others than root find them, too: a checkout may lie in /root.
MODULE, CALLER = (pathlib.Path(shutil.copy(BUILD / name, FOLDER)) for name in ('hopseal.so', 'tests/exim_caller'))
FUZZ_SETS = os.environ.get('FUZZ_SETS', '50000')
MAP = pathlib.Path('/run/hopseal/map')
SPOOL = pathlib.Path('/var/spool/hopseal/exim.spool')
FUNCTIONS = {'hopseal_policy', 'hopseal_event', 'hopseal_verify', 'hopseal_admit', 'hopseal_inbound'}
OK, FAIL = '0', '2'
EXIM_USER = 64854       # any that is not root's
GROUP = grp.getgrnam(USER).gr_gid
PATIENCE_S = 60
MAPPED_MAX = 200 * 1024
DER64 = 'MAEA'
tap = Tap()


def tool(*command):
    return subprocess.run([*map(str, command)], text=True, capture_output=True, check=True).stdout


# --- the file ---------------------------------------------------------------------------------------------------

def the_file():
    needed = re.findall(r'NEEDED.*\[(.*)\]', tool('readelf', '-dW', MODULE))
    exported = set(re.findall(r' [A-Z] (\w+)', tool('nm', '-D', '--defined-only', MODULE)))
    undefined = re.findall(r' U (\S+)', tool('nm', '-D', '--undefined-only', MODULE))
    sizes = [int(size, 16) for size in re.findall(r'^ *LOAD +\S+ \S+ \S+ \S+ (\S+)', tool('readelf', '-lW', MODULE), re.M)]
    flags = tool('readelf', '-dW', MODULE)
    tap.ok(exported == FUNCTIONS, 'the module exports its functions and nothing else', exported)
    tap.ok('NOW' in flags and 'TEXTREL' not in flags, 'the module is bound at once and has no text relocations', flags)
    if '/san-' in str(BUILD):  # stands on more than what is shipped
        return
    tap.ok(needed == ['libc.so.6'], 'the module stands on libc alone', needed)
    theirs = [name for name in undefined if '@GLIBC' not in name]
    tap.ok(undefined and not theirs, 'the module takes nothing from Exim', theirs)
    tap.ok(sizes and sum(sizes) < MAPPED_MAX, 'the module takes less than 200 KB', sizes)


# --- calls ------------------------------------------------------------------------------------------------------

class Call:
    """A process that calls the module; several may be under way."""

    def __init__(self, *args, script=None, user=None):
        as_user = {} if user is None else {'user': user, 'group': user, 'extra_groups': []}
        self.process = subprocess.Popen([CALLER, MODULE, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, cwd='/', **as_user)
        self.script = script

    def end(self):
        """-> the lines that were printed; what went wrong is one of them."""
        try:
            out, err = self.process.communicate(self.script, PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return ['did not end']
        if self.process.returncode != 0:
            return [*out.splitlines(), 'status %d %s' % (self.process.returncode, err)]
        return out.splitlines()


def function(name, *args, **kwargs):
    return Call('call', name, *args, **kwargs)


def session(domain, inside=True):
    """A script: one good session for this domain, judged by the daemon."""
    at = (domain, 'mx.' + domain, '192.0.2.1 192.0.2.7 no')
    lines = [('tcp:connect', '', *at, 'ver= ocsp=0', ''),
             ('smtp:ehlo', '250-mx~250 STARTTLS', *at, 'ver= ocsp=0', ''),
             ('tls:cert', '1', *at, 'ver= ocsp=1', DER64),
             ('tls:cert', '0', *at, 'ver= ocsp=1', DER64)]
    if inside:
        lines += [('smtp:ehlo', '250 mx', *at, 'ver=TLS1.3 cv=0 ocsp=3 cipher=A:256', '')]
    return lines


def script(lines, name, **kwargs):
    return Call('script', script=''.join('\t'.join((name, *line)) + '\n' if line != 'fork' else 'fork\n' for line in lines),
                **kwargs)


def check(name, got, want):
    """got is Call.end(); want are regular expressions, one for each line."""
    return tap.ok(len(got) == len(want) and all(re.fullmatch(w, g) for w, g in zip(want, got)), name,
                  'got  %r\nwant %r' % (got, want))


def kept():
    """The events in the file, which is removed."""
    if not SPOOL.exists():
        return []
    text = SPOOL.read_text()
    SPOOL.unlink()
    return [json.loads(line[line.index(':') + 1:-1]) for line in text.splitlines()]


# --- no daemon ---------------------------------------------------------------------------------------------------

def no_daemon():
    down = 'unix:/run/hopseal/map: No such file or directory'
    check('no daemon: mail waits', function('hopseal_policy', 'example.org').end(), [FAIL + ' hopseal: ' + down])
    check('no daemon: an ACL is told', function('hopseal_policy', 'example.org', 'acl').end(),
          [OK + ' mode=unknown reason="%s"' % down])
    check('no domain: mail waits', function('hopseal_policy').end(), [FAIL + ' hopseal: no domain'])
    check('an empty domain: mail waits', function('hopseal_policy', '').end(), [FAIL + ' hopseal: no domain'])
    check('a domain that is none', function('hopseal_policy', 'x' * 5000).end(), [OK + ' mode=none skip=""'])
    got = script(session('example.org'), 'hopseal_verify').end()
    check('no daemon: the certificate is refused', got, [OK + ' '] * 3 + [OK + ' hopseal: ' + down, OK + ' '])
    events = kept()
    tap.ok([event['result'] for event in events] == ['validation-failure'], 'no daemon: the session is kept', events)
    check('no daemon: events are silent', script(session('example.org'), 'hopseal_event').end(), [OK + ' '] * 5)
    events = kept()
    tap.ok(len(events) == 1 and events[0]['tls'] == 'up' and events[0]['chain'] == [DER64] * 2 and
           events[0]['next-hop'] == 'example.org' and len(events[0]['id']) == 32,
           'RPT-CNT-13 no daemon: the session is kept, with its chain', events)
    check('no daemon: an inbound session is silent',
          function('hopseal_inbound', 'mx.example.org', '192.0.2.1', 'TLS1.3', 'A', '0').end(), [OK + ' '])
    events = kept()
    tap.ok([event['direction'] for event in events] == ['in'], 'no daemon: the inbound session is kept', events)
    check('a certificate without a connection is refused', function('hopseal_verify', *session('example.org')[3]).end(),
          [OK + ' hopseal: certificate cannot be read'])
    check('a fork in the middle leaves no session', script([*session('example.org', False), 'fork', session('example.org')[4]],
          'hopseal_event').end(), [OK + ' '] * 5)
    tap.ok(not kept(), 'what the child saw is none', '')


def two_users():
    """Exim's processes are root and its own user; both write to the file."""
    for first, second in ((None, EXIM_USER), (EXIM_USER, None)):
        for user in first, second:
            script(session('example.org'), 'hopseal_event', user=user).end()
        st = SPOOL.stat()
        tap.ok((st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode)) == (EXIM_USER, GROUP, 0o660),
               'the file is for Exim and hopseald, %s first' % ('root' if first is None else 'Exim'), st)
        events = kept()
        tap.ok(len(events) == 2, 'both users keep their sessions', events)


# --- a daemon that misbehaves -------------------------------------------------------------------------------------

class Fake(threading.Thread):
    """Speaks the protocol as the domain in the request says: hang.test, slow.test, ..."""

    GOOD = {b'exim': b'OK mode=none skip=""', b'verify': b'OK accept', b'event': b'OK counted'}
    REPLIES = {b'garbage': b'HTTP/1.1 400 Bad Request\r\n\r\n', b'close': b'', b'half': b'20:OK mode=',
               b'mega': netstring(b'OK mode=' + b'x' * 1000000), b'endless': b'9' * 100000,
               b'lines': netstring(b'OK mode=none skip=""\n'), b'nul': netstring(b'OK mode=none skip="\0"'),
               b'word': netstring(b'OK dunno'), b'listless': netstring(b'OK mode=enforce'), b'empty': netstring(b''), b'bare': netstring(b'OK '),
               b'almost': netstring(b'OK accepted'), b'notfound': netstring(b'NOTFOUND '),
               b'temp': netstring(b'TEMP "not" now, ${run{x}}'), b'perm': netstring(b'PERM what?'),
               b'refuse': netstring(b'OK refuse certificate has expired'), b'comma': b'20:OK mode=none skip=""!'}

    def __init__(self):
        super().__init__(daemon=True)
        MAP.parent.mkdir(exist_ok=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(MAP))
        MAP.chmod(0o666)
        self.socket.listen(100)
        self.start()

    def run(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        request = b''
        while not request.endswith(b','):
            request += peer.recv(65536)
        mode = re.search(rb'(\w+)\.test', request).group(1)
        good = netstring(self.GOOD[re.match(rb'\d+:(\w+)', request).group(1)])
        try:
            if mode == b'hang':
                time.sleep(PATIENCE_S)
            elif mode in (b'slow', b'drip'):
                for byte in good if mode == b'slow' else b'1' * 10000:
                    peer.send(bytes((byte,)))
                    time.sleep(.01)
            else:
                peer.sendall(self.REPLIES.get(mode, good))
        except OSError:
            pass
        peer.close()

    def end(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


NO_SENSE = "hopseal: the daemon's answer makes no sense"
# manner -> what follows "hopseal: unix:/run/hopseal/map: " at hopseal_policy
BROKEN = {'hang': 'no reply in time', 'garbage': 'reply is not a netstring', 'close': 'connection closed without a reply',
          'half': 'connection closed in the middle of a reply', 'mega': 'reply too big', 'endless': '(reply too big|reply is not a netstring)',
          'drip': '(no reply in time|reply too big|reply is not a netstring)', 'comma': 'reply is not a netstring',
          'empty': 'reply starts with no word of the protocol'}
# manner -> (policy, ACL, verify); the first is what it fails with, None: mode=none
SPOKEN = {'good': (None, 'mode=none skip=""', ''), 'slow': (None, 'mode=none skip=""', ''),
          'notfound': (None, 'mode=none skip=""', NO_SENSE),
          'temp': ("hopseal: 'not' now, runx", 'mode=defer reason="\'not\' now, runx"', "hopseal: 'not' now, runx"),
          'perm': ('hopseal: what\\?', 'mode=unknown reason="what\\?"', 'hopseal: what\\?'),
          'refuse': (NO_SENSE, 'mode=unknown reason=".*"', 'hopseal: certificate has expired'),
          **{manner: (NO_SENSE, 'mode=unknown reason=".*makes no sense"', NO_SENSE)
             for manner in ('lines', 'listless', 'nul', 'word', 'bare', 'almost')}}


def misbehaving():
    fake = Fake()
    domains = {manner: manner + '.test' for manner in (*BROKEN, *SPOKEN)}
    calls = {manner: (function('hopseal_policy', domain), function('hopseal_policy', domain, 'acl'),
                      script(session(domain), 'hopseal_verify'), script(session(domain), 'hopseal_event'),
                      function('hopseal_inbound', domain, '192.0.2.1', 'TLS1.3', 'A', '0'))
             for manner, domain in domains.items()}
    for manner, (policy, acl, verify, event, inbound) in calls.items():
        if manner in BROKEN:
            reason = 'unix:/run/hopseal/map: ' + BROKEN[manner]
            wants = 'hopseal: ' + reason, 'mode=unknown reason="%s"' % reason, 'hopseal: ' + reason
        else:
            wants = SPOKEN[manner]
        check('daemon "%s": policy' % manner, policy.end(), [OK + ' mode=none skip=""' if wants[0] is None else FAIL + ' ' + wants[0]])
        check('daemon "%s": policy for an ACL' % manner, acl.end(), [OK + ' ' + wants[1]])
        check('daemon "%s": certificate' % manner, verify.end(), [OK + ' '] * 3 + [OK + ' ' + wants[2], OK + ' '])
        check('daemon "%s": events and inbound sessions are silent' % manner, event.end() + inbound.end(), [OK + ' '] * 6)
    events = kept()
    lost = [manner for manner in BROKEN if len([e for e in events if e['next-hop'] == domains[manner]]) != 3]
    tap.ok(not lost, 'RPT-CNT-13 what nobody acknowledged is kept', lost)
    told = [event for event in events if event['next-hop'] in ('good.test', 'slow.test', 'perm.test')]
    tap.ok(not told, 'what was acknowledged or refused is not', told)
    admitted(fake)
    fake.end()


def admitted(_fake):
    """hopseal_admit lets mail go only over the connection that was judged."""
    def run(domain, admit, **kwargs):
        lines = [('hopseal_verify', *line) for line in session(domain)] + [('hopseal_admit', *admit)]
        return Call('script', script=''.join('\t'.join(line) + '\n' for line in lines), **kwargs).end()[-1:]
    at = 'mx.good.test', '192.0.2.1', 'ver=TLS1.3'
    refused = [FAIL + " hopseal: the server's certificate was not shown"]
    check('admit: an accepted certificate', run('good.test', ('good.test', *at)), [OK + ' '])
    check('admit: a refused certificate', run('refuse.test', ('refuse.test', 'mx.refuse.test', *at[1:])), refused)
    check('admit: another host', run('good.test', ('good.test', 'mx2.good.test', *at[1:])), refused)
    check('admit: no TLS, which is allowed elsewhere', run('refuse.test', ('refuse.test', 'mx.refuse.test', at[1], 'ver=')),
          [OK + ' '])
    check('admit: nothing was seen', function('hopseal_admit', 'good.test', *at).end(), refused)
    kept()


def stale_socket():
    """The file is there, nobody listens: as after a crash."""
    check('a socket that nobody listens to: mail waits', function('hopseal_policy', 'example.org').end(),
          [FAIL + ' hopseal: unix:/run/hopseal/map: Connection refused'])


def fuzzed():
    """At a socket that refuses, and without a file: as fast as it goes."""
    shutil.rmtree(SPOOL.parent)
    got = Call('fuzz', FUZZ_SETS, '20221122').end()
    check('%s sets of arguments that Exim would never make' % FUZZ_SETS, got, ['%s sets of arguments' % FUZZ_SETS])
    make_spool_folder()


# --- the real daemon ----------------------------------------------------------------------------------------------

CONFIG = '''[daemon]
state-folder = %s/state
deadline = 1s
[listen]
socketmap = unix:/run/hopseal/map
control = unix:/run/hopseal/control
[dns]
try = 5s
[probe]
enabled = no
[events]
spool = %s
''' % (FOLDER, SPOOL)


def hopseal(*args):
    return tool(BUILD / 'hopseal', '-s', 'unix:/run/hopseal/control', *args)


def the_daemon():
    MAP.unlink()
    script(session('plain.example'), 'hopseal_event', user=EXIM_USER).end()  # before it starts
    Resolver()
    daemon = Daemon(BUILD, FOLDER, CONFIG)
    tap.ok(daemon.wait_for('hopseald: ready'), 'hopseald starts', daemon.log())
    for user, who in ((None, 'root'), (EXIM_USER, 'Exim')):
        check('a domain without a policy, asked by ' + who, function('hopseal_policy', 'plain.example', user=user).end(),
              [OK + ' mode=none skip=""'])
    check('MX-08 an address', function('hopseal_policy', '[192.0.2.1]').end(), [OK + ' mode=none skip=""'])
    check('a domain that DNS has no answer for: mail waits', function('hopseal_policy', 'broken.example').end(),
          [FAIL + ' hopseal: .*SERVFAIL.*'])
    check('the same for an ACL', function('hopseal_policy', 'broken.example', 'acl').end(),
          [OK + ' mode=defer reason=".*SERVFAIL.*"'])
    check('a domain that DNS is silent about: mail waits', function('hopseal_policy', 'slow.example').end(),
          [FAIL + ' hopseal: .+'])
    check('a certificate for a host without a policy', script(session('plain.example'), 'hopseal_verify').end(), [OK + ' '] * 5)
    check('a certificate for a host that is no MX host',
          script([(e, d, domain, 'evil.example', *rest) for e, d, domain, _, *rest in session('plain.example')], 'hopseal_verify').end()[3:4],
          [OK + ' hopseal: .+'])
    check('an inbound session', function('hopseal_inbound', 'client.example', '192.0.2.1', 'TLS1.2', 'A:256', '0').end(), [OK + ' '])
    tap.ok(daemon.wait_for('events=1 refused=0 damaged=0 status=taken'), 'RPT-CNT-13 hopseald takes what was kept', daemon.log())
    tap.ok(not kept(), 'what hopseald acknowledges is not kept', '')
    events = json.loads(hopseal('-j', 'status'))['events']
    tap.ok(events['accepted'] == 4 and events['rejected'] == 0, 'hopseald has taken all of them', events)
    end = time.monotonic() + PATIENCE_S  # counts are written down every second
    while 'client.example' not in (shown := hopseal('status', '--inbound')) and time.monotonic() < end:
        time.sleep(.1)
    tap.ok('client.example' in shown and 'TLS1.2' in shown, 'hopseald counts inbound sessions', shown)
    tap.ok(daemon.end() == 0, 'hopseald ends', daemon.log())


def make_spool_folder():
    """Exim's user may write here, and hopseald read, whoever it was that made the file."""
    SPOOL.parent.mkdir()
    os.chown(SPOOL.parent, EXIM_USER, GROUP)
    SPOOL.parent.chmod(0o2770)


subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/var/spool'], check=True)
make_spool_folder()
the_file()
no_daemon()
two_users()
misbehaving()
stale_socket()
fuzzed()
the_daemon()
tap.end()
