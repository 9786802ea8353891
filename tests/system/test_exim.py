#!/usr/bin/env python3
"""test_exim.py BUILD: real Exim of bookworm and of trixie obeys hopseald, domain by domain of the world.

One message to each domain of tests/world/domains.tsv from each Exim; what became of it, which MX took it, and under
which TLS, is compared with the table.  exim_limits.tsv has where Exim differs; hopseal-exim(7) says the same in words.
What protection each mail had is checked once more without the table's outcomes, by protection.py.
"""
import collections
import concurrent.futures
import sys

sys.dont_write_bytecode = True
import protection  # noqa: E402
from lab import Lab, limits, rows  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
WORDS = {'delivered': 'sent', 'deferred': 'deferred', 'bounced': 'bounced'}
# For the other ways to configure Exim: each kind of policy kept and failed, and none.
SELECTED = ('none-good.test', 'none-clear.test', 'nullmx.test', 'dane-ee.test', 'dane-ee-selfsigned.test', 'dane-wrong.test',
            'dane-nostarttls.test', 'dane-two.test', 'tlsa-servfail.test', 'servfail.test', 'sts-enforce.test',
            'sts-expired.test', 'sts-wrongname.test', 'sts-nostarttls.test', 'sts-outside.test', 'sts-stranger.test', 'sts-testing.test',
            'sts-testing-stranger.test', 'sts-none.test', 'mix-dane-sts.test', 'mix-wrong.test', 'split-sts-stranger.test')
BOTH = {'mix-dane-sts.test': 'deferred', 'split-sts-dane.test': 'sent', 'mix-wrong.test': 'deferred',
        'dane-ee-selfsigned.test': 'sent'}
NO = 'TLS-Required: No'
# What RFC 8689 makes of a message: its header lines, the domain that it is for, and whether it goes out.
TLS_REQUIRED = (
    ('RTLS-06 goes past MTA-STS', [NO], 'sts-expired.test', True),
    ('RTLS-06 goes past DANE', [NO], 'dane-wrong.test', True),
    ('RTLS-06 goes to a host that the policy does not name', [NO], 'sts-stranger.test', True),
    ('RTLS-06 goes where there is no STARTTLS', [NO], 'dane-nostarttls.test', True),
    ('RTLS-06 RPT-MAIL-06 takes a report to its mailbox', [NO, 'TLS-Report-Domain: mta.example.net'], 'report.test', True),
    ('RTLS-08 in any case, and folded', ['tls-required:', ' nO'], 'sts-selfsigned.test', True),
    ('RTLS-08 twice counts as none', [NO, NO], 'sts-wrongname.test', False),
    ('RTLS-08 twice with other words counts as none', [NO, 'TLS-Required: Yes'], 'dane-454.test', False),
    ('RTLS-08 another word counts as none', ['TLS-Required: Yes'], 'sts-unknownca.test', False),
    ('RTLS-08 more words count as none', ['TLS-Required: No, never'], 'dane-garbage.test', False),
    ('RTLS-08 an empty one counts as none', ['TLS-Required:'], 'sts-garbage.test', False),
)
tap = Tap()


def none_of(wrong, name):
    """One test of many things: nothing is wrong with any of them."""
    tap.ok(not wrong, name, '\n'.join(map(str, wrong)))


def mails_of(lab, sender_part):
    """What the world took of the mail for SENDER_PART@anywhere."""
    return [mail for mail in lab.sink() if any(r.startswith(sender_part + '@') for r in mail['recipients'])]


def called(exim):
    return 'Exim %s' % exim.version + {'heavy': '', 'light': ' light'}[exim.flavour]


# ---------------------------------------------------------------- the table


def check_row(lab, exim, row, outcome, taken, limited):
    domain = row['domain']
    want, want_taker = limited.get(domain, (row['postfix'], row['taker']))
    status, _, relay, reason = outcome
    taker = taken.get(domain, '-')
    tap.ok((status, taker) == (WORDS[want], want_taker), '%s, %s: %s' % (called(exim), domain, row['shows']),
           'want %s by %s\ngot %s by %s (%s: %s)\n%s' % (
               want, want_taker, status, taker, relay, reason, lab.hopseal('query', '-d', 'exim', domain, check=False).stdout))


def check_table(lab, exim, part, outcomes, domains=None):
    mails = mails_of(lab, part)
    taken = {r.partition('@')[2]: mail['mx'] for mail in mails for r in mail['recipients']}
    limited = limits('exim', exim.suite if exim.flavour == 'heavy' else exim.flavour)
    for row in rows():
        if not domains or row['domain'] in domains:
            outcome = outcomes.get('%s@%s' % (part, row['domain']), ('none', '', '', 'no outcome'))
            check_row(lab, exim, row, outcome, taken, limited)
    none_of(protection.faults(mails), '%s: all that was taken had the TLS and the certificate of its verdict' % called(exim))
    none_of([mail for mail in mails if mail['tls'] and mail['sni'] != protection.server_name(mail)],
            '%s: REF-05 STS-APP-07 every host was told its name' % called(exim))
    counted = collections.Counter(r for mail in mails for r in mail['recipients'])
    none_of([recipient for recipient, count in counted.items() if count > 1], '%s: nobody got a message twice' % called(exim))


def check_tables(lab, hosts):
    """Both at once."""
    with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
        tables = list(pool.map(lambda exim: exim.deliver_table(exim.suite), hosts))
    for exim, outcomes in zip(hosts, tables):
        check_table(lab, exim, exim.suite, outcomes)


def check_bad_tail(lab, exim):
    """GnuTLS stops at a certificate that it cannot read, and shows Exim none of those before it: that is no yes."""
    address = '%s@badtail.plain.test' % exim.suite
    status, _, relay, reason = exim.deliver([address])[address]
    tap.ok(status == 'deferred' and not any(address in mail['recipients'] for mail in lab.sink()),
           '%s: AUTH-07 the wrong certificate, and behind it one that cannot be read' % called(exim), (status, relay, reason))


def check_both(lab, exim):
    """mix = both, and TLSA that match: the certificate must be one of WebPKI, too."""
    wanted = {'%s-both@%s' % (exim.suite, domain): status for domain, status in BOTH.items()}
    exim.forget_failures()
    outcomes = exim.deliver(list(wanted))
    tap.ok({address: outcome[0] for address, outcome in outcomes.items()} == wanted,
           '%s: with mix = both DANE and MTA-STS must hold' % called(exim), outcomes)


# ---------------------------------------------------------------- mail that wants no TLS


def check_tls_required(lab, exim):
    exim.wait_until_idle()
    lab.wait_until_counted()
    counted = lab.status()['events']['accepted']
    for number, (name, headers, domain, is_sent) in enumerate(TLS_REQUIRED):
        if is_sent:
            check_message(lab, exim, '%s-required%d@%s' % (exim.suite, number, domain), headers, name, is_sent)
    lab.wait_until_counted()
    tap.ok(lab.status()['events']['accepted'] == counted,
           '%s: RPT-CNT-08 RPT-CNT-10 and is not told to hopseald' % called(exim), lab.status()['events'])
    for number, (name, headers, domain, is_sent) in enumerate(TLS_REQUIRED):
        if not is_sent:
            check_message(lab, exim, '%s-required%d@%s' % (exim.suite, number, domain), headers, name, is_sent)


def check_message(lab, exim, address, headers, name, is_sent):
    exim.forget_failures()
    exim.put([[address]], '-odf', headers=headers)
    taken, waits = [mail for mail in lab.sink() if address in mail['recipients']], address in exim.waiting()
    tap.ok(bool(taken) == is_sent and waits != is_sent, '%s: TLS-Required: No %s' % (called(exim), name),
           'taken: %s\nin the queue: %s\n%s' % (taken, waits, exim.log()[-3000:]))
    if is_sent:
        tap.ok(bool(taken and taken[0]['tls']) == ('nostarttls' not in address),
               '%s: RTLS-06 TLS-Required: No, %s: TLS is used where it can be had' % (called(exim), address), taken)


# ---------------------------------------------------------------- other ways to configure it


def check_selection(lab, exim, part):
    tap.ok(exim.tell('check') == '', '%s: no warning about the configuration' % part)
    outcomes = exim.deliver(['%s@%s' % (part, domain) for domain in SELECTED])
    check_table(lab, exim, part, outcomes, SELECTED)


def check_daemon_away(lab, exim, part):
    """Stopped: everything waits.  Back: it goes out."""
    lab.stop_daemon()
    addresses = ['%s-away@%s' % (part, domain) for domain in ('none-good.test', 'dane-ee.test', 'sts-enforce.test')]
    outcomes = exim.deliver(addresses)
    tap.ok(all(outcome[0] == 'deferred' for outcome in outcomes.values()), 'SEED-79 %s: daemon away, mail waits' % part, outcomes)
    lab.daemon()
    exim.tell('flush')
    exim.wait_until_idle()
    taken = [r for mail in lab.sink() for r in mail['recipients'] if r in addresses]
    tap.ok(sorted(taken) == sorted(addresses), '%s: daemon back, mail goes, once' % part, taken)


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        hosts = [lab.exim(suite) for suite in SUITES]
        split, light = lab.exim('trixie', layout='split'), lab.exim('bookworm', 'light')
        lab.daemon()
        check_tables(lab, hosts)
        for exim in hosts:
            tap.ok(exim.tell('check') == '', '%s: no warning about the configuration' % called(exim))
            check_bad_tail(lab, exim)
            check_tls_required(lab, exim)
        check_selection(lab, split, 'split')
        check_selection(lab, light, 'light')
        check_daemon_away(lab, light, 'light')
        lab.stop_daemon()
        lab.daemon('[policy]\nmix = both\n')
        for exim in hosts:
            check_both(lab, exim)
    tap.end()


main()
