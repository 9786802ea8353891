#!/usr/bin/env python3
"""test_smtpd_programs.py BUILD [SECONDS]: filter-hopseal and table-hopseal under a fake smtpd, with every kind of daemon.

SECONDS (5): how long each is fed with nonsense.  Needs root for the part with a real hopseald.
"""
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from daemon_rig import Daemon, Resolver, private  # noqa: E402
from smtpd_rig import FakeDaemon, Program  # noqa: E402
from tap import Tap  # noqa: E402

FOLDER = private()
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 5
IS_SANITIZED = 'san-' in BUILD.name
RSS_KIB_MAX = 24 * 1024
SOCKET, SPOOL = FOLDER / 'map', FOLDER / 'spool'
CONFIG = b'config|smtpd-version|7.6.0\nconfig|protocol|0.7\nconfig|subsystem|smtp-in\nconfig|subsystem|smtp-out\n' \
    b'config|ready\n'
REPORTS = ('smtp-in|link-connect', 'smtp-in|link-identify', 'smtp-in|link-tls', 'smtp-in|link-disconnect', 'smtp-out|link-connect',
           'smtp-out|link-tls', 'smtp-out|protocol-client', 'smtp-out|protocol-server', 'smtp-out|link-disconnect')
REGISTER = ''.join('register|report|%s\n' % name for name in REPORTS) + 'register|filter|smtp-in|rcpt-to\nregister|ready\n'
TABLE_CONFIG = b'config|smtpd-version|7.6.0\nconfig|protocol|0.1\nconfig|tablename|sealed\nconfig|ready\n'
TABLE_REGISTER = 'register|domain\nregister|relayhost\nregister|ready\n'
tap = Tap()


def answer_well(request):
    name, _, key = request.partition(' ')
    seal = 'OK sealed sts' if key == 'good.test' else 'OK open'
    return {'event': 'OK counted', 'opensmtpd': seal, 'opensmtpd-prefetch': seal,
            'opensmtpd-route': 'OK smtp+tls://mx1.' + key}[name]


def report(event, rest='', session='a1', subsystem='smtp-out'):
    return ('report|0.7|1700000000.000001|%s|%s|%s' % (subsystem, event, session) + ('|' + rest if rest else '')
            + '\n').encode()


def request(address, session='a1', token='f1'):
    return ('filter|0.7|1700000000.000001|smtp-in|rcpt-to|%s|%s|%s\n' % (session, token, address)).encode()


def proceed(session='a1', token='f1'):
    return 'filter-result|%s|%s|proceed\n' % (session, token)


def plain_link(session, domain):
    """A link without TLS on which mail goes to a domain."""
    return (report('link-connect', 'mx.test|pass|192.0.2.1:40000|192.0.2.2:25', session)
            + report('protocol-client', 'EHLO me.test', session) + report('protocol-server', '250 mx.test', session)
            + report('protocol-client', 'RCPT TO:<a@%s>' % domain, session))


def spooled():
    """The events in the spool, which is removed."""
    if not SPOOL.exists():
        return []
    data, events, at = SPOOL.read_bytes(), [], 0
    SPOOL.unlink()
    while at < len(data):
        colon = data.index(b':', at)
        end = colon + 1 + int(data[at:colon])
        events.append(json.loads(data[colon + 1:end]))
        at = end + len(',\n')
    return events


def start_filter(*options):
    program = Program([BUILD / 'filter-hopseal', '-s', 'unix:%s' % SOCKET, '-e', SPOOL, *options], FOLDER / 'filter.log')
    program.send(CONFIG)
    said = program.hear_text(REGISTER)
    tap.ok(said == REGISTER, 'filter: registers at once', said)
    return program


def ends(program, name):
    status = program.end()
    tap.ok(status == 0, name + ': ends with its input, status 0', '%r\n%s' % (status, program.log()[-3000:]))


# ---------------------------------------------------------------------- the filter, and kinds of daemons

def filter_alone():
    program = start_filter()
    program.send(request('a@good.test'))
    tap.ok(program.hear_text(proceed()) == proceed(), 'filter, no daemon: mail proceeds')
    program.send(plain_link('a1', 'good.test') + report('link-disconnect'))
    ends(program, 'filter, no daemon')
    events = spooled()
    tap.ok(len(events) == 1 and events[0]['next-hop'] == 'good.test' and events[0]['tls'] == 'not-offered'
           and events[0]['when'] == 1700000000 and events[0]['session'] == 'a1', 'filter, no daemon: events are kept',
           events)
    tap.ok(program.log().count('\n') <= 2 and 'daemon="unix:%s"' % SOCKET in program.log(),
           'filter, no daemon: says so, once', program.log())


def filter_with_daemon():
    daemon = FakeDaemon(SOCKET, answer_well)
    program = start_filter()
    program.send(request('a@good.test') + request('b@plain.test', 'a2'))
    said = program.hear_text(proceed() + proceed('a2'))
    tap.ok(sorted(said.splitlines()) == sorted((proceed() + proceed('a2')).splitlines()),
           'filter, a daemon: mail proceeds', said)
    tap.ok(sorted(daemon.requests) == ['opensmtpd-prefetch good.test', 'opensmtpd-prefetch plain.test'],
           'filter, a daemon: it is asked before the tables are', daemon.requests)
    program.send(plain_link('a1', 'good.test'))
    tap.ok(daemon.wait_for(3) and json.loads(daemon.requests[2].partition(' ')[2])['next-hop'] == 'good.test',
           'filter, a daemon: is told of the session', daemon.requests)
    daemon.stop()
    program.send(plain_link('a2', 'gone.test'))
    daemon = None
    end = time.monotonic() + 30
    while not SPOOL.exists() and time.monotonic() < end:
        time.sleep(.01)
    daemon = FakeDaemon(SOCKET, answer_well)
    program.send(plain_link('a3', 'back.test'))
    tap.ok(daemon.wait_for(1) and 'back.test' in daemon.requests[0], 'filter: a daemon that comes back is told again',
           daemon.requests)
    ends(program, 'filter, a daemon')
    tap.ok([e['next-hop'] for e in spooled()] == ['gone.test'], 'filter: what happened while it was gone is kept')
    daemon.stop()


def filter_hanging():
    daemon = FakeDaemon(SOCKET, lambda request: None)
    program = start_filter('-w', '3')
    program.send(request('a@good.test') + plain_link('b1', 'good.test'))
    flood = report('protocol-server', '250 ' + 'x' * 900, 'b1') * 40000
    tap.ok(program.send(flood), 'filter, a daemon that hangs: the input is drained', 'took less than %d MB'
           % (len(flood) >> 20))
    program.send(request('postmaster', 'c1'))
    tap.ok(proceed('c1') in program.hear_text(proceed('c1')), 'filter, a daemon that hangs: it holds nobody else')
    if proceed() not in program.said.decode():
        program.hear(1)
    tap.ok(program.said.decode().count(proceed()) == 1, 'filter, a daemon that hangs: mail proceeds in the end, once',
           program.said)
    ends(program, 'filter, a daemon that hangs')
    tap.ok(len(spooled()) == 1, 'filter, a daemon that hangs: events are kept')
    daemon.stop()


def filter_garbage():
    for name, reply in (('nonsense', b'HTTP/1.1 200 OK\r\n\r\n'), ('nothing', b''), ('no word', 'WHAT is this'),
                        ('too much', b'99999999:' + b'x' * 5000), ('a lie', 'OK \n\nfilter-result|1|2|reject|550 no')):
        daemon = FakeDaemon(SOCKET, lambda request, reply=reply: reply)
        program = start_filter()
        program.send(request('a@good.test') + plain_link('b1', 'good.test'))
        said = program.hear_text(proceed())
        tap.ok(said == proceed(), 'filter, a daemon that says %s: mail proceeds' % name, said)
        ends(program, 'filter, a daemon that says %s' % name)
        count = len(spooled())
        tap.ok(name == 'a lie' or count == 1, 'filter, a daemon that says %s: events are kept' % name, count)
        daemon.stop()


def filter_options():
    program = Program([BUILD / 'filter-hopseal', '-x', '-w', 'soon', '-s', 'nowhere', '-e', SPOOL], FOLDER / 'filter.log')
    program.send(CONFIG + request('a@good.test'))
    said = program.hear_text(REGISTER + proceed())
    tap.ok(said == REGISTER + proceed(), 'filter, wrong options: goes on', said)
    ends(program, 'filter, wrong options')
    tap.ok(all(word in program.log() for word in ('usage:', '-w "soon"', '-s "nowhere"')), 'filter, wrong options: told',
           program.log())
    program = Program([BUILD / 'filter-hopseal', '-w', '0', '-e', SPOOL], FOLDER / 'filter.log')
    program.send(CONFIG)
    want = REGISTER.replace('register|filter|smtp-in|rcpt-to\n', '')
    tap.ok(program.hear_text(want) == want, 'filter, -w 0: recipients are not asked for')
    ends(program, 'filter, -w 0')


# ---------------------------------------------------------------------- the filter, and kinds of smtpds

def filter_endless():
    program = start_filter()
    program.send(b''.join(report('link-connect', 'mx.test|pass|192.0.2.1:40000|192.0.2.2:25', '%x' % n)
                          for n in range(20000)))
    program.send(request('postmaster'))
    program.hear(len(proceed()))
    before = program.rss_kib()
    for start in range(20000, 1020000, 50000):
        program.send(b''.join(report('link-connect', 'mx.test|pass|192.0.2.1:40000|192.0.2.2:25', '%x' % n)
                              for n in range(start, start + 50000)))
    program.send(b'x' * (20 << 20) + b'\n' + request('postmaster'))
    said = program.hear_text(proceed())
    rss = program.rss_kib()
    tap.ok(said == proceed() and (IS_SANITIZED or rss < before + 1024), 'filter: 1,000,000 sessions without an end, and a '
           'line of 20 MB: memory stays as it is', '%d KiB, then %d KiB' % (before, rss))
    print('# filter: %d KiB after 20,000 sessions, %d KiB after 1,020,000; %.1f s of CPU' % (before, rss, program.cpu_s()))
    ends(program, 'filter, endless sessions')
    daemon = FakeDaemon(SOCKET, lambda request: None)
    program = start_filter()
    for start in range(0, 60000, 5000):
        program.send(b''.join(plain_link('%x' % n, 'd%d.test' % n) + request('a@d%d.test' % n, '%x' % n)
                              for n in range(start, start + 5000)))
    rss = program.rss_kib()
    tap.ok(IS_SANITIZED or rss < RSS_KIB_MAX, 'filter: 60,000 events and recipients, a daemon that hangs: memory is bounded',
           '%d KiB' % rss)
    print('# filter: %d KiB after 60,000 events and recipients that nobody answers' % rss)
    ends(program, 'filter, endless events')
    tap.ok(len(spooled()) > 30000, 'filter: events that cannot wait are kept, as far as the spool goes')
    daemon.stop()


def nonsense(chance, seeds):
    """Some lines, whole or damaged, and some octets."""
    kind = chance.random()
    if kind < .2:
        return chance.randbytes(chance.randrange(200))
    lines = bytearray(b'\n'.join(chance.choice(seeds) for _ in range(chance.randrange(1, 30))) + b'\n')
    if kind > .5:
        for _ in range(chance.randrange(1, 20)):
            place = chance.randrange(len(lines))
            how = chance.randrange(4)
            if how == 0:
                lines[place] = chance.randrange(256)
            elif how == 1:
                del lines[place:place + chance.randrange(1, 30)]
                lines += b'|'
            elif how == 2:
                lines[place:place] = b'|' * chance.randrange(1, 4)
            else:
                lines[place:place] = lines[place:place + 50]
    return bytes(lines)


def filter_nonsense():
    seeds = [line for file in sorted((TOP / 'tests/fuzz/corpus/smtpd_filter').iterdir())
             for line in file.read_bytes().split(b'\n') if not line.startswith(b'config|ready')]
    seeds += [b'filter|0.7|1.0|smtp-in|rcpt-to|%016x|f1|a@d%d.test' % (n, n) for n in range(50)]
    chance = random.Random(4711)
    daemon = FakeDaemon(SOCKET, lambda request: chance.choice(['OK counted', None, b'x', b'']))
    program = start_filter('-w', '1')
    octets, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end and program.is_alive():
        data = nonsense(chance, seeds)
        octets += len(data)
        if not program.send(data):
            break
    tap.ok(program.is_alive(), 'filter: nonsense for %g s: goes on' % SECONDS, program.log()[-3000:])
    program.send(b'\n' + request('postmaster', 'abc'))
    time.sleep(1.5)
    ends(program, 'filter, nonsense')
    lines = program.said.decode().replace(REGISTER, '').splitlines()
    odd = [line for line in lines if not re.fullmatch(r'filter-result\|[0-9a-f]{1,16}\|[0-9a-f]{1,16}\|proceed', line)]
    tap.ok(proceed('abc').strip() in lines and not odd, 'filter: nonsense for %g s: never a line too many' % SECONDS,
           odd[:5])
    tap.ok('ERROR' not in program.log() and 'runtime error' not in program.log(), 'filter: nonsense: no complaint of a '
           'sanitizer', program.log()[-3000:])
    print('# filter: %d MB of nonsense in %g s, %d answers' % (octets >> 20, SECONDS, len(lines)))
    spooled()
    daemon.stop()


# ---------------------------------------------------------------------- the table

def imsg(kind, payload=b''):
    return struct.pack('=IHHII', kind, 16 + len(payload), 0, 0, 0) + payload


def imsg_request(kind, service, key):
    return imsg(kind, struct.pack('=iQ', service, 0) + key.encode() + b'\0')


def imsg_answer(result, value=''):
    return imsg(0, struct.pack('=i', result) + (value.encode() + b'\0' if value else b''))


def words_request(verb, service, key):
    return ('table|0.1|1795294691.397191|sealed|%s|%s|77|%s\n' % (verb, service, key)).encode()


def start_table(is_imsg):
    program = Program([BUILD / 'table-hopseal', SOCKET], FOLDER / 'table.log')
    want = imsg(0) if is_imsg else TABLE_REGISTER.encode()
    program.send(imsg(2, struct.pack('=I', 2) + b'sealed'.ljust(2048, b'\0')) if is_imsg else TABLE_CONFIG)
    said = program.hear(len(want))
    tap.ok(said == want, 'table, %s: opens' % ('messages' if is_imsg else 'words'), said)
    return program


def table_asks(program, is_imsg, name, seal, route):
    """seal and route: 1 yes, 0 no, -1 error; routes are to mx1.good.test."""
    value = 'smtp+tls://mx1.good.test' if route == 1 else ''
    word = {1: 'found', 0: 'not-found', -1: 'error'}
    if is_imsg:
        asked = imsg_request(5, 2, 'good.test'), imsg_request(6, 512, 'good.test'), imsg(4)
        wants = imsg_answer(seal), imsg_answer(route, value), imsg_answer(1)
    else:
        asked = (words_request('check', 'domain', 'good.test'), words_request('lookup', 'relayhost', 'good.test'),
                 b'table|0.1|1.0|sealed|update|78\n')
        wants = (b'check-result|77|%s\n' % word[seal].encode(),
                 b'lookup-result|77|%s\n' % (word[route] + ('|' + value if value else '')).encode(),
                 b'update-result|78|ok\n')
    for data, want in zip(asked, wants):
        program.send(data)
        said = program.hear(len(want))
        tap.ok(said == want, 'table, %s, %s' % ('messages' if is_imsg else 'words', name), '%r, want %r' % (said, want))


def table_daemons(is_imsg):
    program = start_table(is_imsg)
    table_asks(program, is_imsg, 'no daemon', -1, -1)
    for name, answer, seal, route in (
            ('a daemon', answer_well, 1, 1), ('a daemon that hangs', lambda request: None, -1, -1),
            ('a daemon that says nonsense', lambda request: b'HTTP/1.1 200 OK', -1, -1),
            ('a daemon that closes', lambda request: b'', -1, -1), ('not now', lambda request: 'TEMP wait', -1, -1),
            ('not found', lambda request: 'NOTFOUND ', 0, 0), ('a lie', lambda request: 'OK smtp://mx1.good.test', -1, -1),
            ('a daemon that is back', answer_well, 1, 1)):
        daemon = FakeDaemon(SOCKET, answer)
        table_asks(program, is_imsg, name, seal, route)
        daemon.stop()
    ends(program, 'table')
    tap.ok(0 < program.log().count('\n') <= 2, 'table: says what is wrong, once', program.log())


def table_nonsense(is_imsg):
    name = 'messages' if is_imsg else 'words'
    chance = random.Random(4712)
    daemon = FakeDaemon(SOCKET, lambda request: chance.choice(['OK sealed', 'OK open', 'TEMP x', b'x']))
    program = start_table(is_imsg)
    if is_imsg:
        seeds = [imsg_request(5, 2, 'good.test'), imsg_request(6, 512, 'x' * 300), imsg(4), imsg(7, b'\2\0\0\0'),
                 imsg(5, b'\2'), imsg(99, b'xyz'), imsg(6, bytes(8000)), imsg_request(5, 2, 'a\0b')]
    else:
        seeds = [words_request('check', 'domain', 'good.test').strip(), words_request('fetch', 'x', '').strip(),
                 words_request('lookup', 'relayhost', 'x' * 5000).strip(), b'table|0.1|1.0|x|update|78', b'|' * 100]
    end, octets = time.monotonic() + SECONDS, 0
    while time.monotonic() < end and program.is_alive():
        # Messages stay whole: behind a damaged length there are none.
        data = b''.join(chance.choices(seeds, k=20)) if is_imsg else nonsense(chance, seeds)
        octets += len(data)
        if not program.send(data):
            break
    tap.ok(program.is_alive(), 'table, %s: nonsense for %g s: goes on' % (name, SECONDS), program.log()[-3000:])
    if is_imsg:
        program.send(struct.pack('=IHHII', 5, 3, 0, 0, 0) + b'x' * (20 << 20))
    else:
        program.send(b'\nx' + b'x' * (20 << 20) + b'\n')
    rss = program.rss_kib()
    tap.ok(IS_SANITIZED or rss < RSS_KIB_MAX, 'table, %s: 20 MB of nothing: memory is bounded' % name, '%d KiB' % rss)
    ends(program, 'table, %s, nonsense' % name)
    said = program.said
    if is_imsg:
        while len(said) >= 16:
            kind, length = struct.unpack('=IH', said[:6])
            if kind != 0 or length not in (16, 20):
                break
            said = said[length:]
        tap.ok(said == b'', 'table, messages: nonsense: every answer is one', said[:40])
    else:
        odd = [line for line in said.decode().replace(TABLE_REGISTER, '').splitlines()
               if not re.fullmatch(r'(check|lookup|fetch|update)-result\|[!-~]{1,64}\|(ok|found|not-found|error)', line)]
        tap.ok(not odd, 'table, words: nonsense: every answer is one', odd[:5])
    tap.ok('ERROR' not in program.log() and 'runtime error' not in program.log(),
           'table, %s: nonsense: no complaint of a sanitizer' % name, program.log()[-3000:])
    print('# table, %s: %d MB of nonsense' % (name, octets >> 20))
    daemon.stop()


# ---------------------------------------------------------------------- with the real daemon

def told():
    """How many sessions hopseald has from us."""
    shown = subprocess.run([BUILD / 'hopseal', '-s', FOLDER / 'control', 'status', '-j'], capture_output=True, check=True)
    return json.loads(shown.stdout)['events']['by_source']['opensmtpd']


def real_daemon():
    Resolver()
    (FOLDER / 'state').mkdir(mode=0o700, exist_ok=True)
    daemon = Daemon(BUILD, FOLDER, '[daemon]\nuser = root\nstate-folder = {0}/state\ndeadline = 2s\n[listen]\n'
                    'socketmap = unix:{0}/map\ncontrol = unix:{0}/control\n'.format(FOLDER))
    tap.ok(daemon.wait_for('hopseald: ready'), 'hopseald starts', daemon.log())
    program = start_filter()
    program.send(request('a@plain.example'))
    tap.ok(program.hear_text(proceed()) == proceed(), 'hopseald: mail proceeds')
    table = start_table(False)
    table.send(words_request('check', 'domain', 'plain.example'))
    want = b'check-result|77|not-found\n'
    tap.ok(table.hear(len(want)) == want, 'hopseald: the table knows what was asked for before', table.log())
    program.send(plain_link('a1', 'plain.example')
                 + report('link-connect', 'c.test|pass|192.0.2.9:1|192.0.2.1:25', 'a2', 'smtp-in')
                 + report('link-identify', 'EHLO|c.test', 'a2', 'smtp-in')
                 + report('link-disconnect', '', 'a2', 'smtp-in'))
    end = time.monotonic() + 30
    while told() < 2 and time.monotonic() < end:
        time.sleep(.05)
    tap.ok(told() == 2 and spooled() == [], 'hopseald: has taken the sessions, out and in', program.log() + daemon.log())
    ends(program, 'filter, hopseald')
    ends(table, 'table, hopseald')
    tap.ok(program.log() == '' and table.log() == '', 'hopseald: nothing to complain about', program.log() + table.log())
    daemon.end()


for step in (filter_alone, filter_with_daemon, filter_hanging, filter_garbage, filter_options, filter_endless,
             filter_nonsense):
    step()
for is_binary in (True, False):
    table_daemons(is_binary)
    table_nonsense(is_binary)
real_daemon()
tap.end()
