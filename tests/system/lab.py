"""The lab: the test world, hopseald in it, and real MTAs wired to it.

    with Lab(build) as lab:
        lab.daemon('...more configuration...')
        postfix = lab.postfix('bookworm')

Everything is gone when the block ends, whatever happened in it.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WORLD = HERE.parent / 'world'
PATIENCE_S = 60
QUEUE_PAUSE_S = 3       # longer than Postfix's minimal_backoff_time in postfix-test.cf


def rows():
    """The mail domains of the world, as dictionaries."""
    names = None
    for line in (WORLD / 'domains.tsv').read_text().splitlines():
        fields = line.split('\t')
        if line.startswith('#') and names is None:
            fields[0] = fields[0].lstrip('#')
            names = fields
        elif line and not line.startswith('#'):
            yield dict(zip(names, fields))


def clock(ahead_s):
    """The command line in front of a program whose clock is to be ahead; not faketime(1), which stays between us."""
    return ['env', 'LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1', 'FAKETIME=+%d' % ahead_s] if ahead_s else []


class Postfix:
    """Debian's Postfix in a host of its own."""

    def __init__(self, lab, suite):
        self.suite = suite
        self.lab = lab
        self.folder = pathlib.Path(lab.run(HERE / 'postfix_host.sh', 'up', suite, lab.netns, lab.world).strip())
        self.socket = self.folder / 'root/var/spool/postfix/hopseal/policy'
        self.tlsrpt = self.folder / 'root/var/spool/postfix/hopseal/tlsrpt.sock'
        self.mail_log = self.folder / 'root/var/log/mail.log'
        self.version = self.inside('postconf', '-dh', 'mail_version').strip()

    def tell(self, verb, *args, text=''):
        return self.lab.run(HERE / 'postfix_host.sh', verb, self.folder, *args, text=text)

    def inside(self, *command):
        """Run a command in the host; -> what it printed."""
        return self.lab.run(HERE / 'mtahost.sh', 'run', self.folder, *command)

    def deliver(self, addresses, seconds=PATIENCE_S):
        """Send one message to each address; -> address: (status, dsn, relay, reason)."""
        queued = self.tell('send-all', text='\n'.join(addresses) + '\n')
        done = subprocess.run([HERE / 'postfix_host.sh', 'outcomes', self.folder, str(seconds)], input=queued, text=True,
                              stdout=subprocess.PIPE, check=False)
        outcomes = {}
        for line in done.stdout.splitlines():
            address, *outcome = line.split('\t') if '\t' in line else line.split(' ', 4)
            outcomes[address] = tuple(outcome)
        return outcomes

    def deliver_table(self, local_part):
        """One message to each domain of the world; -> outcomes as deliver() gives them.

        A message that must go out and was deferred is sent once more: a busy machine may have kept Postfix's own
        DNS question from its answer, and mail waits and goes out later for no other reason either.
        """
        wanted = {'%s@%s' % (local_part, row['domain']): row['postfix'] for row in rows()}
        outcomes = self.deliver(list(wanted), seconds=90)
        late = [a for a, want in wanted.items() if want == 'delivered' and outcomes.get(a, ('deferred',))[0] == 'deferred']
        if late:
            print('# sent once more: %s' % ' '.join(late), flush=True)
            time.sleep(QUEUE_PAUSE_S)
            outcomes.update(self.deliver(late))
        return outcomes

    def log(self):
        return self.tell('log')

    def down(self):
        self.tell('down')


class Lab:
    def __init__(self, build, say=lambda text: None):
        self.build = pathlib.Path(build).resolve()
        self.netns = 'hopseal-lab-%d' % os.getpid()
        self.say = say
        self.world = None
        self.hosts = []
        self.process = None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='hopseal-lab-'))

    def __enter__(self):
        try:
            self.say('bringing up the world')
            self.world = self.run(WORLD / 'up.sh', self.netns).strip()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop_daemon()
        for host in self.hosts:
            host.down()
        if self.world:
            self.run(WORLD / 'down.sh', self.netns, self.world)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def run(*command, text=''):
        """-> what it wrote to standard output; its complaints go where ours go."""
        done = subprocess.run(list(map(str, command)), input=text, text=True, stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError('%s ended with status %d' % (' '.join(map(str, command)), done.returncode))
        return done.stdout

    def inside(self, *command):
        """The command line that runs this in the world's network."""
        return ['ip', 'netns', 'exec', self.netns, *map(str, command)]

    # ------------------------------------------------------------------ MTAs

    def postfix(self, suite):
        self.say('installing Postfix of %s' % suite)
        host = Postfix(self, suite)
        self.hosts.append(host)
        return host

    # ------------------------------------------------------------------ the daemon

    def write_config(self, more=''):
        sockets = ['unix:%s/map mode=0666' % self.folder]
        sockets += ['unix:%s mode=0666' % host.socket for host in self.hosts]
        datagrams = ['unix:%s mode=0666' % host.tlsrpt for host in self.hosts]
        path = self.folder / 'hopseal.conf'
        path.write_text('''[daemon]
user = root
state-folder = {0}/state
[listen]
{1}
{4}
control = unix:{0}/control
[dns]
servers = 127.0.0.1
self-test-secure = dane-ee.test
self-test-bogus = mx-good.bogus.test
[https]
ca-file = {2}/certs/ca.crt
deadline = 3s
{3}
'''.format(self.folder, '\n'.join('socketmap = ' + s for s in sockets), self.world, more, '\n'.join('tlsrpt = ' + d for d in datagrams)))
        return path

    def daemon(self, more='', later=0):
        """Start hopseald; returns when it answers.  later: how many seconds its clock is ahead."""
        (self.folder / 'state').mkdir(exist_ok=True)
        config = self.write_config(more)
        with open(self.folder / 'hopseald.log', 'a') as log:
            self.process = subprocess.Popen(self.inside(*clock(later), self.build / 'hopseald', '-c', config), stderr=log, stdout=log)
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.hopseal('status', check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError('hopseald does not answer:\n' + self.log())

    def stop_daemon(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)
            self.process = None

    def log(self):
        return (self.folder / 'hopseald.log').read_text()

    def hopseal(self, *args, check=True):
        """Run the command against the daemon; -> subprocess.CompletedProcess."""
        command = self.inside(self.build / 'hopseal', '-c', self.folder / 'hopseal.conf',
                              '-s', 'unix:%s/control' % self.folder, *args)
        return subprocess.run(command, text=True, capture_output=True, check=check)

    def answer(self, domain):
        """The daemon's whole answer, as the map json gives it."""
        reply = self.hopseal('query', '-d', 'json', domain).stdout
        return json.loads(reply[reply.index('{'):])

    # ------------------------------------------------------------------ what the world saw

    def sink(self):
        """Mail that the world's SMTP servers accepted, as dictionaries."""
        path = pathlib.Path(self.world) / 'sink.log'
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def web(self):
        path = pathlib.Path(self.world) / 'web.log'
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
