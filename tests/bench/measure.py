"""The figures: a function for each group of rows.

Figures that are compared were taken in turn, round by round; what is told is the median, of ratios too.
"""
import contextlib
import socket
import statistics
import subprocess
import time

import lab
from rows import Goal, Row

ROUNDS, ROUND_MS = 25, 200
CACHED = ['sts-%d.test' % n for n in range(32)]
CONNECTIONS = (1, 8, 64)

# cache and event loop of postfix-mta-sts-resolver; uvloop is used wherever it is installed
DEFAULT = 'cache: {type: sqlite, options: {filename: "%s/mta-sts.db"}}\n' % lab.RUN
MEMORY = 'cache: {type: internal}\n'

COLD_ROUNDS, COLD_MS, COLD_RATE, CACHED_RATE = 5, 2000, 200, 2000
PARALLEL = 50
IDLE = 10000
MANY = 1000000


def median(results, figure):
    return statistics.median(result[figure] for result in results)


def median_ratio(ours, theirs, figure):
    return statistics.median(one[figure] / other[figure] for one, other in zip(ours, theirs))


# --- cached answers -----------------------------------------------------------------------

def first_reply(server, domain):
    """The reply as an MTA gets it, for the yardstick to say the same."""
    request = 'postfix ' + domain
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(server.path))
        sock.sendall(b'%d:%s,' % (len(request), request.encode()))
        return sock.recv(4096).decode().partition(':')[2].removesuffix(',')


def rounds(world, servers, connections):
    """-> the results of each server. One connection: both ends share a CPU, else waking the other one up takes
    most of the time and hides what the servers do."""
    keys = world.keys('cached', CACHED)
    cpu = lab.SERVER_CPU if connections == 1 else lab.CLIENT_CPU
    results = [[] for _ in servers]
    for server in servers:
        world.load(server, keys, n=len(CACHED))
    for _ in range(ROUNDS):
        for server, result in zip(servers, results):
            result.append(world.load(server, keys, cpu=cpu, c=connections, t=ROUND_MS))
    return results


def compared(connections, side, ours, theirs, goals):
    what = 'cached answers, %d connection%s, ' % (connections, 's' if connections > 1 else '')
    for (figure, name, unit), goal in zip((('per_second', 'requests', '/s'), ('p99_us', 'p99', 'us')), goals):
        yield Row(what + name, unit, median(ours, figure), median(theirs, figure), side,
                  median_ratio(ours, theirs, figure), goal)


def cached(world):
    cpu = lab.SERVER_CPU
    sides = [('raw epoll echo', (Goal('ratio', .8, is_least=True), Goal('ratio', 2))),
             ('mta-sts-resolver, default', (Goal('ratio', 15, is_least=True), None)),
             ('mta-sts-resolver, memory + uvloop', (Goal('ratio', 3, is_least=True), None))]
    found = {side: [] for side, _ in sides}
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(world.hopseald('cached', cpu=cpu))
        others = [world.echo(first_reply(ours, CACHED[0]), cpu=cpu),
                  world.mta_sts_resolver('default', DEFAULT, cpu=cpu),
                  world.mta_sts_resolver('memory', MEMORY, cpu=cpu)]
        for other in others:
            stack.enter_context(other)
        for connections in CONNECTIONS:
            results = rounds(world, [ours, *others], connections)
            for (side, goals), theirs in zip(sides, results[1:]):
                found[side] += compared(connections, side, results[0], theirs, goals)
    return [row for group in found.values() for row in group]


# --- cold questions ---------------------------------------------------------------------

def cold_load(world, server, number):
    """COLD_RATE new domains a second, each with DANE and MTA-STS to find out."""
    domains = ['dane-cold-%d-%d.test' % (number, n) for n in range(COLD_RATE * COLD_MS // 1000 + 50)]
    return subprocess.Popen(world.load_command(server, world.keys('cold', domains), c=64, r=COLD_RATE, t=COLD_MS),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def cold_round(world, server, steady, number):
    """-> the steady load's result during cold questions"""
    with cold_load(world, server, number) as cold:
        result = steady()
        text, error = cold.communicate()
    if cold.returncode != 0:
        raise lab.Unmeasured('cold questions: ' + error)
    lab.checked(server, text)
    return result


def during_cold(world):
    """Server and steady load run first: the network that cold questions need is elsewhere in real life."""
    calm, busy = [], []
    with world.hopseald('cold', is_first=True) as ours:
        keys = world.keys('cached', CACHED)
        world.load(ours, keys, n=len(CACHED))
        for number in range(COLD_ROUNDS):
            def steady():
                return world.load(ours, keys, is_first=True, c=8, r=CACHED_RATE, t=COLD_MS)
            calm.append(steady())
            busy.append(cold_round(world, ours, steady, number))
    return [Row('cached answers, p99 during %d cold domains/s' % COLD_RATE, 'ms', median(busy, 'p99_us') / 1e3,
                median(calm, 'p99_us') / 1e3, 'without cold ones', goal=Goal('ours', 5))]


def asked_at_once(world, server, domain):
    """-> GETs and DNS questions that PARALLEL first questions for one domain cause"""
    world.load(server, world.keys('one', [domain]), c=PARALLEL, n=PARALLEL)
    return world.requests_for(domain)


def first_questions(world):
    with world.hopseald('first') as ours, world.mta_sts_resolver('first-other', MEMORY) as theirs:
        gets, questions = asked_at_once(world, ours, 'slow-one.test')
        told = world.status(ours)['lookups']
        other_gets, other_questions = asked_at_once(world, theirs, 'slow-two.test')
    if (told['fetches'], told['dns_queries']) != (len(gets), len(questions)):
        raise lab.Unmeasured('hopseal status tells %s, its servers saw %d GETs and %d DNS questions'
                             % (told, len(gets), len(questions)))
    what, side = '%d parallel first questions, ' % PARALLEL, 'mta-sts-resolver, memory + uvloop'
    return [Row(what + 'GETs', '', len(gets), len(other_gets), side, goal=Goal('ours', 1)),
            Row(what + 'DNS questions', '', len(questions), len(other_questions), side,
                goal=Goal('ours', len(set(questions))))]


# --- size -----------------------------------------------------------------------------------

def idle_mb(world, server):
    """Resident memory with IDLE connections, each of which asked one question."""
    keys = world.keys('cached', CACHED)
    world.load(server, keys, n=len(CACHED))
    before = server.resident_mb()
    with subprocess.Popen([*world.load_command(server, keys, c=IDLE, n=IDLE), '-w'], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as idle:
        lab.checked(server, idle.stdout.readline() or '{"ok": 0, "requests": 0}')
        world.load(server, keys, n=len(CACHED))
        return before, server.resident_mb()


def idle_connections(world):
    with world.hopseald('idle') as ours, world.mta_sts_resolver('idle-other', MEMORY) as theirs:
        (before, after), (other_before, other_after) = idle_mb(world, ours), idle_mb(world, theirs)
    side = 'mta-sts-resolver, memory + uvloop'
    return [Row('resident, no connection', 'MB', before, other_before, side),
            Row('resident, %d idle connections' % IDLE, 'MB', after, other_after, side)]


def many_policies(world):
    """Start on a full store, with room for all of it in memory; ready is when an answer from it has come."""
    server = world.hopseald('many', '[cache]\npolicy-bytes = 1G\n')
    lab.run([world.build / 'bench/fill', server.path.parent, MANY])
    keys = world.keys('many', ['fill%d.example.test' % (MANY // 2)])
    start = time.monotonic()
    with server:
        world.load(server, keys, n=1)
        took, resident = time.monotonic() - start, server.resident_mb()
        kept, fetches = world.status(server)['cache']['policies'], world.requests_for('.example.test')[0]
    if kept != MANY or fetches:
        raise lab.Unmeasured('%d policies came from the store, and %d from the network' % (kept, len(fetches)))
    what = '%d policies, ' % MANY
    return [Row(what + 'start to first answer', 's', took, goal=Goal('ours', 5)),
            Row(what + 'resident', 'MB', resident, goal=Goal('ours', 500))]
