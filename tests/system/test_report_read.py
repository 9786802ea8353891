#!/usr/bin/env python3
"""test_report_read.py BUILD: "hopseal report read" and "report lint", without daemon and without network."""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from command import NO, USAGE, YES, checker  # noqa: E402
from tap import Tap  # noqa: E402

HERE = pathlib.Path(__file__).parent
HOPSEAL = pathlib.Path(sys.argv[1]).resolve() / 'hopseal'
SEEDS = HERE.parent / 'fuzz' / 'corpus'
JSONS, FILES = SEEDS / 'tls_report', SEEDS / 'report_file'
tap = Tap()
check = checker(tap)


def run(*args, stdin=b''):
    """-> exit status, stdout, stderr"""
    done = subprocess.run([HOPSEAL, 'report', *map(str, args)], input=stdin, capture_output=True, timeout=60,
                          env={'PATH': os.environ['PATH']})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def read_json(*args, stdin=b''):
    return json.loads(run('read', '-j', *args, stdin=stdin)[1])


def peers():
    """Made after what real ones look like."""
    check('PUB-RPT-03 SEED-71 Google', run('read', JSONS / 'google.json'), YES, 'Google Inc.', '2024-11-06',
          'example.net    sts   8           2', 'certificate-host-mismatch', 'mx1.example.net')
    check('PUB-RPT-03 RPT-SEC-04 Microsoft', run('read', JSONS / 'microsoft.json'), YES, 'Microsoft Corporation',
          '2023-10-02, report 133407360000000000+', 'mx1.example.net  tlsa  36          1', 'starttls-not-supported')
    check('PUB-RPT-03 RPT-SEC-04 mail.ru', run('read', JSONS / 'mailru.json'), YES, 'VK, no contact', '2024-11-06, ',
          'example.net    sts   10          3', 'validation-failure')
    check('PUB-RPT-03 ours', run('read', JSONS / 'ours.json'), YES, 'Example Org', 'X509_V_ERR_CERT_HAS_EXPIRED')
    check('PUB-RPT-03 RPT-SEC-04 everything odd at once', run('read', JSONS / 'odd.json'), YES, 'somebody, no contact',
          'bücher.example', 'no-policy-found')


def containers():
    for name, who in (('google.eml', 'mail from google.com'), ('microsoft.eml', 'Microsoft Corporation'),
                      ('mbox.eml', 'Example Org'), ('quoted.eml', 'VK'), ('forwarded.eml', 'Example Org'),
                      ('nested.eml', 'VK'), ('google.json.gz', 'Google Inc.'), ('google.json', 'Google Inc.')):
        check('PUB-RPT-03 SEED-71 %s in a file' % name, run('read', FILES / name), YES, who)
        check('PUB-RPT-03 %s in a pipe' % name, run('read', '-', stdin=(FILES / name).read_bytes()), YES, who)


def faulty():
    check('PUB-RPT-03 broken JSON: file and place', run('read', JSONS / 'truncated.json'), NO,
          'truncated.json: line 1, column 301: ends too early', stream=2)
    check('PUB-RPT-03 the others are read all the same', run('read', JSONS / 'truncated.json', JSONS / 'google.json'), NO,
          'Google Inc.')
    check('PUB-RPT-03 a mail without a report', run('read', FILES / 'no-report.eml'), NO, 'no-report.eml: neither',
          stream=2)
    check('PUB-RPT-03 a damaged attachment', run('read', FILES / 'damaged.eml'), NO, 'gzip: cut short', stream=2)
    check('a file that is not there', run('read', '/nonexistent', JSONS / 'google.json'), USAGE, 'Google Inc.')
    check('RPT-SEC-03 a file beyond all bounds is not read on', run('read', '/dev/zero'), USAGE, '/dev/zero', stream=2)
    bomb = gzip.compress(b'{"policies":[' + b' ' * (65 << 20), 1)
    check('RPT-SEC-03 a bomb', run('read', '-', stdin=bomb), NO, 'holds more than 67108864 octets', stream=2)
    check('no file', run('read'), USAGE, 'usage', stream=2)
    got = run('read', '-', stdin=(JSONS / 'google.json').read_bytes().replace(b'Google', b'\\u001b[31mGoogle\\u009b'))
    tap.ok(got[0] == YES and '\x1b' not in got[1] and '\x9b' not in got[1],
           'RPT-SEC-03 a report cannot steer the terminal', repr(got[1]))
    got = run('read', '-j', '-', stdin=(JSONS / 'google.json').read_bytes().replace(b'Google', b'\\u001b[31mGoogle\\u009b\\u007f'))
    tap.ok(got[0] == YES and not set(got[1]) & set('\x1b\x9b\x7f') and json.loads(got[1])['reports'],
           'RPT-SEC-03 nor can it as JSON', repr(got[1]))
    tap.ok('passwd' not in run('read', FILES / 'google.json.gz')[1], 'RPT-SEC-03 the name inside the gzip is not used')


def sums():
    both = read_json(JSONS / 'google.json', JSONS / 'mailru.json')
    tap.ok([r['organization'] for r in both['reports']] == ['Google Inc.', 'VK'], 'PUB-RPT-03 -j: one entry a report')
    total = both['sum']
    tap.ok((total['reports'], total['successes'], total['failures']) == (2, 18, 5), 'PUB-RPT-03 SEED-70 sums of two reports', total)
    tap.ok(total['policies'] == [{'domain': 'example.net', 'type': 'sts', 'successes': 18, 'failures': 5}],
           'PUB-RPT-03 the same policy of two reports is one', total)
    tap.ok([(d['result'], d['count']) for d in total['details']] ==
           [('validation-failure', 7), ('certificate-host-mismatch', 2)], 'PUB-RPT-03 failures, most first', total)
    later = (JSONS / 'google.json').read_bytes().replace(b'2024-11-06', b'2024-11-08')
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, 'later')
        file.write_bytes(later)
        days = read_json(file, JSONS / 'google.json')['sum']
        check('PUB-RPT-03 the sum names its days', run('read', file, JSONS / 'google.json'), YES,
              'All 2 reports, 2024-11-06 to 2024-11-08')
    tap.ok([(d['count'], d['since']) for d in days['details']] == [(4, '2024-11-06T00:00:00Z')],
           'PUB-RPT-03 SEED-70 since when it fails', days)
    twice = run('read', '-j', JSONS / 'google.json', FILES / 'google.eml')
    tap.ok(json.loads(twice[1])['sum']['successes'] == 8 and 'the same report' in twice[2] and twice[0] == YES,
           'PUB-RPT-03 a report that came twice counts once', twice)


# Name, what was found at _smtp._tls, exit status, part of the first line.
RECORDS = (
    ('PUB-RPT-01 SEED-58 two destinations', 'v=TLSRPTv1; rua=mailto:a@x.example , https://r.example/v1;', YES,
     'valid: reports go to mailto:a@x.example, https://r.example/v1'),
    ('PUB-RPT-01 RPT-DNS-07 SEED-58 an unencoded !', 'v=TLSRPTv1; rua=mailto:a@x.example!10m', NO, 'not valid: invalid record'),
    ('PUB-RPT-01 RPT-DNS-07 an unencoded ! beside a good one',
     'v=TLSRPTv1; rua=mailto:a@x.example,mailto:b@x.example!10m', YES, 'broken: '),
    ('PUB-RPT-01 RPT-DNS-02 two records', 'v=TLSRPTv1; rua=mailto:a@x.example\nv=TLSRPTv1; rua=mailto:b@x.example\n', NO,
     'not valid: more than one record'),
    ('PUB-RPT-01 RPT-DNS-02 one record among others', 'v=spf1 -all\n\nv=TLSRPTv1; rua=mailto:a@x.example\n', YES, 'valid: '),
    ('PUB-RPT-01 RPT-DNS-04 no destination', 'v=TLSRPTv1;', NO, 'not valid: '),
    ('PUB-RPT-01 nothing found', '', NO, 'not valid: no record'),
    ('PUB-RPT-01 more than ten destinations', 'v=TLSRPTv1; rua=' + ','.join('mailto:a%d@x.example' % i for i in range(12)),
     YES, 'advice: '),
    ('PUB-RPT-01 a control character', 'v=TLSRPTv1; rua=mailto:a\x1b[31m@x.example', NO, 'not valid: '),
)


def lint():
    for name, text, code, part in RECORDS:
        got = run('lint', '--record', '-', stdin=text.encode())
        check(name, got, code, part, *(['(RFC 8460, 3)'] if code == NO else []))
        tap.ok('\x1b' not in got[1], name + ': steers no terminal', got)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, 'records')
        file.write_text(RECORDS[0][1])
        check('report lint, a file', run('lint', '--record', file), YES, 'valid: ')
    check('report lint, no record', run('lint'), USAGE, '--record FILE', stream=2)
    check('report lint, a file that is not there', run('lint', '--record', '/nonexistent'), USAGE, '/nonexistent', 'No such file',
          stream=2)
    check('report lint, a file beyond all bounds is not read on', run('lint', '--record', '/dev/zero'), USAGE,
          '/dev/zero has more than 1048576 octets: that is no answer of DNS', stream=2)
    got = run('lint', '-j', '--record', '-', stdin=b'v=TLSRPTv1; rua=mailto:a@x.example')
    tap.ok(json.loads(got[1])['ok'] is True, '-j is JSON: hopseal report lint', got)


for part in (peers, containers, faulty, sums, lint):
    part()
tap.end()
