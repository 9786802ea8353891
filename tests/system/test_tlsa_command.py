#!/usr/bin/env python3
"""test_tlsa_command.py BUILD: "hopseal tlsa make", "show", "check" and "plan": beside openssl(1), and in the test world, host by host."""
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from command import GOOD, ADVICE, BROKEN, UNSURE, YES, NO, USAGE, FAILED, Command, checker  # noqa: E402
from lab import Lab, rows  # noqa: E402
from tap import Tap  # noqa: E402

tap = Tap()
check = checker(tap)

# What an operator would have typed (conformance, section 24); $1 is a file, or a host.
KEY_OF_FILE = 'openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -%s -r'
CERT_OF_FILE = 'openssl x509 -in "$1" -outform DER | openssl dgst -%s -r'
SHOWN = 'openssl s_client -connect "$1":25 -starttls smtp -servername "$1" -showcerts </dev/null 2>/dev/null'
KEY_OF_HOST = SHOWN + ' | openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r'
KEY_OF_ISSUER = SHOWN + r""" |
awk '/-----BEGIN CERTIFICATE-----/{c++} c==2{print} /-----END CERTIFICATE-----/{if(c==2)exit}' |
openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r"""

KEYS = {'RSA': ['rsa:2048'], 'P-256': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], 'Ed25519': ['ed25519']}


def openssl(*args):
    subprocess.run(['openssl', *map(str, args)], check=True, capture_output=True)


def pipeline(script, *args, inside=()):
    done = subprocess.run([*inside, 'sh', '-c', script, 'sh', *map(str, args)], capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def line(kind, data, host='mx.example.org'):
    return '_25._tcp.%s. IN TLSA %s %s\n' % (host, kind, data)


# ---------------------------------------------------------------------- files

def make_files(folder, kind):
    """A chain of two, in the forms that people have."""
    ca, leaf = folder / 'ca.pem', folder / 'leaf.pem'
    openssl('req', '-x509', '-newkey', *KEYS[kind], '-noenc', '-keyout', folder / 'ca.key', '-out', ca, '-subj', '/CN=CA')
    openssl('req', '-newkey', *KEYS[kind], '-noenc', '-keyout', folder / 'leaf.key', '-out', folder / 'leaf.csr', '-subj', '/CN=mx')
    (folder / 'extensions').write_text('basicConstraints=CA:FALSE\nsubjectAltName=DNS:mx.example.org\n')
    openssl('x509', '-req', '-in', folder / 'leaf.csr', '-CA', ca, '-CAkey', folder / 'ca.key', '-out', leaf,
            '-extfile', folder / 'extensions')
    openssl('x509', '-in', leaf, '-outform', 'DER', '-out', folder / 'leaf.der')
    openssl('pkey', '-in', folder / 'leaf.key', '-pubout', '-out', folder / 'leaf.pub')
    openssl('pkey', '-in', folder / 'leaf.key', '-outform', 'DER', '-out', folder / 'key.der')
    (folder / 'chain.pem').write_text(leaf.read_text() + ca.read_text())
    return leaf, ca


def beside_openssl(hopseal, folder, kind):
    leaf, ca = make_files(folder, kind)
    key = pipeline(KEY_OF_FILE % 'sha256', leaf)
    for file in ('leaf.pem', 'leaf.der', 'chain.pem'):
        got = hopseal('tlsa', 'make', folder / file)
        tap.ok(got == (YES, line('3 1 1', key), ''), 'PUB-TLSA-01 SEED-01, -04 %s: %s gives what openssl gives' % (kind, file), got)
    for file in ('leaf.key', 'key.der', 'leaf.pub', 'leaf.csr'):
        got = hopseal('tlsa', 'make', '--name', 'mx.example.org', folder / file)
        tap.ok(got == (YES, line('3 1 1', key), ''), 'PUB-TLSA-01 SEED-17 %s: %s has the same, and nothing else is printed'
               % (kind, file), got)
    want = ''.join(line(*row) for row in (
        ('3 1 1', key), ('2 1 1', pipeline(KEY_OF_FILE % 'sha256', ca)),
        ('3 0 1', pipeline(CERT_OF_FILE % 'sha256', leaf)), ('2 0 1', pipeline(CERT_OF_FILE % 'sha256', ca)),
        ('3 1 2', pipeline(KEY_OF_FILE % 'sha512', leaf)), ('2 0 2', pipeline(CERT_OF_FILE % 'sha512', ca))))
    got = hopseal('tlsa', 'make', '-t', '311,211,3 0 1,2.0.1,312,202', folder / 'chain.pem')
    tap.ok(got[:2] == (YES, want), 'PUB-TLSA-01 SEED-03 %s: leaf and issuer, key and certificate, SHA2-256 and -512' % kind, got)
    return key


def files(hopseal):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for kind in KEYS:
            key = beside_openssl(hopseal, folder, kind)
        openssl('genpkey', '-algorithm', 'ed25519', '-out', folder / 'next.key')
        leaf, chain = folder / 'leaf.pem', folder / 'chain.pem'
        got = hopseal('tlsa', 'make', leaf, folder / 'next.key')
        check('PUB-TLSA-05 SEED-16, -17 current and next key', got, YES, 'publish the records of both, wait two TTLs', stream=2)
        tap.ok(got[1].startswith(line('3 1 1', key)) and got[1].count(' IN TLSA 3 1 1 ') == 2, 'PUB-TLSA-05 two records', got)
        got = hopseal('tlsa', 'make', leaf, folder / 'leaf.key')
        check('SEED-08 a renewal with the same key', got, YES, 'the record 3 1 1 is that of %s: it stays' % leaf, stream=2)
        tap.ok(got[1] == line('3 1 1', key), 'SEED-08 one record serves both', got)
        check('PUB-TLSA-05 SEED-18 current and issuer', hopseal('tlsa', 'make', '-t', '311,211', chain), YES, ' TLSA 3 1 1 ', ' TLSA 2 1 1 ')
        check('PUB-TLSA-05 SEED-03 the chain lacks the issuer', hopseal('tlsa', 'make', '-t', '311,211', leaf), NO,
              'has no certificate of the issuer', 'take the chain that the server sends', stream=2)
        for kind, words in (('111', 'RFC 7672, 3.1.3'), ('300', 'RFC 7671, 10.1'), ('301', 'RFC 7671, 5.1'), ('312', 'SHA2-512 alone'),
                            ('201', 'RFC 7672, 3.1.2')):
            check('PUB-TLSA-02 SEED-07 make warns of %s' % kind, hopseal('tlsa', 'make', '-t', kind, chain), YES, words, stream=2)
        got = json.loads(hopseal('tlsa', 'make', '-j', '--name', 'mx2.example.net', '--port', '587', leaf)[1])
        record = got['records'][0]
        tap.ok(got['owner'] == '_587._tcp.mx2.example.net.' and record['data'] == key and
               (record['usage'], record['selector'], record['matching']) == (3, 1, 1) and record['from'] == str(leaf),
               'SEED-36 make -j', got)
        plans(hopseal, folder, key)
        make_errors(hopseal, folder)


def plans(hopseal, folder, key):
    leaf, chain, following = folder / 'leaf.pem', folder / 'chain.pem', folder / 'next.key'
    got = json.loads(hopseal('tlsa', 'plan', leaf, following, '--ttl', '1800', '-j')[1])
    first, second = got['steps'][:2]
    tap.ok(got['scheme'] == 'current + next' and line('3 1 1', key).strip() in first['records'] and len(first['records']) == 2 and
           got['steps'][3]['records'] == [row for row in first['records'] if key not in row],
           'PUB-TLSA-05 SEED-16, -17 plan: both records first, the new one alone at the end', got)
    tap.ok(3600 <= second['not_before_epoch'] - first['not_before_epoch'] <= 3660 and
           all(step['not_before_epoch'] == second['not_before_epoch'] for step in got['steps'][2:]),
           'PUB-TLSA-05 SEED-19 plan: nothing is installed within two TTLs', got)
    check('PUB-TLSA-05 SEED-20, -21 plan in words', hopseal('tlsa', 'plan', leaf, following), YES, '1  20', 'publish both records',
          'every name server of the zone', '7200 s', 'tlsa check mx.example.org:25', 'remove the record of %s' % leaf)
    check('PUB-TLSA-05 SEED-18 plan: current and issuer', hopseal('tlsa', 'plan', chain), YES, 'current + issuer', ' TLSA 3 1 1 ' + key,
          ' TLSA 2 1 1 ', 'with the issuer\'s behind it')
    check('PUB-TLSA-05 plan: the chain lacks the issuer', hopseal('tlsa', 'plan', leaf), NO, 'has no certificate of the issuer', stream=2)
    check('SEED-08 plan: the same key', hopseal('tlsa', 'plan', leaf, folder / 'leaf.csr'), YES, 'same key', 'has the record already')
    check('plan: no TTL', hopseal('tlsa', 'plan', leaf, following, '--ttl', 'soon'), USAGE, '"soon" is no TTL', stream=2)
    check('plan: a file that is not there', hopseal('tlsa', 'plan', leaf, folder / 'none'), USAGE, 'No such file', stream=2)
    check('plan: no file', hopseal('tlsa', 'plan'), USAGE, 'usage: hopseal tlsa plan', stream=2)


def make_errors(hopseal, folder):
    leaf = folder / 'leaf.pem'
    (folder / 'empty').write_text('')
    for name, args, code, words in (
            ('neither file nor host', [], USAGE, 'either FILE ... or --live HOST'),
            ('file and host', [leaf, '--live', 'mx.example.org'], USAGE, 'either FILE ... or --live HOST'),
            ('a port beside a live host', ['--live', 'mx.example.org', '--port', '26'], USAGE, '--live HOST:PORT'),
            ('an unknown kind', [leaf, '-t', '411'], USAGE, 'RFC 6698, 2.1'),
            ('one kind of two is unknown', [leaf, '-t', '311,'], USAGE, 'RFC 6698, 2.1'),
            ('no port', [leaf, '--port', '70000'], USAGE, '"70000" is no port'),
            ('no host name', [leaf, '--name', 'a..b'], USAGE, '"a..b" is no host name'),
            ('a key names no host', [folder / 'next.key'], USAGE, '--name HOST'),
            ('a file that is not there', [folder / 'none'], USAGE, 'No such file'),
            ('an empty file', [folder / 'empty'], USAGE, 'neither certificate nor key')):
        got = hopseal('tlsa', 'make', *args)
        check('make: %s' % name, got, code, words, stream=2)
        tap.ok(got[1] == '', 'make: %s, nothing to publish' % name, got)


# ---------------------------------------------------------------------- show

DIGEST = '4d3d38600aa83b4144e445854a911c2e6012abc988b367274f8a13604bd293ed'


def show(hopseal):
    words = ['DANE-EE: the server itself', 'the public key', 'SHA2-256 digest', 'a server whose public key has this SHA2-256 digest']
    zone = line('3 1 1', DIGEST)
    for name, args, stdin in (('a zone file', ['-'], zone), ('standard input', [], zone), ('one word', [zone], ''),
                              ('words', zone.split(), ''), ('bare data', ['3 1 1 ' + DIGEST], ''), ('hex', ['030101' + DIGEST], ''),
                              ('RFC 3597', ['TYPE52 \\# 35 030101' + DIGEST], '')):
        check('SEED-05 show: %s' % name, hopseal('tlsa', 'show', *args, stdin=stdin), YES, DIGEST, *words)
    check('SEED-06 show: usage 1 alone', hopseal('tlsa', 'show', '1', '1', '1', DIGEST), NO, 'RFC 7672, 3.1.3', 'no record is usable')
    check('SEED-05 show: a digest cut short', hopseal('tlsa', 'show', '3 1 1 abcd'), NO, 'digest of wrong length', 'RFC 6698, 4.1')
    check('SEED-09 show: an owner that nobody asks', hopseal('tlsa', 'show', '_25._tcp* IN TLSA 3 1 1 ' + DIGEST), NO, 'RFC 4592')
    check('PUB-TLSA-10 SEED-28 show: a TTL of a day', hopseal('tlsa', 'show', zone.replace('IN', '86400 IN')), YES, 'advice: a TTL of 86400 s')
    check('SEED-05 show: the place of a fault', hopseal('tlsa', 'show', '-', stdin='; two lines\n3 1 1 abcx\n' + zone), USAGE,
          'line 2: octet 10 is no hex digit', stream=2)
    check('SEED-05 show: no record', hopseal('tlsa', 'show', stdin=''), USAGE, 'no TLSA record', stream=2)
    got = json.loads(hopseal('tlsa', 'show', '-j', stdin=zone + zone.replace('3 1 1', '1 1 1'))[1])
    tap.ok(got['ok'] and [record['usable'] for record in got['records']] == [True, False] and
           got['records'][0]['owner'] == '_25._tcp.mx.example.org.' and got['remarks'][0]['level'] == 'advice', 'SEED-05 show -j', got)


# ---------------------------------------------------------------------- live hosts

# Host, outcome, what must be said, what the line shows.
HOSTS = [
    ('mx-good.dane-ee.test', GOOD, ['EC P-256', 'RSA 2048', 'matches record'], 'SEED-24 two addresses, two algorithms'),
    ('mx-selfsigned.dane-rollover.test', GOOD, ['matches record'], 'SEED-14 current and next key'),
    ('mx-ta.dane-ta.test', GOOD, ['it has to send that certificate'], 'usage 2, the authority is sent'),
    ('mx-ta.dane-ta-key.test', GOOD, ['matches record 1'], 'usage 2, the key of the authority'),
    ('mx-alias.dane-alias.test', GOOD, ['an alias of target.dane-alias.test'], 'an alias'),
    ('mx-alias.dane-alias-first.test', GOOD, ['matches record 1'], 'an alias with TLSA of its own'),
    ('mx-outalias.dane-alias-out.test', GOOD, ['matches record 1'], 'an alias into an unsigned zone'),
    ('mx-selfsigned.dane-tlsa-cname.test', GOOD, ['matches record 1'], 'the TLSA records are elsewhere'),
    ('mx6-selfsigned.dane-v6only.test', GOOD, ['2001:db8::25:'], 'IPv6 only'),
    ('mx-sni.dane-sni.test', GOOD, ['matches record 1'], 'the certificate of the right name'),
    ('mx-expired.dane-ee-expired.test', ADVICE, ['expired 5 days ago', 'the certificate has expired'], 'usage 3, expired'),
    ('mx-selfsigned.dane-mixed.test', ADVICE, ['RFC 7672, 3.1.3'], 'PUB-TLSA-02 usage 1 beside usage 3'),
    ('mx-selfsigned.dane-ee-sha512.test', ADVICE, ['SHA2-512 alone'], 'PUB-TLSA-02 SHA2-512 alone'),
    ('mx-selfsigned.dane-many.test', ADVICE, ['octets of records'], 'PUB-TLSA-11 100 records'),
    ('mx-good.dane-wrong.test', BROKEN, ['matches no record', 'EC P-256: no TLSA record', 'RSA 2048: no TLSA record'], 'another key'),
    ('mx-taexpired.dane-ta-expired.test', BROKEN, ['certificate expired: mail waits'], 'usage 2, expired'),
    ('mx-tawrongname.dane-ta-wrongname.test', BROKEN, ['the certificate is not for'], 'usage 2, another name'),
    ('mx-v6bad.dane-v6bad.test', BROKEN, ['broken: 2001:db8::25:', 'matches record 1'], 'SEED-23 IPv4 is good, IPv6 is not'),
    ('mx-nostarttls.dane-nostarttls.test', BROKEN, ['STARTTLS is not offered'], 'PUB-TLSA-08 SEED-26 no STARTTLS'),
    ('mx-tls454.dane-454.test', BROKEN, ['STARTTLS is refused'], 'PUB-TLSA-08 STARTTLS is refused'),
    ('mx-garbage.dane-garbage.test', BROKEN, ['TLS fails'], 'no TLS behind the 220'),
    ('mx4-hang.dane-hang.test', BROKEN, ['TLS fails: TLS handshake: timed out'], 'a handshake that never ends'),
    ('mx-tls10.dane-tls10.test', BROKEN, ['nothing newer than TLSv1: '], 'TLS-01 SEED-26 TLS 1.0 only'),
    ('mx-selfsigned.dane-unusable.test', BROKEN, ['no record is usable'], 'PUB-TLSA-02 SEED-06 usage 1 only'),
    ('mx-selfsigned.none-signed.test', BROKEN, ['no secure TLSA records'], 'no records'),
    ('mx-good.dane-unsigned.test', BROKEN, ['addresses are not secure'], 'SEED-34 an unsigned zone'),
    ('mx-good.dane-nods.test', BROKEN, ['addresses are not secure'], 'no DS'),
    ('mx-good.bogus-tlsa.test', BROKEN, ['TLSA: SERVFAIL: senders skip the host'], 'SEED-31 a wrong signature'),
    ('mx-noaddr.noaddr-two.test', BROKEN, ['the name has no address'], 'no address'),
    ('mx-b421.dane-421.test', UNSURE, ['could not be looked at: 421'], 'the server goes away'),
    ('mx-refuse.sinks.test', UNSURE, ['could not be looked at'], 'nobody listens'),
    ('mx4-good.bogus-a.test', UNSURE, ['no address could be found out'], 'the address has a wrong signature'),
]
WORDS = {GOOD: 'good: ', ADVICE: 'good, with advice: ', BROKEN: 'broken: ', UNSURE: 'could not tell: '}


def hosts(hopseal):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda row: hopseal('tlsa', 'check', row[0]), HOSTS))
    for (host, outcome, words, name), got in zip(HOSTS, answers):
        check('PUB-TLSA-07 SEED-22 %s: %s' % (name, host), got, outcome, WORDS[outcome] + host, *words)


# Domains whose mail arrives although the host is not as it should be, and why.
ARRIVES = {
    'dane-v6bad.test': 'Postfix tries the other address',
    'dane-ta-nexthop.test': 'the certificate is for the mail domain, which counts too; the host alone does not show it',
    'dane-inject.test': 'Postfix throws away what came with the 220; the server is wrong all the same (RFC 3207, 4.2)',
    'bogus-a-v6.test': 'the other family of addresses could not be looked at',
    'aaaa-fail-signed.test': 'likewise',
}


def beside_postfix(hopseal):
    """The world's table says what becomes of mail to each domain, and real MTAs have shown it."""
    mine = [row for row in rows() if row['verdict'] == 'dane-verify' and ',' not in row['mx']]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda row: hopseal('tlsa', 'check', row['mx'])[0], mine))
    wrong = {row['domain']: code for row, code in zip(mine, codes)
             if (code in (GOOD, ADVICE)) != (row['postfix'] == 'delivered' and row['domain'] not in ARRIVES)}
    tap.ok(len(mine) > 30 and not wrong, 'PUB-TLSA-07 good is where Postfix delivers under DANE: %d hosts' % len(mine), wrong)


def live(lab, hopseal):
    host = 'mx-good.dane-ee.test'
    key = pipeline(KEY_OF_HOST, host, inside=lab.inside())
    got = hopseal('tlsa', 'make', '--live', host)
    tap.ok(got[0] == YES and line('3 1 1', key, host) in got[1], 'PUB-TLSA-01 SEED-02 a live host gives what openssl gives', (got, key))
    published = subprocess.run(lab.inside('dig', '+short', '_25._tcp.' + host, 'TLSA'), capture_output=True, text=True, check=True)
    want = {''.join(row.lower().split()) for row in published.stdout.splitlines()}
    tap.ok({''.join(row.split(' IN TLSA ')[1].split()) for row in got[1].splitlines()} == want and len(want) == 2,
           'PUB-TLSA-01 SEED-24 both of its keys, EC and RSA', (got, want))
    host = 'mx-ta.dane-ta.test'
    got = hopseal('tlsa', 'make', '--live', host, '-t', '211')
    tap.ok(got[:2] == (YES, line('2 1 1', pipeline(KEY_OF_ISSUER, host, inside=lab.inside()), host)),
           'PUB-TLSA-01 SEED-03 the issuer of a live host', got)
    check('PUB-TLSA-01 a live host that sends no issuer', hopseal('tlsa', 'make', '--live', 'mx-selfsigned.dane-rollover.test', '-t', '211'),
          NO, 'has no certificate of the issuer', stream=2)
    check('make: a live host without STARTTLS', hopseal('tlsa', 'make', '--live', 'mx-nostarttls.dane-nostarttls.test'), NO,
          'STARTTLS is not offered', stream=2)
    check('make: nobody listens', hopseal('tlsa', 'make', '--live', 'mx-refuse.sinks.test'), FAILED, 'shows no certificate', stream=2)
    check('make: a name without address', hopseal('tlsa', 'make', '--live', 'nowhere.dane-ee.test'), FAILED, 'has no address', stream=2)
    check('check: an address is no host', hopseal('tlsa', 'check', '192.0.2.1'), USAGE, 'no host', stream=2)


def in_json(hopseal):
    got = json.loads(hopseal('tlsa', 'check', '-j', 'mx-v6bad.dane-v6bad.test')[1])
    good, bad = got['addresses']
    tap.ok(got['outcome'] == 'broken' and got['secure'] and got['base'] == 'mx-v6bad.dane-v6bad.test' and 0 < got['ttl'] <= 300 and
           good['verdict'] == 'matched' and good['records'][0]['matches'] and bad['tls'] == 'failed' and 'verdict' not in bad and
           [remark['about'] for remark in got['remarks']] == [bad['address']], 'PUB-TLSA-07 SEED-22 check -j', got)
    got = json.loads(hopseal('tlsa', 'check', '-j', 'mx-selfsigned.dane-mixed.test')[1])
    tap.ok({(record['usage'], record['usable']) for record in got['records']} == {(3, True), (1, False)} and
           re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', got['addresses'][0]['expires']), 'PUB-TLSA-02 check -j: records', got)


def resolvers(lab):
    """A resolver that does not validate, and one that is not there."""
    for name, server, outcome, words in (('does not validate', '127.0.0.2', UNSURE, 'the resolver here: does not validate'),
                                         ('does not answer', '127.0.0.9', UNSURE, 'no address could be found out')):
        config = lab.folder / 'resolver.conf'
        config.write_text('[dns]\nservers = %s\nself-test-secure = dane-ee.test\nself-test-bogus = mx-good.bogus.test\n' % server)
        hopseal = Command(*lab.inside(lab.build / 'hopseal', '-c', config))
        check('the resolver %s' % name, hopseal('tlsa', 'check', 'mx-good.dane-ee.test'), outcome, words)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    hopseal = Command(build / 'hopseal')
    files(hopseal)
    show(hopseal)
    with Lab(build) as lab:
        hopseal = Command(*lab.inside(build / 'hopseal', '-c', lab.write_config()))
        hosts(hopseal)
        beside_postfix(hopseal)
        live(lab, hopseal)
        in_json(hopseal)
        resolvers(lab)
    tap.end()


main()
