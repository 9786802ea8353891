#!/usr/bin/env python3
"""test_rollover.py BUILD: a server changes its key under DANE, step by step, with "hopseal tlsa ready" and "tlsa retire".

Two name servers, of which the second lags; a real Postfix with a certificate for each of its addresses, and another one that
sends to it and verifies DANE.  The clock of the command moves; what caches would have forgotten by then is flushed.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from lab import Lab, clock  # noqa: E402
from tap import Tap  # noqa: E402

ZONE, HOST = 'roll.test', 'mx.roll.test'
OWNER = '_25._tcp.' + HOST
SERVERS = {'nsd-leaf': ('192.0.2.54', 'signed'), 'nsd-late': ('192.0.2.56', 'late')}
TTL = 300
GO, WAIT, BROKEN, UNSURE = range(4)
PATIENCE_S, POLL_S = 20, .05
SMTPD = '''{address}:smtp inet n - n - - smtpd
  -o smtpd_tls_security_level=may -o smtpd_tls_chain_files=/etc/postfix/{file}
'''
tap = Tap()


def openssl(*args):
    subprocess.run(['openssl', *map(str, args)], check=True, capture_output=True)


class Key:
    """A key with a certificate of its own."""

    def __init__(self, hopseal, folder, name, *options):
        self.name, self.file, self.key = name, folder / (name + '.pem'), folder / (name + '.key')
        openssl('req', '-x509', '-newkey', *options, '-noenc', '-days', '90', '-subj', '/CN=' + HOST,
                '-addext', 'subjectAltName=DNS:' + HOST, '-keyout', self.key, '-out', self.file)
        self.chain = self.key.read_text() + self.file.read_text()
        self.record = subprocess.run([hopseal, 'tlsa', 'make', '--name', HOST, self.file], check=True, text=True,
                                     capture_output=True).stdout.split(' IN TLSA ')[1].strip()


class Zone:
    """roll.test, which both name servers have from files of their own."""

    def __init__(self, lab, lines):
        self.lab, self.folder, self.lines, self.serial = lab, pathlib.Path(lab.world) / 'zones', lines, 1
        self.apex = (self.folder / ZONE).read_text()
        self.key = next(self.folder.glob('K%s.+*.private' % ZONE)).with_suffix('').name
        self.source = ZONE + '.next'

    def publish(self, *records, at=tuple(SERVERS)):
        """Sign the zone with these TLSA records under a new serial, and let these name servers have it."""
        self.serial += 1
        text = re.sub(r'(SOA \S+ \S+) \d+', r'\1 %d' % self.serial, self.apex)
        text += ''.join('%s\n' % line for line in self.lines)
        text += ''.join('%s. TLSA %s\n' % (OWNER, record) for record in records)
        (self.folder / self.source).write_text(text)
        subprocess.run(['ldns-signzone', '-f', self.source + '.signed', '-o', ZONE, self.source, self.key],
                       cwd=self.folder, check=True)
        for server in at:
            self.serve(server)

    def serve(self, server):
        address, suffix = SERVERS[server]
        shutil.copy(self.folder / (self.source + '.signed'), self.folder / ('%s.%s' % (ZONE, suffix)))
        self.signal(server, signal.SIGHUP)
        wait('%s has serial %d' % (server, self.serial), lambda: self.serial_at(address) == self.serial)

    def signal(self, daemon, number):
        os.kill(self.pid(daemon), number)

    def pid(self, daemon):
        return int((self.folder.parent / (daemon + '.pid')).read_text())

    def serial_at(self, address):
        done = subprocess.run(self.lab.inside('dig', '+short', '+time=1', '+tries=1', '@' + address, ZONE, 'SOA'), text=True,
                              capture_output=True, check=False)
        return int(done.stdout.split()[2]) if done.returncode == 0 and done.stdout else None


def wait(what, is_reached):
    deadline = time.monotonic() + PATIENCE_S
    while not is_reached():
        if time.monotonic() > deadline:
            raise RuntimeError('in vain: ' + what)
        time.sleep(POLL_S)


class Play:
    """Everybody on the stage."""

    def __init__(self, lab):
        self.lab, self.mails, self.command = lab, 0, lab.build / 'hopseal'
        self.old = Key(self.command, lab.folder, 'old', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256')
        self.new = Key(self.command, lab.folder, 'new', 'rsa:2048')
        self.sender, self.receiver = lab.postfix('trixie'), lab.postfix('bookworm')
        lab.daemon()
        four, six = self.receiver.addresses
        self.zone = Zone(lab, ['roll.test. MX 10 mx.roll.test.', 'mx.roll.test. A ' + four, 'mx.roll.test. AAAA ' + six,
                               '_25._tcp.alias.roll.test. CNAME ' + OWNER + '.', 'alias.roll.test. A ' + four,
                               '*.mx.wild.roll.test. TLSA ' + self.new.record, 'mx.wild.roll.test. A ' + four])
        self.sender.inside('postconf', '-e', 'smtp_address_preference = any')
        self.receiver.inside('postconf', '-e', 'myhostname = ' + HOST, 'mydestination = roll.test')
        self.shown = {four: self.old, six: self.old}
        self.install()

    # ------------------------------------------------------------------ what the operator does

    def install(self, **keys):
        """Let the receiver show these keys; ipv4, ipv6."""
        for address, word in zip(self.receiver.addresses, ('ipv4', 'ipv6')):
            self.shown[address] = keys.get(word, self.shown[address])
        path = self.receiver.path('/etc/postfix/master.cf')
        services = re.sub(r'(?m)^(\S+:)?smtp\s+inet.*\n(\s.*\n)*', '', path.read_text())
        for address, key in self.shown.items():
            file = self.receiver.path('/etc/postfix/' + key.name)
            file.write_text(key.chain)
            services += SMTPD.format(address='[%s]' % address if ':' in address else address, file=key.name)
        path.write_text(services)
        os.utime(path, (0, 0))
        self.receiver.tell('reload')

    def ready(self, *options, host=HOST):
        return self.run('ready', '--next', self.new.file, '--state', self.lab.folder / 'ready', *options, host)

    def retire(self, *options):
        return self.run('retire', '--old', self.old.file, *options, HOST)

    def run(self, verb, *args):
        done = self.lab.hopseal('tlsa', verb, *args, check=False)
        return done.returncode, done.stdout + done.stderr

    def pass_time(self, seconds):
        """By then no cache has what was published before."""
        self.lab.later += seconds
        self.zone.signal('unbound', signal.SIGHUP)
        wait('resolver', lambda: self.zone.serial_at('127.0.0.1') is not None)
        self.sender.tell('reload')

    # ------------------------------------------------------------------ what comes of it

    def mail_flows(self, when):
        """To both addresses of the host: Postfix takes any."""
        self.mails += 1
        addresses = ['m%d-%d@%s' % (self.mails, n, ZONE) for n in range(4)]
        before = self.sender.log().count('Verified TLS connection established to ' + HOST)
        outcomes = self.sender.deliver(addresses)
        verified = self.sender.log().count('Verified TLS connection established to ' + HOST) - before
        sent = [outcome[0] for outcome in outcomes.values()]
        tap.ok(sent == ['sent'] * len(addresses) and verified > 0, 'SEED-19 PUB-TLSA-04 mail flows under DANE: ' + when,
               '%s\nverified %d times' % (outcomes, verified))
        code, text = self.run('check', HOST)
        tap.ok(code in (GO, WAIT), 'PUB-TLSA-04 tlsa check is content: ' + when, text)

    def says(self, what, got, want, *texts):
        missing = [text for text in texts if text not in got[1]]
        tap.ok(got[0] == want and not missing, what, 'status %d, want %d; missing: %r\n%s' % (got[0], want, missing, got[1]))


def publish_next(play):
    """The next record appears, at one name server after the other."""
    zone, both = play.zone, (play.old.record, play.new.record)
    play.says('PUB-TLSA-04 SEED-20 ready refuses while no name server has the record', play.ready(), BROKEN,
              'no name server has TLSA ' + play.new.record, 'keep the old key')
    zone.publish(*both, at=('nsd-leaf',))
    play.says('PUB-TLSA-04 SEED-20 ready refuses while the secondary lags, and names it', play.ready(), BROKEN,
              'ns-b.roll.test 192.0.2.56: does not have the next key\'s record')
    play.says('SEED-20 quiet: only what is in the way', play.ready('-q'), BROKEN, 'ns-b.roll.test 192.0.2.56')
    play.mail_flows('the secondary lags')
    zone.serve('nsd-late')
    play.says('PUB-TLSA-04 SEED-19 ready has the operator wait once all have it', play.ready(), WAIT, 'not before ', ' UTC, in ')
    play.pass_time(2 * TTL - 60)
    play.says('PUB-TLSA-04 SEED-19 ready refuses before two TTLs', play.ready(), WAIT, 'not before')


def lose_it_again(play):
    """The secondary falls back to what it had: time counts anew."""
    zone = play.zone
    zone.publish(play.old.record, at=('nsd-late',))
    play.says('PUB-TLSA-04 SEED-20 ready sees that the record has gone again', play.ready(), BROKEN,
              'every name server had 3 1 1 of the next key, now not all do')
    zone.publish(play.old.record, play.new.record)
    play.says('PUB-TLSA-04 SEED-19 then two TTLs begin anew', play.ready(), WAIT)
    play.pass_time(120)
    play.says('PUB-TLSA-04 SEED-19 the first two TTLs do not count any more', play.ready(), WAIT)
    play.says('PUB-TLSA-04 records behind an alias', play.ready(host='alias.roll.test'), WAIT, OWNER)
    play.says('PUB-TLSA-04 records of a wildcard', play.ready(host='mx.wild.roll.test'), WAIT)
    play.mail_flows('both records are there, the old key is shown')


def hold_a_server(play):
    """A name server that does not answer has not been heard."""
    group = os.getpgid(play.zone.pid('nsd-late'))
    os.killpg(group, signal.SIGSTOP)
    try:
        play.says('PUB-TLSA-04 SEED-20 ready could not tell while a name server is silent', play.ready(), UNSURE,
                  'ns-b.roll.test 192.0.2.56: its records are not known')
    finally:
        os.killpg(group, signal.SIGCONT)


def doubt(play, verb, *args):
    """A resolver that does not validate: what is insecure to it may be secure."""
    config = play.lab.folder / 'doubtful.conf'
    config.write_text((play.lab.folder / 'hopseal.conf').read_text().replace('servers = 127.0.0.1', 'servers = 127.0.0.2'))
    done = subprocess.run(play.lab.inside(*clock(play.lab.later), play.command, '-c', config, 'tlsa', verb, *args, HOST),
                          capture_output=True, text=True)
    play.says('DNS-13 %s could not tell where the resolver does not validate' % verb,
              (done.returncode, done.stdout + done.stderr), UNSURE, 'the resolver here: does not validate')


def deploy(play):
    play.pass_time(2 * TTL)
    doubt(play, 'ready', '--next', play.new.file, '--state', play.lab.folder / 'doubtful')
    play.says('PUB-TLSA-04 SEED-19 ready says go after two TTLs', play.ready(), GO, 'install %s now' % play.new.file)
    code, text = play.ready('-q')
    tap.ok(code == GO and text == '', 'SEED-19 a deploy hook hears nothing when all is well', text)
    answer = json.loads(play.ready('-j')[1])
    tap.ok(answer['verdict'] == 'go' and answer['record'] == play.new.record and
           [server['has_record'] for server in answer['servers']] == [True, True], 'SEED-19 ready as JSON', answer)
    play.says('PUB-TLSA-04 SEED-21 retire refuses while every address shows the old key', play.retire(), BROKEN,
              *('%s: the old key is shown' % address for address in play.receiver.addresses))
    play.install(ipv4=play.new)
    play.mail_flows('IPv4 shows the new key, IPv6 the old one')
    play.says('PUB-TLSA-04 SEED-21 retire refuses while one address shows the old key, and names it', play.retire(), BROKEN,
              play.receiver.addresses[1] + ': the old key is shown', 'keep the old record')
    play.install(ipv6=play.new)
    play.mail_flows('the new key is shown')


def retire(play):
    doubt(play, 'retire', '--old', play.old.file)
    play.says('PUB-TLSA-04 SEED-21 retire allows once no address shows the old key', play.retire(), GO,
              'remove from the zone', '%s. IN TLSA %s' % (OWNER, play.old.record))
    answer = json.loads(play.retire('-j')[1])
    tap.ok(answer['old_records'] == ['%s. IN TLSA %s' % (OWNER, play.old.record)], 'SEED-21 retire as JSON', answer)
    alias = 'alias.roll.test'
    play.says('SEED-21 retire could not tell who else has its records there by an alias',
              play.run('retire', '--old', play.old.file, alias), UNSURE, 'an alias of ' + OWNER, 'keep the old record')
    record = '%s. IN TLSA %s' % (OWNER, play.old.record)
    code, text = play.retire(alias)
    tap.ok(code == GO and 'go: all hosts: remove from the zone' in text and text.count(record) == 1,
           'SEED-21 retire allows once all hosts are named', '%d\n%s' % (code, text))
    answer = json.loads(play.retire(alias, '-j')[1])
    tap.ok(answer['verdict'] == 'go' and answer['old_records'] == [record] and len(answer['hosts']) == 2,
           'SEED-21 retire of several hosts as JSON', answer)
    play.zone.publish(play.new.record)
    play.pass_time(2 * TTL)
    play.mail_flows('the old record is gone')
    play.says('PUB-TLSA-04 SEED-21 then there is nothing to retire', play.retire(), GO, 'there is nothing to remove')


def check_state(play):
    """The file that remembers: damaged, of the future, or somebody else's."""
    path = play.lab.folder / 'ready'
    good = path.read_text()
    path.write_text(good.replace(' 3 1 1 ', ' 3 1 2 ', 1))
    play.says('SEED-19 a damaged state file does not open the gate', play.ready(), WAIT, 'is passed over, time counts from now')
    path.write_text(good)
    path.chmod(0o666)
    play.says('SEED-19 nor does one that others can write', play.ready(), WAIT, 'others can write it')
    path.chmod(0o600)
    play.lab.later, later = 0, play.lab.later
    play.says('SEED-19 a clock that was set back begins anew', play.ready(), WAIT, 'the clock was set back')
    play.lab.later = later
    at_once = [subprocess.Popen(play.lab.inside(*clock(later), play.command, '-c', play.lab.folder / 'hopseal.conf', 'tlsa',
                                                'ready', '--next', play.new.file, '--state', path, host),
                                stdout=subprocess.DEVNULL) for host in (HOST, 'mx.wild.roll.test') * 4]
    codes = [process.wait() for process in at_once]
    names = {line.split()[0] for line in path.read_text().splitlines() if line.startswith('_')}
    tap.ok(set(codes) <= {GO, WAIT} and names == {OWNER, '_25._tcp.mx.wild.roll.test'},
           'SEED-19 runs at the same time do not lose what others remember', '%s %s %s' % (codes, names, play.ready(host='mx.wild.roll.test')))


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        play = Play(lab)
        play.zone.publish(play.old.record)
        play.pass_time(0)
        play.mail_flows('before')
        for step in publish_next, lose_it_again, hold_a_server, deploy, retire, check_state:
            step(play)
    tap.end()


main()
