#!/usr/bin/env python3
"""test_smtpd_log.py BUILD: hopseald completes events of OpenSMTPD by what its log says, and loses none that waits for it.

The real hopseald alone, on a loopback of its own.  Needs root.
"""
import json
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from daemon_rig import PATIENCE_S, Daemon, Peer, Resolver, netstring, private  # noqa: E402
from smtpd_rig import Program  # noqa: E402
from tap import Tap  # noqa: E402

FOLDER = private()
BUILD = pathlib.Path(sys.argv[1]).resolve()
MAP, SPOOL, LOG = FOLDER / 'map', FOLDER / 'spool', FOLDER / 'maillog'
CONFIG = '''[daemon]
user = root
state-folder = {0}/state
[listen]
socketmap = unix:{0}/map
control = unix:{0}/control
[probe]
enabled = no
[report]
contact = tls-reports@sender.test
mail = off
[events]
spool = {0}/spool
'''.format(FOLDER)
FOLLOWS = CONFIG + 'opensmtpd-log = {0}\npostfix-log = {0}\n'.format(LOG)     # a machine that has both
DOMAIN = 'plain.example'                # of daemon_rig's resolver: no policy, so that only the handshake can fail
INSTANT = 'postfix .parent.example'     # answered without any lookup
BROKEN = 'mta error reason=IO Error: handshake failed: error:0A00010B:SSL routines::'
POSTFIX = 'Nov 22 02:40:02 mta37 postfix/smtp[10221]: 1B786271E: to=<r@%s>, relay=mx.%s[192.0.2.1]:25, delay=0.09, ' \
    'delays=0.02/0.02/0.05/0, dsn=4.7.4, status=deferred (TLS is required, but was not offered by host mx.%s[192.0.2.1])'
CROWD = 300                             # more than may wait
tap = Tap()


def event(session):
    return 'event ' + json.dumps({'source': 'opensmtpd', 'next-hop': DOMAIN, 'tls': 'failed', 'session': session, 'id': session})


def session(number):
    return '%016x' % number


def log(text):
    with open(LOG, 'a') as file:
        file.write(text + '\n')


def start(config=FOLLOWS):
    daemon = Daemon(BUILD, FOLDER, config)
    if not daemon.wait_for('hopseald: ready'):
        tap.ok(False, 'hopseald starts', daemon.log())
    return daemon


def hopseal(*args):
    return subprocess.run([BUILD / 'hopseal', '-c', FOLDER / 'hopseal.conf', *args, '-j'], text=True, capture_output=True,
                          timeout=60, check=False)


def counted():
    """Reason of each handshake that failed, and how often."""
    done = hopseal('report', 'preview', DOMAIN)
    if done.returncode != 0:
        return {}
    return {detail.get('failure-reason-code'): detail['failed-session-count']
            for policy in json.loads(done.stdout)['report']['policies'] for detail in policy.get('failure-details', [])}


def check_counted(want, name):
    end = time.monotonic() + PATIENCE_S
    while (got := counted()) != want and time.monotonic() < end:
        time.sleep(.05)
    tap.ok(got == want, name, '%r\nwant %r' % (got, want))


def tell_and_wait(number):
    """A connection whose event the daemon has read."""
    peer = Peer(MAP)
    peer.send(netstring(INSTANT) + netstring(event(session(number))))
    tap.ok(peer.reply() == 'NOTFOUND ', 'what was asked before is answered')
    return peer


# ---------------------------------------------------------------------- the log's words

def words():
    """As smtpd does: first the line, then, before anybody can have read that, the event."""
    peer, said = Peer(MAP), ('wrong version number', 'internal error', 'unexpected eof while reading')
    for number, reason in enumerate(said):
        log('Nov 22 02:40:01 mta76 smtpd[713]: %s %s%s' % (session(number), BROKEN, reason))
        tap.ok(peer.ask(event(session(number))) == 'OK counted', 'an event is acknowledged: ' + reason)
    tap.ok(peer.ask(event(session(99))) == 'OK counted', 'and when the log says nothing, after a while')
    check_counted({**dict.fromkeys(said, 1), 'tls-handshake-failure': 1},
                  'RPT-TYPE-05 each is counted by what the log said of its session')


def both():
    log(POSTFIX % (DOMAIN, DOMAIN, DOMAIN))
    log('%s %sinternal error' % (session(1), BROKEN))
    tap.ok(Peer(MAP).ask(event(session(1))) == 'OK counted', 'one log of two mail servers: the event is acknowledged')
    check_counted({'internal error': 1, None: 1}, "and the other one's session is counted")


# ---------------------------------------------------------------------- nothing is lost

def crowd():
    peers = [Peer(MAP) for _ in range(CROWD)]
    for number, peer in enumerate(peers):
        peer.send(netstring(event(session(100 + number))))
    answers = {peer.reply() for peer in peers}
    tap.ok(answers == {'OK counted'}, '%d events at once, of which the log says nothing: all are acknowledged' % CROWD, answers)
    check_counted({'tls-handshake-failure': CROWD}, 'and counted')


def gone():
    tell_and_wait(5).close()
    check_counted({'tls-handshake-failure': 1}, 'who told has gone: the event is counted')


def reload(daemon):
    peer = tell_and_wait(6)
    tap.ok(daemon.reload(CONFIG), 'the log is not followed any more')
    tap.ok(peer.reply() == 'OK counted', 'who waited for it is acknowledged')
    tap.ok(Peer(MAP).ask(event(session(7))) == 'OK counted', 'and whoever comes after')
    tap.ok(daemon.reload(FOLLOWS), 'it is followed again')
    tap.ok(Peer(MAP).ask(event(session(8))) == 'OK counted', 'and waited for, in vain')


def end(daemon):
    peer = tell_and_wait(9)
    tap.ok(daemon.end() == 0, 'hopseald ends while an event waits')
    tap.ok(peer.reply() == 'OK counted', 'that is acknowledged before')


def killed(daemon):
    """The filter keeps what was not acknowledged; smtpd's log is read by the next daemon, from where it is then."""
    program = Program([BUILD / 'filter-hopseal', '-s', 'unix:%s' % MAP, '-e', SPOOL, '-w', '0'], FOLDER / 'filter.log')
    program.send(b'config|smtpd-version|7.6.0\nconfig|protocol|0.7\nconfig|subsystem|smtp-out\nconfig|ready\n')
    for what in ('link-connect|%s|mx|pass|192.0.2.7:4|192.0.2.1:25', 'protocol-client|%s|EHLO me.test',
                 'protocol-server|%s|250-mx', 'protocol-server|%s|250 STARTTLS', 'protocol-client|%s|STARTTLS',
                 'protocol-server|%s|220 go', 'link-connect|%s|mx|pass|192.0.2.7:5|192.0.2.1:25',
                 'protocol-client|%%s|RCPT TO:<a@%s>' % DOMAIN):
        program.send(('report|0.7|%d.0|smtp-out|' % time.time() + what % session(10) + '\n').encode())
    # Whether or not it has read the event by now.
    daemon.end(signal=9)
    daemon = start()
    check_counted({'tls-handshake-failure': 1}, 'hopseald killed while an event waits: it is counted by the next one, once')
    tap.ok(program.end() == 0, 'the filter goes on until its input ends')
    return daemon


def fresh():
    """A hopseald that has counted nothing."""
    subprocess.run(['rm', '-rf', FOLDER / 'state', SPOOL], check=True)
    (FOLDER / 'state').mkdir()
    LOG.touch()
    return start()


def main():
    Resolver()
    for part, takes_daemon in ((words, False), (both, False), (crowd, False), (gone, False), (reload, True), (end, True),
                               (killed, True)):
        daemon = fresh()
        daemon = (part(daemon) if takes_daemon else part()) or daemon
        daemon.end()
        faults = [line for line in daemon.log().splitlines() if 'ERROR' in line or 'runtime error' in line]
        tap.ok(not faults, part.__name__ + ': no complaint of a sanitizer', faults)
    tap.end()


main()
