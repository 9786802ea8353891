"""What arrived at the world's collectors and in its mailbox, and what is wrong with it.

    posts(world), mails(world)      Deliveries, in the order in which they came
    post_faults, mail_faults        what is wrong with one: [(what is shown, fault), ...]; "" is nothing
    faults_of_all                   and with many
"""
import email
import email.policy
import gzip
import json
import pathlib
import re
import unittest.mock
from dataclasses import dataclass

import dkim

STRICT = email.policy.SMTP.clone(raise_on_defect=True)
LINE_MAX = 998
ONCE = ('Date', 'From', 'To', 'Message-ID', 'MIME-Version', 'Subject', 'Content-Type', 'TLS-Report-Domain',
        'TLS-Report-Submitter', 'TLS-Required', 'Auto-Submitted')
SIGNED = {'from', 'to', 'subject', 'date', 'mime-version', 'content-type', 'tls-report-domain', 'tls-report-submitter'}


@dataclass
class Delivery:
    """A report at one of its destinations."""
    uri: str
    octets: bytes                       # as sent: gzip
    path: pathlib.Path                  # the file that holds it
    headers: dict = None                # of a POST
    message: bytes = b''                # of a mail

    @property
    def report(self):
        return json.loads(gzip.decompress(self.octets))

    @property
    def id(self):
        return self.report['report-id']

    @property
    def mail(self):
        return email.message_from_bytes(self.message, policy=STRICT)


def posts(world):
    folder = pathlib.Path(world)
    for line in (folder / 'reports.log').read_text().splitlines():
        request = json.loads(line)
        if request['file']:
            path = folder / 'reports' / request['file']
            yield Delivery('https://%s%s' % (request['host'], request['path']), path.read_bytes(), path,
                           {'method': request['method'], **request['headers']})


def mails(world):
    for path in sorted((pathlib.Path(world) / 'mailbox').glob('*.eml')):
        delivery = Delivery('', b'', path, message=path.read_bytes())
        mail = delivery.mail
        delivery.uri = 'mailto:' + mail['To'].addresses[0].addr_spec
        delivery.octets = list(mail.iter_parts())[-1].get_content()
        yield delivery


def same(got, want):
    return '' if got == want else 'got %r, want %r' % (got, want)


def post_faults(delivery):
    headers = delivery.headers
    return [('RPT-HTTP-01 POST of gzip, named so, not encoded once more',
             same((headers['method'], headers.get('content-type'), headers.get('content-encoding'), delivery.octets[:2]),
                  ('POST', 'application/tlsrpt+gzip', None, b'\x1f\x8b'))),
            ('RPT-HTTP-01 the length is told', same(headers.get('content-length'), str(len(delivery.octets))))]


def raw_faults(message):
    lines = message.split(b'\r\n')
    return ' '.join(filter(None, [b'\n' in b''.join(lines) and 'bare LF', max(map(len, lines)) > LINE_MAX and 'a long line']))


def signature_tags(mail):
    return dict(re.findall(r'([a-z]+)=([^;]*)', re.sub(r'\s', '', mail['DKIM-Signature'])))


def is_signed(message, when, key):
    """By a verifier whose clock shows when: dkimpy takes no signatures from the future."""
    with unittest.mock.patch('time.time', return_value=when):
        return dkim.verify(message, dnsfunc=lambda name, timeout=5: key.get(name), tlsrpt=True)


def mail_faults(delivery, stored, contact, key):
    """stored: what "hopseal report list" says of the report; key: {name: record} of DKIM."""
    mail, submitter, domain = delivery.mail, contact.partition('@')[2], stored['domain']
    text, attachment = mail.iter_parts()
    tags = signature_tags(mail)
    return [
        ('RPT-MAIL-01 two parts of multipart/report, text first',
         same((mail.get_content_type(), mail.get_param('report-type'), text.get_content_type(), attachment.get_content_type()),
              ('multipart/report', 'tlsrpt', 'text/plain', 'application/tlsrpt+gzip'))),
        ('RPT-MAIL-02 TLS-Report-Domain and -Submitter',
         same((mail['TLS-Report-Domain'], mail['TLS-Report-Submitter']), (domain, submitter))),
        ('RPT-MAIL-03 Subject', same(mail['Subject'], 'Report Domain: %s Submitter: %s Report-ID: <%s@%s>' % (
            domain, submitter, stored['id'], submitter))),
        ('RPT-MAIL-04 each field once', same([name for name in ONCE if len(mail.get_all(name, [])) != 1], [])),
        ('RPT-MAIL-04 lines', raw_faults(delivery.message)),
        ('RPT-MAIL-04 Date, From', same((mail['Date'].datetime.tzinfo is not None, mail['From'].addresses[0].addr_spec),
                                        (True, contact))),
        ('RPT-MAIL-05 RPT-FILE-01 a base64 attachment of the report\'s name',
         same((attachment['Content-Transfer-Encoding'], attachment.get_content_disposition(), attachment.get_filename()),
              ('base64', 'attachment', stored['file']))),
        ('RPT-MAIL-07 TLS-Required: No', same(mail['TLS-Required'], 'No')),
        ('RPT-MAIL-08 Auto-Submitted', same(mail['Auto-Submitted'], 'auto-generated')),
        ('RPT-DKIM-01 RPT-DKIM-03 SEED-67 dkimpy takes the signature, as that of a TLS report',
         '' if is_signed(delivery.message, mail['Date'].datetime.timestamp(), key) else 'it does not'),
        ('RPT-DKIM-02 RPT-DKIM-06 PUB-RPT-02 SEED-68 no l=, and the contact\'s domain', same((tags.get('l'), tags['d']), (None, submitter))),
        ('RPT-DKIM-05 SHA-256', same(tags['a'].partition('-')[2], 'sha256')),
        ('RPT-DKIM-04 what must be signed is', same(sorted(SIGNED - set(tags['h'].lower().split(':'))), [])),
    ]


def key_record(lab):
    """The DKIM record that the operator is told to publish, as a verifier's DNS has it."""
    owner, _, text = lab.hopseal('report', 'key').stdout.partition(' IN TXT ')
    return {owner.encode(): ''.join(re.findall('"([^"]*)"', text)).encode()}


def faults_of_all(deliveries, faults):
    """{what is shown: [what is wrong with which]}, in order."""
    wrong = {}
    for delivery in deliveries:
        for shown, fault in faults(delivery):
            wrong.setdefault(shown, []).extend(['%s: %s' % (delivery.path, fault)] if fault else [])
    return wrong
