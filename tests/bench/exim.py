"""Figures of the Exim module: what it adds to a delivery, what a call of it takes, how big it is."""
import contextlib
import importlib.util
import itertools
import json
import statistics
import struct
import sys
import time

import lab
from rows import Goal, Row

SYSTEM = lab.HERE.parent / 'system'
SUITE, PACKAGE = 'bookworm', 'exim4-daemon-heavy'
ROUNDS = 20                             # each with a message to every domain, with the module and without
VERDICTS = {'may': 32, 'dane-verify': 12, 'sts-verify': 6}  # how many domains of the world
SERVERS = ('mx-good.', 'mx-selfsigned.')
OURS, PLAIN = 'exim4-ours.conf', 'exim4-plain.conf'  # beside each other, one of them linked to at a time
PAGE, PT_LOAD = 4096, 1


def system_lab():
    """tests/system/lab.py, which has the name of our own."""
    sys.path.append(str(SYSTEM))        # for what it imports itself
    spec = importlib.util.spec_from_file_location('system_lab', SYSTEM / 'lab.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepare():
    """Install Exim once, where there is a network: from then on it comes from the cache.  If it cannot be, messages() says so."""
    with contextlib.suppress(lab.Unmeasured):
        host = lab.run([SYSTEM / 'mtahost.sh', 'up', SUITE, PACKAGE]).strip()
        lab.run([SYSTEM / 'mtahost.sh', 'down', host])


# --- a thousand messages ------------------------------------------------------------------


def domains(rows):
    """50 domains, each with one MX host that takes mail, with and without us."""
    usable = [row for row in rows if row['postfix'] == 'delivered' and row['mx'].startswith(SERVERS) and ',' not in row['mx']
              and row['dnssec'] in ('signed', 'unsigned') and row['dane'] != 'many']
    return [row['domain'] for verdict, count in VERDICTS.items()
            for row in itertools.islice((row for row in usable if row['verdict'] == verdict), count)]


def without_hopseal(etc):
    """The same configuration, without what asks and tells: a router and a transport as Exim's manual has them."""
    router = (etc / 'hopseal.router').read_text().partition('hopseal:\n')[2].splitlines()
    transport = (etc / 'hopseal.transport').read_text().partition('hopseal_smtp:\n')[2].partition('\n\n')[0].splitlines()
    kept = {'driver', 'domains', 'dnssec_request_domains', 'no_more'}
    left_out = {'event_action', 'hosts_try_dane'}
    (etc / 'plain.router').write_text('\n'.join(['plain:', *lines_of(router, lambda name: name in kept),
                                                 '  transport = plain_smtp', '']))
    (etc / 'plain.transport').write_text('\n'.join(['plain_smtp:', *lines_of(transport, lambda name: name not in left_out), '']))
    text = (etc / 'exim4.conf').read_text()
    (etc / PLAIN).write_text(text.replace('hopseal.router', 'plain.router').replace('hopseal.transport', 'plain.transport'))


def lines_of(lines, is_wanted):
    """Those that set an option of that kind; none of them goes on in the next line."""
    return [line for line in lines if is_wanted(line.split('=')[0].strip())]


class Sides:
    """One Exim with two configurations."""

    def __init__(self, exim):
        self.exim, self.etc = exim, exim.path('/etc/exim4')
        without_hopseal(self.etc)
        (self.etc / 'exim4.conf').rename(self.etc / OURS)

    def deliver(self, config, way, addresses):
        """-> seconds that a message to each address takes, one after the other"""
        (self.etc / 'exim4.conf').unlink(missing_ok=True)
        (self.etc / 'exim4.conf').symlink_to(config)
        took = way(self.exim, [[address] for address in addresses])
        if self.exim.inside('exim4', '-bpc').strip() != '0':
            raise lab.Unmeasured('%s: not all mail has left\n%s' % (config, self.exim.log()[-2000:]))
        return took


def timed(action, *args):
    began = time.monotonic()
    action(*args)
    return time.monotonic() - began


def at_once(exim, messages):
    """Each from sendmail(1) to its MX host."""
    return timed(exim.put, messages, '-odf')


def from_queue(exim, messages):
    """By one queue runner; how they came into the queue is not measured."""
    exim.put(messages, '-odq')
    return timed(exim.inside, 'exim4', '-q')


WAYS = (('from sendmail(1) to MX hosts', at_once, Goal('ratio', 1.05)), ('from the queue to MX hosts', from_queue, None))


def way_row(sides, way, addresses):
    what, deliver, goal = way
    took = {OURS: [], PLAIN: []}
    for number in range(-1, ROUNDS):            # the first round fills caches, and is not counted
        for config in (OURS, PLAIN) if number % 2 else (PLAIN, OURS):
            seconds = sides.deliver(config, deliver, addresses)
            took[config] += [seconds] if number >= 0 else []
    return Row('Exim %s, %d messages %s' % (sides.exim.version, ROUNDS * len(addresses), what), 's', sum(took[OURS]),
               sum(took[PLAIN]), 'without hopseal', statistics.median(a / b for a, b in zip(took[OURS], took[PLAIN])), goal)


def messages(world):
    other = system_lab()
    with other.Lab(world.build) as network:
        sides = Sides(network.exim(SUITE))
        network.daemon()
        addresses = ['bench@' + name for name in domains(other.rows())]
        found = [way_row(sides, way, addresses) for way in WAYS]
        counted = network.status()['events']['accepted']
    sent = len(WAYS) * (ROUNDS + 1) * len(addresses)
    if counted != sent:
        raise lab.Unmeasured('%d messages, %d sessions told' % (sent, counted))
    return found


# --- a call -----------------------------------------------------------------------------------


def mapped_kb(path):
    """What the loader maps of it: whole pages of each segment."""
    octets = path.read_bytes()
    at, = struct.unpack_from('<Q', octets, 32)
    size, count = struct.unpack_from('<HH', octets, 54)
    total = 0
    for header in range(at, at + count * size, size):
        kind, = struct.unpack_from('<I', octets, header)
        start, = struct.unpack_from('<Q', octets, header + 16)
        length, = struct.unpack_from('<Q', octets, header + 40)
        if kind == PT_LOAD:
            total += -(start + length) // PAGE * -PAGE - start // PAGE * PAGE
    return total / 1e3


def calls(world):
    """hopseald is where the module looks for it: /run is ours here."""
    certificate = ''.join(world.ca.read_text().splitlines()[1:-1])
    with world.hopseald('hopseal') as server, world.echo('OK mode=enforce skip="!^(?:mx[.]sts-0[.]test)$ ; *"') as echo:
        keys = world.keys('exim', ['sts-0.test', 'dane-0.test'])
        world.load(server, keys, n=2)
        took = json.loads(lab.run([world.build / 'bench/exim_call', world.build / 'hopseal.so', echo.path, certificate]))
    return [Row('hopseal.so: ' + what, 'us', took[name + '_us'], took['echo_us'], 'connect, echo, close', goal=goal)
            for what, name, goal in (('hopseal_policy, cached', 'policy', Goal('ours', 100)),
                                     ('hopseal_verify, DANE', 'verify', None),
                                     ('hopseal_event, a whole session', 'session', None))] + [
        Row('hopseal.so: mapped', 'kB', mapped_kb(world.build / 'hopseal.so'), goal=Goal('ours', 200))]
