#!/usr/bin/env python3
"""test_sendmail_talk.py BUILD: hopseald in conversation with Sendmail's ruleset, key by key, in the world.

What {verify} says of a host is written down once more here, by the world's table; test_sendmail.py has the real thing.
"""
import concurrent.futures
import fnmatch
import hashlib
import itertools
import os
import pathlib
import ssl
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'world'))
import table  # noqa: E402
from daemon_rig import Peer, netstring  # noqa: E402
from lab import Lab  # noqa: E402
from tap import Tap  # noqa: E402

CONFIG = '''allow = 203.0.113.0/24
allow = 2001:db8::/32
allow = 192.0.2.0/24
[probe]
enabled = %s
per-minute = 100000
'''
PARALLEL = 16
GO_ON, FREE, BOUND = 'OK PASS', 'OK USE servername=hostname;flags=C', 'OK USE servername=hostname'
NOTHING = 'NOTFOUND '
DEFER = 'OK DEFER 4.7.5 *'
NO_TLS = {'nostarttls': 'NONE', 'tls454': 'TEMP', 'drop': 'SOFTWARE', 'garbage': 'SOFTWARE', 'hang': 'SOFTWARE',
          'tls10': 'SOFTWARE'}
UNREACHED = {'b421', 'refuse'}
VERIFIED = {'good': ('OK', 'yes'), 'wildcert': ('OK', 'yes'), 'wrongname': ('OK', 'no'), 'cnonly': ('OK', 'no'),
            'aliased': ('OK', 'no')}
# What differs from the table: a look of ours does not go on behind clear text where TLS should be.
TAKERS = {'dane-inject.test': None}
tap = Tap()


class Sendmail:
    """One process of it: one connection to the daemon."""

    numbers = itertools.count()

    def __init__(self, lab, world):
        self.lab, self.world = lab, world
        self.peer = Peer(lab.folder / 'map')
        self.new_message()

    def new_message(self):
        self.id = '6ALL5Vu%07d' % next(self.numbers)

    def say(self, verb, **values):
        """The fields that others make up go last, as in hopseal.m4."""
        fields = [(name, values.pop(name)) for name in ('nexthop', 'mx', 'rcpt') if name in values]
        return self.peer.ask('hopseal %s;id:%s;%s' % (verb, self.id, ''.join(
            '%s:%s;' % field for field in [*values.items(), *fields])))

    def to(self, domain, host=None):
        """A session with a host, or else the first one of that domain."""
        return Session(self, domain, host or next(d for d in self.world.domains if d.name == domain).hosts[0])

    def deliver(self, domain):
        """Host after host; -> the name of the one that has taken it, or None, and what was said last."""
        self.new_message()
        said = ''
        for host in domain.hosts:
            if host.addresses:
                said = self.to(domain.name, host).go()
                if said == GO_ON and host.sink.does not in UNREACHED:
                    return host.name, said
        return None, said


class Session:
    """What is said of one."""

    def __init__(self, sendmail, domain, host):
        self.sendmail, self.domain, self.host = sendmail, domain, host
        kind, address = host.addresses[0]
        self.place = {'mx': host.name, 'ip': address if kind == 'A' else 'IPv6:' + address}

    def leaf(self):
        """The fingerprint of the host's certificate."""
        pem = (pathlib.Path(self.sendmail.lab.world) / 'certs' / (self.host.name + '.crt')).read_text()
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest().hex(':').upper()

    def words(self):
        """What Sendmail says of the connection, by the world's table."""
        if self.host.sink.does in NO_TLS:
            return {'verify': NO_TLS[self.host.sink.does], 'name': 'no', 'ver': '', 'cipher': '', 'fp': ''}
        verify, name = VERIFIED.get(self.host.sink.cert, ('FAIL', 'yes'))
        return {'verify': verify, 'name': name, 'ver': 'TLSv1.3', 'cipher': 'TLS_AES_256_GCM_SHA384', 'fp': self.leaf()}

    def mx(self):
        return self.sendmail.say('mx', nexthop=self.domain + '.', mx=self.host.name)

    def start(self):
        return self.sendmail.say('start', **self.place, rcpt='bob@' + self.domain)

    def tls(self, **other):
        return self.sendmail.say('tls', nexthop=self.domain + '.', **self.place, **{
            **self.words(), 'free': 'no', 'rcpt': 'bob@' + self.domain, **other})

    def rcpt(self, to=None, **other):
        """to: the recipient's domain, or all of the address.  What the certificate's names are is not known by then."""
        to = to or self.domain
        words = {name: value for name, value in self.words().items() if name != 'name'}
        return self.sendmail.say('rcpt', nexthop=self.domain + '.', **self.place, **{
            **words, 'free': 'no', 'rcpt': to if '@' in to else 'bob@' + to, **other})

    def begin(self, started):
        """Before the handshake; -> steps as talk() takes them."""
        return [(self.mx(), GO_ON), (self.start(), started)]

    def go(self):
        """As far as it may; -> the last reply."""
        said = self.mx()
        if said != GO_ON or self.host.sink.does in UNREACHED:
            return said
        started = self.start() if self.host.sink.does != 'nostarttls' else ''
        said, clear = self.tls(), {}
        if said == GO_ON and self.words()['verify'] == 'SOFTWARE':
            assert started.endswith('flags=C'), started
            clear = {'verify': 'CLEAR'}
            said = self.mx()
            if said == GO_ON:
                said = self.tls(**clear)
        return self.rcpt(**clear) if said == GO_ON else said


# ---------------------------------------------------------------- every domain

def everywhere(lab, world):
    """The same domains are delivered to, over the same hosts, as by a perfect MTA, but for TAKERS; on the second attempt, where
    DNS is slow."""
    def deliver(domain):
        m = Sendmail(lab, world)
        taker, said = m.deliver(domain)
        return m.deliver(domain) if 'in time' in said else (taker, said)

    domains = [domain for domain in world.domains if domain.verdicts != ['reject']]
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        done = list(pool.map(deliver, domains))
    for domain, (taker, said) in zip(domains, done):
        want = TAKERS.get(domain.name, None if domain.taker == '-' else domain.taker)
        tap.ok(taker == want, '%s goes to %s: %s' % (domain.name, want or 'nobody', domain.shows), '%s: %s' % (taker, said))


# ---------------------------------------------------------------- conversations

def summary(lab, domain):
    """-> {policy type: (successes, failures, result types)} of the report that would be made."""
    lab.wait_until_counted()
    report = lab.previews([domain])[domain]
    return {policy['policy']['policy-type']: (
        policy['summary']['total-successful-session-count'], policy['summary']['total-failure-session-count'],
        sorted({detail['result-type'] for detail in policy.get('failure-details', [])}))
        for policy in (report or {'policies': []})['policies']}


def counts(lab, domain, want, name):
    got = summary(lab, domain)
    tap.ok(got == want, name, '%s\nwant %s' % (got, want))


def talk(name, steps):
    """steps: [(reply, what was wanted, a pattern)], as they were said"""
    wrong = [(got, want) for got, want in steps if not fnmatch.fnmatchcase(got, want)]
    tap.ok(not wrong, name, '\n'.join('%r, not %r' % step for step in wrong))


def sessions(lab, world):
    m = Sendmail(lab, world)
    good = m.to('sts-enforce.test')
    talk('STS-APP-06 a session under MTA-STS, from cold to its recipient',
         good.begin(BOUND) + [(good.tls(), GO_ON), (good.rcpt(), GO_ON)])
    m.new_message()
    talk('RPT-CNT-13 another message over the kept connection is no session', [(good.rcpt(), GO_ON)])
    counts(lab, good.domain, {'sts': (1, 0, [])}, 'RPT-CNT-01 one session, counted once')

    bad = m.to('sts-expired.test')
    talk('STS-APP-06 a bad certificate is refused behind the handshake', bad.begin(BOUND) + [(bad.tls(), DEFER)])
    counts(lab, bad.domain, {'sts': (0, 1, ['certificate-expired'])}, 'RPT-TYPE-03 a look tells why it was FAIL')

    tested = m.to('sts-testing.test')
    talk('STS-APP-08 mode testing lets the same go, with its server name',
         tested.begin(FREE) + [(tested.tls(), GO_ON), (tested.rcpt(), GO_ON)])
    counts(lab, tested.domain, {'sts': (0, 1, ['certificate-expired'])}, 'STS-REP-03 and counts it')

    skipped = m.to('sts-stranger.test')
    m.new_message()
    talk('STS-APP-05 a host that the policy does not name is not connected to', [
        (skipped.mx(), 'OK SKIP %s MX host not named by the STS policy' % skipped.host.name), (skipped.mx(), 'OK SKIP *'),
        (skipped.start(), NOTHING), (skipped.tls(), 'OK DEFER 4.7.0 *')])


def kept(lab, world):
    """What a recipient's call cannot say."""
    m, other = Sendmail(lab, world), Sendmail(lab, world)
    good, wrong = m.to('sts-enforce.test'), m.to('sts-wrongname.test')
    talk('a kept connection, and another handshake in between: the name is that of the session', [
        (good.tls(), GO_ON), (wrong.tls(), DEFER), (good.rcpt(), GO_ON), (wrong.rcpt(), DEFER),
        (wrong.rcpt(name='yes'), DEFER)])
    talk('a session that was told to another daemon: a look says what it does not know', [
        (other.to(good.domain).rcpt(), GO_ON), (other.to(wrong.domain).rcpt(), DEFER)])


def clear(lab, world):
    """The MX records have changed, to a host that spoils the handshake."""
    broken = Sendmail(lab, world).to('none-good.test', world.hosts['mx-garbage.sinks.test'])
    talk('a handshake that fails where no policy is: once more in the clear', broken.begin(FREE) + [
        (broken.tls(), GO_ON), (broken.mx(), GO_ON), (broken.tls(verify='CLEAR'), GO_ON),
        (broken.rcpt(verify='CLEAR'), GO_ON)])
    counts(lab, broken.domain, {'no-policy-found': (0, 1, ['validation-failure'])},
           'RPT-TYPE-05 the first attempt counts, the second does not')


def shared(lab, world):
    """shared-none.test and shared-enforce.test have one MX host, whose certificate is self-signed."""
    m = Sendmail(lab, world)
    first, second = m.to('shared-none.test'), m.to('shared-enforce.test')
    talk('a recipient of a domain that binds, in a session that is good enough for another', first.begin(FREE) + [
        (first.tls(), GO_ON), (first.rcpt(), GO_ON), (first.rcpt(second.domain), DEFER), (first.rcpt(), GO_ON),
        (second.rcpt(), DEFER)])
    counts(lab, first.domain, {'no-policy-found': (1, 0, [])}, 'RPT-CNT-13 once for the first policy domain')
    counts(lab, second.domain, {'sts': (0, 1, ['certificate-not-trusted'])}, 'RPT-CNT-13 once for the second')
    named = m.to('[%s]' % first.host.name, first.host)
    talk('a smart host: the domains of recipients do not matter', [
        (named.mx(), GO_ON), (named.tls(), GO_ON), (named.rcpt(second.domain), GO_ON)])
    other = m.to('none-good.test')
    talk('a mailertable leads elsewhere: the next-hop counts', other.begin(FREE) + [
        (other.tls(), GO_ON), (other.rcpt(second.domain), GO_ON), (other.rcpt('no.such.invalid'), GO_ON)])


def dane(lab, world):
    """Sendmail 8.17 has none: what it says of certificates says nothing."""
    m = Sendmail(lab, world)
    good = m.to('dane-ee-selfsigned.test')
    talk('AUTH-01 DANE: the certificate that was probed', good.begin(BOUND) + [(good.tls(), GO_ON), (good.rcpt(), GO_ON)])
    counts(lab, good.domain, {'tlsa': (1, 0, [])}, 'RPT-CNT-01 and it is a success')
    another = {'fp': m.to('dane-ee-expired.test').leaf()}
    talk('AUTH-07 DANE: another certificate than the one that was probed', good.begin(BOUND) + [
        (good.tls(**another), DEFER), (good.rcpt(**another), DEFER), (good.rcpt(fp=''), DEFER)])
    counts(lab, good.domain, {'tlsa': (1, 1, ['validation-failure'])}, 'RPT-CNT-03 and it is a failure')
    wrong = m.to('dane-wrong.test')
    talk('AUTH-07 DANE: WebPKI does not help', wrong.begin(BOUND) + [(wrong.tls(), DEFER)])
    counts(lab, wrong.domain, {'tlsa': (0, 1, ['certificate-not-trusted'])}, 'RPT-TYPE-04 and it is a failure')
    talk('DANE of Sendmail 8.18: its own word', wrong.begin(BOUND) + [
        (wrong.tls(verify='TRUSTED', rcpt=''), GO_ON), (wrong.mx(), GO_ON),
        (wrong.tls(verify='DANE_FAIL', rcpt=''), DEFER)])


def unprobed(lab, world):
    good = Sendmail(lab, world).to('dane-ee-selfsigned.test')
    talk('AUTH-01 DANE without looks of our own: not over this connection', good.begin(BOUND) + [(good.tls(), DEFER)])


def ask_as(user, path, text):
    """A question of another user of the machine."""
    os.seteuid(user)
    try:
        return Peer(path).ask(text)
    finally:
        os.seteuid(0)


def exempt(lab, world):
    m = Sendmail(lab, world)
    bad = m.to('sts-selfsigned.test')
    tap.ok(m.peer.ask('tls-optional ' + m.id) == 'OK noted', '"TLS-Required: No" is noted by queue id')
    talk('and the message goes, whatever the policy says', bad.begin(FREE) + [(bad.tls(), GO_ON), (bad.rcpt(), GO_ON)])
    counts(lab, bad.domain, {}, 'it is not counted')
    m.new_message()
    talk('the next one over the same connection does not', [(bad.rcpt(), DEFER)])
    counts(lab, bad.domain, {'sts': (0, 1, ['certificate-not-trusted'])}, 'and the session counts for it')
    talk('RPT-MAIL-06 mail that the ruleset calls free', [(bad.rcpt(free='yes'), GO_ON)])
    lab.folder.chmod(0o711)
    talk('others may not say so', [(ask_as(65534, lab.folder / 'map', 'tls-optional ' + m.id), 'PERM only for root *')])
    talk('what is no queue id', [(m.peer.ask('tls-optional ' + id), 'PERM *') for id in ('', 'x' * 64)])


def hostile(lab, world):
    m = Sendmail(lab, world)
    good, bad, free = m.to('sts-enforce.test'), m.to('sts-selfsigned.test'), m.to('none-good.test')
    talk('whatever the local part contains, the domain is behind the last @', [
        (good.rcpt('a;rcpt:evil@x.test;b c@' + good.domain), GO_ON),
        (bad.rcpt('a;free:yes;verify:OK;rcpt:x@none-good.test;c@' + bad.domain), DEFER),
        (m.say('rcpt', **bad.place, **{**bad.words(), 'rcpt': '"@STS-SelfSigned.Test.'}), DEFER),
        (m.to(free.domain, bad.host).rcpt('BoB@STS-SelfSigned.Test.'), DEFER)])
    talk('STS-APP-02 whatever the name of an MX host contains, it says nothing else', [
        (m.say('tls', **{**bad.place, 'mx': bad.host.name + text, **bad.words(), 'free': 'no', 'rcpt': 'b@' + bad.domain}), want)
        for text, want in ((';free:yes;rcpt:x', 'TEMP *'), (';verify:OK;name:yes;rcpt:x', 'TEMP *'), (';rcpt:x@none-good.test', DEFER))])
    for key, want in (('tls;nonsense', 'TEMP *'), ('tls;id:x;rcpt:@', 'TEMP *'), ('tls;id:x;verify:OK;', 'TEMP *'),
                      ('tls;id:%s;rcpt:b@c;' % ('x' * 64), 'TEMP *'), ('rcpt;', 'TEMP *'), ('good.test', 'TEMP *'),
                      ('later;id:x;', 'PERM *')):
        talk('the key "%s"' % key[:20], [(m.peer.ask('sendmail ' + key), want)])
    m.peer.send(netstring('hopseal ' + 'tls;' * 6000))
    tap.ok(m.peer.reply() is None, 'a key that is too long closes the connection')


def queries(lab):
    done = lab.hopseal('query', '-d', 'sendmail', 'sts-outside.test')
    tap.ok(done.stdout == 'OK mx4-good-a.sts-outside.test="SKIP mx4-good-a.sts-outside.test MX host not named by the STS '
           'policy" mx-good-b.sts-outside.test="USE servername=hostname"\n', 'query -d sendmail shows each host', done.stdout)
    by_source = lab.status()['events']['by_source']
    tap.ok(by_source['sendmail'] > 0 and by_source['hopseald'] == 1, 'status has the source, and one refusal of ours',
           by_source)


def late(lab, world):
    """The daemon's deadline is shorter than DNS takes."""
    silent = Sendmail(lab, world).to('timeout.test')
    talk('MX-06 DNS does not answer in time', [
        (silent.mx(), 'OK SKIP *'), (silent.start(), NOTHING), (silent.tls(), 'OK DEFER 4.4.3 *'),
        (silent.rcpt(), 'OK DEFER 4.4.3 *')])


def main():
    world = table.World()
    with Lab(sys.argv[1]) as lab:
        lab.daemon(CONFIG % 'yes' + lab.report_config())
        sessions(lab, world)
        queries(lab)
        kept(lab, world)
        clear(lab, world)
        shared(lab, world)
        dane(lab, world)
        exempt(lab, world)
        hostile(lab, world)
        everywhere(lab, world)
        lab.stop_daemon()
        lab.daemon(CONFIG % 'no' + lab.report_config())
        unprobed(lab, world)
        late(lab, world)
        lab.stop_daemon()
        tap.ok('ERROR' not in lab.log() and 'runtime error' not in lab.log(), 'no complaint of a sanitizer', lab.log()[-3000:])
    tap.end()


if __name__ == '__main__':
    main()
