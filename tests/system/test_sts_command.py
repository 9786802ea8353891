#!/usr/bin/env python3
"""test_sts_command.py BUILD: "hopseal sts make", "publish", "retire" and "report make": in the test world, policy host by policy host, and
beside curl(1) and dig(1)."""
import concurrent.futures
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from command import GOOD, ADVICE, BROKEN, UNSURE, YES, NO, USAGE, FAILED, Command, checker  # noqa: E402
from lab import Lab, rows  # noqa: E402
from tap import Tap  # noqa: E402

DAY_S = 86400
tap = Tap()
check = checker(tap)


# ---------------------------------------------------------------------- without a network

def make_reports(hopseal):
    check('PUB-RPT-01 SEED-58 report make: a mailbox', hopseal('report', 'make', 'example.org', 'tls@example.org'), YES,
          '_smtp._tls.example.org. IN TXT "v=TLSRPTv1; rua=mailto:tls@example.org"\n')
    got = hopseal('report', 'make', '-j', 'bücher.example', 'a!b@x.example', 'https://r.example/v1,2')
    record = json.loads(got[1])
    tap.ok(record == {'owner': '_smtp._tls.xn--bcher-kva.example.',
                      'record': 'v=TLSRPTv1; rua=mailto:a%21b@x.example,https://r.example/v1%2C2'},
           'PUB-RPT-01 RPT-DNS-07 report make -j: what must be encoded is', got)
    check('PUB-RPT-01 what report make prints, report lint takes', hopseal('report', 'lint', '--record', '-', stdin=record['record']), YES,
          'valid: reports go to mailto:a%21b@x.example, https://r.example/v1%2C2')
    long = ['somebody-%d@a-rather-long-domain-name.example' % n for n in range(8)]
    got = hopseal('report', 'make', 'example.org', *long)
    tap.ok(got[0] == YES and got[1].startswith('_smtp._tls.example.org. IN TXT ( "') and
           all(len(part) <= 255 for part in got[1].split('"')[1::2]), 'PUB-RPT-01 a long record is several strings', got)
    for name, args, words in (('no mailbox', ['example.org', 'tls'], '"tls": '), ('no domain', ['a..b', 'a@x.example'], '"a..b" is no domain'),
                              ('HTTP', ['example.org', 'http://x.example/'], 'neither mailto nor https'),
                              ('no destination', ['example.org'], 'usage: hopseal report make'),
                              ('too many', ['example.org', *long, *long], 'more than 10')):
        check('PUB-RPT-01 report make: ' + name, hopseal('report', 'make', *args), USAGE, words, stream=2)


def lint_mail(hopseal):
    mail = 'From: a@x.example\nDKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=sel;%s\n h=From:TLS-Report-Domain:TLS-Report-Submitter\n\nbody\n'
    check('PUB-RPT-02 SEED-68 report lint --message', hopseal('report', 'lint', '--message', '-', stdin=mail % ''), YES,
          'valid: 1 DKIM signature (RFC 8460, 3)\n')
    check('PUB-RPT-02 SEED-68 RPT-DKIM-02 report lint --message: l=', hopseal('report', 'lint', '--message', '-', stdin=mail % ' l=10;'), NO,
          'not valid: 1 DKIM', 'broken: sel._domainkey.x.example: the signature has "l="')
    check('report lint: two files', hopseal('report', 'lint', '--message', '-', '--record', '-'), USAGE,
          'either --record FILE or --message FILE', stream=2)


def make_errors(hopseal):
    for name, args, words in (('another mode', ['--mode', 'Enforce'], '"Enforce" is no mode'),
                              ('no max_age', ['--max-age', 'week'], '"week" is no max_age'),
                              ('max_age beyond the maximum', ['--max-age', '31557601'], '0 to 31557600 seconds')):
        check('PUB-STS-01 sts make: ' + name, hopseal('sts', 'make', 'example.org', *args), USAGE, words, stream=2)
    check('sts make: no domain', hopseal('sts', 'make', 'a..b'), USAGE, '"a..b" is no domain', stream=2)
    check('sts retire: no max_age', hopseal('sts', 'retire', 'example.org', '--max-age-served', '-1'), USAGE, 'is no max_age', stream=2)
    check('sts publish: a policy that is not there', hopseal('sts', 'publish', 'example.org', '--policy', '/none'), USAGE, 'No such file',
          stream=2)
    check('sts publish: a policy that is none', hopseal('sts', 'publish', 'example.org', '--policy', '-', stdin='hello'), USAGE,
          'policy invalid: line 1', stream=2)


# ---------------------------------------------------------------------- every policy host

# What "sts publish" must remark on, by the word of tests/world/kinds.py, but for notes; '' alone is nothing.
BROKEN_WEB = {'web-expired': 'sts-cert-expired', 'web-wrongname': 'sts-cert-name', 'web-cnonly': 'sts-cert-name',
              'web-selfsigned': 'sts-cert-untrusted', 'web-unknownca': 'sts-cert-untrusted', 'web-tls10': 'sts-tls',
              'web-refuse': 'sts-unreachable', 'web-silent': 'sts-timeout', 'web-hang': 'sts-timeout', 'web-drip': 'sts-timeout',
              'web-short': 'sts-truncated', 'web-garbage': 'sts-not-http', 'web-private': 'sts-host-private',
              'web-private6': 'sts-host-private', 'web-loopback': 'sts-host-private', 'web-loopback6': 'sts-host-private',
              'web-mapped': 'sts-host-private', 'http-201': 'sts-http-status', 'http-204': 'sts-http-status',
              'http-301': 'sts-redirect', 'http-302': 'sts-redirect', 'http-404': 'sts-http-status', 'http-500': 'sts-http-status',
              'size-over': 'sts-too-big', 'size-stream': 'sts-too-big', 'size-chunked': 'sts-too-big', 'size-big': 'sts-too-big',
              'gzip-bomb': 'sts-policy-invalid', 'type-html': 'sts-media-type', 'type-missing': 'sts-media-type',
              'text-v2': 'sts-policy-invalid', 'text-nomx': 'sts-policy-invalid', 'text-typo': 'sts-policy-invalid',
              'text-bom': 'sts-policy-invalid', 'text-case': 'sts-policy-invalid', 'text-empty': 'sts-policy-invalid',
              'web-absent': 'sts-host-none', 'web-servfail': 'sts-host-fails', 'txt-servfail': 'sts-record-fails',
              'txt-two': 'sts-record-several', 'txt-badid': 'sts-record-invalid'}
WORDS = {**{kind: {word} for kind, word in BROKEN_WEB.items()},
         'stranger': {'sts-mx-uncovered', 'sts-mx-unused'}, 'testing-stranger': {'sts-mx-uncovered-testing', 'sts-mx-unused'},
         'last': {'sts-mx-uncovered'}, 'wildcard': {'sts-wildcard-own'}, 'many': {'sts-mx-unused'},
         'size-max': {'sts-unknown-key'}, 'rolling': {'sts-unknown-key'}, 'maxage0': {'sts-max-age-short'},
         'hole6': {'sts-address-unreachable'}}
# The text of rolling changes with every request: what one address serves is then sometimes not what the other does.
CHANCE = {'rolling': {'sts-addresses-differ'}}
UNSURE_KINDS = ('web-servfail', 'txt-servfail', 'web-private', 'web-private6', 'web-loopback', 'web-loopback6', 'web-mapped')
# Beside their kind: a name two labels deep; no MX set to be had.
MORE = {'sts-wildcard-deep.test': {'sts-wildcard-own', 'sts-mx-uncovered', 'sts-mx-unused'},
        'old.alias.test': set()}
SEEDS = {'web-tls10': 'SEED-40 ', 'web-expired': 'SEED-40 ', 'web-selfsigned': 'SEED-40 ', 'type-html': 'SEED-41 ', 'http-301': 'SEED-42 ',
         'text-case': 'SEED-43 ', 'txt-badid': 'SEED-38 ', 'maxage0': 'SEED-46 ', 'last': 'SEED-57 ', 'enforce': 'SEED-55 '}


def every_host(hopseal, folder):
    mine = [row for row in rows() if row['sts'] != '-']
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(
            lambda row: hopseal('sts', 'publish', row['domain'], '-j', '--state', folder / row['domain']), mine))
    for row, got in zip(mine, answers):
        kind, remarks = row['sts'], json.loads(got[1])['remarks']
        words = {remark['word'] for remark in remarks if remark['level'] != 'note' and remark['word'].startswith('sts-')}
        want = MORE.get(row['domain'], WORDS.get(kind, set()))
        tap.ok(words - CHANCE.get(kind, set()) == want and all(remark['why'].count('RFC ') for remark in remarks),
               'PUB-STS-03 %s%s: %s' % (SEEDS.get(kind, ''), kind, row['domain']), (words, want, got))
        if kind in UNSURE_KINDS or kind in BROKEN_WEB:
            tap.ok(got[0] == (UNSURE if kind in UNSURE_KINDS else BROKEN), 'PUB-STS-03 the status: ' + row['domain'], got)


def beside_curl(lab, hopseal, folder):
    """What a person would look at, and what one command shows of it."""
    domain = 'sts-enforce.test'
    curl = subprocess.run(lab.inside('curl', '-s', '--cacert', lab.world + '/certs/ca.crt', '--resolve', 'mta-sts.%s:443:%s' % (
        domain, dig(lab, 'mta-sts.' + domain, 'A')), 'https://mta-sts.%s/.well-known/mta-sts.txt' % domain),
        capture_output=True, text=True, check=True).stdout
    file = folder / 'as-curl-sees-it'
    file.write_text(curl)
    got = hopseal('sts', 'publish', domain, '--policy', file, '--state', folder / domain)
    check('SEED-55 PUB-STS-03 what curl fetches is what is served', got, GOOD, 'done  policy file    mode enforce, max_age 604800',
          'done  TXT record     id ' + dig(lab, '_mta-sts.' + domain, 'TXT').split('id=')[1].split(';')[0])


def dig(lab, name, rrtype):
    return subprocess.run(lab.inside('dig', '+short', name, rrtype), capture_output=True, text=True, check=True).stdout.strip()


# ---------------------------------------------------------------------- make

def make(lab, hopseal, folder):
    domain, file = 'sts-two.test', folder / 'mta-sts.txt'
    got = hopseal('sts', 'make', domain, '--mode', 'testing', '--policy-out', file)
    policy = 'version: STSv1\nmode: testing\nmx: mx4-expired.sts-two.test\nmx: mx-good.sts-two.test\nmax_age: 86400\n'
    check('PUB-STS-01 SEED-43 make: the MX hosts one by one', got, YES, policy,
          'https://mta-sts.sts-two.test/.well-known/mta-sts.txt', '_mta-sts.sts-two.test. IN TXT "v=STSv1; id=2')
    tap.ok(file.read_bytes() == policy.replace('\n', '\r\n').encode(), 'PUB-STS-01 make --policy-out', file.read_bytes())
    made = json.loads(hopseal('sts', 'make', '-j', domain, '--mode', 'enforce')[1])
    tap.ok(made['mode'] == 'enforce' and made['max_age'] == 604800 and made['id'].isalnum() and len(made['id']) == 15 and
           made['record'] == 'v=STSv1; id=%s;' % made['id'] and made['id'] not in dig(lab, '_mta-sts.' + domain, 'TXT'),
           'PUB-STS-01 SEED-38 SEED-46 make -j: a time stamp that is not the live id, a week', made)
    check('PUB-STS-01 SEED-37 the record passes its own parser', hopseal('sts', 'lint', '--record', '-', stdin=made['record']), YES,
          'valid: id ' + made['id'])
    check('PUB-STS-01 SEED-43 the policy passes its own parser', hopseal('sts', 'lint', '--policy', '-', stdin=made['policy']), YES,
          'valid: mode enforce')
    check('PUB-STS-01 SEED-47 make: testing first', hopseal('sts', 'make', 'none-good.test'), YES, 'mode: testing\n')
    check('PUB-STS-01 make: enforce stays where it is in force', hopseal('sts', 'make', domain), YES,
          policy.replace('testing', 'enforce').replace('86400', '604800'))
    check('PUB-STS-01 make: a mode that cannot be seen cannot be kept', hopseal('sts', 'make', 'sts-http-404.test'), YES,
          'unsure: sts-http-404.test: the policy that is there could not be seen', stream=2)
    check('PUB-STS-01 SEED-47 make: enforce out of nothing', hopseal('sts', 'make', 'none-good.test', '--mode', 'enforce'), YES,
          'advice: mode enforce, and nothing was in testing before', stream=2)
    got = hopseal('sts', 'make', domain, '--mode', 'enforce')
    tap.ok(got[0] == YES and 'advice' not in got[2], 'SEED-47 make: enforce where a policy is', got)
    check('PUB-STS-01 SEED-46 make: enforce for a day', hopseal('sts', 'make', domain, '--mode', 'enforce', '--max-age', '86400'), YES,
          'advice: max_age is 86400 s, under a week', stream=2)
    check('PUB-STS-01 SEED-54 make: none names no host', hopseal('sts', 'make', domain, '--mode', 'none'), YES,
          'mode: none\nmax_age: 86400\n')
    check('PUB-STS-01 make: no MX record, the domain itself', hopseal('sts', 'make', 'implicit.test'), YES, 'mx: implicit.test\n')
    check('PUB-STS-01 make: a domain that takes no mail', hopseal('sts', 'make', 'nullmx.test'), NO, 'no MX host to name', stream=2)
    check('PUB-STS-01 make: a U-label', hopseal('sts', 'make', 'bücher.test'), YES, 'mx: mx-good.xn--bcher-kva.test\n')
    check('PUB-STS-01 make: the MX set cannot be found out', hopseal('sts', 'make', 'bogus-mx.test'), FAILED, 'could not be found out',
          stream=2)


# ---------------------------------------------------------------------- what was seen before

HEAD = '# first seen, last seen, id, mode, max_age, sum of the text\n'


def ago(days):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')


def line(first, last, name='1', mode='enforce', max_age=604800, total=1):
    return '%s %s %s %s %d %s\n' % (ago(first), ago(last), name, mode, max_age, total)


def remembered(hopseal, domain, folder):
    """(id, sum) of the policy that is there."""
    file = folder / 'look'
    file.unlink(missing_ok=True)
    hopseal('sts', 'publish', domain, '--state', file)
    words = file.read_text().splitlines()[-1].split()
    return words[2], words[5]


def publish(hopseal, folder):
    domain, state = 'sts-testing.test', folder / 'state'
    now, total = remembered(hopseal, domain, folder)
    check('SEED-48 SEED-47 publish: testing, watched from now on', hopseal('sts', 'publish', domain, '--state', state), GOOD,
          'good: ' + domain, 'later  reports        not before 20', 'watch them for two')
    state.write_text(HEAD + line(20, 1, now, 'testing', 604800, total))
    got = hopseal('sts', 'publish', domain, '--state', state)
    check('SEED-48 publish: after two weeks enforce is next', got, ADVICE, 'done     reports', 'missing  mode enforce', '--mode enforce')
    tap.ok(len(state.read_text().splitlines()) == 2, 'what is as before is remembered in its line', state.read_text())
    state.write_text(HEAD + line(20, 1, now, 'testing', 604800, 1))
    check('PUB-STS-02 SEED-48 publish: another policy, the same id', hopseal('sts', 'publish', domain, '--state', state), ADVICE,
          'the policy has changed, its id %s has not' % now, 'change the TXT record now', 'missing  TXT record')
    state.write_text(HEAD + line(3, 1, now, 'testing', 604800, total))
    wanted = folder / 'wanted'
    wanted.write_text('version: STSv1\nmode: enforce\nmx: mx-expired.sts-testing.test\nmax_age: 604800\n')
    check('SEED-47 publish: enforce is wanted on the third day of testing',
          hopseal('sts', 'publish', domain, '--state', state, '--policy', wanted), GOOD, 'later  policy file    not before 20')
    tap.ok(state.read_text().splitlines()[-1].startswith('wanted 20'), 'PUB-STS-02 what is wanted is remembered', state.read_text())
    first = HEAD + line(40, 20, 'older', 'testing', 604800, total)
    state.write_text(first)
    check('PUB-STS-02 publish: another id, before the policy was wanted',
          hopseal('sts', 'publish', domain, '--state', state, '--policy', wanted), ADVICE, 'missing  policy file', 'done     TXT record')
    since = next(row for row in state.read_text().splitlines() if row.startswith('wanted '))
    state.write_text(first + since.replace(since.split()[1], ago(2)) + '\n')
    check('PUB-STS-02 publish: another id, the old policy', hopseal('sts', 'publish', domain, '--state', state, '--policy', wanted),
          BROKEN, 'the id has changed to %s, the policy has not' % now, 'missing  policy file', 'later    TXT record')
    state.write_text(HEAD + line(20, 1, now, 'testing', 604800, total))
    check('PUB-STS-02 publish: the new policy comes first', hopseal('sts', 'publish', domain, '--state', state, '--policy', wanted),
          ADVICE, 'missing  policy file    serve the new policy at')
    got = hopseal('sts', 'publish', 'none-clear.test', '--state', folder / 'none')
    check('SEED-48 SEED-69 publish: a domain that has nothing', got, ADVICE, 'missing  policy host', 'missing  TLSRPT record',
          'later    mode enforce')
    tap.ok(not (folder / 'none').exists(), 'of nothing there is nothing to remember', folder)
    got = hopseal('sts', 'publish', 'sts-txt-absent.test', '--state', folder / 'absent')
    check('SEED-48 PUB-STS-02 publish: the record is next', got, ADVICE, 'missing  TXT record     publish it at _mta-sts.')
    got = hopseal('sts', 'publish', 'sts-delegated.test', '--state', folder / 'delegated')
    check('PUB-STS-05 publish: delegated, with a certificate of its own', got, GOOD,
          'note: _mta-sts.sts-delegated.test: an alias of _mta-sts.sts-delegated.plain.test')
    state.write_text('something else\n')
    check('publish: a state that is none', hopseal('sts', 'publish', domain, '--state', state), FAILED, 'line 1 cannot be read', stream=2)
    tap.ok(state.read_text() == 'something else\n', 'and it stays as it is', state.read_text())


def retire(hopseal, folder):
    state, told = folder / 'leaving', ('--max-age-served', 7 * DAY_S)
    check('PUB-STS-04 SEED-54 retire: enforce is served', hopseal('sts', 'retire', 'sts-enforce.test', '--state', state, *told), ADVICE,
          'missing  policy none', 'later    removal      not before 20', 'mode: none\nmax_age: 86400\n', '"v=STSv1; id=20',
          'advice: sts-enforce.test: senders may have a policy in memory until')
    now, total = remembered(hopseal, 'sts-none.test', folder)
    none = line(3, 0, now, 'none', 604800, total)
    state.write_text(HEAD + line(30, 4) + none)
    got = hopseal('sts', 'retire', 'sts-none.test', '--state', state, '-j', *told)
    steps = {step['step']: step for step in json.loads(got[1])['steps']}
    left = (steps['removal']['not_before_epoch'] - datetime.datetime.now(datetime.timezone.utc).timestamp()) / DAY_S
    tap.ok(got[0] == ADVICE and steps['policy none']['state'] == steps['new id']['state'] == 'done' and
           steps['removal']['state'] == 'later' and 3.9 < left <= 4.01, 'PUB-STS-04 retire: a week from when none was seen', (left, got))
    state.write_text(HEAD + line(30, 12) + line(8, 0, now, 'none', 604800, total))
    check('PUB-STS-04 retire: a month of looks does not show what was served before',
          hopseal('sts', 'retire', 'sts-none.test', '--state', state), UNSURE, 'later  removal', 'before the first look')
    check('PUB-STS-04 SEED-54 retire: both may go', hopseal('sts', 'retire', 'sts-none.test', '--state', state, *told), GOOD, 'good: sts-none.test',
          'now   removal      remove the TXT record, then the host')
    state.write_text(HEAD + line(30, 12) + line(8, 0, now, 'none', 604800, total))
    check('PUB-STS-04 retire: the operator knows of a longer one',
          hopseal('sts', 'retire', 'sts-none.test', '--state', state, '--max-age-served', 30 * DAY_S), ADVICE, 'later  removal')
    state.unlink()
    check('PUB-STS-04 retire: nobody knows what was served', hopseal('sts', 'retire', 'sts-none.test', '--state', state), UNSURE,
          'it is not known which policies were served', '--max-age-served')
    state.write_text(HEAD + line(30, 1))
    check('PUB-STS-04 SEED-54 retire: all gone, and senders still enforce', hopseal('sts', 'retire', 'none-good.test', '--state', state),
          BROKEN, 'broken: none-good.test: senders may have a policy in memory until', 'serve a policy of mode none again')
    state.write_text(HEAD + line(500, 40) + line(39, 30, '2', 'none', 86400, 2))
    check('PUB-STS-04 retire: all gone in time', hopseal('sts', 'retire', 'none-good.test', '--state', state), GOOD,
          'record and host are gone')


def resolvers(lab, folder):
    for name, config, words in (('no resolver', '[dns]\nservers = 127.0.0.9\n', 'the lookup of TXT fails'),):
        path = folder / 'resolver.conf'
        path.write_text(config + '[https]\nca-file = %s/certs/ca.crt\n' % lab.world)
        hopseal = Command(*lab.inside(lab.build / 'hopseal', '-c', path))
        got = hopseal('sts', 'publish', 'sts-enforce.test', '--state', folder / 'away')
        check('PUB-STS-03 publish: %s' % name, got, UNSURE, words, 'unknown  TXT record', 'unknown  MX hosts', 'unknown  policy host')
        tap.ok(not (folder / 'away').exists(), 'what is not known is not remembered', folder)
        got = hopseal('sts', 'retire', 'sts-enforce.test', '--state', folder / 'away', '--max-age-served', 7 * DAY_S)
        check('PUB-STS-04 retire: %s: nothing is called gone' % name, got, UNSURE, 'unknown  policy none', 'unknown  removal')
        tap.ok('broken' not in got[1] and 'gone' not in got[1], 'PUB-STS-04 retire: %s: nor early' % name, got)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    hopseal = Command(build / 'hopseal')
    make_reports(hopseal)
    lint_mail(hopseal)
    make_errors(hopseal)
    with Lab(build) as lab, tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        hopseal = Command(*lab.inside(build / 'hopseal', '-c', lab.write_config()))
        every_host(hopseal, folder)
        beside_curl(lab, hopseal, folder)
        make(lab, hopseal, folder)
        publish(hopseal, folder)
        retire(hopseal, folder)
        resolvers(lab, folder)
    tap.end()


main()
