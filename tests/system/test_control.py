#!/usr/bin/env python3
"""test_control.py BUILD: the "hopseal" command against a real hopseald in the test world, and without one."""
import json
import pathlib
import re
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from command import YES, NO, USAGE, FAILED  # noqa: E402
from lab import Lab  # noqa: E402
from tap import Tap  # noqa: E402

NOBODY = 65534
# Domains of tests/world/domains.tsv that differ in what the engine does for them.
DOMAINS = ['dane-ee.test', 'sts-enforce.test', 'none-good.test', 'nullmx.test', 'bogus.test', 'dane-two.test',
           'mix-tlsa-error.test', 'xn--bcher-kva.test', 'sts-testing.test']
DIALECTS = ['postfix', 'postfix-tlsrpt', 'sts', 'json']
tap = Tap()


def check(name, got, want_code, *want_texts, stream='stdout'):
    """The exit status is the wanted one and every text stands in the stream."""
    missing = [text for text in want_texts if text not in getattr(got, stream)]
    return tap.ok(got.returncode == want_code and not missing, name, 'status %d, want %d; missing: %r\n%s%s' % (
        got.returncode, want_code, missing, got.stdout, got.stderr))


def parsed(name, got):
    """-j is one JSON object."""
    try:
        value = json.loads(got.stdout)
    except ValueError as error:
        value = {}
        tap.ok(False, name, '%s\n%s%s' % (error, got.stdout, got.stderr))
    return value


def socketmap(path, request):
    """What a socketmap client reads: the payload of the reply."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(60)
        s.connect(str(path))
        s.sendall(b'%d:%s,' % (len(request), request))
        reply = b''
        while b':' not in reply or len(reply) < reply.index(b':') + 2 + int(reply[:reply.index(b':')]):
            reply += s.recv(65536)
    return reply[reply.index(b':') + 1:-1].decode()


def without_ttl(text):
    """Seconds go by between two questions."""
    return re.sub(r'"ttl":\d+', '"ttl":0', text)


def queries(lab, ask):
    check('query, DANE', ask('query', 'dane-ee.test'), YES, 'dane-ee.test: dane-verify', 'usable TLSA records',
          'RFC 7672, 2.2', 'mx-good.dane-ee.test')
    check('query, MTA-STS', ask('query', 'sts-enforce.test'), YES, 'sts-enforce.test: sts-verify', 'mode enforce',
          'RFC 8461, 5')
    check('query, mail would wait', ask('query', 'bogus.test'), NO, 'bogus.test: defer', 'SERVFAIL')
    check('query, mail would bounce', ask('query', 'nullmx.test'), NO, 'nullmx.test: reject', 'RFC 7505')
    check('query, any case and a final dot', ask('query', 'DANE-EE.Test.'), YES, 'dane-ee.test: dane-verify')
    check('DNS-12 query, U-label', ask('query', 'b\u00fccher.test'), YES, 'xn--bcher-kva.test: ')
    check('query, host in brackets with port', ask('query', '[mx-good.dane-ee.test]:2525'), YES,
          '[mx-good.dane-ee.test]:2525')
    check('MX-08 query, an address', ask('query', '[192.0.2.1]'), YES, 'addresses have no policy')
    check('STS-APP-04 query, a parent key', ask('query', '.dane-ee.test'), YES, 'parent domains have no policy')
    check('query, no name', ask('query', 'a..test'), USAGE, '"a..test"', stream='stderr')
    check('query, no dialect', ask('query', 'dane-ee.test', '-d', 'nonsense'), NO, 'postfix-tlsrpt', stream='stderr')
    answer = parsed('query -j', ask('query', '-j', 'dane-two.test'))
    tap.ok(answer.get('next-hop') == 'dane-two.test' and len(answer.get('hosts', [])) == 2, 'query -j', answer)
    for dialect in DIALECTS:
        for domain in DOMAINS:
            wire = socketmap(lab.folder / 'map', ('%s %s' % (dialect, domain)).encode())
            shown = ask('query', domain, '-d', dialect)
            waits = wire.startswith(('TEMP', 'PERM'))
            tap.ok(without_ttl(shown.stdout) == without_ttl(wire) + '\n' and
                   shown.returncode == (NO if waits else YES),
                   'query -d %s %s prints what the MTA gets' % (dialect, domain), '%s\n%s' % (wire, shown))


def explanations(ask):
    for domain, code, texts in (
            ('dane-ee.test', YES, ['_25._tcp.mx-good.dane-ee.test TLSA', 'secure', 'RFC 7672', '3 1 1 ']),
            ('sts-enforce.test', YES, ['_mta-sts.sts-enforce.test TXT', 'insecure', 'RFC 8461', 'mode enforce']),
            ('sts-http-404.test', YES, ['404', 'sts-policy-fetch-error']),
            ('bogus-tlsa.test', NO, ['error', 'SERVFAIL', 'defer', 'TLSA lookup failed (RFC 7672, 2.1.2)']),
            ('dane-many.test', YES, ['more'])):
        got = ask('explain', domain)
        check('explain %s' % domain, got, code, *texts)
        numbers = [int(n) for n in re.findall(r'(?m)^ *(\d+)  \S', got.stdout.split('\n\n')[0])]
        tap.ok(numbers and numbers == list(range(1, len(numbers) + 1)), 'explain %s: steps are numbered' % domain,
               got.stdout)
        tap.ok(all(len(line) <= 80 for line in got.stdout.splitlines()), 'explain %s: 80 columns' % domain,
               got.stdout)
    value = parsed('explain -j', ask('explain', '-j', 'dane-ee.test'))
    tap.ok(value.get('steps') and {'what', 'came', 'security', 'rule', 'ttl_s'} <= set(value['steps'][0]) and
           value['answer']['verdict'] == 'dane-verify', 'explain -j', value)


def fetches(lab, domain):
    """How often the policy of this domain was fetched."""
    return sum('mta-sts.' + domain == entry.get('host') for entry in lab.web())


def cache(lab, ask):
    ask('query', 'sts-enforce.test')
    ask('query', 'sts-testing.test')
    check('STS-CACHE-13 cache list', ask('cache', 'list'), YES, 'sts-enforce.test', 'sts-testing.test', 'enforce')
    got = ask('cache', 'list', '*-enforce.*')
    check('cache list, by pattern', got, YES, 'sts-enforce.test')
    tap.ok('sts-testing' not in got.stdout, 'cache list, by pattern: only those', got.stdout)
    names = [p['domain'] for p in parsed('cache list -j', ask('cache', 'list', '-j', 'sts-[et]*')).get('policies', [])]
    tap.ok(names == sorted(names) and {'sts-enforce.test', 'sts-testing.test'} <= set(names), 'cache list -j', names)
    check('STS-CACHE-13 STS-POL-17 cache show', ask('cache', 'show', 'sts-enforce.test'), YES, 'version: STSv1',
          'mode: enforce', 'max_age: ')
    tap.ok(parsed('cache show -j', ask('cache', 'show', '-j', 'sts-enforce.test')).get('mode') == 'enforce',
           'cache show -j')
    before = fetches(lab, 'sts-enforce.test')
    check('STS-CACHE-13 cache refresh', ask('cache', 'refresh', 'sts-enforce.test'), YES, 'sts-enforce.test: enforce')
    tap.ok(fetches(lab, 'sts-enforce.test') == before + 1, 'cache refresh fetches once',
           '%d, then %d' % (before, fetches(lab, 'sts-enforce.test')))
    for verb in ('show', 'refresh', 'drop'):
        check('STS-CACHE-13 cache %s, a name that is not there' % verb, ask('cache', verb, 'unheard.test'), NO,
              'unheard.test', stream='stderr')
    check('STS-CACHE-13 cache drop', ask('cache', 'drop', 'sts-enforce.test'), YES, 'dropped')
    tap.ok('sts-enforce.test' in lab.log(), 'STS-CACHE-13 cache drop is logged', lab.log())
    check('cache drop, twice', ask('cache', 'drop', 'sts-enforce.test'), NO, 'sts-enforce.test', stream='stderr')
    check('cache drop touches nothing else', ask('cache', 'show', 'sts-testing.test'), YES, 'testing')
    before = fetches(lab, 'sts-enforce.test')
    check('a dropped policy is found again', ask('query', 'sts-enforce.test'), YES, 'sts-verify')
    tap.ok(fetches(lab, 'sts-enforce.test') == before + 1, 'STS-CACHE-13 cache drop: the next question fetches')


def overrides(lab, ask):
    check('override list, none', ask('override', 'list'), YES)
    check('override add', ask('override', 'add', 'dane-ee.test', 'may', '-r', 'ticket 4711: "key" lost', '-e', '14d'),
          YES, 'dane-ee.test: may until')
    check('override is obeyed', ask('query', 'dane-ee.test'), YES, 'dane-ee.test: may', 'relaxed by the operator')
    check('override list', ask('override', 'list'), YES, 'dane-ee.test', 'may', 'ticket 4711: "key" lost')
    check('status shows the override', ask('status'), YES, 'dane-ee.test', 'ticket 4711')
    lab.stop_daemon()
    lab.daemon()
    check('override outlives the daemon', ask('query', 'dane-ee.test'), YES, 'dane-ee.test: may')
    check('override add, again, replaces', ask('override', 'add', 'DANE-EE.test', 'audit', '-r', 'x', '-e', '1d'), YES,
          'dane-ee.test: audit')
    value = parsed('override list -j', ask('override', 'list', '-j')).get('overrides', [])
    tap.ok([o['action'] for o in value] == ['audit'], 'override list -j', value)
    check('override remove', ask('override', 'remove', 'dane-ee.test'), YES, 'removed')
    check('override remove, twice', ask('override', 'remove', 'dane-ee.test'), NO, 'dane-ee.test', stream='stderr')
    check('override is gone', ask('query', 'dane-ee.test'), YES, 'dane-ee.test: dane-verify')
    ask('override', 'add', 'dane-ee.test', 'no-dane', '-r', 'x', '-e', '1d')
    check('MAND-04 override no-dane', ask('query', 'dane-ee.test'), YES, 'dane-ee.test: may')
    check('MAND-04 status shows no-dane', ask('status'), YES, 'dane-ee.test', 'no-dane')
    ask('override', 'remove', 'dane-ee.test')
    ask('override', 'add', 'dane-ee.test', 'audit', '-r', 'x', '-e', '1d')
    check('MAND-03 override audit', ask('query', 'dane-ee.test'), YES, 'dane-ee.test: may', 'audit only')
    ask('override', 'remove', 'dane-ee.test')
    check('override add, with all below', ask('override', 'add', '.none-good.test', 'dane-only', '-r', 'x', '-e', '2s'),
          YES, '.none-good.test: dane-only')
    check('MAND-01 override dane-only', ask('query', 'none-good.test'), NO, 'none-good.test: defer')
    time.sleep(2.5)
    check('override ends by itself', ask('query', 'none-good.test'), YES, 'none-good.test: may')


def status(ask):
    check('DNS-13 status', settled(ask), YES, 'hopseald ', 'validating', '127.0.0.1', 'healthy', 'questions', 'verdicts')
    value = parsed('status -j', ask('status', '-j'))
    tap.ok(value.get('resolver', {}).get('is_ok') is True and value['store']['is_healthy'] is True, 'status -j', value)


def settled(ask):
    """The status once the resolver has been tested."""
    for _ in range(100):
        got = ask('status')
        if 'not tested yet' not in got.stdout:
            break
        time.sleep(0.05)
    return got


def bad_resolver(lab, ask):
    lab.stop_daemon()
    write = lab.write_config

    def write_with_plain_resolver(more=''):
        path = write(more)
        path.write_text(path.read_text().replace('servers = 127.0.0.1', 'servers = 127.0.0.2'))
        return path

    lab.write_config = write_with_plain_resolver
    lab.daemon()
    check('DNS-13 status, a resolver that does not validate, is loud', settled(ask), YES, 'DANE IS OFF',
          '127.0.0.2:53 does not validate')
    got = subprocess.run(lab.inside(lab.build / 'hopseal', '-c', lab.folder / 'hopseal.conf', 'query', '-n',
                                    'dane-ee.test'), text=True, capture_output=True, check=False)
    check('DNS-13 query -n, a resolver that does not validate, is loud', got, YES, 'does not validate',
          stream='stderr')


def without_daemon(lab, ask):
    """-n says the same, with the daemon's database, and without anything."""
    told = {domain: parsed('query', ask('query', '-j', domain)) for domain in DOMAINS}
    alone = [lab.build / 'hopseal', '-c', lab.folder / 'hopseal.conf', 'query', '-n', '-j']
    for domain in DOMAINS:
        got = subprocess.run(lab.inside(*alone, domain), text=True, capture_output=True, check=False)
        value = parsed('query -n', got)
        same = [(h['name'], h['verdict']) for h in value.get('hosts', [])] == [
            (h['name'], h['verdict']) for h in told[domain].get('hosts', [])]
        tap.ok(value.get('verdict') == told[domain].get('verdict') and same,
               'query -n says what the daemon says: %s' % domain, '%s\n%s' % (value, told[domain]))
    lab.stop_daemon()
    got = subprocess.run(lab.inside(*alone, 'sts-enforce.test'), text=True, capture_output=True, check=False)
    tap.ok(parsed('query -n', got).get('verdict') == 'sts-verify', 'query -n, nobody else is there', got)
    got = subprocess.run(lab.inside(lab.build / 'hopseal', '-c', lab.folder / 'hopseal.conf', 'explain', '-n',
                                    'dane-ee.test'), text=True, capture_output=True, check=False)
    check('explain -n', got, YES, 'TLSA', 'dane-verify')
    check('the daemon has gone', ask('status'), FAILED, 'is hopseald running', stream='stderr')
    lab.daemon()


def not_allowed(lab):
    pathlib.Path(lab.folder).chmod(0o755)
    got = subprocess.run(['setpriv', '--reuid=%d' % NOBODY, '--regid=%d' % NOBODY, '--clear-groups',
                          lab.build / 'hopseal', '-s', lab.folder / 'control', 'status'], text=True,
                         capture_output=True, check=False)
    check('another user is told what to do', got, FAILED, 'Permission denied', 'as root', stream='stderr')


def main():
    with Lab(sys.argv[1]) as lab:
        lab.daemon()

        def ask(*args):
            return lab.hopseal(*args, check=False)

        queries(lab, ask)
        explanations(ask)
        cache(lab, ask)
        overrides(lab, ask)
        status(ask)
        without_daemon(lab, ask)
        not_allowed(lab)
        bad_resolver(lab, ask)


main()
tap.end()
