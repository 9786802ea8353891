"""Figures of TLS reporting: sessions coming in, and the reports of a day."""
import json
import statistics
import subprocess
import time

import lab
from rows import Goal, Row

ROUNDS, DATAGRAMS = 11, 100000
PACE, PACED = 20000, 100000
DAY, BIG_DAY = 10000, 1000000
PATIENCE_S = 300
CONFIG = '[report]\ncontact = tls@bench.test\nmail = off\n'
SOON, LATER = CONFIG + 'spread = 0s\n', CONFIG + 'spread = 12h\n'


# --- sessions -----------------------------------------------------------------------------

def flood(world, path, *options, count=DATAGRAMS):
    return json.loads(lab.run([world.build / 'bench/flood', *options, path, count]))


def counted(world, server, want):
    """Wait until the daemon has counted so many; -> what it says."""
    deadline = time.monotonic() + PATIENCE_S
    while (events := world.status(server)['events'])['counted'] < want and time.monotonic() < deadline:
        time.sleep(.05)
    return events


def sessions(world):
    """Datagrams from 8 senders, in turn to hopseald and to a loop that only receives."""
    path, other = lab.RUN / 'tlsrpt', lab.RUN / 'bare'
    bare = lab.Program('bare', [world.build / 'bench/flood', '-l', other])
    ours, theirs = [], []
    with world.hopseald('sessions', '[listen]\ntlsrpt = unix:%s\n[probe]\nenabled = no\n' % path) as server, bare:
        lab.wait_for('bare', other.exists, bare)
        for _ in range(ROUNDS):
            ours.append(flood(world, path)['per_second'])
            theirs.append(flood(world, other)['per_second'])
        paced = flood(world, path, '-r', PACE, count=PACED)
        sent = ROUNDS * DATAGRAMS + paced['sent']
        events = counted(world, server, sent)
    if events['counted'] != sent:
        raise lab.Unmeasured('%d datagrams were sent, and %d counted' % (sent, events['counted']))
    return [Row('sessions by datagram, 8 senders that wait', '/s', statistics.median(ours), statistics.median(theirs),
                'bare recv loop', statistics.median(a / b for a, b in zip(ours, theirs)), Goal('ours', 100000, is_least=True)),
            Row('lost of %d at %d/s that do not wait' % (PACED, PACE), '', paced['lost'], goal=Goal('ours', 0))]


# --- a day ------------------------------------------------------------------------------------

def day(world, count, settings, is_done, **others):
    """Sessions with count domains yesterday; -> seconds from the start until is_done, and the greatest memory in MB"""
    server = world.hopseald('day%d' % count, settings, **others)
    lab.run([world.build / 'bench/fill', server.path.parent, count, 'sessions'])
    start, deadline = time.monotonic(), time.monotonic() + PATIENCE_S
    with server:
        while not is_done(world.status(server)['reports']):
            if time.monotonic() > deadline:
                raise lab.Unmeasured('%d domains were not done in %d s' % (count, PATIENCE_S))
            time.sleep(.1)
        took = time.monotonic() - start
        with open('/proc/%d/status' % server.process.pid, encoding='ascii') as status:
            peak = int(status.read().partition('VmHWM:')[2].split()[0]) * 1024 / 1e6
    return took, peak


def small_day(world):
    took, peak = day(world, DAY, SOON, lambda reports: reports.get('sent') == DAY)
    what = 'a day of %d domains: closed, rendered, posted, ' % DAY
    return [Row(what + 'time', 's', took, goal=Goal('ours', 60)), Row(what + 'memory', 'MB', peak, goal=Goal('ours', 150))]


def big_day(world):
    """No resolver answers, so the records seen during the day are used, and the time is that of hopseald alone."""
    took, peak = day(world, BIG_DAY, LATER, lambda reports: reports['made'] == BIG_DAY, resolver='127.0.0.3')
    what = 'a day of %d domains: closed and rendered, ' % BIG_DAY
    return [Row(what + 'time', 's', took, goal=Goal('ours', 60)), Row(what + 'memory', 'MB', peak, goal=Goal('ours', 300))]
