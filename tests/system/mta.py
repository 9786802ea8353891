"""Real MTAs in hosts of their own, each behind the script that installs it, wires it, and knows its words."""
import collections
import os
import pathlib
import re
import signal
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
WORLD = HERE.parent / 'world'
ACLS = HERE.parent.parent / 'exim/hopseal.acl'
PATIENCE_S = 60
POLL_S = .2
ATTEMPTS = 3            # of OpenSMTPD, at hosts of a domain
TRIES = 2               # to submit a message to it
TURN_S = 61             # longer than one host stays hopseald's choice
SENDER = 'sender@mta.example.net'
QUEUE_PAUSE_S = 3       # longer than Postfix's minimal_backoff_time in postfix-test.cf
# $0 HEADERS OPTION... <ADDRESSES: a message to the addresses of each line
SUBMIT = '''headers=$1
shift
while read -ra addresses; do
    printf '%sSubject: test\\n\\ntest\\n' "$headers" | exim4 "$@" -oi -f sender@mta.example.net -- "${addresses[@]}" || exit
done'''

# $0 ADDRESS...: a message to them all
PUT_TWICE = '''for _ in 1 2; do
    printf 'Subject: test\\n\\ntest\\n' | sendmail -f sender@mta.example.net -- "$@" && break
done'''


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


def limits(mta, suite):
    """What a version of an MTA cannot do: domain -> (outcome, taker), where it differs from the table."""
    table = {}
    for line in (HERE / (mta + '_limits.tsv')).read_text().splitlines():
        if line and not line.startswith('#'):
            suites, domain, outcome, taker, _why = line.split('\t')
            if suite in suites.split(','):
                table[domain] = (outcome, taker)
    return table


class MtaHost:
    """One of Debian's MTAs; lab runs commands."""
    table_s = 90                        # for a first attempt at all domains of the world

    def __init__(self, lab, script, suite, *more):
        self.lab, self.script, self.suite = lab, HERE / script, suite
        self.folder = pathlib.Path(lab.run(self.script, 'up', suite, *more).strip())
        self.addresses = (self.folder / 'joined').read_text().split()[1:]

    def path(self, inside):
        """Where a file of the host is for us."""
        return self.folder / 'root' / inside.lstrip('/')

    def tell(self, verb, *args, text=''):
        return self.lab.run(self.script, verb, self.folder, *args, text=text)

    def inside(self, *command, text=''):
        """Run a command in the host; -> what it printed."""
        return self.lab.run(HERE / 'mtahost.sh', 'run', self.folder, *command, text=text)

    def deliver(self, addresses, seconds=PATIENCE_S):
        """Send one message to each address; -> address: (status, dsn, relay, reason)."""
        return self.outcomes(self.submit(addresses), seconds)

    def submit(self, addresses):
        """-> lines "QUEUEID ADDRESS", once all are in the queue; the first ones may be delivered by then."""
        return self.tell('send-all', text='\n'.join(addresses) + '\n')

    def outcomes(self, queued, seconds=PATIENCE_S):
        done = subprocess.run([self.script, 'outcomes', self.folder, str(seconds)], input=queued, text=True,
                              stdout=subprocess.PIPE, check=False)
        outcomes = {}
        for line in done.stdout.splitlines():
            address, *outcome = line.split('\t') if '\t' in line else line.split(' ', 4)
            outcomes[address] = tuple(outcome)
        return outcomes

    def deliver_table(self, local_part):
        """One message to each domain of the world; -> outcomes as deliver() gives them.

        A message that must go out and was deferred is sent once more: a busy machine may have kept the MTA's own
        DNS question from its answer, and mail waits and goes out later for no other reason either.
        """
        wanted = {'%s@%s' % (local_part, row['domain']): row['postfix'] for row in rows()}
        outcomes = self.deliver(list(wanted), self.table_s)
        late = [a for a, want in wanted.items() if want == 'delivered' and outcomes.get(a, ('deferred',))[0] == 'deferred']
        if late:
            print('# sent once more: %s' % ' '.join(late), flush=True)
            self.forget_failures()
            outcomes.update(self.deliver(late))
        return outcomes

    def processes(self, name):
        """-> {process id: arguments} of that program."""
        found = {}
        for process in pathlib.Path('/proc').glob('[0-9]*'):
            try:
                if os.readlink(process / 'root') == str(self.folder / 'root'):
                    found[int(process.name)] = (process / 'cmdline').read_bytes().decode('latin-1').split('\0')
            except OSError:
                pass                    # it has ended meanwhile
        return {pid: command for pid, command in found.items() if name in command[0]}

    def make_sendmail(self):
        """sendmail(1) of the host, for a daemon outside whose configuration says mail = sendmail."""
        path = self.lab.folder / 'sendmail'
        path.write_text('#!/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin exec %s run %s sendmail "$@"\n' % (
            HERE / 'mtahost.sh', self.folder))
        path.chmod(0o755)

    def has_made(self, session):
        """Whether a session that the world saw is one of its own."""
        return session['peer'] in self.addresses

    def log(self):
        return self.tell('log')

    def rotate_log(self):
        self.tell('rotate')

    def spools(self):
        """Lines of [events]."""
        return []

    def down(self):
        self.tell('down')


class Postfix(MtaHost):
    def __init__(self, lab, suite):
        super().__init__(lab, 'postfix_host.sh', suite, lab.netns, lab.world)
        self.socket = self.path('/var/spool/postfix/hopseal/policy')
        self.tlsrpt = self.path('/var/spool/postfix/hopseal/tlsrpt.sock')
        self.mail_log = self.path('/var/log/mail.log')
        self.version = self.inside('postconf', '-dh', 'mail_version').strip()

    def sockets(self):
        """Lines of [listen]."""
        return ['socketmap = unix:%s mode=0666' % self.socket, 'tlsrpt = unix:%s mode=0666' % self.tlsrpt]

    def forget_failures(self):
        """A failed delivery no longer delays the next one to the same place."""
        time.sleep(QUEUE_PAUSE_S)

    def wait_until_idle(self):
        """No delivery is under way."""
        while re.search('"queue_name": "(active|incoming|maildrop)"', self.inside('postqueue', '-j')):
            time.sleep(POLL_S)


class Exim(MtaHost):
    """flavour: heavy, or light, which can load no module; layout: plain, or split as Debian does it."""

    def __init__(self, lab, suite, flavour='heavy', layout='plain'):
        module = {'heavy': lab.build / 'hopseal.so', 'light': 'light'}[flavour]
        super().__init__(lab, 'exim_host.sh', suite, lab.netns, lab.world, module, layout)
        self.flavour = flavour
        self.socket = self.path('/run/hopseal/map')
        self.spool = self.path('/var/spool/hopseal/exim.spool')
        self.version = self.inside('exim4', '-bV').split()[2]

    def sockets(self):
        return ['socketmap = unix:%s mode=0666' % self.socket]

    def spools(self):
        return ['spool = %s' % self.spool]

    def forget_failures(self):
        """As above: these are Exim's retry records."""
        self.inside('sh', '-c', 'rm -f /var/spool/exim4/db/*')

    def wire_acls(self):
        """The statements of exim/hopseal.acl, where the file says, the callout with them; mail for others is taken from all."""
        _, rcpt, gone = re.split(r'^# --- in the ACL of.*\n', ACLS.read_text(), flags=re.MULTILINE)
        rcpt = re.sub(r'^( *)#(require|  verify)', r'\1\2', rcpt, flags=re.MULTILINE)
        path = self.path('/etc/exim4/exim4.conf')
        before = {'acl_smtp_rcpt =': 'acl_smtp_quit = acl_gone\nacl_smtp_notquit = acl_gone\n',
                  'acl_check_rcpt:\n': 'acl_gone:\n%s  accept\n\n' % gone}
        text = path.read_text()
        for line, more in before.items():
            text = text.replace('\n' + line, '\n' + more + line)
        path.write_text(text.replace('\nacl_check_rcpt:\n', '\nacl_check_rcpt:\n%s  accept domains = ! +local_domains\n' % rcpt))
        self.restart()

    def restart(self):
        """Another configuration counts; the port must be free before, or Exim waits half a minute."""
        self.tell('stop')
        while self.processes('exim4'):
            time.sleep(POLL_S)
        self.tell('start')

    def put(self, messages, *options, headers=()):
        """Submit one message to each list of addresses, at once.  options: of exim4, such as -odq; headers: more lines."""
        self.inside('bash', '-c', SUBMIT, 'bash', ''.join(line + '\n' for line in headers), *options,
                    text=''.join(' '.join(addresses) + '\n' for addresses in messages))

    def waiting(self):
        """-> addresses that mail in the queue is still for, each as often as there is such mail."""
        return re.findall(r'^ {10}(\S+)$', self.inside('exim4', '-bp'), re.MULTILINE)

    def empty_queue(self):
        """For when no delivery is under way."""
        self.inside('sh', '-c', 'rm -f /var/spool/exim4/input/* /var/spool/exim4/msglog/*')

    def wait_until_idle(self):
        """No delivery is under way: only the daemon is there."""
        while any('-bd' not in command for command in self.processes('exim4').values()):
            time.sleep(POLL_S)


class OpenSmtpd(MtaHost):
    """layout: '', or static, with a table that is a file."""

    def __init__(self, lab, suite, layout=''):
        super().__init__(lab, 'smtpd_host.sh', suite, lab.netns, lab.world, lab.build, *layout.split())
        self.socket = self.path('/run/hopseal/map')
        self.spool = self.path('/var/spool/smtpd/hopseal/events')
        self.mail_log = self.folder / 'smtpd.log'
        self.helo = suite + '.mta.example.net'
        self.version = {'bookworm': '6.8', 'trixie': '7.6'}[suite]

    def sockets(self):
        return ['socketmap = unix:%s mode=0666' % self.socket]

    def spools(self):
        return ['spool = %s' % self.spool]

    def forget_failures(self):
        """As above: addresses that it stays away from."""
        self.tell('forgive')

    def has_made(self, session):
        """As above; its addresses are those of the machine."""
        return session['helo'] == self.helo

    def let_reports_pass(self, sender):
        """As smtpd.conf says, for mail of this sender."""
        path = self.path('/etc/smtpd.conf')
        text = re.sub('^#(.*"report")', r'\1', path.read_text(), flags=re.MULTILINE)
        path.write_text(text.replace('tls-reports@example.org', sender))
        self.tell('stop')
        self.tell('start')

    def put(self, addresses):
        """Submit one message to all of them; tried again as in submit()."""
        self.inside('bash', '-c', PUT_TWICE, 'bash', *addresses)

    def empty_queue(self):
        self.inside('smtpctl', 'remove', 'all')

    def submit(self, addresses, tries=TRIES):
        """As above.  Like any client, what is told 451 is tried again: on a busy machine 50 ms may be too short for hopseald."""
        queued = super().submit(addresses)
        refused = [line.split()[1] for line in queued.splitlines() if line.startswith('refused ')]
        if not refused or tries == 1:
            return queued
        taken = ''.join(line + '\n' for line in queued.splitlines() if not line.startswith('refused '))
        return taken + self.submit(refused, tries - 1)

    def deliver_table(self, local_part):
        """As above, but in several attempts: of a sealed domain's hosts each takes one.

        What was deferred is tried again, what was refused is submitted again; the last time when hopseald gives a turn to
        the next host even if nothing was heard of the one before.  Mail that goes out comes first: a failure keeps OpenSMTPD
        from the host for a while, whatever the domain.
        """
        wanted = {'%s@%s' % (local_part, row['domain']): row['postfix'] for row in rows()}
        late = sorted(wanted, key=lambda address: wanted[address] != 'delivered')
        ids, outcomes, submitted = dict.fromkeys(late, 'refused'), {}, None
        for attempt in range(ATTEMPTS):
            if attempt == ATTEMPTS - 1 and late:
                time.sleep(max(0, submitted + TURN_S - time.monotonic()))
            self.tell('flush')
            new = [address for address in late if ids[address] == 'refused']
            ids.update(reversed(line.split()) for line in (self.submit(new) if new else '').splitlines())
            submitted = submitted or time.monotonic()
            outcomes.update(self.outcomes(''.join('%s %s\n' % (ids[address], address) for address in late)))
            late = [address for address in late if wanted[address] == 'delivered' and outcomes[address][0] != 'sent']
        return outcomes

    def waiting(self):
        """-> addresses that mail in the queue is still for, each as often as there is such mail."""
        return [line.split('|')[5] for line in self.inside('smtpctl', 'show', 'queue').splitlines()]

    def is_alive(self):
        """All its processes have been there since it was started."""
        log = self.log()
        begins = log.rindex('info: OpenSMTPD')
        return not re.search('lost (child|processor)|exited|misbehaving|pipe closed|fatal', log[begins:])

    def wait_until_idle(self):
        """No delivery is under way."""
        while '|inflight|' in self.inside('smtpctl', 'show', 'queue'):
            time.sleep(POLL_S)


class Sendmail(MtaHost):
    """layout: '', or debian, with Debian's own sendmail.mc, or dane, with DANE of 8.18 itself."""
    table_s = 30                        # 8.17 waits for a handshake as long as the other side does

    def __init__(self, lab, suite, layout=''):
        super().__init__(lab, 'sendmail_host.sh', suite, lab.netns, lab.world, *layout.split())
        self.socket = self.path('/run/hopseal/map')
        self.version = {'bookworm': '8.17', 'trixie': '8.18'}[suite]
        self.layout = layout
        self.given = collections.Counter()

    def sockets(self):
        return ['socketmap = unix:%s mode=0666' % self.socket]

    def forget_failures(self):
        """As above: Sendmail remembers none when a queue run is over."""

    def submit(self, addresses):
        self.given.update(addresses)
        return super().submit(addresses)

    def put(self, messages, *options, headers=(), sender=SENDER):
        """Submit one message to each list of addresses.  options: of sendmail, such as -odq; headers: more lines."""
        self.given.update(address for addresses in messages for address in addresses)
        for addresses in messages:
            self.inside('sendmail', '-Am', '-i', '-f', sender, *options, '--', *addresses,
                        text=''.join(line + '\n' for line in headers) + 'Subject: test\n\ntest\n')

    def queued(self):
        """-> the file of each message in the queue."""
        return list(self.path('/var/spool/mqueue').glob('qf*'))

    def queue_ids(self):
        return [file.name.removeprefix('qf') for file in self.queued()]

    def waiting(self):
        """-> addresses that mail in the queue is still for, each as often as there is such mail."""
        lines = [line for file in self.queued() for line in file.read_text('latin-1').splitlines()]
        return [line.partition(':')[2].strip('<>') for line in lines if line.startswith('R')]

    def bounced(self):
        """-> addresses that mail was not sent to and never will be, each as often as there was such mail."""
        return re.findall(r': to=(\S+), .* dsn=5', self.log())

    def empty_queue(self):
        """For when no delivery is under way."""
        self.inside('sh', '-c', 'rm -f /var/spool/mqueue/*')

    def run_queue(self, only=''):
        """Try what waits, in one process, which keeps its connections; returns when it is done.  only: this recipient's."""
        self.inside('sendmail', '-Am', '-v', '-qR' + only if only else '-q')

    def end_delivery(self, host):
        """End what is delivering there; its mail waits."""
        for pid, command in self.processes('sendmail').items():
            if host in command[0]:
                os.kill(pid, signal.SIGTERM)

    def wait_until_idle(self):
        """No delivery is under way: only the daemon is there."""
        while len(self.processes('sendmail')) > 1:
            time.sleep(POLL_S)
