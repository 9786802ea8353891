#!/usr/bin/env python3
"""test_opensmtpd.py BUILD: real OpenSMTPD of bookworm and of trixie obeys hopseald, domain by domain of the world.

One message to each domain of tests/world/domains.tsv from each OpenSMTPD; what became of it in a few attempts and which MX
took it is compared with the table.  opensmtpd_limits.tsv has where OpenSMTPD differs; hopseal-opensmtpd(7) says the same in
words.  What protection each mail had is checked once more without the tables, by protection.py.
"""
import collections
import concurrent.futures
import pathlib
import sys

sys.dont_write_bytecode = True
import protection  # noqa: E402
from protection import kinds  # noqa: E402
from lab import Lab, limits, rows  # noqa: E402
from tap import Tap  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SUITES = ('bookworm', 'trixie')
WORDS = {'delivered': 'sent', 'deferred': 'deferred', 'bounced': 'bounced', 'refused': 'refused'}
REFUSED_HOSTS = ('skip', 'defer', 'reject')
# A sealed domain, and an open one whose MX host it shares.
SEALED, OPEN = 'sts-enforce.test', 'shares-sts.plain.test'
SEALED_FAILING, OPEN_BESIDE = 'shared-enforce.test', 'shared-none.test'
# The first of its two hosts has a bad certificate.
TWO_HOSTS, FIRST, SECOND = 'sts-two.test', 'mx4-expired.sts-two.test', 'mx-good.sts-two.test'
# All domains of the world at once are more than it looks at in a minute; and hosts that hang do so quickly.
PROBES = '[probe]\nper-minute = 10000\n'
# What only the opportunistic action delivers.
OPPORTUNISTIC = ('none-selfsigned.test', 'none-clear.test', 'none-454.test', 'sts-testing.test', 'sts-testing-clear.test')
ENFORCED = ('sts-enforce.test', 'sts-wildcert.test', 'dane-ee.test')
FAILING = ('sts-unknownca.test', 'sts-garbage.test', 'sts-nostarttls.test')
STATIC = {'sts-enforce.test': 'sent', 'sts-expired.test': 'deferred', 'sts-nostarttls.test': 'deferred',
          'sts-testing.test': 'sent', 'none-clear.test': 'sent'}
tap = Tap()


def none_of(wrong, name):
    """One test of many things: nothing is wrong with any of them."""
    tap.ok(not wrong, name, '\n'.join(map(str, wrong)))


def mails_of(lab, sender_part):
    """What the world took of the mail for SENDER_PART@anywhere."""
    return [mail for mail in lab.sink() if any(r.startswith(sender_part + '@') for r in mail['recipients'])]


def sessions_of(lab, smtpd):
    """Sessions that it had with the world's servers."""
    return [session for session in lab.sessions() if session['helo'] == smtpd.helo]


def called(smtpd):
    return 'OpenSMTPD %s' % smtpd.version


def check_outcomes(smtpd, local_part, wanted, name):
    """Each domain's mail gets what is wanted for it; wanted: {domain: status}."""
    outcomes = smtpd.deliver(['%s@%s' % (local_part, domain) for domain in wanted])
    wrong = [(address, outcome) for address, outcome in outcomes.items() if outcome[0] != wanted[address.partition('@')[2]]]
    none_of(wrong, '%s: %s' % (called(smtpd), name))


def said_of(lab, domain):
    """What OpenSMTPD is told."""
    return lab.hopseal('query', '-d', 'opensmtpd', domain, check=False).stdout


# ---------------------------------------------------------------- the table


def check_row(lab, smtpd, row, outcome, taken, limited):
    domain = row['domain']
    want, want_taker = limited.get(domain, (row['postfix'], row['taker']))
    status, _, relay, reason = outcome
    taker = taken.get(domain, '-')
    is_ok = (status, taker) == (WORDS[want], want_taker)
    tap.ok(is_ok, '%s, %s: %s' % (called(smtpd), domain, row['shows']), is_ok or 'want %s by %s\ngot %s by %s (%s: %s)\n%s' % (
        want, want_taker, status, taker, relay, reason, said_of(lab, domain)))


def check_table(lab, smtpd, outcomes):
    part = smtpd.suite
    mails = mails_of(lab, part)
    taken = {r.partition('@')[2]: mail['mx'] for mail in mails for r in mail['recipients']}
    limited = limits('opensmtpd', smtpd.suite)
    for row in rows():
        check_row(lab, smtpd, row, outcomes['%s@%s' % (part, row['domain'])], taken, limited)
    none_of(protection.faults(mails), '%s: all that was taken had the TLS and the certificate of its verdict' % called(smtpd))
    none_of([mail for mail in mails if mail['tls'] and mail['sni'] != (mail['mx'] if smtpd.version != '6.8' else None)],
            '%s: STS-APP-07 every host was told its name, by 6.8 none' % called(smtpd))
    counted = collections.Counter(r for mail in mails for r in mail['recipients'])
    none_of([recipient for recipient, count in counted.items() if count > 1], '%s: nobody got a message twice' % called(smtpd))


def is_dane_only(domain):
    """No host of it that asks for anything has a certificate that WebPKI accepts, and mail goes out by DANE."""
    hosts = [protection.WORLD.hosts[name] for name, verdict in protection.DUE[domain].items() if verdict in protection.STRICT]
    return bool(hosts) and not any(protection.fits_webpki(host, domain) for host in hosts)


def check_limits(smtpd):
    """Mail never goes out because of a limit; and what waits for its certificate does so because WebPKI does not accept it."""
    table = {row['domain']: row for row in rows()}
    limited = limits('opensmtpd', smtpd.suite)
    none_of([domain for domain, (outcome, _) in limited.items()
             if outcome == 'delivered' and table[domain]['postfix'] != 'delivered'],
            '%s: no limit lets mail go out that is to wait' % called(smtpd))
    none_of([domain for domain, row in table.items() if row['postfix'] == 'delivered' and is_dane_only(domain) and
             limited.get(domain, ('none',))[0] != 'deferred'],
            '%s: what only DANE accepts is a limit' % called(smtpd))


def forbidden_hosts():
    """Hosts that are not to be reached for any domain."""
    verdicts = collections.defaultdict(set)
    for due in protection.DUE.values():
        for host, verdict in due.items():
            verdicts[host].add(verdict in REFUSED_HOSTS)
    return {host for host, are_refused in verdicts.items() if are_refused == {True}}


def check_never_contacted(lab, smtpd):
    forbidden = forbidden_hosts()
    none_of([session for session in sessions_of(lab, smtpd) if session['host'] in forbidden],
            '%s: STS-APP-02 MIX-05 no session with any of %d hosts that may not be used for any domain' % (
                called(smtpd), len(forbidden)))


def check_tables(lab, hosts):
    """Both at once."""
    with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
        tables = list(pool.map(lambda smtpd: smtpd.deliver_table(smtpd.suite), hosts))
    for smtpd, outcomes in zip(hosts, tables):
        check_table(lab, smtpd, outcomes)
        check_limits(smtpd)
        check_never_contacted(lab, smtpd)


# ---------------------------------------------------------------- traps


def check_two_domains(lab, smtpd):
    """One message to two domains with the same MX host: each under its own policy."""
    part = smtpd.suite + '-shared'
    check_outcomes(smtpd, part, {SEALED: 'sent', OPEN: 'sent'}, 'a sealed and an open domain on one MX host')
    takers = {mail['mx'] for mail in mails_of(lab, part)}
    tap.ok(takers == {'mx-good.' + SEALED}, '%s: both went there' % called(smtpd), takers)
    part = smtpd.suite + '-sealed'
    check_outcomes(smtpd, part, {'dane-ee.test': 'sent', 'old.alias-signed.test': 'sent'},
                   'DANE-MX-06 two sealed domains on one MX host')
    none_of(protection.faults(mails_of(lab, part)), '%s: under the verdict of each' % called(smtpd))


def check_penalty(lab, smtpd):
    """After a failure OpenSMTPD stays away from the address for 15 s, and from all domains there."""
    part = smtpd.suite + '-penalty'
    smtpd.forget_failures()
    check_outcomes(smtpd, part, {SEALED_FAILING: 'deferred'}, 'of two domains on one MX host the sealed one waits')
    count = len(sessions_of(lab, smtpd))
    queued = smtpd.submit(['%s@%s' % (part, OPEN_BESIDE)])
    (status, *_), = smtpd.outcomes(queued).values()
    tap.ok(status == 'deferred' and len(sessions_of(lab, smtpd)) == count,
           '%s: its failure keeps the open one waiting for some seconds, no session is tried for it' % called(smtpd), status)
    smtpd.forget_failures()
    smtpd.inside('smtpctl', 'schedule', queued.split()[0].zfill(16))    # smtpctl wants the zeros that the log leaves out
    smtpd.wait_until_idle()
    check_taken(lab, smtpd, ['%s@%s' % (part, OPEN_BESIDE)], 'then that one goes out')


def check_taken(lab, smtpd, addresses, name):
    taken = [r for mail in lab.sink() for r in mail['recipients'] if r in addresses]
    tap.ok(sorted(taken) == sorted(addresses), '%s: %s, once' % (called(smtpd), name), taken)


def check_modes(smtpd):
    """7.x would go on to require TLS of an action that has been told smtp+tls:// once."""
    for number in range(2):
        part = '%s-modes%d' % (smtpd.suite, number)
        smtpd.forget_failures()
        check_outcomes(smtpd, part, dict.fromkeys(ENFORCED, 'sent'), 'verified TLS, %d' % number)
        check_outcomes(smtpd, part, dict.fromkeys(OPPORTUNISTIC, 'sent'), 'opportunistic TLS is not tightened by it, %d' % number)
        check_outcomes(smtpd, part, dict.fromkeys(FAILING, 'deferred'), 'nor verified TLS relaxed by that, %d' % number)


def check_turns(lab, smtpd):
    """A hopseald that remembers nothing: the first host first, the second one with the next attempt."""
    lab.stop_daemon()
    lab.daemon(PROBES)
    smtpd.forget_failures()
    part = smtpd.suite + '-turns'
    queued = smtpd.submit(['%s@%s' % (part, TWO_HOSTS)])
    (status, _, relay, reason), = smtpd.outcomes(queued).values()
    tap.ok((status, relay) == ('deferred', FIRST), '%s: of two hosts the first has the first turn' % called(smtpd),
           (status, relay, reason))
    smtpd.tell('flush')
    (status, *_), = smtpd.outcomes(queued).values()
    takers = [mail['mx'] for mail in mails_of(lab, part)]
    tap.ok(status == 'sent' and takers == [SECOND], '%s: STS-APP-10 the second one has the second' % called(smtpd),
           (status, takers))


def is_binding(row):
    return row['sts'] != '-' and kinds.POLICIES[row['sts']].mode == 'enforce'


def check_dane_only(lab, hosts):
    """dane-only = encrypt: what only DANE accepts goes out where a look has seen that DANE holds, and no MTA-STS policy binds."""
    lab.stop_daemon()
    lab.daemon(PROBES + '[opensmtpd]\ndane-only = encrypt\n')
    domains = [row for row in rows() if set(protection.DUE[row['domain']].values()) & {'dane-verify', 'encrypt'} and
               is_dane_only(row['domain'])]
    for smtpd in hosts:
        smtpd.forget_failures()
        part = smtpd.suite + '-encrypt'
        outcomes = smtpd.deliver(['%s@%s' % (part, row['domain']) for row in domains])
        for row in domains:
            outcome = outcomes['%s@%s' % (part, row['domain'])]
            tap.ok((outcome[0] == 'sent') == (row['postfix'] == 'delivered' and not is_binding(row)),
                   '%s, dane-only = encrypt, %s: %s' % (called(smtpd), row['domain'], row['shows']),
                   outcome)
        none_of(protection.faults(mails_of(lab, part)), '%s, dane-only = encrypt: DANE held wherever mail went' % called(smtpd))


# ---------------------------------------------------------------- the list in a file


def make_list(lab, smtpd):
    """As the header of smtpd.conf.static says, but that hopseal is asked out here."""
    lines = (ROOT / 'opensmtpd/smtpd.conf.static').read_text().split('#   hopseal cache list')[1].split('\n')
    command = '\n'.join([lines[0]] + [line.removeprefix('#   ') for line in lines[1:4]])
    smtpd.inside('sh', '-c', 'cat' + command, text=lab.hopseal('cache', 'list').stdout)


def check_static(lab, smtpd):
    """Sealed is what the list names, once OpenSMTPD was told of it."""
    tap.ok(smtpd.tell('check') == '', 'static list: no complaint about the configuration')
    for domain in STATIC:
        lab.hopseal('query', domain)
    make_list(lab, smtpd)
    check_outcomes(smtpd, 'static', STATIC, 'static list: mail of those that enforce waits for verified TLS')
    none_of(protection.faults(mails_of(lab, 'static')), 'static list: nothing went out with less than its verdict')


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        hosts = [lab.opensmtpd(suite) for suite in SUITES]
        static = lab.opensmtpd('trixie', 'static')
        lab.daemon(PROBES)
        check_tables(lab, hosts)
        for smtpd in hosts:
            tap.ok(smtpd.tell('check') == '', '%s: no complaint about the configuration' % called(smtpd))
            check_two_domains(lab, smtpd)
            check_modes(smtpd)
            check_penalty(lab, smtpd)
            check_turns(lab, smtpd)
        check_static(lab, static)
        check_dane_only(lab, hosts)
        for smtpd in hosts:
            tap.ok(smtpd.is_alive(), '%s: has been there all the time' % called(smtpd), smtpd.log()[-3000:])
    tap.end()


main()
