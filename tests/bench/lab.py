"""Where the rows are measured: namespaces of the bench's own, and the programs in them.

Everything that is made here, processes, network, files, belongs to those namespaces and vanishes with them,
however the bench ends.
"""
import contextlib
import json
import os
import pathlib
import resource
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
RUN = pathlib.Path('/run')              # a file system of the bench's own is mounted there
HOST_ADDRESS = '192.0.2.1'              # as in dns_server.py
PATIENCE = 30                           # seconds until a program must be ready or have ended
TIMEOUT = 120                           # seconds until a measurement must be over

CPUS = sorted(os.sched_getaffinity(0))
SERVER_CPU, CLIENT_CPU = CPUS[0], CPUS[-1]
FILES_MAX = resource.getrlimit(resource.RLIMIT_NOFILE)[1]


class Unmeasured(Exception):
    """A row could not be measured, and why."""


def enter_command(command):
    """The command line that runs command in new namespaces. They end with the caller, even a killed one."""
    return ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc',
            '--kill-child', *map(str, command)]


def take_precedence():
    """What else runs on the machine waits for the bench, for all its sides alike."""
    os.setsid()
    with contextlib.suppress(OSError):  # not allowed here, or no such group: then it shares the machine
        os.nice(-19)
        pathlib.Path('/proc/self/autogroup').write_text('-19')


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          **options)
    if done.returncode != 0:
        raise Unmeasured('%s: %s' % (pathlib.Path(command[0]).name, done.stderr.strip()))
    return done.stdout


def wait_for(what, is_ready, program=None):
    deadline = time.monotonic() + PATIENCE
    while not is_ready():
        if program and program.process.poll() is not None:
            raise Unmeasured('%s ended: %s' % (what, program.last_words()))
        if time.monotonic() > deadline:
            raise Unmeasured('%s is not ready' % what)
        time.sleep(.002)


def accepts(path):
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(str(path))
        except OSError:
            return False
    return True


def scheduled(command, cpu=None, is_first=False):
    """The command line that runs command on one CPU alone, or before everything else."""
    words = [] if cpu is None else ['taskset', '-c', cpu]
    if is_first:
        words += ['chrt', '--rr', '1']
    return [str(word) for word in [*words, *command]]


class Program:
    """A program that runs inside "with"."""

    def __init__(self, name, command, **environment):
        self.name, self.log, self.command = name, RUN / (name + '.log'), command
        self.environment = {**os.environ, **environment}

    def __enter__(self):
        with open(self.log, 'w', encoding='ascii') as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self):
        return ' / '.join(self.log.read_text(errors='replace').splitlines()[-3:])

    def resident_mb(self):
        status = pathlib.Path('/proc/%d/status' % self.process.pid).read_text()
        return int(status.partition('VmRSS:')[2].split()[0]) * 1024 / 1e6


class Server(Program):
    """A program that answers at a unix socket."""

    def __init__(self, name, command, path, **environment):
        super().__init__(name, command, **environment)
        self.path = path

    def __enter__(self):
        super().__enter__()
        try:
            wait_for(self.name, lambda: accepts(self.path), self)
        except Unmeasured:
            self.__exit__()
            raise
        return self


CONFIG = '''\
[daemon]
user = root
state-folder = {folder}
[listen]
socketmap = unix:{folder}/map
control = unix:{folder}/control
[dns]
servers = {resolver}
self-test-secure =
self-test-bogus =
[https]
ca-file = {ca}
'''


class Lab:
    """The network with all its domains, and the servers under test, each in a folder of its own."""

    def __init__(self, build):
        self.build = build
        self.ca, self.web_log, self.dns_log = RUN / 'ca.pem', RUN / 'web.log', RUN / 'dns.log'

    def __enter__(self):
        run(['mount', '-t', 'tmpfs', 'tmpfs', RUN])
        run(['ip', 'link', 'set', 'lo', 'up'])
        run(['ip', 'addr', 'add', HOST_ADDRESS + '/32', 'dev', 'lo'])
        self._set_resolver()
        self.network = [
            Program('dns_server', [sys.executable, '-B', HERE / 'dns_server.py', '127.0.0.1', self.dns_log]),
            Program('policy_host', [self.build / 'bench/policy_host', HOST_ADDRESS, self.ca, self.web_log])]
        for program in self.network:
            program.__enter__()
        wait_for('dns_server', self.dns_log.exists, self.network[0])
        wait_for('policy_host', lambda: self.ca.exists() and self.ca.stat().st_size > 0, self.network[1])
        return self

    def __exit__(self, *_):
        for program in self.network:
            program.__exit__()

    @staticmethod
    def _set_resolver():
        """The other side reads the system's file, which may be a link into what RUN hides now."""
        own, system = RUN / 'resolv.conf.bench', pathlib.Path('/etc/resolv.conf').resolve()
        own.write_text('nameserver 127.0.0.1\n')
        if not system.exists():
            system.parent.mkdir(parents=True, exist_ok=True)
            system.touch()
        run(['mount', '--bind', own, system])

    def hopseald(self, name, settings='', resolver='127.0.0.1', **scheduling):
        folder = RUN / name
        folder.mkdir(exist_ok=True)
        config = folder / 'hopseal.conf'
        config.write_text(CONFIG.format(folder=folder, ca=self.ca, resolver=resolver) + settings)
        return Server(name, scheduled([self.build / 'hopseald', '-c', config], **scheduling), folder / 'map')

    def status(self, hopseald):
        control = hopseald.path.parent / 'control'
        return json.loads(run([self.build / 'hopseal', '-s', 'unix:%s' % control, 'status', '-j']))

    def echo(self, reply, **scheduling):
        path = RUN / 'echo.socket'
        return Server('echo', scheduled([self.build / 'bench/echo', path, reply], **scheduling), path)

    def mta_sts_resolver(self, name, config, **scheduling):
        """Debian's postfix-mta-sts-resolver with this configuration, but at a unix socket, as all others here."""
        path, file = RUN / (name + '.socket'), RUN / (name + '.yml')
        file.write_text('path: %s\n%s' % (path, config))
        command = ['prlimit', '--nofile=%d' % FILES_MAX, 'mta-sts-daemon', '--config', file]
        return Server(name, scheduled(command, **scheduling), path, SSL_CERT_FILE=str(self.ca))

    def keys(self, name, domains):
        file = RUN / (name + '.keys')
        file.write_text('\n'.join(domains) + '\n')
        return file

    def load_command(self, server, keys, **options):
        words = [self.build / 'bench/load', '-k', keys]
        for letter, value in options.items():
            words += ['-' + letter, value]
        return [str(word) for word in [*words, server.path]]

    def load(self, server, keys, cpu=None, is_first=False, **options):
        """What the load generator found; every answer must have been a policy."""
        return checked(server, run(scheduled(self.load_command(server, keys, **options), cpu, is_first)))

    def requests_for(self, domain):
        """-> the GETs and the DNS questions that were seen for names of the domain"""
        def seen(log):
            return [line for line in log.read_text().splitlines() if line.endswith(domain)]
        return seen(self.web_log), seen(self.dns_log)


def checked(server, text):
    result = json.loads(text)
    if result['ok'] != result['requests'] or not result['requests']:
        raise Unmeasured('%s did not answer every question with a policy: %s' % (server.name, result))
    return result
