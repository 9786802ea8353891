#!/usr/bin/python3
"""test_report_mail.py BUILD: an independent verifier, Debian's dkimpy, on the messages that test_message leaves.

It is Debian's own Python, which has Debian's modules.
"""
import email
import email.policy
import os
import pathlib
import subprocess
import sys
import tempfile

import dkim

sys.dont_write_bytecode = True
from tap import Tap  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
SELECTOR = b's2024._domainkey.sender.example.'
REPORT_FIELDS = ['TLS-Report-Domain', 'TLS-Report-Submitter', 'TLS-Required', 'Subject', 'To', 'Date', 'From',
                 'MIME-Version', 'Message-ID', 'Auto-Submitted']
tap = Tap()


def messages():
    """-> {algorithm: (message, key record)}"""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([BUILD / 'tests' / 'test_message'], env={**os.environ, 'MESSAGE_DIR': folder}, check=True,
                       stdout=subprocess.DEVNULL)
        files = pathlib.Path(folder)
        return {name: ((files / (name + '.eml')).read_bytes(), (files / (name + '.txt')).read_bytes())
                for name in ('rsa', 'ed25519')}


def verify(message, record, tlsrpt=False):
    """What dkimpy says; tlsrpt: it is told that this is a TLS report."""
    def dns(name, timeout=5):
        return record if name == SELECTOR else None

    return dkim.verify(message, dnsfunc=dns, tlsrpt=tlsrpt)


def swap(message, old, new):
    """message with one occurrence of old replaced; it must be there."""
    assert old in message, old
    return message.replace(old, new, 1)


def check_signature(name, message, record):
    tap.ok(verify(message, record), 'RPT-DKIM-01 %s: the signature is good' % name)
    tap.ok(verify(message, record, tlsrpt=True), 'RPT-DKIM-03 %s: good for a receiver of reports, too' % name)
    tap.ok(verify(message.replace(b'\r\n', b'\n'), record),
           'RPT-DKIM-01 %s: good as a local MTA takes it, with LF' % name)
    tap.ok(verify(b'Received: from a.example by b.example\r\n' + message, record),
           'RPT-DKIM-01 %s: good behind fields that MTAs add' % name)
    tap.ok(not verify(swap(message, b'5326', b'5327'), record), 'RPT-DKIM-02 %s: a changed text is noticed' % name)
    tap.ok(not verify(message + b'more\r\n', record), 'RPT-DKIM-02 SEED-68 %s: an added line is noticed' % name)
    tap.ok(not verify(b'From: <other@example.org>\r\n' + message, record),
           'RPT-DKIM-04 %s: a second From is noticed' % name)
    for field in REPORT_FIELDS:
        start = ('\r\n%s: ' % field).encode()
        tap.ok(not verify(swap(message, start, start + b'x'), record),
               'RPT-DKIM-04 %s: a changed %s is noticed' % (name, field))


def check_key(name, message, other_record):
    tap.ok(not verify(message, other_record), 'RPT-DKIM-01 %s: bad with another key' % name)


def check_mail(name, message):
    """Parsed by a reader that is not ours; strict: defects are errors."""
    policy = email.policy.default.clone(raise_on_defect=True)
    mail = email.message_from_bytes(message, policy=policy)
    parts = list(mail.iter_parts())
    types = [part.get_content_type() for part in parts]
    tap.ok(mail.get_content_type() == 'multipart/report' and mail.get_param('report-type') == 'tlsrpt' and
           types == ['text/plain', 'application/tlsrpt+gzip'], 'RPT-MAIL-01 %s: as Python reads it' % name, types)
    wanted = 'sender.example!example.com!1730851200!1730937599!k3jf9.json.gz'
    tap.ok(parts[1].get_filename() == wanted and len(parts[1].get_content()) == 5000,
           'RPT-MAIL-05 %s: the attachment, as Python reads it' % name, parts[1].get_filename())
    tap.ok(mail['Date'].datetime.isoformat() == '2024-11-07T01:02:03+00:00' and
           mail['From'].addresses[0].addr_spec == 'tls@sender.example' and
           mail['To'].addresses[0].addr_spec == 'reports@example.com',
           'RPT-MAIL-04 %s: Date, From and To, as Python reads them' % name)
    tap.ok(mail['Subject'] == 'Report Domain: example.com Submitter: sender.example '
           'Report-ID: <1730851200.example.com.k3jf9@sender.example>',
           'RPT-MAIL-03 %s: Subject, as Python reads it' % name, mail['Subject'])


made = messages()
for algorithm, (its_message, its_record) in made.items():
    check_signature(algorithm, its_message, its_record)
    check_mail(algorithm, its_message)
check_key('rsa', made['rsa'][0], messages()['rsa'][1])
check_key('ed25519', made['ed25519'][0], messages()['ed25519'][1])
tap.end()
