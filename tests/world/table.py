"""domains.tsv as objects: mail domains and their MX hosts, each with addresses of its own.

The name of an MX host tells what it is: mx-KIND, mx4-KIND (IPv4 only) or mx6-KIND (IPv6 only),
where KIND is a word of kinds.SINKS; a "-letter" behind it only makes the name unique. A host with
any other name is "good".
"""
import pathlib
import re
from dataclasses import dataclass, field

import kinds

FOLDER = pathlib.Path(__file__).parent
FILE = 'domains.tsv'                    # the table; world.py puts the one that it was given into DIR
GALLERY = 'sinks.test'
HOST_NAME = re.compile(r'mx([46]?)-([a-z0-9]+)(-[a-z])?\.')

# Name servers. FAULTY passes queries on to LEAF, except those that shall fail.
TOP, LEAF, FAULTY = '192.0.2.53', '192.0.2.54', '192.0.2.55'
LATE = '192.0.2.56'                     # the second server of some zones, which may be behind the first
# Resolvers: one validates, the other never does.
RESOLVER, PLAIN_RESOLVER = ('127.0.0.1', '::1'), '127.0.0.2'
# Networks without anybody in them: connections and queries time out.
HOLE4, HOLE6 = '198.51.100.0/24', '2001:db8:dead::/48'
NOBODY4, NOBODY6 = '198.51.100.53', '2001:db8:dead::443'
DEAD = '198.51.100.%d'                  # an address of an MX host that has a dead one
AWAY = '192.88.99.%d'                   # one that there is no route to


@dataclass(eq=False)
class Host:
    """One MX host. Aliases have their addresses at the target, under the same number."""
    name: str
    kind: str
    families: str
    tlsa: str
    nexthop: str
    number: int

    @property
    def sink(self):
        return kinds.SINKS[self.kind]

    @property
    def target(self):
        if self.sink.alias == 'inside':
            return 'target.' + self.name.partition('.')[2]
        if self.sink.alias == 'second':
            return 'target-b.' + self.name.partition('.')[2]
        if self.sink.alias == 'outside':
            return self.nexthop.partition('.')[0] + '.plain.test'
        return self.name

    @property
    def addresses(self):
        """[(RR type, address)]"""
        if not self.sink.address:
            return []
        forms = {'4': ('A', AWAY if self.sink.is_away else '203.0.113.%d'), '6': ('AAAA', '2001:db8::25:%d'),
                 '4b': ('A', DEAD if self.sink.is_dead else '198.18.0.%d'), '6b': ('AAAA', '2001:db8::26:%d')}
        families = [*self.families, *('4b', '6b') * self.sink.is_wide]
        return [(rrtype, form % self.number)
                for rrtype, form in (forms[family] for family in families)]

    @property
    def live_addresses(self):
        """Those where somebody is."""
        nobody = DEAD % self.number, AWAY % self.number
        return [at for at in self.addresses if at[1] not in nobody]

    def does(self, rrtype):
        return self.sink.does6 if rrtype == 'AAAA' and self.sink.does6 else self.sink.does


@dataclass(eq=False)
class Domain:
    """One line of domains.tsv."""
    name: str
    dnssec: str                         # a word of kinds.ZONES, "alias:DOMAIN" or "absent"
    sts: str                            # a word of kinds.POLICIES or "-"
    verdicts: list                      # one for each host; one alone for defer and reject
    postfix: str
    taker: str
    shows: str
    number: int
    null_mx: bool = False
    hosts: list = field(default_factory=list)

    @property
    def policy(self):
        return None if self.sts == '-' else kinds.POLICIES[self.sts]

    @property
    def web(self):
        """The policy host."""
        return 'mta-sts.' + self.name

    @property
    def web_addresses(self):
        """[(RR type, address)] of the policy host, as in DNS."""
        four, six = '192.0.2.%d' % (60 + self.number), '2001:db8::443:%d' % self.number
        where = self.policy.address
        known = {'both': [('A', four), ('AAAA', six)], 'v6': [('AAAA', six)], 'none': [],
                 'hole6': [('A', four), ('AAAA', NOBODY6)]}
        return known.get(where, [('AAAA' if ':' in where else 'A', where)])

    @property
    def alias_of(self):
        return self.dnssec.partition(':')[2]

    @property
    def is_implicit(self):
        """No MX record: the domain is its own host."""
        return [host.name for host in self.hosts] == [self.name]


class World:
    """All mail domains and all MX hosts, in the order of the table."""

    def __init__(self, path=FOLDER / FILE):
        self.domains, self.hosts = [], {}
        with open(path, encoding='ascii') as lines:
            for number, line in enumerate(lines, 1):
                if not line.startswith('#'):
                    self._row(line.rstrip('\n').split('\t'), '%s:%d' % (path, number))
        # name -> MX host: domains that are in no table, where the host is in this one.
        self.beside = {name: host for name, (host, _) in kinds.BESIDE.items()
                       if host in self.hosts or host.endswith('.' + GALLERY)}
        for kind in kinds.SINKS:
            self._host('mx-%s.%s' % (kind, GALLERY), 'ee', GALLERY)
        for name in self.beside:
            self._host(*kinds.BESIDE[name], GALLERY)
        assert len(self.hosts) < 255 and self._policies() < 140, 'out of addresses'

    def _policies(self):
        return sum(domain.sts != '-' for domain in self.domains)

    def _row(self, cells, where):
        try:
            name, mx, dnssec, tlsa, sts, verdicts, postfix, taker, shows = cells
            domain = Domain(name, dnssec, sts, verdicts.split(','), postfix, taker, shows,
                            self._policies(), null_mx=mx == '.')
            if mx not in '.-':
                for host, word in zip(mx.split(','), tlsa.split(','), strict=True):
                    domain.hosts.append(self._host(host, word, name))
            assert dnssec in kinds.ZONES or dnssec == 'absent' or domain.alias_of, dnssec
            assert sts == '-' or sts in kinds.POLICIES, sts
        except (ValueError, AssertionError) as error:
            raise SystemExit('%s: %s' % (where, error)) from error
        self.domains.append(domain)

    def _host(self, name, tlsa, nexthop):
        if name not in self.hosts:
            named = HOST_NAME.match(name)
            families, kind = (named[1] or '46', named[2]) if named else ('46', 'good')
            assert kind in kinds.SINKS and tlsa in kinds.TLSA, '%s %s' % (name, tlsa)
            self.hosts[name] = Host(name, kind, families, tlsa, nexthop, len(self.hosts) + 1)
        assert self.hosts[name].tlsa == tlsa, name + ': two different TLSA words'
        return self.hosts[name]
