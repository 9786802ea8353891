"""Whether mail that the world took had the protection that was due to it.

    faults(mails)       -> a sentence for each that had less; mails: entries of sink.log

From the verdicts of the table and the words of kinds.py; hopseal is not asked.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'world'))
import kinds  # noqa: E402
import table  # noqa: E402

WORLD = table.World()
STRICT = ('dane-verify', 'sts-verify', 'encrypt')
TLS_VERSIONS = ('TLSv1.2', 'TLSv1.3')   # RFC 8461, section 4; RFC 7672, 8.1
# Verdicts of every MX host of a domain: {domain: {host: word}}.
DUE = {domain.name: dict(zip((host.name for host in domain.hosts), domain.verdicts)) for domain in WORLD.domains}


def is_current(cert):
    return cert.days[0] < 0 < cert.days[1]


def fits_webpki(host, _next_hop):
    cert = kinds.CERTS[host.sink.cert]
    return cert.issuer == 'ca' and is_current(cert) and cert.names in ('own', 'wild')


def fits_dane(host, next_hop):
    """RFC 7672, 3.1: DANE-EE is the key alone; DANE-TA needs dates and a name, that of the next-hop being one."""
    cert = kinds.CERTS[host.sink.cert]
    is_named = cert.names in ('own', 'wild') or (cert.names == 'nexthop' and next_hop == host.nexthop)
    fits = {'own': True, 'other': False, 'filler': False, 'ta': cert.issuer == 'ta' and is_current(cert) and is_named}
    return any(form[0] in '23' and fits[whose] for whose, form in kinds.TLSA[host.tlsa].records)


FITS = {'sts-verify': fits_webpki, 'dane-verify': fits_dane, 'encrypt': lambda _host, _next_hop: True}


def fault(mail, domain):
    """What was less than due, or ''."""
    host = WORLD.hosts[mail['mx']]
    if domain in kinds.BESIDE:
        return ''
    verdict = DUE[domain].get(host.name, 'no host of this domain')
    if verdict == 'may':
        return ''
    if verdict not in STRICT:
        return 'a host that is not to be used: ' + verdict
    if mail['tls'] not in TLS_VERSIONS:
        return '%s, but TLS: %s' % (verdict, mail['tls'])
    if host.sink.does == 'sni' and mail['sni'] != host.name:
        return '%s, but SNI: %s' % (verdict, mail['sni'])
    return '' if FITS[verdict](host, domain) else '%s, but the certificate does not fit' % verdict


def faults(mails):
    found = []
    for mail in mails:
        for recipient in mail['recipients']:
            if why := fault(mail, recipient.rpartition('@')[2]):
                found.append('%s at %s: %s' % (recipient, mail['mx'], why))
    return found


def server_name(mail):
    """The SNI that the host should have seen: the TLSA base domain under DANE (RFC 7672, 8.1), else its name."""
    host = WORLD.hosts[mail['mx']]
    return host.target if kinds.TLSA[host.tlsa].at == 'target' else host.name
