#!/usr/bin/env python3
"""test_command.py BUILD: the "hopseal" command alone, without daemon and without network."""
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from command import YES, NO, USAGE, FAILED  # noqa: E402
from tap import Tap  # noqa: E402

HERE = pathlib.Path(__file__).parent
HOPSEAL = pathlib.Path(sys.argv[1]).resolve() / 'hopseal'
POLICY = b'version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n'
tap = Tap()


def run(*args, stdin=b'', **env):
    """-> exit status, stdout, stderr"""
    done = subprocess.run([HOPSEAL, *args], input=stdin, capture_output=True, timeout=60,
                          env={'PATH': os.environ['PATH'], 'TERM': 'xterm', **env})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(name, got, want_code, *want_texts, stream=1):
    """The exit status is the wanted one, and every text stands in stdout (1) or stderr (2)."""
    missing = [text for text in want_texts if text not in got[stream]]
    tap.ok(got[0] == want_code and not missing, name,
           'status %d, want %d; missing: %r\nstdout: %s\nstderr: %s' % (got[0], want_code, missing, got[1], got[2]))


def on_terminal(*args, **env):
    """What the command writes when its standard output is a terminal."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([HOPSEAL, *args], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL,
                             env={'PATH': os.environ['PATH'], 'TERM': 'xterm', **env})
    os.close(theirs)
    written = b''
    try:
        while chunk := os.read(ours, 4096):
            written += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    child.wait(timeout=60)
    return written


def unescape(text):
    return text.encode('latin-1').decode('unicode_escape').encode('latin-1')


def sts_table():
    for line in (HERE / 'sts_cases.tsv').read_text().splitlines():
        if line.startswith('#'):
            continue
        kind, text, code, part, name = line.split('\t')
        given = unescape(text)
        if kind == 'match':
            got = run('sts', 'match', *given.split(b' '))
        else:
            got = run('sts', 'lint', '--' + kind, '-', stdin=given)
        check(name, got, int(code), part)


def sts_bounds():
    head = b'version: STSv1\nmode: testing\nmax_age: 86400\n'
    few, many = (head + b''.join(b'mx: mx%d.example.org\n' % n for n in range(count)) for count in (200, 5000))
    check('STS-POL-18 200 mx lines', run('sts', 'lint', '--policy', '-', stdin=few), YES, '200 mx patterns')
    check('STS-POL-18 5,000 mx lines', run('sts', 'lint', '--policy', '-', stdin=many), NO, 'not valid')
    full = head + b'mx: a.example\n'
    full += b'x: ' + b'y' * (65536 - len(full) - 4) + b'\n'
    check('STS-FETCH-08 65,536 octets', run('sts', 'lint', '--policy', '-', stdin=full), YES, 'valid')
    check('STS-FETCH-08 65,537 octets', run('sts', 'lint', '--policy', '-', stdin=full + b'\n'), NO, 'not valid')
    check('a file beyond all bounds is not read on', run('sts', 'lint', '--policy', '/dev/zero'), USAGE, '/dev/zero',
          stream=2)


def sts_files():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / 'mta-sts.txt'
        file.write_bytes(POLICY)
        check('a policy in a file', run('sts', 'lint', '--policy', str(file)), YES, 'valid')
        check('--policy=FILE', run('sts', 'lint', '--policy=%s' % file), YES, 'valid')
    check('a file that is not there', run('sts', 'lint', '--policy', '/nonexistent'), USAGE,
          '/nonexistent', 'No such file', stream=2)


# Arguments, part of what is said on standard error.
USAGE_ERRORS = [
    ([], 'hopseal help'),
    (['querry', 'example.org'], 'is "query" meant'),
    (['nonsense'], 'hopseal help'),
    (['cache'], 'hopseal cache list'),
    (['override', 'ad'], 'hopseal override add'),
    (['query'], 'usage: hopseal query'),
    (['query', 'a.example', 'b.example'], 'usage: hopseal query'),
    (['query', 'a.example', '-r', 'x'], 'no -r here'),
    (['query', 'a.example', '-x'], '"-x"'),
    (['query', 'a.example', '--long'], '"--long"'),
    (['query', 'a.example', '-d'], '-d wants DIALECT'),
    (['sts', 'lint'], '--record FILE or --policy FILE'),
    (['sts', 'lint', '--record', '-', '--policy', '-'], '--record FILE or --policy FILE'),
    (['sts', 'match', '*.example.org'], 'usage: hopseal sts match'),
    (['help', 'nonsense'], 'no command "nonsense"'),
    (['query', 'two words'], '"two words"'),
    (['query', 'a..example'], '"a..example"'),
    (['query', 'a.example', '-d', 'two words'], '"two words"'),
    (['cache', 'show', 'a..example'], '"a..example"'),
    (['override', 'remove', '..example'], '"..example"'),
    (['override', 'add', 'a.example', 'may'], '-r REASON'),
    (['override', 'add', 'a.example', 'may', '-r', 'because'], '-e EXPIRY'),
    (['override', 'add', 'a.example', 'may', '-r', '', '-e', '1d'], '-r REASON'),
    (['override', 'add', 'a.example', 'allow', '-r', 'because', '-e', '1d'], 'dane-only'),
    (['override', 'add', 'a..example', 'may', '-r', 'because', '-e', '1d'], 'a..example'),
    (['override', 'add', 'a.example', 'may', '-r', 'because', '-e', 'soon'], '"soon"'),
    (['override', 'add', 'a.example', 'may', '-r', 'because', '-e', '2020-01-31'], 'not in the future'),
    (['override', 'add', 'a.example', 'may', '-r', 'because', '-e', '2027-02-30'], '2027-02-30'),
    (['override', 'add', 'a.example', 'may', '-r', 'x' * 201, '-e', '1d'], '200'),
    (['report'], 'hopseal report list'),
    (['report', 'lst'], 'hopseal report preview'),
    (['reprot', 'list'], 'is "report" meant'),
    (['report', 'list', 'a.example', '2026-11-21', 'more'], 'usage: hopseal report list'),
    (['report', 'list', 'a..example'], '"a..example"'),
    (['report', 'list', 'a.example', '21.11.2026'], '"21.11.2026" is no day; one is written 2026-11-21'),
    (['report', 'show'], 'usage: hopseal report show'),
    (['report', 'preview'], 'usage: hopseal report preview'),
    (['report', 'preview', 'a.example', '2026-11-31'], '"2026-11-31" is no day'),
    (['report', 'resend', 'an id', '-j'], '"an id" is not one word'),
    (['report', 'resend', 'x', '-n'], 'no -n here'),
    (['report', 'key', 'x'], 'usage: hopseal report key'),
    (['report', 'read'], 'usage: hopseal report read'),
    (['report', 'lint'], '--record FILE'),
    (['report', 'lint', '--record'], '--record wants FILE'),
    (['report', 'lint', '--record', '-', 'more'], 'usage: hopseal report lint'),
    (['status', '7'], 'only --inbound takes DAYS'),
    (['status', '--inbound', 'week'], '"week" is no number of days'),
    (['cache', 'list', '--inbound'], 'no --inbound here'),
]


def usage():
    for args, part in USAGE_ERRORS:
        check('usage error: hopseal %s' % ' '.join(args)[:60], run(*args), USAGE, part, stream=2)
    check('help', run('help'), YES, 'hopseal query DOMAIN', 'hopseal sts match PATTERN HOST', 'hopseal report key')
    check('-h', run('-h'), YES, 'hopseal query DOMAIN')
    check('help of one command', run('help', 'sts', 'lint'), YES, '--record FILE')
    check('-h behind a command', run('query', '-h'), YES, 'usage: hopseal query')
    check('-V', run('-V'), YES, 'hopseal ')
    with open('/dev/full', 'w') as full:
        done = subprocess.run([HOPSEAL, 'help'], stdout=full, stderr=subprocess.PIPE, timeout=60)
    check('an output that cannot be written', (done.returncode, '', done.stderr.decode()), FAILED, 'No space', stream=2)
    got = run('nonsense\x1b[31m')
    tap.ok('\x1b' not in got[2], 'an error cannot steer the terminal either', repr(got[2]))
    got = run('nonsense')
    tap.ok(got[1] == '', 'an error writes nothing on standard output', got[1])


# Every command that asks the daemon.
ASKING = [
    ['query', 'example.org'],
    ['explain', 'example.org'],
    ['status'],
    ['cache', 'list'],
    ['cache', 'show', 'example.org'],
    ['cache', 'refresh', 'example.org'],
    ['cache', 'drop', 'example.org'],
    ['override', 'list'],
    ['override', 'add', 'example.org', 'may', '-r', 'because', '-e', '1d'],
    ['override', 'remove', 'example.org'],
    ['report', 'list'],
    ['report', 'show', 'id'],
    ['report', 'preview', 'example.org'],
    ['report', 'resend', 'id'],
    ['status', '--inbound'],
]


def no_daemon():
    with tempfile.TemporaryDirectory() as folder:
        where = 'unix:%s/control' % folder
        for args in ASKING:
            check('no daemon: hopseal %s' % ' '.join(args[:2]), run('-s', where, *args), FAILED,
                  'cannot reach the daemon at ' + where, 'No such file', 'is hopseald running', stream=2)
        for args in (['query', 'example.org'], ['report', 'list']):
            check('no daemon: %s names the way without' % args[0], run('-s', where, *args), FAILED, '(-n works without it)',
                  stream=2)
        tap.ok('-n' not in run('-s', where, 'status')[2], 'no daemon: status has none')
        check('a bare path is a unix socket', run('-s', folder + '/x', 'status'), FAILED,
              'unix:%s/x' % folder, stream=2)
        config = pathlib.Path(folder) / 'hopseal.conf'
        config.write_text('[listen]\ncontrol = unix:%s/other\n' % folder)
        check('the socket is taken from the configuration', run('-c', str(config), 'status'), FAILED,
              'unix:%s/other' % folder, stream=2)
        config.write_text('[listen]\ncontroll = unix:%s/other\n' % folder)
        check('a configuration that is wrong', run('-c', str(config), 'status'), FAILED, str(config) + ':2',
              stream=2)
        check('a configuration that is not there', run('-c', folder + '/none', 'status'), FAILED,
              folder + '/none', stream=2)


def json_output():
    for args, stdin in ((['sts', 'match', '*.example.org', 'mx.example.org'], b''),
                        (['sts', 'lint', '--policy', '-'], POLICY),
                        (['sts', 'lint', '--policy', '-'], b'a "quoted"\x07 line\n'),
                        (['sts', 'lint', '--record', '-'], b'v=STSv1 ; id=1\n')):
        got = run(*args, '-j', stdin=stdin)
        try:
            tap.ok(json.loads(got[1])['ok'] == (got[0] == YES), '-j is JSON: hopseal %s' % ' '.join(args))
        except (ValueError, KeyError) as error:
            tap.ok(False, '-j is JSON: hopseal %s' % ' '.join(args), '%s\n%s' % (error, got[1]))


def genpkey(file, *how):
    subprocess.run(['openssl', 'genpkey', '-quiet', *how, '-out', str(file)], check=True, stderr=subprocess.DEVNULL)
    return 'dkim-key = %s\n' % file


def key():
    """report key, with good keys and others."""
    with tempfile.TemporaryDirectory() as folder:
        path, config = pathlib.Path(folder), pathlib.Path(folder) / 'hopseal.conf'

        def ask(text):
            config.write_text('[report]\n' + text)
            return run('-c', str(config), 'report', 'key')

        contact = 'contact = tls@Example.ORG\n'
        rsa = genpkey(path / 'rsa.pem', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
        got = ask(contact + rsa)
        check('RPT-DKIM-03 report key, RSA', got, YES, 'hopseal._domainkey.example.org. IN TXT ( "v=DKIM1; k=rsa; p=')
        strings = re.findall('"([^"]*)"', got[1])
        tap.ok(len(strings) == 2 and all(len(s) <= 255 for s in strings) and 's=' not in ''.join(strings),
               'RPT-DKIM-03 SEED-67 report key: strings of 255 octets at most, no s=', got[1])
        public = subprocess.run(['openssl', 'pkey', '-in', str(path / 'rsa.pem'), '-pubout'], capture_output=True, check=True)
        wanted = ''.join(public.stdout.decode().splitlines()[1:-1])
        tap.ok(''.join(strings).endswith('p=' + wanted), 'RPT-DKIM-03 report key: the public half', got[1])
        ed25519 = genpkey(path / 'ed25519.pem', '-algorithm', 'ED25519')
        check('report key, Ed25519, selector and domain', ask(ed25519 + 'dkim-selector = tls1\ndkim-domain = example.net\n'),
              YES, 'tls1._domainkey.example.net. IN TXT "v=DKIM1; k=ed25519; p=')
        check('report key, none is set', ask(contact), FAILED, str(config), 'dkim-key of section [report] is not set',
              'hopseal-tlsrpt(7)', stream=2)
        check('report key, no domain is known', ask(rsa), FAILED, 'contact of section [report] is not set', stream=2)
        check('report key, a file that is not there', ask(contact + 'dkim-key = %s/none\n' % folder), FAILED,
              'DKIM key %s/none: No such file' % folder, stream=2)
        short = genpkey(path / 'short.pem', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:768')
        check('report key, too short', ask(contact + short), FAILED, 'short.pem: RSA of 768 bits, less than 1024', stream=2)
        other = genpkey(path / 'ec.pem', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
        check('report key, of another kind', ask(contact + other), FAILED, 'ec.pem: neither RSA nor Ed25519', stream=2)
        check('report key, no key', ask(contact + 'dkim-key = %s\n' % config), FAILED, 'no private key in PEM', stream=2)
        (path / 'rsa.pem').chmod(0)
        path.chmod(0o755)
        config.chmod(0o644)
        config.write_text('[report]\n' + contact + rsa)
        done = subprocess.run(['setpriv', '--reuid=65534', '--clear-groups', HOPSEAL, '-c', str(config), 'report', 'key'],
                              capture_output=True, timeout=60)
        check('report key, a key that others may not read', (done.returncode, '', done.stderr.decode()), FAILED,
              'rsa.pem: Permission denied', stream=2)


def colour():
    match = ['sts', 'match', '*.example.org', 'mx.example.org']
    tap.ok(b'\x1b[' in on_terminal(*match), 'colour on a terminal')
    tap.ok(b'\x1b' not in on_terminal(*match, NO_COLOR='1'), 'no colour with NO_COLOR')
    tap.ok(b'\x1b' not in on_terminal(*match, TERM='dumb'), 'no colour on a dumb terminal')
    tap.ok(b'\x1b[' in on_terminal(*match, NO_COLOR=''), 'an empty NO_COLOR says nothing')
    tap.ok('\x1b' not in run(*match)[1], 'no colour in a pipe')
    got = run('sts', 'match', '*.example.org', 'a\x1b[31mb')
    tap.ok(got[0] == NO and '\x1b' not in got[1], 'what is given cannot steer the terminal', repr(got[1]))


for part in (sts_table, sts_bounds, sts_files, usage, no_daemon, json_output, key, colour):
    part()
tap.end()
