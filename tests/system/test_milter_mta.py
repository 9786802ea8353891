#!/usr/bin/env python3
"""test_milter_mta.py BUILD: hopseal-milter under real Postfix and real Sendmail, of bookworm and of trixie.

The fragments of milter/ are taken as they are.  Clients talk SMTP over the world's network, with and without STARTTLS;
what they are told, what hopseald gets to know, and what becomes of their mail is compared.
"""
import email.message
import gzip
import json
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from lab import Lab  # noqa: E402
from milter_rig import Milter  # noqa: E402
from mta import HERE, PATIENCE_S, POLL_S  # noqa: E402
from tap import Tap  # noqa: E402

SHIPPED = HERE.parent.parent / 'milter'
SUITES = ('bookworm', 'trixie')
RUA = 'sender@mta.example.net'        # whose mail these MTAs throw away
MAIL = 'MAIL FROM:<sender@mta.example.net>'
# What a client is told of a recipient: with early = off, defer and reject.
REPLIES = (
    ('no policy', 'none-good.test', '250 2.1.5', '250 2.1.5', '250 2.1.5'),
    ('DANE', 'dane-ee.test', '250 2.1.5', '250 2.1.5', '250 2.1.5'),
    ('a policy that names none of its hosts', 'sts-stranger.test', '250 2.1.5', '451 4.7.5', '550 5.7.5'),
    ('a null MX', 'nullmx.test', None, '556 5.1.10', '556 5.1.10'),
    ('DNS that cannot be trusted', 'bogus.test', None, '', ''),
)
tap = Tap()


class Served:
    """An MTA of the lab with a hopseal-milter of its own."""

    def __init__(self, lab, host, socket):
        self.lab, self.host = lab, host
        self.name = '%s %s' % (type(host).__name__, host.version)
        self.folder = lab.folder / ('%s-%s' % (type(host).__name__, host.suite))
        self.folder.mkdir()
        self.socket = host.path(socket)
        self.milter = None

    def config(self, more=''):
        return ('socket-mode = 0666\ndaemon = unix:{0}/map\nspool = {1}/spool\ninbox = {0}/state/inbox\n'
                'report-address = {2}\n{3}').format(self.lab.folder, self.folder, RUA, more)

    def start(self, more=''):
        self.milter = Milter(self.lab.build, self.folder, self.config(more), ['-p', 'local:%s' % self.socket])
        if not self.milter.is_ready():
            raise RuntimeError(self.milter.log())

    def talk(self, commands, *how):
        return ['%d %s' % (code, text) for code, text in self.lab.talk(self.host, commands, *how)]

    def send(self, address, *how, data='DATA'):
        """-> the reply to the end of a message."""
        return self.talk([MAIL, 'RCPT TO:<%s>' % address, data], *how)[-1]

    def events(self):
        return self.lab.status()['events']['by_source']['milter']

    def wait_for_events(self, count):
        return self.lab.wait_for(lambda status: status['events']['by_source']['milter'] >= count, 20)


def wire_postfix(lab, suite):
    host = lab.postfix(suite)
    host.inside('install', '-d', '-g', 'postfix', '-m', '2750', '/var/spool/postfix/hopseal-milter')
    with open(host.path('/etc/postfix/main.cf'), 'a') as main_cf:
        main_cf.write((SHIPPED / 'postfix/main.cf.milter').read_text())
    # Debian's main.cf has a certificate only if ssl-cert was configured before Postfix.
    host.inside('postconf', '-e', 'mynetworks = %s [%s]' % tuple(host.addresses), 'smtpd_tls_security_level = may',
                'smtpd_tls_cert_file = /etc/ssl/certs/ssl-cert-snakeoil.pem',
                'smtpd_tls_key_file = /etc/ssl/private/ssl-cert-snakeoil.key')
    host.tell('reload')
    return Served(lab, host, '/var/spool/postfix/hopseal-milter/socket')


def wire_sendmail(lab, suite):
    """As the header of hopseal-milter.m4 says, and with a certificate for clients that come in; for their network it relays."""
    host = lab.sendmail(suite)
    etc = host.path('/etc/mail')
    (etc / 'hopseal-milter.m4').write_text((SHIPPED / 'sendmail/hopseal-milter.m4').read_text())
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=mta.example.net', '-days', '9',
                    '-keyout', etc / 'test.key', '-out', etc / 'test.crt'], check=True, capture_output=True)
    (etc / 'test.key').chmod(0o600)
    mc = (etc / 'sendmail.mc').read_text()
    lines = ("define(`confSERVER_CERT', `/etc/mail/test.crt')dnl\ndefine(`confSERVER_KEY', `/etc/mail/test.key')dnl\n"
             "include(`/etc/mail/hopseal-milter.m4')dnl\n")
    (etc / 'sendmail.mc').write_text(mc.replace('MAILER_DEFINITIONS', lines + 'MAILER_DEFINITIONS'))
    (etc / 'relay-domains').write_text('\n'.join(host.addresses) + '\n')
    host.tell('check')
    host.tell('stop')
    while host.processes('sendmail'):
        time.sleep(POLL_S)
    host.tell('start')
    return Served(lab, host, '/run/hopseal/milter.sock')


# ---------------------------------------------------------------------- what clients are told

def check_replies(served):
    for column, word in enumerate(('off', 'defer', 'reject')):
        taken = served.milter.reload(served.config('early = %s\n' % word))
        tap.ok(taken, '%s: early = %s after a reload' % (served.name, word), served.milter.log())
        for what, domain, *wants in REPLIES:
            replies = served.talk([MAIL, 'RCPT TO:<u-%s@%s>' % (word, domain), 'RCPT TO:<%s>' % RUA])
            reply, want = replies[1], wants[column]
            if want is None:            # what the MTA itself makes of it
                want = reply[:3]
            tap.ok(reply.startswith(want) and (reply.startswith('250') or want == '' or wants[column] is None
                                               or domain in reply),
                   '%s, early = %s: %s: %s' % (served.name, word, what, wants[column] or 'what the MTA says'), replies)
            tap.ok(replies[2].startswith('250'), '%s, early = %s: %s: the next recipient is taken' % (
                served.name, word, what), replies)
    served.milter.reload(served.config())


def check_prefetch(served):
    domain = 'sts-enforce.test' if served.host.suite == 'bookworm' else 'both-good.test'
    before = served.lab.status()['questions']['asked']
    served.talk([MAIL, 'RCPT TO:<u@%s>' % domain])
    tap.ok(served.lab.wait_for(lambda status: status['questions']['asked'] > before, 20),
           '%s: hopseald hears of a next-hop at RCPT' % served.name, served.milter.log())


# ---------------------------------------------------------------------- what hopseald gets to know

def check_sessions(served):
    served.lab.wait_until_counted()
    before = served.lab.tell('status', '--inbound')
    count = served.events()
    served.talk(['NOOP'])
    served.talk([MAIL], 'tls')
    tap.ok(served.wait_for_events(count + 2), '%s: both sessions are told' % served.name,
           '%s\n%s' % (served.milter.log(), served.lab.status()['events']))
    served.lab.wait_until_counted()
    after = served.lab.tell('status', '--inbound')
    tap.ok(after['sessions'] == before['sessions'] + 2 and after['without_tls'] == before['without_tls'] + 1,
           '%s: one with TLS, one without' % served.name, '%s\n%s' % (before, after))


def check_wish(served):
    """RFC 8689: the mail goes out although its policy cannot be held.  Postfix 3.10 does that without us, 3.7 cannot."""
    mail = served.folder / 'wish.eml'
    mail.write_text('Subject: test\r\nTLS-Required: No\r\n\r\ntest\r\n')
    plain, wished = ('%s-%s@sts-expired.test' % (word, served.name.replace(' ', '').lower()) for word in ('plain', 'wished'))
    replies = served.send(plain), served.send(wished, data='DATA %s' % mail)
    tap.ok(all(reply.startswith('250') for reply in replies), '%s, TLS-Required: both mails are taken' % served.name, replies)
    tap.ok('warn tls-required' not in served.milter.log() and 'action=passed-on' in served.milter.log(), '%s, TLS-Required: hopseald has noted the queue id' % served.name,
           served.milter.log())
    if not served.name.startswith('Sendmail'):
        return
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not any(wished in mail['recipients'] for mail in served.lab.sink()):
        time.sleep(POLL_S)
    got = [to for mail in served.lab.sink() for to in mail['recipients']]
    tap.ok(wished in got and plain not in got, 'RTLS-06 %s, TLS-Required: No goes out, the other waits' % served.name,
           '%s\n%s' % (got[-5:], served.host.log()[-3000:]))


def report_mail(path, number):
    report = {'organization-name': 'Them', 'contact-info': 'tls@them.example', 'report-id': number,
              'date-range': {'start-datetime': '2026-11-20T00:00:00Z', 'end-datetime': '2026-11-20T23:59:59Z'},
              'policies': [{'policy': {'policy-type': 'sts', 'policy-domain': 'mta.example.net',
                                       'policy-string': ['version: STSv1']},
                            'summary': {'total-successful-session-count': 7, 'total-failure-session-count': 0}}]}
    mail = email.message.EmailMessage()
    mail['From'], mail['To'], mail['Subject'] = 'tls@them.example', RUA, 'Report Domain: mta.example.net'
    mail['TLS-Report-Domain'] = 'mta.example.net'
    mail.set_content('See the attachment.\n')
    mail.add_attachment(gzip.compress(json.dumps(report).encode()), maintype='application', subtype='tlsrpt+gzip',
                        filename='them!mta.example.net!1!2.json.gz')
    path.write_bytes(mail.as_bytes().replace(b'\n', b'\r\n'))


def reports(lab):
    return lab.tell('report', 'inbox')


def wait_for_reports(lab, number):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if number in json.dumps(reports(lab)):
            return True
        time.sleep(POLL_S)
    return False


def delivered_here(served):
    """How many mails the MTA has delivered to the report address."""
    log = served.host.log()
    return sum(1 for line in log.splitlines() if 'to=<%s>' % RUA in line and 'status=sent' in line
               or 'to=/dev/null' in line and 'stat=Sent' in line)


def check_reports(served):
    for word in ('pass', 'discard'):
        served.milter.reload(served.config('report-mail = %s\n' % word))
        before = delivered_here(served)
        number = '%s-%s' % (served.name.replace(' ', '-'), word)
        mail = served.folder / 'report.eml'
        report_mail(mail, number)
        reply = served.send(RUA, data='DATA %s' % mail)
        tap.ok(reply.startswith('250') and wait_for_reports(served.lab, number),
               '%s, report-mail = %s: hopseald has the report' % (served.name, word),
               '%s\n%s\n%s' % (reply, served.milter.log(), served.lab.log()[-3000:]))
        deadline = time.monotonic() + 15
        while word == 'pass' and delivered_here(served) == before and time.monotonic() < deadline:
            time.sleep(POLL_S)
        tap.ok((delivered_here(served) > before) == (word == 'pass'), '%s, report-mail = %s: the mail %s' % (
            served.name, word, 'goes on' if word == 'pass' else 'is gone'), served.host.log()[-2000:])
    tap.ok(list((served.lab.folder / 'state/inbox').glob('*.eml*')) == [], '%s: the inbox is empty' % served.name)
    served.milter.reload(served.config())


# ---------------------------------------------------------------------- mail of sendmail(1), and bad days

def check_local_mail(served):
    """Postfix shows it to non_smtpd_milters; Sendmail's way for it is SMTP."""
    if served.name.startswith('Sendmail'):
        return
    address = 'local-%s@none-good.test' % served.host.suite
    served.milter.reload(served.config('early = reject\n'))
    outcome = served.host.deliver([address, 'local@sts-stranger.test'])
    tap.ok(outcome[address][0] == 'sent', '%s: mail from sendmail(1) goes out' % served.name, outcome)
    tap.ok(outcome['local@sts-stranger.test'][0] == 'deferred', '%s: mail from sendmail(1) is not refused early' % served.name,
           outcome)
    served.milter.reload(served.config())


def check_milter_away(served):
    status, seconds = served.milter.end()
    tap.ok(status == 0 and seconds < 2 and not served.socket.exists(), '%s: the milter ends at once' % served.name,
           '%r %.1f' % (status, seconds))
    reply = served.send('away@none-good.test')
    tap.ok(reply.startswith('250'), '%s: without the milter mail passes' % served.name,
           '%s\n%s' % (reply, served.host.log()[-2000:]))
    served.start()
    served.milter.end(signal.SIGKILL)
    reply = served.send('killed@none-good.test')
    tap.ok(reply.startswith('250'), '%s: the milter killed, mail passes' % served.name,
           '%s\n%s' % (reply, served.host.log()[-2000:]))
    served.start()
    count = served.events()
    served.send('back@none-good.test')
    tap.ok(served.wait_for_events(count + 1), '%s: the milter back, it is asked again' % served.name, served.milter.log())


def check_daemon_away(hosts):
    lab = hosts[0].lab
    lab.stop_daemon()
    for served in hosts:
        served.milter.reload(served.config('early = reject\n'))
        replies = served.talk([MAIL, 'RCPT TO:<u@none-good.test>', 'RCPT TO:<u@sts-stranger.test>', 'DATA'])
        tap.ok(all(reply.startswith(('250', '2')) for reply in replies), '%s: no daemon, no policy at RCPT' % served.name, replies)
        tap.ok(served.milter.wait_for('status=away') and served.milter.log().count('status=away') == 1,
               '%s: no daemon, one line' % served.name, served.milter.log())
    for served in hosts:
        deadline = time.monotonic() + 10
        while not (served.folder / 'spool').exists() and time.monotonic() < deadline:
            time.sleep(POLL_S)
        tap.ok((served.folder / 'spool').exists(), '%s: no daemon, the session is in the spool' % served.name)


def main():
    with Lab(sys.argv[1], say=lambda text: print('# ' + text, flush=True)) as lab:
        hosts = [wire(lab, suite) for wire in (wire_postfix, wire_sendmail) for suite in SUITES]
        lab.daemon()
        for served in hosts:
            served.start()
            print('# %s' % served.name, flush=True)
            for check in (check_prefetch, check_replies, check_sessions, check_wish, check_reports, check_local_mail,
                          check_milter_away):
                check(served)
        check_daemon_away(hosts)
        for served in hosts:
            status, _ = served.milter.end()
            tap.ok(status == 0, '%s: ends' % served.name, served.milter.log())
    tap.end()


main()
