#!/usr/bin/env python3
"""test_seal.py BUILD: what hopseald tells OpenSMTPD of every domain of the world, against the world's table.

The rules are those of hopseal-opensmtpd(7), written down once more: by verdicts, certificates and TLSA words of the table.
"""
import concurrent.futures
import json
import pathlib
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'world'))
import kinds  # noqa: E402
import table  # noqa: E402
from lab import Lab  # noqa: E402
from tap import Tap  # noqa: E402

CONFIG = '''allow = 203.0.113.0/24
allow = 2001:db8::/32
allow = 192.0.2.0/24
[probe]
per-minute = 100000
[opensmtpd]
dane-only = %s
'''
PARALLEL = 16
PATIENCE_S = 40
STRICT = {'dane-verify', 'sts-verify', 'encrypt'}
UNREACHED = {'hang', 'b421', 'refuse'}  # what servers do who come not as far as TLS while a question waits
SEALED, OPEN, LATER = 'sealed', 'open', 'later'
UNSEEN, FAILS, HOLDS, WEBPKI = 'unseen', 'fails', 'holds', 'webpki'
tap = Tap()


class Map:
    """The daemon's socketmap, as table-hopseal asks it, but with patience."""

    def __init__(self, path):
        self.path = str(path)

    def ask(self, request):
        """-> the reply's code and text."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE_S)
            s.connect(self.path)
            data = request.encode()
            s.sendall(b'%d:%s,' % (len(data), data))
            reply = b''
            while b':' not in reply or len(reply) < reply.index(b':') + 2 + int(reply[:reply.index(b':')]):
                reply += s.recv(65536)
        code, _, text = reply[reply.index(b':') + 1:-1].decode().partition(' ')
        return code, text

    def ask_all(self, name, domains):
        """-> {domain: (code, text)}"""
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            return dict(zip(domains, pool.map(lambda domain: self.ask('%s %s' % (name, domain)), domains)))


# ---------------------------------------------------------------- what the table says

def verifies(host):
    """Whether a verifying client is content with the host's certificate for its name."""
    return kinds.SINKS[host.kind].cert in ('good', 'wildcert')


def gives_tls(host):
    """At one of its addresses at least."""
    return host.sink.does in ('ok', 'sni')


def matches_tlsa(host):
    if host.tlsa == 'ta' or host.tlsa == 'takey':
        return kinds.CERTS[host.sink.cert].days == (-1, 90) and host.sink.cert != 'tawrongname'
    return host.tlsa != 'wrong'


def standing(host, verdict):
    """How a host that may be used stands, once it has been seen."""
    if host.sink.does in UNREACHED:
        return UNSEEN
    if not gives_tls(host) or (verdict == 'dane-verify' and not matches_tlsa(host)):
        return FAILS
    return WEBPKI if verifies(host) else HOLDS


def is_binding(domain):
    """A policy in mode enforce is in force."""
    return domain.policy is not None and policy_mode(domain) == 'enforce'


def policy_mode(domain):
    import expected  # its words are the world's own promise
    found = expected.POLICY.get(domain.sts, '')
    return found.strip('^$') if found in ('^enforce$', '^testing$', '^none$') else 'none'


def seal_of(domain, opens):
    """Sealed, open, or nothing to be said."""
    verdicts = dict(zip(domain.hosts, domain.verdicts))
    if domain.verdicts == ['reject']:
        return OPEN
    if domain.verdicts == ['defer']:
        return SEALED if is_binding(domain) else LATER
    if is_binding(domain):
        return SEALED
    stand = [standing(host, verdict) for host, verdict in verdicts.items() if verdict in STRICT]
    doubtful = [host for host, verdict in verdicts.items() if verdict == 'skip' and host.sink.address]
    if stand and opens and not doubtful and UNSEEN in stand and not {WEBPKI, FAILS} & set(stand):
        return LATER
    if stand:
        return OPEN if opens and set(stand) == {HOLDS} and not doubtful else SEALED
    return LATER if doubtful else OPEN


def relays_of(domain, opens):
    """The hosts that sealed mail may go to, the best first."""
    if len(domain.verdicts) != len(domain.hosts):
        return []
    seal, pairs = seal_of(domain, opens), list(zip(domain.hosts, domain.verdicts))
    named = [host.name for host, verdict in pairs if verdict == 'sts-verify' or (
        verdict in STRICT and standing(host, verdict) == WEBPKI)]
    free = [host.name for host, verdict in pairs if verdict == 'may' and (
        seal == OPEN or standing(host, verdict) == WEBPKI)]
    return named + free


# ---------------------------------------------------------------- the tests

def said_seal(reply):
    code, text = reply
    return text.split(' ')[0] if code == 'OK' else LATER if code == 'TEMP' else code


def compare(asked, world, opens):
    """Every domain, as often as hosts need to be seen."""
    names = [domain.name for domain in world.domains]
    asked.ask_all('opensmtpd-prefetch', names)
    seals, routes = asked.ask_all('opensmtpd', names), asked.ask_all('opensmtpd-route', names)
    word = 'encrypt' if opens else 'defer'
    for domain in world.domains:
        want = seal_of(domain, opens)
        tap.ok(said_seal(seals[domain.name]) == want, '%s is %s (dane-only = %s)' % (domain.name, want, word),
               seals[domain.name])
        relays = relays_of(domain, opens)
        want = ('OK', 'smtp+tls://' + relays[0]) if relays else ('TEMP',)
        tap.ok(routes[domain.name][:len(want)] == want, '%s routes to %s (dane-only = %s)' % (
            domain.name, relays[0] if relays else 'nobody', word), routes[domain.name])


def event(asked, **words):
    return asked.ask('event ' + json.dumps({'source': 'opensmtpd', 'direction': 'out', **words}))


def address(world, host):
    return world.hosts[host].addresses[0][1]


def turns(lab, asked, world):
    """From the route to the session and to the next route."""
    first, second = 'mx4-expired.sts-two.test', 'mx-good.sts-two.test'
    route = 'opensmtpd-route sts-two.test'
    tap.ok(asked.ask(route) == ('OK', 'smtp+tls://' + first), 'the most preferred host comes first', asked.ask(route))
    tap.ok(asked.ask(route) == ('OK', 'smtp+tls://' + first), 'and again, a moment later', asked.ask(route))
    told = event(asked, tls='failed', remote=address(world, first))
    tap.ok(told[0] == 'OK', 'a session that failed before its mail is told by its address only', told)
    tap.ok(asked.ask(route) == ('OK', 'smtp+tls://' + second), 'the next attempt goes to the next host', asked.ask(route))
    told = event(asked, tls='up', remote=address(world, second), **{'next-hop': 'sts-two.test'})
    tap.ok(told[0] == 'OK', 'its session with mail', told)
    tap.ok(lab.wait_until_counted(), 'both are counted')
    report = lab.previews(['sts-two.test'])['sts-two.test']
    policy = report['policies'][0]
    tap.ok(policy['summary'] == {'total-successful-session-count': 1, 'total-failure-session-count': 1},
           'the report has one of each', policy)
    failure = policy['failure-details'][0]
    tap.ok((failure['result-type'], failure['receiving-mx-hostname']) == ('certificate-expired', first),
           'RPT-TYPE-03 the reason is what a probe has seen', failure)
    told = event(asked, tls='failed', remote='192.0.2.222')
    tap.ok(told[0] == 'OK', 'a session by no route of ours is acknowledged and forgotten', told)
    tap.ok(event(asked, tls='failed')[0] == 'PERM', 'one without next-hop and address is none')


def shown(lab):
    done = lab.hopseal('query', '-d', 'opensmtpd', 'dane-ee.test')
    tap.ok(done.stdout == 'OK sealed hosts="mx-good.dane-ee.test"\n', 'query -d opensmtpd shows the words', done.stdout)
    done = lab.hopseal('query', '-d', 'opensmtpd', 'dane-ee-selfsigned.test')
    tap.ok('sealed hosts="" reason="mx-selfsigned.dane-ee-selfsigned.test' in done.stdout, 'and why there is no host',
           done.stdout)
    done = lab.hopseal('explain', 'dane-ee-selfsigned.test')
    tap.ok('WebPKI does not' in done.stdout, 'explain says why a host is not usable', done.stdout)


def main():
    world = table.World()
    with Lab(sys.argv[1]) as lab:
        for opens in (False, True):
            began = time.monotonic()
            lab.daemon(CONFIG % ('encrypt' if opens else 'defer') + lab.report_config())
            compare(Map(lab.folder / 'map'), world, opens)
            if not opens:
                shown(lab)
            lab.stop_daemon()
            print('# %.0f s' % (time.monotonic() - began), flush=True)
        lab.daemon(CONFIG % 'defer' + lab.report_config())
        turns(lab, Map(lab.folder / 'map'), world)
    tap.end()


if __name__ == '__main__':
    main()
