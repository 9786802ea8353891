"""Figures of hopseal-milter: what it adds to mail that Postfix takes in."""
import contextlib
import importlib
import itertools
import statistics
import time

import exim
import lab
from opensmtpd import beside, queue_on_disk
from rows import Goal

SUITE, PACKAGES = 'trixie', ('postfix', 'ssl-cert')
ROUNDS = 12                             # each with every side
MESSAGES, CONNECTIONS = 2000, 20
REST_S = 1                              # what a round has left to do is not done in the next one
SPOOL = '/var/spool/postfix'
SOCKETS = 'hopseal-milter'              # in there
SIDES = 'ours', 'same', 'least', 'none'
FIRST_PORT = 2501                       # theirs, one by one
CONFIG = 'socket-mode = 0666\ndaemon = unix:{0}/map\nspool = {0}/milter.spool\ninbox = {0}/state/inbox\n'
# What is taken in stays in the queue, so that no delivery takes time.  A side whose milter does not answer takes in nothing.
SETTINGS = 'smtpd_sender_restrictions = check_sender_access static:hold', 'milter_default_action = tempfail'


def prepare():
    """As exim.prepare()."""
    with contextlib.suppress(lab.Unmeasured):
        host = lab.run([exim.SYSTEM / 'mtahost.sh', 'up', SUITE, *PACKAGES]).strip()
        lab.run([exim.SYSTEM / 'mtahost.sh', 'down', host])


# --- the sides --------------------------------------------------------------------------------


def configure(postfix):
    """One Postfix, which has an smtpd(8) with another milter at the port of each side."""
    postfix.inside('install', '-d', SPOOL + '/' + SOCKETS)
    postfix.inside('postconf', '-e', 'mynetworks = %s [%s]' % tuple(postfix.addresses), *SETTINGS)
    for port, side in enumerate(SIDES, FIRST_PORT):
        service = '%d/inet' % port
        postfix.inside('postconf', '-M', '%s = %d inet n - y - - smtpd' % (service, port))
        if side != 'none':
            postfix.inside('postconf', '-P', '%s/smtpd_milters=unix:%s/%s' % (service, SOCKETS, side))


@contextlib.contextmanager
def hopseal_milter(network, path):
    """As it is shipped, but for where everything is."""
    rig = importlib.import_module('milter_rig')         # beside what exim.system_lab() gives
    milter = rig.Milter(network.build, network.folder, CONFIG.format(network.folder), ['-p', 'local:%s' % path])
    if not milter.is_ready():
        raise lab.Unmeasured(milter.log())
    yield
    milter.end()


def idle_milter(build, path, *words):
    """Its socket is for everybody, as ours."""
    return lab.Server('-'.join(['idle_milter', *words]), [
        'sh', '-c', 'umask 0 && exec "$@"', 'sh', build / 'bench/idle_milter', 'local:%s' % path, *words], path)


# --- mail ---------------------------------------------------------------------------------------


def take_in(network, postfix, side, addresses):
    """-> seconds from the first connection until the last message was taken"""
    time.sleep(REST_S)
    took = float(network.run(*network.inside('python3', '-B', lab.HERE / 'senders.py', postfix.addresses[0],
                                             FIRST_PORT + SIDES.index(side), CONNECTIONS), text='\n'.join(addresses)))
    held = sum(file.is_file() for file in postfix.path(SPOOL + '/hold').rglob('*'))
    if held != len(addresses):
        raise lab.Unmeasured('%s: %d of %d messages are in the queue' % (side, held, len(addresses)))
    postfix.inside('sh', '-c', 'postsuper -d ALL 2>/dev/null')
    return took


def rounds(network, postfix, addresses):
    """-> for each side how long it took, round by round; the first round fills caches, and is not counted"""
    took = {side: [] for side in SIDES}
    for number in range(ROUNDS + 1):
        for side in SIDES if number % 2 else reversed(SIDES):
            took[side].append(take_in(network, postfix, side, addresses))
    return [seconds[1:] for seconds in took.values()]


def messages(world):
    other = exim.system_lab()
    with other.Lab(world.build) as network, contextlib.ExitStack() as running:
        postfix = network.postfix(SUITE)
        configure(postfix)
        running.enter_context(queue_on_disk(postfix, SPOOL, world.build))
        running.callback(network.stop_daemon)           # whose sockets are in there
        network.daemon()
        sockets = postfix.path(SPOOL) / SOCKETS
        running.enter_context(hopseal_milter(network, sockets / 'ours'))
        running.enter_context(idle_milter(world.build, sockets / 'same', 'same'))
        running.enter_context(idle_milter(world.build, sockets / 'least'))
        domains = exim.domains(other.rows())
        addresses = ['bench@' + name for name in itertools.islice(itertools.cycle(domains), MESSAGES)]
        ours, same, least, none = rounds(network, postfix, addresses)
        network.wait_until_counted()
        status = network.status()
    if status['events']['by_source']['milter'] != (ROUNDS + 1) * CONNECTIONS or status['questions']['asked'] < len(domains):
        raise lab.Unmeasured('%s' % status)
    what = 'Postfix %s takes in %d messages over %d connections' % (postfix.version, MESSAGES, CONNECTIONS)
    return [beside(what, ours, same, 'an idle milter, told the same', Goal('ratio', 1.10)),
            beside(what, ours, least, 'an idle milter, told nothing'),
            beside(what, ours, none, 'no milter')]
