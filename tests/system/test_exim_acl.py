#!/usr/bin/env python3
"""test_exim_acl.py BUILD: the statements of exim/hopseal.acl in real Exim, through real SMTP sessions.

They are taken from the file as they are and put where it says; the callout that it leaves to the operator is on.
"""
import sys

sys.dont_write_bytecode = True
from lab import Lab  # noqa: E402
from tap import Tap  # noqa: E402

SUITES = ('bookworm', 'trixie')
LOCAL = 'games@mta.example.net'
MAIL = 'MAIL FROM:<somebody@client.example.org>'
# Recipient's domain, what the reply to RCPT begins with, and whether the recipient's MX host is asked in the callout.
RECIPIENTS = (
    ('null MX', 'nullmx.test', '550 nullmx.test: null MX', False),
    ('no such domain', 'nxdomain.test', '550 nxdomain.test: the domain does not exist', False),
    ('its DNS cannot be trusted', 'bogus.test', '451 ', False),
    ('no host is in its policy', 'sts-stranger.test', '451 ', False),
    ('no policy', 'none-clear.test', '250 ', True),
    ('DANE', 'dane-ee-selfsigned.test', '250 ', True),
    ('DANE that fails', 'dane-wrong.test', '250 ', False),
    ('MTA-STS', 'sts-enforce.test', '250 ', True),
    ('MTA-STS that fails', 'sts-expired.test', '250 ', False),
)
tap = Tap()


def reply_to(lab, exim, recipient, *how):
    """What Exim says to RCPT."""
    code, text = lab.talk(exim, [MAIL, 'RCPT TO:<%s>' % recipient], *how)[1]
    return '%d %s' % (code, text)


def check_recipient(lab, exim, what, domain, wanted, is_asked):
    since = len(lab.sessions())
    reply = reply_to(lab, exim, 'somebody@' + domain)
    asked = [seen for seen in lab.sessions()[since:] if seen['peer'] in exim.addresses and 'RCPT' in seen['commands']]
    tap.ok(reply.startswith(wanted) and bool(asked) == is_asked,
           'Exim %s, RCPT, %s: %s' % (exim.version, what, wanted.strip()), '%s\nasked: %s' % (reply, asked))
    tap.ok(domain == 'none-clear.test' or all(seen['tls'] for seen in asked),
           'Exim %s, callout, %s: under TLS where the policy wants it' % (exim.version, what), asked)


def check_callouts_counted(lab, exim):
    lab.wait_until_counted()
    counted = lab.status()['events']['accepted']
    reply_to(lab, exim, 'somebody-else@dane-ee.test')
    lab.wait_until_counted()
    tap.ok(lab.status()['events']['accepted'] == counted + 2,
           'Exim %s, callout: it counts as a session, beside the one that came in' % exim.version,
           (counted, lab.status()['events']))


def inbound(lab):
    """(sessions, without TLS) that hopseald has counted."""
    lab.wait_until_counted()
    seen = lab.tell('status', '--inbound')
    return seen['sessions'], seen['without_tls']


def check_inbound(lab, exim, before, name):
    """Two sessions in the clear, one of them with two messages, and one under TLS."""
    message = [MAIL, 'RCPT TO:<%s>' % LOCAL, 'DATA']
    replies = [lab.talk(exim, message), lab.talk(exim, message * 2), lab.talk(exim, message, 'tls')]
    tap.ok(all(code == 250 for talk in replies for code, _ in talk),
           'Exim %s, %s: mail comes in' % (exim.version, name), replies)
    return before[0] + 3, before[1] + 2


def check_host(lab, exim):
    for recipient in RECIPIENTS:
        check_recipient(lab, exim, *recipient)
    check_callouts_counted(lab, exim)
    wanted = check_inbound(lab, exim, inbound(lab), 'hopseald is there')
    counted = inbound(lab)
    tap.ok(counted == wanted, 'Exim %s, inbound: every session counts once, with its TLS' % exim.version, (wanted, counted))
    rows = lab.tell('status', '--inbound')['inbound']
    tap.ok(any(row['version'].startswith('TLS') and row['cipher'] for row in rows),
           'Exim %s, inbound: version and cipher are told' % exim.version, rows)
    check_away(lab, exim, counted)


def check_away(lab, exim, counted):
    """Nobody there: nothing that comes in is failed for it, and what was seen is told later."""
    lab.stop_daemon()
    for domain in ('dane-ee.test', 'nullmx.test', 'bogus.test'):
        reply = reply_to(lab, exim, 'somebody@' + domain)
        tap.ok(reply.startswith('250 '), 'Exim %s, RCPT, hopseald is away: %s is taken' % (exim.version, domain), reply)
    wanted = check_inbound(lab, exim, (counted[0] + 3, counted[1] + 3), 'hopseald is away')
    lab.daemon()
    lab.wait_for(lambda _: inbound(lab) == wanted)
    tap.ok(inbound(lab) == wanted, 'Exim %s, inbound: what was seen meanwhile is counted' % exim.version,
           (wanted, inbound(lab)))


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        hosts = [lab.exim(suite) for suite in SUITES]
        for exim in hosts:
            exim.wire_acls()
        lab.daemon()
        for exim in hosts:
            check_host(lab, exim)
    tap.end()


main()
