"""The certificates of the world, and the TLSA data made from them."""
import os
import ssl
import subprocess

import kinds
import table

# NAME KEY ISSUER FROM TO NAMES, as mkcert.c reads them. ca is the one that tests trust.
FIXED = '''\
ca ec CA -400 3000 -
otherca ec CA -400 3000 -
taroot ec CA -400 3000 -
ta ec CA:taroot -400 3000 -
other ec ca -1 90 other.example
'''


def _line(name, kind, own_names, nexthop, target=None):
    cert = kinds.CERTS[kind]
    names = {'own': ','.join(own_names), 'wild': '*.' + name.partition('.')[2],
             'other': 'other.example', 'target': target, 'nexthop': nexthop, 'evil': kinds.ESCAPES + '.example', 'none': '-'}[cert.names]
    return '%s %s %s %d %d %s\n' % (name, cert.key, cert.issuer, *cert.days, names)


def specs(world):
    """The input of mkcert: a certificate for each host, and one RSA for all that show it."""
    text, rsa_names = FIXED, []
    for host in world.hosts.values():
        own_names = sorted({host.name, host.target})
        text += _line(host.name, host.sink.cert, own_names, host.nexthop, host.target)
        if host.sink.rsa:
            rsa_names.append(host.name)
    for domain in world.domains:
        if domain.policy:
            text += _line(domain.web, domain.policy.cert, [domain.web], domain.name)
    for name, collector in kinds.COLLECTORS.items():
        host = '%s.%s' % (name, kinds.REPORTS)
        text += _line(host, collector.cert, [host], host)
    return text + 'rsa rsa ca -1 90 %s\n' % ','.join(rsa_names)


def make(directory, world):
    source = table.FOLDER / 'mkcert.c'
    subprocess.run(['gcc', '-O1', '-o', directory / 'mkcert', source, '-lcrypto'], check=True,
                   env={**os.environ, 'TMPDIR': str(directory)})
    subprocess.run([directory / 'mkcert'], cwd=directory / 'certs', input=specs(world), text=True,
                   check=True)
    for host in world.hosts.values():
        if kinds.CERTS[host.sink.cert].has_bad_tail:
            _add_bad_tail(directory / 'certs', host.name)
        if not kinds.CERTS[host.sink.cert].has_root:
            _cut_root(directory / 'certs' / (host.name + '.pem'))


def _add_bad_tail(folder, name):
    """OpenSSL takes the version for a number like others, GnuTLS does not take the certificate."""
    der = ssl.PEM_cert_to_DER_cert((folder / 'ca.crt').read_text())
    version_3, no_version = bytes.fromhex('a003020102'), bytes.fromhex('a003020109')
    with open(folder / (name + '.pem'), 'a', encoding='ascii') as chain:
        chain.write(ssl.DER_cert_to_PEM_cert(der.replace(version_3, no_version, 1)))


def _cut_root(path):
    begin = '-----BEGIN'
    path.write_text(begin.join(path.read_text().split(begin)[:-1]))


def shown_by(host):
    """The names of the certificates that the host has."""
    return [host.name, 'rsa'] if host.sink.rsa else [host.name]


def tlsa(directory, host):
    """The TLSA set of the host as lines "USAGE SELECTOR TYPE HEX"."""
    lines = []
    for owner, form in kinds.TLSA[host.tlsa].records:
        usage, selector_and_type = form.split(' ', 1)
        if owner == 'filler':
            lines.append('%s %064x' % (form, len(lines)))
            continue
        for name in {'own': shown_by(host), 'first': [host.name]}.get(owner, [owner]):
            for line in (directory / 'certs' / (name + '.tlsa')).read_text().splitlines():
                if line.startswith(selector_and_type + ' '):
                    lines.append('%s %s' % (usage, line))
    return lines
