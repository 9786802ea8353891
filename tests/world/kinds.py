"""What the words of domains.tsv mean: kinds of zones, SMTP servers, TLSA sets and policies.

Pure data. The modules that build and serve the world act on it.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """How a zone is signed and served. The defaults are a healthy signed zone."""
    algorithm: str = 'ECDSAP256SHA256'  # '' = not signed
    ds: str = 'good'                    # in the parent: good, bad or ''
    options: tuple = ()                 # for ldns-signzone
    days: tuple = (-1, 14)              # from, to, of the signatures, counted from now
    spoil: str = ''                     # RR types (a pattern) whose signatures are made wrong
    fault: str = ''                     # what faulty_dns.py does to every query
    served: str = 'yes'                 # no: REFUSED; empty: SERVFAIL; hole: no answer
    second: str = ''                    # name server: good, lame (does not serve the zone), silent, or late (a file of its own)
    ttl: int = 300
    refresh: int = 300                  # of the SOA record


UNSIGNED = {'algorithm': '', 'ds': ''}
ZONES = {
    'signed': Zone(),
    'unsigned': Zone(**UNSIGNED),
    'nods': Zone(ds=''),
    'rsa': Zone(algorithm='RSASHA256'),
    'nsec3': Zone(options=('-n', '-t', '0')),
    'optout': Zone(options=('-n', '-p', '-t', '0')),
    'bogus': Zone(spoil=r'\S+'),
    'bogus-mx': Zone(spoil='MX'),
    'bogus-a': Zone(spoil='A'),
    'bogus-tlsa': Zone(spoil='TLSA'),
    'wrong-ds': Zone(ds='bad'),
    'expired-sig': Zone(days=(-40, -10)),
    'sig-soon': Zone(days=(-20, 1)),
    'sig-long': Zone(days=(-1, 400)),
    'ttl-long': Zone(ttl=86400),
    'ttl-short': Zone(ttl=30),
    'refresh': Zone(refresh=14400, second='good'),
    'lame': Zone(second='lame'),
    'silent': Zone(second='silent'),
    'late': Zone(second='late'),
    'slow': Zone(fault='slow'),
    'servfail': Zone(**UNSIGNED, served='empty'),
    'refused': Zone(**UNSIGNED, served='no'),
    'timeout': Zone(**UNSIGNED, served='hole'),
}

# Zones that are no mail domain: they hold MX hosts of others, or aliases.
EXTRA_ZONES = {
    'provider.test': 'signed',
    'fault.test': 'signed',
    'plain.test': 'unsigned',
    'alias.test': 'unsigned',
    'alias-signed.test': 'signed',
    'sinks.test': 'signed',             # one MX host of every kind, for tests of single sessions
    'roll.test': 'late',                # empty, for a test that changes it
}

# Mail domains beside the table, without any policy of their own: the MX host, and its TLSA word.
BESIDE = {
    'shares-sts.plain.test': ('mx-good.sts-enforce.test', '-'),
    'shares-dane.plain.test': ('mx-good.dane-wrong.test', 'wrong'),
    'shares-ta.plain.test': ('mx-tanexthop.dane-ta-nexthop.test', 'ta'),
    'badtail.plain.test': ('mx-badtail-b.sinks.test', 'wrong'),
}


# What turns a terminal's title, screen and colours over, as DNS and as servers say it.
DNS_ESCAPES, ESCAPES = r'\027]0,owned\007\027[31m\027[2J\155', '\x1b]0;owned\x07\x1b[31m\x1b[2J\x9b'
DKIM_KEY = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='

# Where reports go: zone of the collectors, and domain of a mailbox (it is in domains.tsv too).
REPORTS = 'report.test'
RECORD = 'v=TLSRPTv1; rua=mailto:tls@report.test, https://collect.report.test/%s'
# TLSRPT records of those that are not like the others; '' = none.
RECORDS = {
    'none-clear.test': '',
    'none-good.test': 'v=TLSRPTv1; rua=https://collect-flaky.report.test/%s',
    'none-selfsigned.test': 'v=TLSRPTv1; rua=https://collect-expired.report.test/%s',
    'none-signed.test': 'v=TLSRPTv1; rua=https://collect-500.report.test/%s,mailto:tls@report.test',
    'implicit.test': 'v=TLSRPTv1; rua=https://collect-private.report.test/%s',
    'optout.test': 'v=TLSRPTv1; rua=https://collect-moved.report.test/%s',
    'dane-nods.test': 'v=TLSRPTv1; rua=https://collect-stream.report.test/%s',
    # the operator of an MX host, for DANE (RFC 8460, 1.1)
    'mx-good.dane-ee.test': RECORD,
    # of audit.tsv
    'sts-silent.test': '',
    'rua-wild.test': 'v=TLSRPTv1; rua=mailto:tls!10m@report.test',
    'rua-nobody.test': 'v=TLSRPTv1; rua=mailto:tls@nobody.test,https://nowhere.rua-nobody.test/',
    'rua-two.test': '',
    'hostile.test': 'v=TLSRPTv1; rua=https://' + DNS_ESCAPES + '.test/',
}

# Records that no word makes: (owner, RR type, data). All of audit.tsv.
MORE = [
    ('_smtp._tls.rua-two.test', 'TXT', '"v=TLSRPTv1; rua=mailto:a@report.test"'),
    ('_smtp._tls.rua-two.test', 'TXT', '"v=TLSRPTv1; rua=mailto:b@report.test"'),
    ('good._domainkey.fine.test', 'TXT', '"v=DKIM1; k=ed25519; p=%s"' % DKIM_KEY),
    ('both._domainkey.fine.test', 'TXT', '"v=DKIM1; k=ed25519; s=email:tlsrpt; p=%s"' % DKIM_KEY),
    ('mail._domainkey.fine.test', 'TXT', '"v=DKIM1; k=ed25519; s=email; p=%s"' % DKIM_KEY),
    ('gone._domainkey.fine.test', 'TXT', '"v=DKIM1; k=ed25519; p="'),
    ('hostile.test', 'MX', r'20 mx\027[31m.hostile.test.'),
    ('evil._domainkey.hostile.test', 'TXT', '"v=DKIM1; k=%s; p=%s"' % (DNS_ESCAPES, DKIM_KEY)),
    ('null-two.test', 'MX', '0 .'),
    ('literal.test', 'MX', '20 203.0.113.1.'),
]


@dataclass(frozen=True)
class Collector:
    """An HTTPS host that takes reports, or does not."""
    address: str
    status: str = '201 Created'
    cert: str = 'good'
    does: str = ''                      # flaky: 500 for the first of each path; hang; stream


COLLECTORS = {
    'collect': Collector('192.0.2.20'),
    'collect-expired': Collector('192.0.2.21', cert='expired'),
    'collect-500': Collector('192.0.2.22', '500 Internal Server Error'),
    'collect-flaky': Collector('192.0.2.23', does='flaky'),
    'collect-moved': Collector('192.0.2.24', '302 Found'),
    'collect-hang': Collector('192.0.2.25', does='hang'),
    'collect-stream': Collector('192.0.2.26', does='stream'),
    'collect-private': Collector('10.20.30.40'),
}


@dataclass(frozen=True)
class Cert:
    """A leaf certificate for one host name."""
    key: str = 'ec'                     # as mkcert.c knows it
    issuer: str = 'ca'                  # self = signed with its own key
    days: tuple = (-1, 90)              # from, to, counted from now
    names: str = 'own'                  # own, wild, other, target, nexthop, evil (control characters) or none (common name only)
    has_bad_tail: bool = False          # behind it stands one of a version that there is not
    has_root: bool = True               # its issuers are sent to the last one


CERTS = {
    'good': Cert(),
    'expired': Cert(days=(-300, -5)),
    'wrongname': Cert(names='other'),
    'selfsigned': Cert(issuer='self'),
    'unknownca': Cert(issuer='otherca'),
    'cnonly': Cert(names='none'),
    'aliased': Cert(names='target'),
    'wildcert': Cert(names='wild'),
    'ta': Cert(issuer='ta'),
    'taexpired': Cert(issuer='ta', days=(-300, -5)),
    'tawrongname': Cert(issuer='ta', names='other'),
    'tanexthop': Cert(issuer='ta', names='nexthop'),
    'badtail': Cert(issuer='self', has_bad_tail=True),
    'tashort': Cert(issuer='ta', has_root=False),
    'soon': Cert(days=(-80, 5)),
    'early': Cert(days=(3, 90)),
    'weak': Cert(key='rsa1024'),
    'sha1': Cert(key='sha1'),
    'evilname': Cert(names='evil'),
}


@dataclass(frozen=True)
class Sink:
    """An SMTP server, or what lies in the way to it."""
    cert: str = 'good'
    does: str = 'ok'                    # see smtp_sinks.py
    does6: str = ''                     # over IPv6, if different
    rsa: bool = False                   # shows an RSA certificate too
    fault: tuple = ()                   # address types whose queries get SERVFAIL
    is_wide: bool = False               # has two addresses of each family
    is_dead: bool = False               # at the last IPv4 address packets are dropped
    is_away: bool = False               # there is no route to its IPv4 address
    alias: str = ''                     # CNAME to a name inside its zone, a second one, or outside in plain.test
    address: bool = True


SINKS = {
    'good': Sink(rsa=True),
    **{kind: Sink(cert=kind) for kind in CERTS if kind != 'good'},
    'sni': Sink(does='sni'),
    'nostarttls': Sink(does='nostarttls'),
    'tls454': Sink(does='tls454'),
    'drop': Sink(does='drop'),
    'garbage': Sink(does='garbage'),
    'hang': Sink(does='hang'),
    'tls10': Sink(does='tls10'),
    'inject': Sink(does='inject'),
    'b421': Sink(does='b421'),
    'refuse': Sink(does='refuse'),
    'v6bad': Sink(does6='garbage'),
    'noaddr': Sink(address=False),
    'aaaafail': Sink(fault=('AAAA',)),
    'addrfail': Sink(fault=('A', 'AAAA')),
    'alias': Sink(alias='inside'),
    'outalias': Sink(alias='outside'),
    'aliased': Sink(cert='aliased', alias='second'),
    'weak': Sink(cert='weak', does='lax'),
    'sha1': Sink(cert='sha1', does='lax'),
    'wide': Sink(does='slow', is_wide=True),
    'widedead': Sink(does='slow', is_wide=True, is_dead=True),
    'noroute': Sink(is_away=True),
    'hostile': Sink(does='hostile'),
    'hostile421': Sink(does='hostile421'),
}


@dataclass(frozen=True)
class Tlsa:
    """A TLSA set: (whose key, "usage selector type") of each record, and where it is found."""
    records: tuple = ()                 # own, first (its EC key alone), rsa, other, ta, taroot, or filler (keys that nobody has)
    at: str = 'host'                    # host, target (of the alias), cname (of the TLSA owner) or domain
    fault: str = ''                     # what faulty_dns.py does to the TLSA query


EE = (('own', '3 1 1'),)
TLSA = {
    '-': Tlsa(),
    'ee': Tlsa(EE),
    'ee512': Tlsa((('own', '3 1 2'),)),
    'ta': Tlsa((('ta', '2 0 1'),)),
    'takey': Tlsa((('ta', '2 1 1'),)),
    'wrong': Tlsa((('other', '3 1 1'),)),
    'unusable': Tlsa((('own', '1 0 1'),)),
    'mixed': Tlsa((('own', '1 0 1'),) + EE),
    'rollover': Tlsa((('other', '3 1 1'),) + EE),
    'many': Tlsa((('filler', '3 1 1'),) * 99 + EE),
    'target': Tlsa(EE, at='target'),
    'cname': Tlsa(EE, at='cname'),
    'drop': Tlsa(EE, fault='drop'),
    'servfail': Tlsa(EE, fault='servfail'),
    'notimp': Tlsa(EE, fault='notimp'),
    'truncated': Tlsa(EE, fault='truncated'),
    'econly': Tlsa((('first', '3 1 1'),)),
    'rsaonly': Tlsa((('rsa', '3 1 1'),)),
    'agility': Tlsa(EE + (('other', '3 1 2'),)),
    'future': Tlsa(EE + (('other', '2 1 1'),)),
    'full': Tlsa((('own', '3 0 0'),)),
    'cert': Tlsa((('own', '3 0 1'),)),
    'root': Tlsa((('taroot', '2 1 1'),)),
    'astray': Tlsa(EE, at='domain'),
}


@dataclass(frozen=True)
class Policy:
    """An MTA-STS record, the text of the policy, and the way it is served. Default: all is well."""
    record: tuple = ('"v=STSv1; id=20240101;"',)
    record_fault: str = ''              # what faulty_dns.py does to the TXT query
    delegated: bool = False             # record and policy host are aliases into plain.test

    version: str = 'STSv1'
    mode: str = 'enforce'
    key: str = 'mx'
    patterns: str = 'hosts'             # hosts, last, wildcard, stranger, many or none
    max_age: int = 604800
    prefix: str = ''
    size: int = 0                       # the text is filled up to so many octets

    address: str = 'both'               # both, none, v6, hole6 or one literal address
    address_fault: bool = False         # its address queries get SERVFAIL
    cert: str = 'good'
    does: str = 'ok'                    # see policy_hosts.py
    status: str = '200 OK'
    location: str = ''
    media_type: str = 'text/plain'      # '' = no such header
    framing: str = 'length'             # length, stream, chunked, gzip, short or drip
    delay: float = 0


MIB = 1 << 20
POLICIES = {
    'enforce': Policy(),
    'testing': Policy(mode='testing'),
    'none': Policy(mode='none'),
    'last': Policy(patterns='last'),
    'stranger': Policy(patterns='stranger'),
    'testing-stranger': Policy(mode='testing', patterns='stranger'),
    'wildcard': Policy(patterns='wildcard'),
    'many': Policy(patterns='many'),
    'size-max': Policy(size=65536),
    'stream': Policy(framing='stream'),
    'chunked': Policy(framing='chunked'),
    'late': Policy(delay=2),
    'rolling': Policy(record_fault='rolling', does='rolling'),
    'delegated': Policy(delegated=True),
    'txt-spf': Policy(record=('"v=spf1 -all"', '"v=STSv1; id=20240101;"')),
    'txt-split': Policy(record=('"v=STSv1; i" "d=20240101;"',)),
    'charset': Policy(media_type='Text/Plain; charset=utf-16; x=y'),
    'maxage0': Policy(max_age=0),
    'maxage-day': Policy(max_age=86400),
    'maxage-long': Policy(max_age=31557601),
    'v6only': Policy(address='v6'),
    'hole6': Policy(address='hole6'),

    'txt-absent': Policy(record=()),
    'txt-two': Policy(record=('"v=STSv1; id=1;"', '"v=STSv1; id=2;"')),
    'txt-badid': Policy(record=('"v=STSv1; id=2024-01-01;"',)),
    'txt-servfail': Policy(record_fault='servfail'),
    'web-servfail': Policy(address_fault=True),
    'web-absent': Policy(address='none'),
    'web-expired': Policy(cert='expired'),
    'web-wrongname': Policy(cert='wrongname'),
    'web-selfsigned': Policy(cert='selfsigned'),
    'web-unknownca': Policy(cert='unknownca'),
    'web-cnonly': Policy(cert='cnonly'),
    'web-tls10': Policy(does='tls10'),
    'web-refuse': Policy(does='refuse'),
    'web-silent': Policy(does='silent'),
    'web-hang': Policy(does='hang'),
    'web-garbage': Policy(does='garbage'),
    'web-drip': Policy(framing='drip'),
    'web-short': Policy(framing='short'),
    'web-private': Policy(address='10.0.0.1'),
    'web-private6': Policy(address='fd00::1'),
    'web-loopback': Policy(address='127.0.0.1'),
    'web-loopback6': Policy(address='::1'),
    'web-mapped': Policy(address='::ffff:127.0.0.1'),
    'http-201': Policy(status='201 Created'),
    'http-204': Policy(status='204 No Content'),
    'http-301': Policy(status='301 Moved Permanently', location='/policy.txt'),
    'http-302': Policy(status='302 Found', location='/.well-known/mta-sts.txt'),
    'http-404': Policy(status='404 Not Found'),
    'http-500': Policy(status='500 Internal Server Error'),
    'size-over': Policy(size=65537),
    'size-stream': Policy(size=65537, framing='stream'),
    'size-chunked': Policy(size=65537, framing='chunked'),
    'size-big': Policy(size=MIB, framing='stream'),
    'gzip-bomb': Policy(size=10 * MIB, framing='gzip'),
    'type-html': Policy(media_type='text/html'),
    'type-missing': Policy(media_type=''),
    'text-v2': Policy(version='STSv2'),
    'text-nomx': Policy(patterns='none'),
    'text-typo': Policy(key='nmx'),
    'text-bom': Policy(prefix='\ufeff'),
    'text-case': Policy(mode='Enforce'),
    'text-empty': Policy(does='empty'),
    'hostile': Policy(record=('"v=STSv1; id=%s;"' % DNS_ESCAPES,)),
    'hostile-type': Policy(media_type='text/html' + ESCAPES),
    'hostile-text': Policy(prefix=ESCAPES + '\r\n'),
    'hostile-cert': Policy(cert='evilname'),
    'hostile-status': Policy(status='404 ' + ESCAPES),
}
