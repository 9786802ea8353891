"""The lab: the test world, hopseald in it, and real MTAs wired to it.

    with Lab(build) as lab:
        lab.daemon('...more configuration...')
        postfix = lab.postfix('bookworm')
        exim = lab.exim('trixie')

Everything is gone when the block ends, whatever happened in it.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from mta import HERE, PATIENCE_S, POLL_S, TRIES, WORLD, Exim, OpenSmtpd, Postfix, Sendmail, limits, rows  # noqa: F401, what tests take from here

DAY_S = 86400
BEGAN = time.time()
CONTACT = 'tls@mta.example.net'
PROBE_HELO = 'probe.example.net'
KEYS = {'rsa': ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], 'ed25519': ['ED25519']}
SOON_S = 10             # a report that leaves by then is waited for; second attempts come later
QUIET = 9               # polls in a row, longer than hopseald waits before it writes counts down


def noon(day):
    """How far a clock is ahead that showed noon, UTC, of tomorrow (0) or a later day when we began: no test meets a midnight."""
    return int((BEGAN // DAY_S + 1.5 + day) * DAY_S - BEGAN)


def clock(ahead_s):
    """The command line in front of a program whose clock is to be ahead; not faketime(1), which stays between us."""
    return ['env', 'LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1', 'FAKETIME=+%d' % ahead_s,
            'ASAN_OPTIONS=verify_asan_link_order=0'] if ahead_s else []


class Lab:
    def __init__(self, build, say=lambda text: None, table='domains'):
        self.build = pathlib.Path(build).resolve()
        self.table = WORLD / (table + '.tsv')
        self.netns = 'hopseal-lab-%s-%d' % (table, os.getpid())
        self.say = say
        self.world = None
        self.hosts = []
        self.process = None
        self.later = 0
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='hopseal-lab-'))

    def __enter__(self):
        try:
            self.say('bringing up the world')
            self.world = self.run(WORLD / 'up.sh', self.netns, self.table).strip()
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
        return self.host(Postfix(self, suite))

    def exim(self, suite, flavour='heavy', layout='plain'):
        self.say('installing Exim of %s (%s, %s)' % (suite, flavour, layout))
        return self.host(Exim(self, suite, flavour, layout))

    def opensmtpd(self, suite, layout=''):
        self.say(('installing OpenSMTPD of %s %s' % (suite, layout)).rstrip())
        return self.host(OpenSmtpd(self, suite, layout))

    def sendmail(self, suite, layout=''):
        self.say(('installing Sendmail of %s %s' % (suite, layout)).rstrip())
        return self.host(Sendmail(self, suite, layout))

    def host(self, host):
        self.hosts.append(host)
        return host

    # ------------------------------------------------------------------ the daemon

    def report_config(self, follows=None, mail='direct', key='rsa'):
        """Configuration with which reports leave at once.  follows: the Postfix whose log is followed; mail: as the key
        mail; key: a word of KEYS."""
        path = self.folder / (key + '.pem')
        if not path.exists():
            subprocess.run(['openssl', 'genpkey', '-out', path, '-algorithm', *KEYS[key]], check=True, capture_output=True)
        return '''[report]
contact = {}
spread = 0s
helo = {}
mail = {}
sendmail = {}/sendmail
dkim-key = {}
[events]
postfix-log = {}
'''.format(CONTACT, PROBE_HELO, mail, self.folder, path, follows.mail_log if follows else '')

    def write_config(self, more=''):
        sockets, spools = ['socketmap = unix:%s/map mode=0666' % self.folder], []
        for host in self.hosts:
            sockets += host.sockets()
            spools += host.spools()
        path = self.folder / 'hopseal.conf'
        path.write_text('''[daemon]
user = root
state-folder = {0}/state
[listen]
{1}
control = unix:{0}/control
[events]
{4}
[dns]
servers = 127.0.0.1
self-test-secure = dane-ee.test
self-test-bogus = mx-good.bogus.test
[https]
ca-file = {2}/certs/ca.crt
deadline = 3s
{3}
'''.format(self.folder, '\n'.join(sockets), self.world, more, '\n'.join(spools)))
        return path

    def daemon(self, more='', later=0):
        """Start hopseald; returns when it answers.  later: how many seconds its clock is ahead, and that of the command."""
        self.later = later
        (self.folder / 'state').mkdir(exist_ok=True)
        config = self.write_config(more)
        with open(self.folder / 'hopseald.log', 'a') as log:
            self.process = subprocess.Popen(self.inside(*clock(later), self.build / 'hopseald', '-c', config),
                                            stderr=log, stdout=log)
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.hopseal('status', check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError('hopseald does not answer:\n' + self.log())

    def stop_daemon(self):
        """-> its exit status, 0 if it was not there."""
        if self.process is None:
            return 0
        self.process.terminate()
        status = self.process.wait(PATIENCE_S)
        self.process = None
        return status

    def log(self):
        return (self.folder / 'hopseald.log').read_text()

    def status(self):
        return self.tell('status')

    def wait_for(self, is_reached, seconds=PATIENCE_S):
        """Ask for the status until it is as wanted; whether it came to that."""
        deadline = time.monotonic() + seconds
        while not is_reached(self.status()):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def wait_until_counted(self):
        """All that MTAs have told is counted, and nothing new has come for a while."""
        seen = []

        def is_quiet(status):
            today = status['today'] or {}
            seen.append((status['events']['waiting'], status['probe']['under_way'], status['events']['accepted'],
                         today.get('successes'), today.get('failures')))
            return len(seen) > QUIET and seen[-1][:2] == (0, 0) and len(set(seen[-QUIET:])) == 1

        return self.wait_for(is_quiet)

    def wait_until_sent(self, closes=''):
        """No report is due; closes: "2026-11-21", a day that must have been closed before."""
        def is_done(status):
            soon = time.time() + self.later + SOON_S
            made = re.findall(r'closing: day=%s\S* reports=(\d+)' % closes, self.log())
            return (made != [] and int(made[-1]) <= len(self.tell('report', 'list')['reports']) and
                    status['reports']['under_way'] == 0 and
                    not any(way['state'] == 'waiting' and way['next_epoch'] <= soon for way in self.destinations()))

        return self.wait_for(is_done)

    def destinations(self):
        return [way for report in self.tell('report', 'list')['reports'] for way in report['destinations']]

    def previews(self, domains):
        """domain -> the report that would be made now, or None."""
        def preview(domain):
            done = self.hopseal('report', 'preview', '-j', domain, check=False)
            return json.loads(done.stdout)['report'] if done.returncode == 0 else None

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(domains, pool.map(preview, domains)))

    def hopseal(self, *args, check=True):
        """Run the command against the daemon; -> subprocess.CompletedProcess."""
        command = self.inside(*clock(self.later), self.build / 'hopseal', '-c', self.folder / 'hopseal.conf',
                              '-s', 'unix:%s/control' % self.folder, *args)
        return subprocess.run(command, text=True, capture_output=True, check=check)

    def tell(self, *args):
        """-> what the command says with -j."""
        return json.loads(self.hopseal(*args, '-j').stdout)

    def answer(self, domain):
        """The daemon's whole answer, as the map json gives it."""
        reply = self.hopseal('query', '-d', 'json', domain).stdout
        return json.loads(reply[reply.index('{'):])

    def talk(self, host, commands, *how):
        """Say SMTP commands to a host of ours; -> [code, text] of each reply.  how: "tls"."""
        return json.loads(self.run(*self.inside('python3', HERE / 'smtp_talk.py', host.addresses[0], *how),
                                   text='\n'.join(commands) + '\n'))

    # ------------------------------------------------------------------ what the world saw

    def seen(self, log):
        """The lines of one of the world's logs, as dictionaries."""
        path = pathlib.Path(self.world) / log
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def sink(self):
        """Mail that the world's SMTP servers accepted."""
        return self.seen('sink.log')

    def web(self):
        return self.seen('web.log')

    def sessions(self):
        """SMTP sessions of any kind."""
        return [entry for entry in self.seen('session.log') if 'commands' in entry]
