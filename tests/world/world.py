"""world.py up NETNS [TABLE] | world.py down NETNS DIR

A small Internet in one network namespace. See README.md.
"""
import functools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import certs
import nameservers
import namespace
import signing
import table
import zones

HERE = pathlib.Path(__file__).parent
TOOLS = {'ip': 'iproute2', 'ldns-signzone': 'ldnsutils', 'nsd': 'nsd', 'unbound': 'unbound',
         'dig': 'bind9-dnsutils', 'gcc': 'gcc and libssl-dev'}
NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,40}')
MARK = 'netns'                          # the file in DIR that says whose it is
PATIENCE_S = 10                         # until a daemon must have answered
LOG_TAIL = 5                            # lines of each log shown when something fails


class Laps:
    """How long each step took, for DIR/up.log."""

    def __init__(self, path):
        self.path, self.start = path, time.monotonic()

    def __call__(self, step):
        with open(self.path, 'a', encoding='ascii') as log:
            log.write('%6.2f s  %s\n' % (time.monotonic() - self.start, step))


def start(name, directory, commands):
    with open(directory / 'daemons.log', 'a', encoding='ascii') as log:
        return [subprocess.Popen(namespace.inside(name, command), stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=log, start_new_session=True)
                for command in commands]


def answers(name, server, zone):
    query = ['dig', '+short', '+time=1', '+tries=1', '@' + server, zone, 'SOA']
    done = subprocess.run(namespace.inside(name, query), capture_output=True, text=True,
                          check=False)
    return done.returncode == 0 and 'hostmaster' in done.stdout


def wait_for(what, daemons, is_ready):
    deadline = time.monotonic() + PATIENCE_S
    while not is_ready():
        for daemon in daemons:
            if daemon.poll() is not None:
                raise RuntimeError('ended: ' + ' '.join(map(str, daemon.args)))
        if time.monotonic() > deadline:
            raise RuntimeError('no answer from ' + what)
        time.sleep(.02)


def wait_for_all(name, directory, daemons):
    """Name servers before resolvers: a resolver remembers for a while who did not answer."""
    wait_for('servers.py', daemons, (directory / 'servers.ready').exists)
    zone = table.GALLERY
    for server, question in ((table.TOP, 'test'), (table.LEAF, zone),
                             (table.RESOLVER[0], zone), (table.PLAIN_RESOLVER, zone)):
        wait_for('%s for %s' % (server, question), daemons,
                 functools.partial(answers, name, server, question))


def build(name, directory, rows):
    lap = Laps(directory / 'up.log')
    for folder in ('certs', 'zones'):
        (directory / folder).mkdir()
    shutil.copy(rows, directory / table.FILE)
    world = table.World(rows)
    certs.make(directory, world)
    lap('certificates of %d MX hosts' % len(world.hosts))
    leaves = zones.Zones(world, directory)
    signing.sign_all(directory / 'zones', leaves)
    commands = nameservers.configure(directory, leaves)
    lap('%d zones' % (len(leaves.kind) + 2))
    namespace.create(name, directory, world)
    lap('namespace')
    servers = [sys.executable, '-B', HERE / 'servers.py', directory]
    wait_for_all(name, directory, start(name, directory, [servers, *commands]))
    lap('all daemons answer')


def complain(name, directory, error):
    print('world: cannot bring up %s: %s' % (name, error), file=sys.stderr)
    for log in sorted(directory.glob('*.log')):
        for line in log.read_text().splitlines()[-LOG_TAIL:]:
            print('%s: %s' % (log.name, line), file=sys.stderr)


def remove(name, directory):
    namespace.destroy(name)
    shutil.rmtree(directory, ignore_errors=True)


def up(name, rows=table.FOLDER / table.FILE):
    for tool, package in TOOLS.items():
        if not shutil.which(tool):
            sys.exit('world: %s is missing, install %s' % (tool, package))
    if not NAME.fullmatch(name):
        sys.exit('world: not a good name for a namespace: ' + name)
    if not namespace.claim(name):
        sys.exit('world: %s is taken: see /run/netns and %s' % (name, namespace.ETC))
    directory = pathlib.Path(tempfile.mkdtemp(prefix='world-%s-' % name))
    try:
        directory.chmod(0o755)          # daemons under other users read ca.crt and resolv.conf
        (directory / MARK).write_text(name)
        build(name, directory, rows)
    except BaseException as error:
        complain(name, directory, error)
        remove(name, directory)
        sys.exit(1)
    print(directory)


def down(name, directory):
    mark = directory / MARK
    if not mark.exists() or mark.read_text() != name:
        sys.exit('world: %s is not the directory of %s' % (directory, name))
    remove(name, directory)


def interrupted(number, _frame):
    raise KeyboardInterrupt('ended by ' + signal.Signals(number).name)


def main(arguments):
    os.umask(0o022)
    os.environ['PATH'] += ':/usr/sbin:/sbin'
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    if len(arguments) in (2, 3) and arguments[0] == 'up':
        up(*arguments[1:])
    elif len(arguments) == 3 and arguments[0] == 'down':
        down(arguments[1], pathlib.Path(arguments[2]).absolute())
    else:
        sys.exit(__doc__)


main(sys.argv[1:])
