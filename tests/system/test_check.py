#!/usr/bin/env python3
"""test_check.py BUILD: "hopseal check" of every domain of two test worlds: what it finds is what is planted there.

check_domains.tsv and check_audit.tsv have the findings that there must be, and no others.  Debian's own checkers of DANE are
asked about each host with TLSA, too.
"""
import concurrent.futures
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from check_place import LOOK_S, PATIENCE_S, Place  # noqa: E402
from command import GOOD, ADVICE, BROKEN, UNSURE, USAGE  # noqa: E402
from dane_checkers import TOOLS, Checkers  # noqa: E402
from tap import Tap  # noqa: E402

import certs  # noqa: E402
import kinds  # noqa: E402
import table  # noqa: E402

MINUTE = 60
CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]')
tap = Tap()


# ---------------------------------------------------------------------- every domain

def domains(place):
    for domain in place.world.domains:
        outcome, findings, shows = place.expected[domain.name]
        tap.ok(place.is_as_expected(domain.name), 'check %s: %s%s' % (domain.name, outcome, '' if shows == '-' else ', ' + shows),
               'want %s: %s\nseen %s: %s' % (outcome, findings, place.outcome(domain.name), place.findings(domain.name)))
    tap.ok(set(place.expected) == set(place.seen), 'PUB-TLSA-07 all domains of %s' % place.lab.table.name)


def faults_of_remark(remark):
    """What a person would miss."""
    is_note = remark['level'] == 'note'
    return [what for what, is_wrong in (
        ('members', set(remark) != {'level', 'word', 'about', 'seen', 'why', 'remedy'}),
        ('word', not re.fullmatch('[a-z0-9-]+', remark['word'])),
        ('seen', not remark['seen']),
        ('why it matters, with RFC and section', not is_note and not re.search(r'\(RFC \d+, .*\)$', remark['why'])),
        ('what to do', not is_note and not remark['remedy']),
        ('control characters', CONTROL.search(remark['seen'] + remark['about']) is not None)) if is_wrong]


def remarks(place):
    wrong = [(remark, faults) for one in place.seen.values() for remark in one['remarks'] for faults in [faults_of_remark(remark)] if faults]
    tap.ok(not wrong, 'SEED-22 each finding in %s: what was seen, why it matters, what to do' % place.lab.table.name, wrong[:5])


def statuses(place):
    """Beside the kinds of zones, and the verdicts that real MTAs have shown."""
    zones = {'secure': 'secure', 'insecure': 'insecure', 'error': 'bogus|unknown'}
    wrong = []
    for domain in place.world.domains:
        kind = domain.dnssec if not domain.alias_of else next(d.dnssec for d in place.world.domains if d.name == domain.alias_of)
        secure = kinds.ZONES[kind].ds == 'good' and domain.name != 'old.alias.test' if kind != 'absent' else True
        if domain.verdicts == ['defer']:
            secure = None
        want = zones['error' if secure is None else 'secure' if secure else 'insecure']
        if not re.fullmatch(want, place.seen[domain.name]['zone']['security']):
            wrong.append((domain.name, want, place.seen[domain.name]['zone']))
    tap.ok(not wrong, 'SEED-76 PUB-TLSA-09 secure, insecure, bogus: each domain of %s' % place.lab.table.name, wrong)


def senders(place):
    wrong = []
    for domain in place.world.domains:
        sender = place.seen[domain.name].get('sender') or {}
        verdicts = [host['verdict'] for host in sender.get('hosts', [])][:len(domain.verdicts)] or [sender.get('verdict')]
        if verdicts != domain.verdicts:
            wrong.append((domain.name, domain.verdicts, verdicts))
    tap.ok(not wrong, 'SEED-55 check --sender: how mail would go to each domain of %s' % place.lab.table.name, wrong)


def records(place):
    """What is published, as it was made."""
    wrong, count = [], 0
    for name, (seen, _) in place.hosts().items():
        host = place.world.hosts[name]
        if not seen['records']:
            continue
        count += 1
        made = certs.tlsa(pathlib.Path(place.lab.world), host)
        if sorted(record['record'] for record in seen['records']) != sorted(made) or not seen['ttl']:
            wrong.append((name, seen['records'], made))
    tap.ok(count > 20 and not wrong, 'SEED-15 PUB-TLSA-09 TLSA and TTL of %d MX hosts in %s' % (count, place.lab.table.name), wrong)


# ---------------------------------------------------------------------- beside Debian's checkers

# Where others see it otherwise: who, which hosts, why.
DIFFERENT = [
    ('danetool', 'mx-tawrongname.dane-ta-wrongname.test', 'it looks at no names, which usage 2 asks for (RFC 7672, 3.1.2)'),
    ('ldns-dane posttls-finger', 'mx-tanexthop.dane-ta-nexthop.test', 'asked about a host, they do not know for which domain'),
    ('ldns-dane', 'mx-wrongname.dane-ee-wrongname.test mx-evilname.hostile-cert.test', 'it looks at names with usage 3 too (against RFC 7672, 3.1.1)'),
    ('danetool', 'mx-selfsigned.dane-unusable.test mx-good.mix-unusable.test mx-selfsigned.mix-unusable-bad.test '
     'mx-selfsigned.mix-unusable-testing.test mx-selfsigned.split-unusable.provider.test '
     'mx-selfsigned.split-sts-unusable.provider.test', 'it takes usage 1 (against RFC 7672, 3.1.3)'),
    ('danetool ldns-dane', 'mx-alias.dane-alias.test', 'they look at the alias alone (against RFC 7672, 2.2.2)'),
    ('danetool posttls-finger', 'mx-good.tlsa-ec-only.test', 'they see the one key that the server likes best (SEED-24)'),
    ('danetool', 'mx-selfsigned.tlsa-agility.test', 'it knows no digest agility (RFC 7671, 9)'),
    ('danetool ldns-dane', 'mx-tls10.dane-tls10.test', 'TLS 1.0 is good enough for GnuTLS and openssl(1) here'),
    ('danetool ldns-dane posttls-finger', 'mx-inject.dane-inject.test',
     'they throw away what comes with the 220, which is wrong of the server all the same (RFC 3207, 4.2)'),
    ('danetool ldns-dane', 'mx-good.bogus-a-v6.test mx-aaaafail.aaaa-fail-signed.test', 'one address is enough for them'),
    ('ldns-dane', 'mx4-good.bogus-a.test mx-addrfail.addr-fail-two.test', 'it is given the chain, and asks for no address'),
    ('ldns-dane', 'mx-v6bad.dane-v6bad.test', 'it is given the chain of the one address that has one'),
    ('ldns-dane', 'mx-weak.key-weak.test', "it stands on openssl's own limits of keys, which are not DANE's"),
    ('danetool ldns-dane posttls-finger', 'mx-widedead-e.wide.test', 'they leave out the address that is dead'),
    ('danetool ldns-dane posttls-finger', 'mx-selfsigned.tlsa-future.test', 'one match is enough for them; every kind must match (RFC 7671, 8)'),
]
NOT_DANE = re.compile('sts-|webpki-|cert-|key-|.*-sts$')


def contents(place, names):
    """-> {host: whether hopseal is content with its DANE}; where a domain cannot be looked up, "tlsa check" is asked."""
    seen = place.hosts()

    def is_content(name):
        if name not in seen:
            return place.run('tlsa', 'check', name)[0] in (GOOD, ADVICE)
        host, said = seen[name]
        return bool(host['records']) and not any(
            remark['level'] in ('broken', 'unsure') and not NOT_DANE.match(remark['word']) for remark in said)

    return {name: is_content(name) for name in names}


def explained(place):
    """-> {(checker, host): why}"""
    return {(tool, name): why for tools, names, why in DIFFERENT for tool in tools.split() for name in names.split()
            if name in place.world.hosts}


def differing(place):
    """-> {(checker, host)}"""
    return {(tool, host.name) for host, verdicts in place.verdicts.items()
            for tool in TOOLS if verdicts[tool][0] != place.contents[host.name]}


def ask(place):
    """hopseal about all domains, and the checkers about all hosts."""
    hosts = [host for host in place.world.hosts.values() if host.tlsa != '-' and not host.name.endswith('.' + table.GALLERY)]
    with concurrent.futures.ThreadPoolExecutor(1) as pool, Checkers(place.lab) as checkers:
        looked = pool.submit(place.look)
        place.verdicts = checkers.verdicts(hosts)
        looked.result()
        place.contents = contents(place, [host.name for host in hosts])
        checkers.be_patient()
        late = {name for _, name in differing(place) ^ set(explained(place))}
        place.verdicts.update(checkers.verdicts([host for host in hosts if host.name in late]))


def beside_checkers(place):
    differ, why = differing(place), explained(place)
    for tool in TOOLS:
        yes = sum(verdicts[tool][0] for verdicts in place.verdicts.values())
        mine = sorted(name for other, name in why if other == tool)
        wrong = [(name, place.verdicts[place.world.hosts[name]][tool]) for other, name in differ ^ set(why) if other == tool]
        tap.ok(0 < yes < len(place.verdicts) and not wrong, 'PUB-TLSA-07 %d hosts of %s beside %s, %d of them otherwise, as explained' % (
            len(place.verdicts), place.lab.table.name, tool, len(mine)), wrong)
        for name in mine:
            print('# %s, %s: %s' % (tool, name, why[tool, name]))


# ---------------------------------------------------------------------- one deadline for all

def on_terminal(place, *args):
    """-> what the command writes to a terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe('ip', place.command(*args), {**os.environ, 'TERM': 'xterm', 'LC_ALL': 'C.UTF-8'})
    text = b''
    while select.select([terminal], [], [], PATIENCE_S)[0]:
        try:
            text += os.read(terminal, 65536)
        except OSError:
            break
    os.waitpid(pid, 0)
    os.close(terminal)
    return text


def side_by_side(place):
    """Each server of wide.test thinks before it greets; one address drops all packets."""
    began = time.time()
    text = on_terminal(place, 'check', 'wide.test').decode()
    took = time.time() - began
    looks = [entry for entry in place.lab.sessions() if entry['host'].endswith('.wide.test') and entry['began'] >= began - .001]
    first = {entry['ip']: entry for entry in sorted(looks, key=lambda entry: -entry['began'])}.values()
    wide = [host for host in place.world.hosts.values() if host.name.endswith('.wide.test')]
    live = {address for host in wide for _, address in host.live_addresses}
    dead = {address for host in wide for _, address in host.addresses} - live
    if not tap.ok({entry['ip'] for entry in first} == live and len(live) == 19 and len(dead) == 1,
                  'SEED-23 PUB-TLSA-07 5 MX hosts, 20 addresses, one of them dead: all are looked at', (live, dead, looks, text)):
        return
    last_began, first_ended = max(entry['began'] for entry in first), min(entry['time'] for entry in first)
    tap.ok(last_began < first_ended, 'all 19 have been connected to before the first one is done', (last_began, first_ended))
    sum_s = sum(entry['time'] - entry['began'] for entry in looks)
    tap.ok(took < (sum_s + LOOK_S) / 3, 'and check takes no longer than its slowest host', '%.1f s for %d looks of %.1f s and one of %d s' % (
        took, len(looks), sum_s, LOOK_S))
    steps = re.findall(r'(\d+) seen, \d+ s: ([^\r\x1b]*)', text)
    tap.ok([int(number) for number, _ in steps] == list(range(1, len(steps) + 1)) and steps[-1][1].split()[-1] in dead and
           live <= {what.split()[-1] for _, what in steps[:-1]}, 'progress: the dead address is the last step, one deadline for all', steps)


# ---------------------------------------------------------------------- the command

def codes(place):
    for domain, code in (('fine.test', GOOD), ('tlsa-cert.test', ADVICE), ('tlsa-future.test', BROKEN), ('hosted.test fine.test', ADVICE),
                         ('fine.test tlsa-cert.test tlsa-future.test', BROKEN), ('nosuch.test', BROKEN), ('hostile-421.test', BROKEN)):
        got = place.run('check', *domain.split())
        tap.ok(got[0] == code and all(one in got[1] for one in domain.split()), 'SEED-22 check %s: status %d' % (domain, code), got)
    got = place.run('check', '-q', 'fine.test')
    tap.ok(got == (GOOD, '', ''), 'SEED-22 check -q says nothing of a good domain', got)
    got = place.run('check', '-q', 'fine.test', 'tlsa-future.test')
    tap.ok(got[0] == BROKEN and 'fine.test' not in got[1] and len(got[1].splitlines()) > 1 and
           all('tlsa-future.test' in line for line in got[1].splitlines()),
           'SEED-22 check -q: a line for each finding, with the domain', got)
    for name, args in (('no domain', []), ('an empty label', ['a..b']), ('a space', ['a b.test']), ('an escape', ['\x1b[31m.test']),
                       ('an address', ['192.0.2.1']), ('a long name', ['a.' * 200 + 'test']), ('no such option', ['--nonsense', 'fine.test']),
                       ('a bad selector', ['--selector', 'a b', 'fine.test'])):
        got = place.run('check', *args)
        tap.ok(got[0] == USAGE and got[1] == '' and got[2] and not re.search('[\x00-\x08\x0b-\x1f\x7f-\x9f]', got[2]), 'check, %s' % name, got)


def shown(place):
    got = place.run('check', 'fine.test')[1]
    missing = [what for what in ('v=STSv1; id=20240101;', 'enforce', 'v=TLSRPTv1', 'secure', 'IN TLSA 3 1 1', 'EC P-256', 'RSA 2048', '203.0.113.',
                                 '2001:db8::25:', 'good: fine.test') if what not in got]
    tap.ok(not missing, 'SEED-55, -83 one command: records and whether they fit, MTA-STS, TLSRPT, for each address', (missing, got))
    got = place.run('check', 'nosuch.test')[1]
    tap.ok('there is no such name' in got, 'a domain that does not exist', got)
    one = place.tell('fine.test')['domains'][0]
    tap.ok(set(one) == {'domain', 'outcome', 'mx', 'zone', 'hosts', 'sts', 'tlsrpt', 'remarks'} and
           set(place.answer) == {'outcome', 'domains'} and place.answer['outcome'] == 'broken', 'check -j: its members', one)
    order = [one['domain'] for one in place.tell('tlsa-cert.test', 'fine.test', 'hosted.test')['domains']]
    tap.ok(order == ['tlsa-cert.test', 'fine.test', 'hosted.test'], 'several domains, as they were asked for', order)
    got = place.run('tlsa', 'check', 'mx-good.' + table.GALLERY)
    tap.ok(got[0] == GOOD, 'SEED-77 tlsa check of a host that is no MX host of ours', got)


def selectors(place):
    for selector, words, shows in (('good', 'dkim-key-ed25519', 'no "s="'), ('both', 'dkim-key-ed25519', 's=email:tlsrpt'),
                                   ('mail', 'dkim-key-ed25519 dkim-no-tlsrpt', 's=email'), ('gone', 'dkim-key-revoked', 'an empty "p="'),
                                   ('none', 'dkim-record-none', 'no record')):
        found = sorted(remark['word'] for remark in place.tell('--selector', selector, 'fine.test')['domains'][0]['remarks']
                       if remark['level'] != 'note' and remark['about'] == selector + '._domainkey.fine.test')
        tap.ok(found == words.split(), 'PUB-RPT-02 SEED-67 check --selector, %s' % shows, found)


def resolvers(place):
    """What they cannot tell is not known; it is no fault of the domain."""
    for server, shows in (('127.0.0.2', 'does not validate'), ('127.0.0.9', 'does not answer')):
        config = place.write_other(server + '.conf', 'servers = 127.0.0.1', 'servers = ' + server)
        one = place.tell('fine.test', config=config)['domains'][0]
        tap.ok(one['outcome'] == 'unsure' and place.run('check', 'fine.test', config=config)[0] == UNSURE,
               'PUB-TLSA-09 a good domain, but the resolver %s' % shows, one)


# ---------------------------------------------------------------------- those who mean no good

HOSTILE = ['hostile.test', 'hostile-421.test', 'hostile-text.test', 'hostile-cert.test', 'hostile-status.test']


def hostile(place):
    for args in (HOSTILE, ['-q', *HOSTILE], ['--sender', *HOSTILE], ['--selector', 'evil', 'hostile.test']):
        got = place.run('check', *args)
        tap.ok(got[0] == BROKEN and not re.search('[\x00-\x08\x0b-\x1f\x7f-\x9f]', got[1] + got[2]),
               'control characters of servers and records are not shown: check %s' % ' '.join(args), got)
    text = on_terminal(place, 'check', '--sender', '--selector', 'evil', *HOSTILE)
    rest = re.sub(rb'\x1b\[[0-9;]*m|\r\x1b\[K|\r\n', b'', text)
    tap.ok(b'owned' in text and b'\x1b[' in text and not re.search(rb'[\x00-\x08\x0b-\x1f\x7f]', rest) and b'\xc2\x9b' not in rest,
           'nor on a terminal, which has colours of ours alone', rest)
    tap.ok(all(remark['seen'].isprintable() for one in place.tell(*HOSTILE)['domains'] for remark in one['remarks']), 'nor in JSON')


def interrupted(place):
    """While an address is waited for, which takes a minute."""
    before = len(place.lab.sessions())
    config = place.write_other('patient.conf', 'deadline = %ds' % LOOK_S, 'deadline = %ds' % MINUTE)
    process = subprocess.Popen(place.command('check', 'wide.test', config=config), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + PATIENCE_S
    while len(place.lab.sessions()) <= before and time.monotonic() < deadline:
        time.sleep(.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    ended = time.time()
    looks = [entry['began'] for entry in place.lab.sessions()[before:]]
    tap.ok(process.returncode == UNSURE and out == '' and err.strip() == 'hopseal: interrupted' and ended < min(looks) + MINUTE / 2,
           'SIGINT ends it at once, in good order', (process.returncode, out, err, ended - min(looks)))


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    with Place(build, 'domains') as full, Place(build, 'audit') as audit:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(ask, (full, audit)))
        for place in full, audit:
            for part in domains, remarks, statuses, senders, records, beside_checkers:
                part(place)
        for part in side_by_side, codes, shown, selectors, resolvers, hostile, interrupted:
            part(audit)
    tap.end()


main()
