"""Figures of the OpenSMTPD adapter: what it adds to mail that comes in over many connections at once, and goes out."""
import contextlib
import itertools
import pathlib
import statistics
import tempfile
import time

import exim
import lab
from rows import Goal, Row

SUITE, PACKAGE = 'trixie', 'opensmtpd'
ROUNDS = 10                             # each with the adapter, with a filter that does nothing, and without any
AT_ONCE = 200                           # messages, and connections that bring them
SERVERS = ('mx-good.', 'mx-selfsigned.', 'mx-wildcert.')
POLL_S = .02
# For 10 s after a burst smtpd(8) lets more mail for the same relay wait: each side rests while the others have their turns.
REST_S = 3.5
IDLE = '#!/bin/sh\necho "register|ready"\nexec cat >/dev/null\n'


def prepare():
    """As exim.prepare()."""
    with contextlib.suppress(lab.Unmeasured):
        host = lab.run([exim.SYSTEM / 'mtahost.sh', 'up', SUITE, PACKAGE]).strip()
        lab.run([exim.SYSTEM / 'mtahost.sh', 'down', host])


def domains(rows, limits):
    """-> {domain: whether it is sealed}, of those with one MX host that takes their mail, with and without us."""
    return {row['domain']: row['verdict'] != 'may' for row in rows
            if row['postfix'] == 'delivered' and row['domain'] not in limits and row['mx'].startswith(SERVERS) and
            ',' not in row['mx'] and row['dnssec'] in ('signed', 'unsigned')}


# --- the other sides --------------------------------------------------------------------------


def configure(smtpd, change):
    """It goes on with another configuration."""
    path = smtpd.path('/etc/smtpd.conf')
    path.write_text(change(path.read_text()))
    smtpd.tell('stop')
    smtpd.tell('start')


def with_list(text, file):
    """Which domains ask for verified TLS is in a file; their MX hosts come from DNS."""
    kept = [line for line in text.splitlines() if not line.startswith('table route ')]
    text = '\n'.join([*kept, '']).replace('relay domain <route> tls', 'relay tls')
    return text.replace('hopseal:/run/hopseal/map', 'file:' + file)


def without_filter(text):
    kept = [line for line in text.splitlines() if not line.startswith('filter hopseal ')]
    return '\n'.join([*kept, '']).replace(' filter hopseal', '')


def with_idle_filter(text):
    return text.replace('"filter-hopseal"', '"filter-idle"')


@contextlib.contextmanager
def queue_on_disk(host, folder, build):
    """As an operator's is: the rest of a host of the tests is in memory, where a message is safe at no cost."""
    with tempfile.TemporaryDirectory(dir=build) as room:
        queue, disk = host.path(folder), pathlib.Path(room) / 'queue'
        host.tell('stop')
        lab.run(['cp', '-a', '-T', queue, disk])
        lab.run(['mount', '--bind', disk, queue])
        host.tell('start')
        yield
        host.tell('stop')
        lab.run(['umount', queue])


def make_sides(network, known):
    """-> three OpenSMTPD with the same listeners and actions: with the adapter, with an idle filter, with none"""
    file, sides = '/etc/sealed.txt', [network.opensmtpd(SUITE) for _ in range(3)]
    for smtpd, filtered in zip(sides[1:], (with_idle_filter, without_filter)):
        smtpd.path(file).write_text(''.join(name + '\n' for name, is_sealed in known.items() if is_sealed))
        program = smtpd.path('/usr/libexec/opensmtpd/filter-idle')
        program.write_text(IDLE)
        program.chmod(0o755)
        configure(smtpd, lambda text, filtered=filtered: filtered(with_list(text, file)))
    return sides


# --- mail ---------------------------------------------------------------------------------------


def deliver(network, smtpd, addresses):
    """-> seconds from the first connection until the last message has reached its MX host"""
    before, deadline = len(network.sink()), time.monotonic() + lab.PATIENCE
    began = float(network.run(*network.inside('python3', '-B', lab.HERE / 'burst.py', smtpd.addresses[0]),
                              text='\n'.join(addresses)))
    while len(arrived := network.sink()[before:]) < len(addresses):
        if time.monotonic() > deadline:
            raise lab.Unmeasured('%d of %d messages have arrived\n%s' % (len(arrived), len(addresses), smtpd.log()[-2000:]))
        time.sleep(POLL_S)
    smtpd.wait_until_idle()
    return arrived[-1]['time'] - began


def rounds(network, sides, addresses):
    """-> for each side how long it took, round by round; the first round fills caches, and is not counted"""
    took = {smtpd: [] for smtpd in sides}
    for _, smtpd in itertools.product(range(ROUNDS + 1), sides):
        time.sleep(REST_S)
        took[smtpd].append(deliver(network, smtpd, addresses))
    return [seconds[1:] for seconds in took.values()]


def beside(what, ours, other, side, goal=None):
    return Row(what, 's', statistics.median(ours), statistics.median(other), side,
               statistics.median(a / b for a, b in zip(ours, other)), goal)


def messages(world):
    other = exim.system_lab()
    with other.Lab(world.build) as network, contextlib.ExitStack() as on_disk:
        known = domains(other.rows(), other.limits('opensmtpd', SUITE))
        sides = make_sides(network, known)
        for smtpd in sides:
            on_disk.enter_context(queue_on_disk(smtpd, '/var/spool/smtpd', world.build))
        network.daemon()
        # Mail for one domain comes at one time: smtpd sends it over one connection, and does not wait for the next second.
        names = sorted(itertools.islice(itertools.cycle(known), AT_ONCE))
        ours, idle, none = rounds(network, sides, ['bench@' + name for name in names])
        network.wait_until_counted()
        status = network.status()
    # Each connection that brought mail, and at least one for each domain that mail went to; all may be spooled that wait long.
    told, least = status['events']['accepted'] + status['spools']['taken'], (ROUNDS + 1) * (AT_ONCE + len(known))
    if told < least:
        raise lab.Unmeasured('%d sessions told, there were at least %d' % (told, least))
    what = 'OpenSMTPD %s, %d messages over as many connections' % (sides[0].version, AT_ONCE)
    return [beside(what, ours, none, 'without hopseal', Goal('ratio', 1.05)),
            beside(what, ours, idle, 'a filter that does nothing'),
            beside('the same, with a filter that does nothing', idle, none, 'no filter')]
