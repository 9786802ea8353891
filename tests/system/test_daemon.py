#!/usr/bin/env python3
"""test_daemon.py BUILD: the real hopseald alone, on a loopback of its own.  Needs root."""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from daemon_rig import USER, Daemon, Peer, Resolver, netstring, private, uid  # noqa: E402
from tap import Tap  # noqa: E402

FOLDER = private()
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
HOPSEALD = BUILD / 'hopseald'
OK, USAGE, BUSY, CONFIG = 0, 64, 69, 78
MAP, CONTROL = FOLDER / 'run/map', FOLDER / 'run/control'
BASE = '''[daemon]
state-folder = {0}/state
deadline = 2s
{{daemon}}
[listen]
socketmap = unix:{0}/run/map
control = unix:{0}/run/control
{{listen}}
[dns]
try = 5s
{{dns}}
[https]
{{https}}
'''.format(FOLDER)
INSTANT = 'postfix .parent.example'   # answered without any lookup
SLOW = 'postfix slow.example'         # its questions to DNS are never answered
tap = Tap()


def config(**sections):
    return BASE.format(**{name: sections.get(name, '') for name in ('daemon', 'listen', 'dns', 'https')})


def run(*args, **kwargs):
    """-> exit status, stdout, stderr"""
    done = subprocess.run([HOPSEALD, *map(str, args)], text=True, capture_output=True, timeout=60, check=False, **kwargs)
    return done.returncode, done.stdout, done.stderr


def start(text=None, **kwargs):
    daemon = Daemon(BUILD, FOLDER, config() if text is None else text, **kwargs)
    if not daemon.wait_for('hopseald: ready'):
        tap.ok(False, 'hopseald starts', daemon.log())
    return daemon


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


# ---------------------------------------------------------------------- options and configuration

def options():
    got = run('-V')
    tap.ok(got[0] == OK and re.fullmatch(r'hopseald \d+\.\d+\.\d+\n', got[1]), '-V prints the version', got)
    got = run('-z')
    tap.ok(got[0] == USAGE and 'usage:' in got[2], 'an unknown option ends with 64', got)
    got = run('stray')
    tap.ok(got[0] == USAGE, 'a stray word ends with 64', got)
    got = run('-t')
    tap.ok(got[0] == OK and got[1:] == ('', ''), '-t is silent about a good configuration', got)


CONFIG_FAULTS = (
    ('[dsn]\n', ':1: [dsn]: no such section; did you mean [dns]?'),
    ('[dns]\ntrustd = yes\n', ':2: [dns] trustd: no such key; did you mean "trusted"?'),
    ('[dns]\ntry = 5\n', ':2: [dns] try: "5" is not a duration'),
    ('[daemon]\nuser = nosuchuser\n', 'there is no user'),
    ('[https]\nca-file = /nonexistent\n', '/nonexistent'),
    ('[https]\nca-file = /dev/null\n', '/dev/null'),
)


def config_errors():
    path = FOLDER / 'bad.conf'
    for text, want in CONFIG_FAULTS:
        path.write_text(text)
        key = text.replace('\n', ' ').strip()
        for args in ((), ('-t',)):
            got = run('-c', path, *args)
            tap.ok(got[0] == CONFIG and want in got[2], 'status 78: %s %s' % (key, ' '.join(args)), got)
    path.write_text('[dns]\ntry = x\nfoo = y\n[bar]\n')
    got = run('-c', path)
    tap.ok(got[2].count(str(path) + ':') == 3, 'every fault is told', got)
    got = run('-c', FOLDER / 'none.conf')
    tap.ok(got[0] == CONFIG and 'none.conf: No such file' in got[2], 'status 78: a file that is not there', got)
    resolv = pathlib.Path('/etc/resolv.conf')
    before = resolv.read_text()
    resolv.write_text('search example.org\n')
    got = run('-t')
    tap.ok(got[0] == CONFIG and 'resolv.conf' in got[2], 'status 78: no resolver anywhere', got)
    resolv.write_text(before)


def printed():
    first = run('-p')
    path = FOLDER / 'printed.conf'
    path.write_text(first[1])
    tap.ok(first[0] == OK and run('-p', '-c', path) == first, '-p prints what reads back the same', first)


def keys_of_example(text):
    """-> {(section, key): (type, default)} from what -e prints"""
    keys, section, comment = {}, None, ''
    for line in text.splitlines():
        if line.startswith('['):
            section = line[1:-1]
        elif line.startswith('# '):
            comment += line[2:] + ' '
        elif line.startswith('#') and section:
            name, _, value = line[1:].partition(' =')
            kind = re.search(r'\(([^()]*)\) $', comment).group(1).partition(';')[0]
            keys[section, name] = kind, value.strip()
        if not line.startswith('# '):
            comment = ''
    return keys


def keys_of_manual(text):
    """-> the same from hopseal.conf(5), and the configuration that its examples make"""
    keys, examples, section = {}, [], None
    for line in text.splitlines():
        head = re.match(r'\.Ss \[(.*)\]', line)
        item = re.match(r'\.It Va (\S+) No = Ar (\S+) Pq (?:Li (.*)|empty)$', line)
        example = re.match(r'\.Dl (.* = .*)', line)
        if head:
            section = head.group(1)
            examples.append('[%s]' % section)
        elif item:
            keys[section, item.group(1)] = item.group(2), item.group(3) or ''
        elif example and section:
            examples.append(example.group(1))
    return keys, examples


def documents():
    example = run('-e')[1]
    tap.ok(example == (TOP / 'core/daemon/hopseal.conf.example').read_text(), 'the example file is what -e prints')
    known = keys_of_example(example)
    manual, examples = keys_of_manual((TOP / 'man/hopseal.conf.5').read_text())
    tap.ok(len(known) > 20 and known == manual, 'hopseal.conf(5) has every key with its type and default',
           'differ: %s' % sorted(set(known.items()) ^ set(manual.items())))
    tap.ok(list(known) == list(manual), 'in the order of the example file')
    tap.ok(len([e for e in examples if ' = ' in e]) == len(manual), 'and an example for each')
    path = FOLDER / 'examples.conf'
    path.write_text('\n'.join(examples) + '\n')
    got = run('-p', '-c', path)
    tap.ok(got[0] == OK, 'the examples are good', got)


# ---------------------------------------------------------------------- start

def empty_configuration():
    daemon = Daemon(BUILD, FOLDER)
    ready = daemon.wait_for('hopseald: ready')
    tap.ok(ready, 'starts without any configuration', daemon.log())
    paths = [pathlib.Path('/run/hopseal') / name for name in ('map', 'control')]
    tap.ok([mode_of(p) for p in paths] == [0o666, 0o600], 'one socket for all, one for root and the user')
    tap.ok(all(os.stat(p).st_uid == uid() for p in paths), 'the sockets belong to the user')
    tap.ok(os.stat('/var/lib/hopseal').st_uid == uid() and mode_of('/var/lib/hopseal') == 0o750,
           'the state folder is made, for the user alone')
    tap.ok(Peer(paths[0]).ask(INSTANT) == 'NOTFOUND ', 'and answers')
    status = json.loads(Peer(paths[1]).ask('status')[3:])
    tap.ok(status['store']['is_open'] and status['resolver']['servers'] == '127.0.0.1:53',
           'status shows store and resolver', status)
    dropped_root(daemon)
    tap.ok(daemon.end() == OK and not any(p.exists() for p in paths), 'TERM: status 0, no socket file is left')


def dropped_root(daemon):
    tap.ok(set(daemon.status('Uid')) == {str(uid())}, 'all user ids are the user\'s', daemon.status('Uid'))
    gids = set(daemon.status('Gid')) | set(daemon.status('Groups'))
    tap.ok(gids == {str(uid())}, 'all group ids are the user\'s', gids)
    caps = [daemon.status(name)[0] for name in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb')]
    tap.ok(all(int(c, 16) == 0 for c in caps), 'no capability is left', caps)


def control_is_private():
    daemon = start()
    script = 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])'
    codes = [subprocess.run(['setpriv', '--reuid=nobody', '--clear-groups', sys.executable, '-c', script, path],
                            stderr=subprocess.DEVNULL, check=False).returncode for path in (MAP, CONTROL)]
    tap.ok(codes == [0, 1], 'others reach the socket for mail servers, not the control socket', codes)
    daemon.end()


def pid_file():
    path = FOLDER / 'run/pid'
    daemon = start(config(daemon='pid-file = %s' % path))
    tap.ok(path.read_text() == '%d\n' % daemon.process.pid, 'the pid file holds the process number')
    daemon.end()
    tap.ok(not path.exists(), 'and is removed at the end')


def no_ca_bundle():
    bundle = FOLDER / 'ca.pem'
    for name, text in (('missing', None), ('empty', ''), ('not PEM', 'nothing\n')):
        bundle.unlink(missing_ok=True)
        if text is not None:
            bundle.write_text(text)
        daemon = Daemon(BUILD, FOLDER, config(https='ca-file = %s' % bundle))
        code = daemon.process.wait(20)
        tap.ok(code == CONFIG and daemon.count('err ') == 1 and str(bundle) in daemon.log(),
               'STS-APP-14 a CA bundle that is %s: refuses to start, one line' % name, (code, daemon.log()))
        tap.ok(not MAP.exists(), 'STS-APP-14 and leaves no socket (%s)' % name)


def state_unwritable():
    folder = FOLDER / 'sealed'
    folder.mkdir(mode=0o500)
    daemon = start(config().replace('%s/state' % FOLDER, str(folder)))
    tap.ok(daemon.count('err store:') == 1, 'a state folder that cannot be written: one loud line', daemon.log())
    tap.ok(Peer(MAP).ask(INSTANT) == 'NOTFOUND ', 'and goes on')
    store = json.loads(Peer(CONTROL).ask('status')[3:])['store']
    tap.ok(not store['is_healthy'], 'status says so', store)
    daemon.end()


def state_comes_late():
    """A state folder that cannot even be made: taken into use when it is there."""
    folder = FOLDER / 'late'
    (FOLDER / 'late').write_text('a file stands where the folder should be')
    daemon = start(config().replace('%s/state' % FOLDER, str(folder)))
    tap.ok(daemon.count('err store:') == 1, 'no state folder: one loud line', daemon.log())
    folder.unlink()
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    tap.ok(daemon.wait_for('info store:'), 'and taken into use when it is there', daemon.log())
    store = json.loads(Peer(CONTROL).ask('status')[3:])['store']
    tap.ok(store['is_open'] and store['is_healthy'], 'status says so', store)
    daemon.end()


def instances():
    daemon = start()
    peer = Peer(MAP)
    second = Daemon(BUILD, FOLDER / 'run', (FOLDER / 'hopseal.conf').read_text())
    code = second.process.wait(20)
    tap.ok(code == BUSY and 'another process serves it' in second.log(), 'a second instance is refused, status 69',
           (code, second.log()))
    tap.ok(peer.ask(INSTANT) == 'NOTFOUND ' and Peer(MAP).ask(INSTANT) == 'NOTFOUND ', 'the first one is unharmed')
    daemon.end(signal.SIGKILL)
    tap.ok(MAP.exists(), 'kill -9 leaves its sockets')
    daemon = start()
    tap.ok(Peer(MAP).ask(INSTANT) == 'NOTFOUND ', 'stale sockets are replaced')
    daemon.end()
    MAP.write_text('precious\n')
    other = Daemon(BUILD, FOLDER, config())
    tap.ok(other.process.wait(20) != OK and MAP.read_text() == 'precious\n', 'what is no socket is left alone')
    MAP.unlink()


# ---------------------------------------------------------------------- the door for mail servers

GARBAGE = (
    ('letters', b'GET / HTTP/1.1\r\n'),
    ('a leading zero', b'007:postfix,'),
    ('a negative length', b'-1:x,'),
    ('a length beyond the limit of events', b'262158:'),
    ('a question longer than any', netstring('postfix ' + 'a' * 10000)),
    ('endless digits', b'1' * 5000),
    ('no comma', b'11:postfix a.bX'),
    ('no map name', netstring(' a.example')),
    ('no blank', netstring('postfix')),
    ('a line end inside', netstring('postfix a.example\n')),
    ('a NUL inside', netstring('postfix a\0b')),
    ('nothing in it', b'0:,'),
)


def malformed():
    daemon = start()
    witness = Peer(MAP)
    for name, data in GARBAGE:
        peer = Peer(MAP)
        peer.send(netstring(INSTANT) + data)
        got = peer.reply(), peer.reply()
        tap.ok(got == ('NOTFOUND ', None), 'malformed, %s: closed, what came before is answered' % name, got)
        tap.ok(witness.ask(INSTANT) == 'NOTFOUND ', 'malformed, %s: others are untouched' % name)
    tap.ok(daemon.count('warn map:') == 1, 'one line tells of all of them', daemon.log())
    half = Peer(MAP)
    half.send(b'23:postfix .par')
    half.send(b'ent.example,')
    tap.ok(half.reply() == 'NOTFOUND ', 'a request in pieces is answered')
    hostile = Peer(CONTROL)
    hostile.send(b'nonsense')
    tap.ok(hostile.reply() is None and Peer(CONTROL).ask('status').startswith('OK {'),
           'the control socket closes on garbage, and serves on')
    daemon.end()


KEYS = ('a.example', 'A.Example.', '.example', '[192.0.2.1]', '[mx.a.example]:25', 'a..b', '', ' ', '\xff', 'a' * 300,
        'b\xfccher.example', '*', '_x._y.example', 'localhost', '1.2.3.4', 'x:70000')


def words():
    daemon = start()
    peer = Peer(MAP)
    names = re.fullmatch('PERM no such map; there are (.*)', peer.ask('nosuchmap a.example')).group(1).split()
    tap.ok({'postfix', 'postfix-tlsrpt', 'sts', 'json'} <= set(names), 'an unknown map: PERM, and which there are', names)
    replies = {(name, key): peer.ask('%s %s' % (name, key)) for name in names for key in KEYS}
    bare = [at for at, reply in replies.items() if reply is None or reply.strip() == 'OK']
    tap.ok(not bare, 'never a bare OK', bare)
    for key in ('.example', '[192.0.2.1]', 'a..b', '', '1.2.3.4'):
        tap.ok(replies['postfix', key] == 'NOTFOUND ', 'not found without a lookup: "%s"' % key, replies['postfix', key])
    tap.ok(replies['postfix', 'a.example'].startswith('TEMP a.example'), 'the resolver fails: TEMP')
    daemon.end()


def order():
    daemon = start()
    peer = Peer(MAP)
    peer.send(netstring(SLOW) + netstring(INSTANT) + netstring('nosuchmap x') + netstring('sts .example'))
    other = Peer(MAP)
    began = time.monotonic()
    tap.ok(other.ask(INSTANT) == 'NOTFOUND ' and time.monotonic() - began < 1, 'others do not wait for a slow question')
    got = [peer.reply() for _ in range(4)]
    tap.ok(1.5 < time.monotonic() - began < 4, 'STS-FETCH-13 a cold question ends at its deadline')
    tap.ok([g.split()[0] for g in got] == ['TEMP', 'NOTFOUND', 'PERM', 'NOTFOUND'],
           'pipelined requests are answered in their order', got)
    many = Peer(MAP)
    many.send(netstring(INSTANT) * 5000)
    tap.ok(all(many.reply() == 'NOTFOUND ' for _ in range(5000)), '5,000 requests in one go')
    gone = Peer(MAP)
    gone.send(netstring(SLOW))
    gone.close()
    time.sleep(0.1)
    tap.ok(Peer(MAP).ask(INSTANT) == 'NOTFOUND ', 'a peer that leaves while it waits does no harm')
    daemon.end()


def idle_connections(count=10000):
    wanted = count + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    daemon = start()
    idle = [Peer(MAP) for _ in range(count)]
    began = time.monotonic()
    tap.ok(Peer(MAP).ask(INSTANT) == 'NOTFOUND ' and time.monotonic() - began < 1,
           '%d idle connections, and one that is served' % count)
    tap.ok(idle[0].ask(INSTANT) == idle[-1].ask(INSTANT) == 'NOTFOUND ', 'the idle ones are served when they ask')
    for peer in idle:
        peer.close()
    tap.ok(Peer(MAP).ask(INSTANT) == 'NOTFOUND ', 'and when they have left')
    daemon.end()


def deferrals():
    daemon = start()
    control, peer = Peer(CONTROL), Peer(MAP)
    for _ in range(3):
        peer.ask('postfix b.example')
    tap.ok(daemon.count('next-hop=b.example verdict=defer') == 1, 'a deferral is told once, however many messages wait',
           daemon.log())
    tap.ok(peer.ask('postfix plain.example') == 'NOTFOUND ', 'no policy: not found')
    control.ask('override add plain.example dane-only 1d "a test"')
    got = [peer.ask('postfix plain.example')[:5] for _ in range(3)]
    lines = re.findall(r'next-hop=plain.example verdict=defer host=\S+ reason="DANE is required .* times=(\d)', daemon.log())
    tap.ok(got == ['TEMP '] * 3 and lines == ['1', '2', '3'],
           'MAND-02 what an override makes wait is told every time, and counted', (got, daemon.log()))
    control.ask('override remove plain.example')
    tap.ok(peer.ask('postfix plain.example') == 'NOTFOUND ' and
           daemon.count('next-hop=plain.example verdict=may was=defer times=3') == 1, 'and its end is told', daemon.log())
    counted = json.loads(control.ask('status')[3:])['verdicts']
    tap.ok(counted['defer'] == 6 and counted['may'] == 2, 'MAND-02 status counts verdicts', counted)
    daemon.end()


# ---------------------------------------------------------------------- reload

def reload_keeps_questions():
    daemon = start()
    peer, idle = Peer(MAP), Peer(MAP)
    peer.send(netstring(SLOW))
    time.sleep(0.3)
    began = time.monotonic()
    tap.ok(daemon.reload(), 'HUP is taken', daemon.log())
    tap.ok(time.monotonic() - began < 1, 'at once, though a question waits')
    tap.ok((peer.reply() or '').startswith('TEMP slow.example'), 'the question that waited is answered')
    tap.ok(peer.ask(INSTANT) == idle.ask(INSTANT) == 'NOTFOUND ', 'connections are kept')
    daemon.end()


def reload_sockets():
    extra = FOLDER / 'run/extra'
    daemon = start()
    inode = os.stat(MAP).st_ino
    tap.ok(daemon.reload(config(listen='socketmap = unix:%s mode=0660' % extra)), 'a new socket is opened', daemon.log())
    tap.ok(os.stat(MAP).st_ino == inode, 'the old one is the same')
    peer = Peer(extra)
    tap.ok(peer.ask(INSTANT) == 'NOTFOUND ' and mode_of(extra) == 0o660, 'the new one serves')
    peer.send(netstring(SLOW))
    time.sleep(0.2)
    tap.ok(daemon.reload(config()) and not extra.exists(), 'a socket that is gone from the file is removed')
    tap.ok((peer.reply() or '').startswith('TEMP'), 'a question that waits on it is answered')
    tap.ok(daemon.reload(config(listen='socketmap = unix:%s' % extra)) and Peer(extra).ask(INSTANT) == 'NOTFOUND ',
           'it may come back')
    daemon.end()
    tap.ok(not extra.exists() and not MAP.exists(), 'and all are gone in the end')
    root = 'user = root'
    daemon = start(config(daemon=root))
    tap.ok(daemon.reload(config(daemon=root)) and daemon.reload(config(daemon=root, listen='socketmap = unix:%s' % extra)) and
           Peer(extra).ask(INSTANT) == 'NOTFOUND ', 'one who stays root gives a new socket to himself, after the second reload, too',
           daemon.log())
    daemon.end()


def reload_refused():
    extra = FOLDER / 'run/extra'
    refused = (
        ('a fault in the file', config(dns='oops = 1'), ':11: [dns] oops: no such key'),
        ('several faults', config(dns='oops = 1\nmore = 2'), 'and 1 more'),
        ('a socket that cannot be bound', config(listen='socketmap = unix:%s\nsocketmap = unix:/proc/x' % extra),
         '/proc/x'),
        ('no CA bundle', config(https='ca-file = /nonexistent', listen='socketmap = unix:%s' % extra), '/nonexistent'),
    )
    daemon = start()
    peer = Peer(MAP)
    for name, text, want in refused:
        errors = daemon.count(': err ')
        tap.ok(not daemon.reload(text), 'reload refused: %s' % name, daemon.log())
        last = daemon.log().splitlines()[-1]
        tap.ok(daemon.count(': err ') == errors + 1 and want in last, 'reload refused, one line: %s' % name, daemon.log())
        tap.ok(peer.ask(INSTANT) == Peer(MAP).ask(INSTANT) == 'NOTFOUND ' and not extra.exists(),
               'reload refused, all as before: %s' % name)
    daemon.reload(config(daemon='connections = 5'))
    tap.ok(daemon.count('section=daemon key=connections') == 1, 'a key that counts at start is named', daemon.log())
    daemon.end()


# ---------------------------------------------------------------------- the end

def graceful_end():
    daemon = start()
    peer, idle = Peer(MAP), Peer(MAP)
    peer.send(netstring(SLOW))
    time.sleep(0.3)
    daemon.process.send_signal(signal.SIGTERM)
    daemon.wait_for('action=ending')
    tap.ok(not MAP.exists(), 'TERM: new connections go elsewhere')
    idle.send(netstring('postfix slow2.slow.example'))
    tap.ok(idle.reply() is None, 'TERM: a new question that would have to wait is turned away')
    tap.ok((peer.reply() or '').startswith('TEMP slow'), 'TERM: a question that waits is answered')
    tap.ok(daemon.end() == OK, 'TERM: status 0')
    daemon = start()
    peer = Peer(MAP)
    peer.send(netstring(SLOW))
    time.sleep(0.3)
    began = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    daemon.wait_for('action=ending')
    tap.ok(daemon.end(signal.SIGTERM) == OK and time.monotonic() - began < 1.5, 'a second TERM ends at once')
    daemon = start()
    tap.ok(daemon.end(signal.SIGINT) == OK and not MAP.exists(), 'INT does the same')


# ---------------------------------------------------------------------- the service manager

def listen_on(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(path))
    sock.listen(64)
    return sock


HAND_OVER = '''
import fcntl, os, sys
spare = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 50) for fd in sys.argv[1:3]]
for number, fd in enumerate(spare, 3):
    os.dup2(fd, number)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2")
os.execv(sys.argv[3], sys.argv[3:])
'''


def activation():
    """LISTEN_FDS and NOTIFY_SOCKET as systemd gives them: two sockets, one of them the configured control socket."""
    handed = FOLDER / 'run/handed'
    (FOLDER / 'run').mkdir(exist_ok=True)
    sockets = [listen_on(handed), listen_on(CONTROL)]
    early = Peer(handed)
    early.send(netstring(INSTANT))
    fds = [sock.fileno() for sock in sockets]
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind('\0hopseald-test')
    notify.settimeout(20)
    daemon = Daemon(BUILD, FOLDER, config(), inherit=fds, wrap=(sys.executable, '-c', HAND_OVER, *map(str, fds)),
                    env={'NOTIFY_SOCKET': '@hopseald-test', 'WATCHDOG_USEC': '400000'})
    tap.ok(daemon.wait_for('hopseald: ready'), 'starts with sockets of systemd', daemon.log())
    tap.ok(early.reply() == 'NOTFOUND ', 'a question that came before it started is answered')
    tap.ok(Peer(CONTROL).ask('status').startswith('OK {'), 'the configured control socket got its door')
    tap.ok(Peer(MAP).ask(INSTANT) == 'NOTFOUND ', 'a socket that was not handed over is bound')
    tap.ok(notify.recv(4096) == b'READY=1', 'READY=1 is told')
    tap.ok(notify.recv(4096) == b'WATCHDOG=1' == notify.recv(4096), 'WATCHDOG=1 is told, again and again')
    tap.ok(daemon.reload() and handed.exists(), 'a reload keeps inherited sockets')
    told = [notify.recv(4096) for _ in range(2)]
    while told[-1] != b'READY=1':
        told.append(notify.recv(4096))
    tap.ok(b'RELOADING=1' in told, 'RELOADING=1 and READY=1 are told', told)
    daemon.process.send_signal(signal.SIGTERM)
    while told[-1] != b'STOPPING=1':
        told.append(notify.recv(4096))
    tap.ok(daemon.end() == OK and handed.exists() and CONTROL.exists(), 'STOPPING=1; sockets of systemd stay')
    for path in (handed, CONTROL):
        path.unlink()


# ---------------------------------------------------------------------- sessions

EVENT = {'source': 'exim', 'next-hop': 'plain.example', 'host': 'mx.plain.example', 'remote': '192.0.2.1', 'tls': 'not-offered'}
INBOUND = {'source': 'exim', 'direction': 'in', 'next-hop': 'client.example', 'tls': 'up', 'version': 'TLSv1.2', 'cipher': 'X',
           'verified': 'no'}


def tell(peer, **members):
    return peer.ask('event ' + json.dumps({**EVENT, **members}))


def events_of(daemon):
    status = json.loads(Peer(CONTROL).ask('status')[3:])
    return status['events'], status['today']


def eventually(look, is_fine):
    """What look() gives when it is fine, or at last."""
    deadline = time.monotonic() + 30
    while not is_fine(got := look()) and time.monotonic() < deadline:
        time.sleep(.1)
    return got


def counted(daemon, want):
    """Wait until so many sessions of today are in the database."""
    return eventually(lambda: events_of(daemon)[1], lambda today: today and today['successes'] + today['failures'] >= want)


def told_events():
    """The map "event": acknowledged is counted, once, over kill -9."""
    text = config() + '[probe]\nenabled = no\n'
    shutil.rmtree(FOLDER / 'state')
    daemon = start(text)
    peer = Peer(MAP)
    tap.ok(tell(peer, id='a') == 'OK counted', 'an event is acknowledged')
    tap.ok(tell(peer, id='a') == 'OK counted', 'the same one again, too')
    tap.ok(tell(peer, id='b') == 'OK counted', 'another one')
    for name, members in (('no object', None), ('unknown source', {'source': 'qmail'}), ('no next-hop', {'next-hop': ''}),
                          ('odd TLS', {'tls': 'maybe'}), ('next-hop is an address', {'next-hop': '[192.0.2.1]'})):
        got = peer.ask('event ' + ('7' if members is None else json.dumps({**EVENT, **members})))
        tap.ok(got.startswith('PERM ') and len(got) > 12, 'an event that is none is refused, with the reason: ' + name, got)
    tap.ok(peer.ask('event ' + json.dumps(INBOUND)) == 'OK counted', 'an inbound session is acknowledged')
    daemon.process.kill()
    daemon.process.wait()
    daemon = start(text)
    peer = Peer(MAP)
    tap.ok(tell(peer, id='b') == 'OK counted', 'after kill -9 the same event is acknowledged')
    today = counted(daemon, 2)
    tap.ok(today['failures'] + today['successes'] == 2, 'RPT-CNT-13 SEED-60 kill -9: each event is counted once', today)
    got = eventually(lambda: Peer(CONTROL).ask('inbound'), lambda text: 'client.example' in text)
    tap.ok('client.example' in got and 'TLSv1.2' in got, 'SEED-78 inbound sessions are counted apart', got)
    tap.ok('client.example' not in json.dumps(today), 'and are in no report')
    tap.ok(daemon.end() == OK, 'ends')


def datagrams():
    """The socket of libtlsrpt, made by us: garbage is counted, said once, and nothing else happens."""
    path = FOLDER / 'run/tlsrpt'
    text = config(listen='tlsrpt = unix:%s\n' % path) + '[probe]\nenabled = no\n'
    daemon = start(text)
    before = events_of(daemon)[0]
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    good = {'d': 'plain.example', 'pr': 'v=TLSRPTv1; rua=mailto:a@b.example',
            'policies': [{'policy-type': 9, 'policy-domain': 'plain.example', 't': 0, 'f': 0}]}
    bad = (b'', b'nonsense', b'{', b'[' * 100000, b'{"d":"plain.example"}', b'\0' * 50, json.dumps({**good, 'dpv': '2'}).encode(),
           json.dumps({**good, 'd': 7}).encode(), json.dumps({**good, 'policies': 'x'}).encode())
    for data in bad:
        sender.sendto(data, str(path))
    for _ in range(3):
        sender.sendto(json.dumps(good).encode(), str(path))
    events = eventually(lambda: events_of(daemon)[0], lambda now: now['accepted'] >= before['accepted'] + len(bad) + 2)
    tap.ok(events['by_source']['tlsrpt'] == 3, 'datagrams are taken in', events)
    tap.ok(events['rejected'] == len(bad) - 1, 'garbage is counted, an empty one is nothing', events)
    tap.ok(daemon.log().count('rejected') <= 2, 'and told on change only', daemon.log())
    with open('/proc/sys/net/unix/max_dgram_qlen', encoding='ascii') as length:
        tap.ok(int(length.read()) >= 512, 'the queue of datagrams was made longer')
    tap.ok(daemon.end() == OK and not path.exists(), 'the socket goes with the daemon')


def metrics():
    port = 9461
    daemon = start(config(listen='metrics = inet:127.0.0.1:%d\n' % port))

    def get(request):
        with socket.create_connection(('127.0.0.1', port), 20) as sock:
            sock.sendall(request)
            data = b''
            while piece := sock.recv(65536):
                data += piece
        return data.decode()

    reply = get(b'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
    head, _, body = reply.partition('\r\n\r\n')
    tap.ok(head.startswith('HTTP/1.1 200 OK\r\n'), 'metrics are served', head)
    names = {line.split(' ')[2] for line in body.splitlines() if line.startswith('# TYPE')}
    used = {re.split('[{ ]', line)[0] for line in body.splitlines() if not line.startswith('#')}
    tap.ok(names == used and all(name.startswith('hopseal_') for name in names), 'every metric has its type', names ^ used)
    tap.ok(all(re.fullmatch(r'\w+(\{\w+="[^"]*"\})? \d+', line) for line in body.splitlines() if not line.startswith('#')),
           'in the text format of Prometheus', body)
    tap.ok('404' in get(b'GET /else HTTP/1.1\r\n\r\n').split('\r\n')[0], 'there is nothing else')
    tap.ok('405' in get(b'POST /metrics HTTP/1.1\r\n\r\n').split('\r\n')[0], 'and no other method')
    tap.ok(get(b'x' * 9000) == '', 'endless requests are dropped')
    tap.ok(daemon.end() == OK, 'ends')


def unprivileged():
    """Not started as root: stays who it is."""
    home = FOLDER / 'home'
    home.mkdir()
    os.chown(home, uid(), uid())
    text = config().replace('%s/run' % FOLDER, str(home)).replace('%s/state' % FOLDER, str(home))
    daemon = start(text, wrap=('setpriv', '--reuid', USER, '--regid', USER, '--clear-groups'))
    tap.ok(Peer(home / 'map').ask(INSTANT) == 'NOTFOUND ', 'runs without ever having been root', daemon.log())
    tap.ok(daemon.end() == OK and not (home / 'map').exists(), 'and ends as well')


Resolver()
for part in (options, config_errors, printed, documents, empty_configuration, control_is_private, pid_file, no_ca_bundle,
             state_unwritable, state_comes_late, instances, malformed, words, order, idle_connections, deferrals, reload_keeps_questions,
             reload_sockets, reload_refused, graceful_end, activation, told_events, datagrams, metrics, unprivileged):
    part()
tap.end()
