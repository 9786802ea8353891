"""The text of every zone, made from the table, and the list of queries that shall fail."""
import certs
import kinds
import table


class Zones:
    """name -> kind and lines of each zone below test.; faults: (owner, RR type, what happens)."""

    def __init__(self, world, directory):
        self.kind = dict(kinds.EXTRA_ZONES)
        self.kind.update((d.name, d.dnssec) for d in world.domains if d.dnssec in kinds.ZONES)
        self.lines = {zone: [] for zone in self.kind}
        self.faults = []
        for zone, kind in self.kind.items():
            if kinds.ZONES[kind].fault:
                self.faults.append((zone, 'ANY', kinds.ZONES[kind].fault))
        for host in world.hosts.values():
            self._host(host, certs.tlsa(directory, host))
        for domain in world.domains:
            self._mail(domain)
            if domain.policy:
                self._sts(domain)
            if domain.dnssec != 'absent':
                self._wants_reports(domain.name)
        for name, host in world.beside.items():
            self._mx(name, [world.hosts[host]])
        for name in set(kinds.RECORDS) - {domain.name for domain in world.domains}:
            if self.zone_of(name):
                self._wants_reports(name)
        for owner, rrtype, data in kinds.MORE:
            if self.zone_of(owner):
                self.add(owner, rrtype, data)
        for name, collector in kinds.COLLECTORS.items():
            self.add('%s.%s' % (name, kinds.REPORTS), 'A', collector.address)

    def zone_of(self, name):
        """The zone that has this name, or None."""
        while name and name not in self.kind:
            name = name.partition('.')[2]
        return name or None

    def add(self, owner, rrtype, data):
        self.lines[self.zone_of(owner)].append('%s. %s %s' % (owner, rrtype, data))

    def _host(self, host, tlsa):
        if host.target != host.name:
            self.add(host.name, 'CNAME', host.target + '.')
        for rrtype, address in host.addresses:
            self.add(host.target, rrtype, address)
        if not host.sink.address:
            self.add(host.name, 'TXT', '"no address"')
        self.faults += [(host.target, rrtype, 'servfail') for rrtype in host.sink.fault]

        word = kinds.TLSA[host.tlsa]
        owner = '_25._tcp.' + {'target': host.target, 'domain': host.nexthop}.get(word.at, host.name)
        if word.at == 'cname':
            self.add(owner, 'CNAME', 'tlsa._dane.%s.' % self.zone_of(host.name))
            owner = 'tlsa._dane.' + self.zone_of(host.name)
        for line in tlsa:
            self.add(owner, 'TLSA', line)
        if word.fault:
            self.faults.append((owner, 'TLSA', word.fault))

    def _mail(self, domain):
        if domain.alias_of:
            self.add(domain.name, 'CNAME', domain.alias_of + '.')
        elif domain.null_mx:
            self.add(domain.name, 'MX', '0 .')
        elif not domain.is_implicit:
            self._mx(domain.name, domain.hosts)

    def _mx(self, name, hosts):
        for place, host in enumerate(hosts, 1):
            self.add(name, 'MX', '%d %s.' % (10 * place, host.name))

    def _sts(self, domain):
        record, web = '_mta-sts.' + domain.name, domain.web
        policy = domain.policy
        if policy.delegated:
            label = domain.name.partition('.')[0]
            for owner, target in ((record, '_mta-sts.%s.plain.test'), (web, 'web.%s.plain.test')):
                self.add(owner, 'CNAME', (target % label) + '.')
            record, web = '_mta-sts.%s.plain.test' % label, 'web.%s.plain.test' % label
        for text in policy.record:
            self.add(record, 'TXT', text)
        for rrtype, address in domain.web_addresses:
            self.add(web, rrtype, address)
        if policy.record_fault:
            self.faults.append((record, 'TXT', policy.record_fault))
        if policy.address_fault:
            self.faults += [(web, 'A', 'servfail'), (web, 'AAAA', 'servfail')]

    def _wants_reports(self, name):
        record = kinds.RECORDS.get(name, kinds.RECORD)
        if record:
            record = record.replace('%s', name)
            self.add('_smtp._tls.' + name, 'TXT', '"%s"' % record.replace(';', '\\;'))

    def server(self, zone):
        """The address that test. delegates the zone to."""
        if kinds.ZONES[self.kind[zone]].served == 'hole':
            return table.NOBODY4
        faulty = {self.zone_of(owner) for owner, _, _ in self.faults}
        return table.FAULTY if zone in faulty else table.LEAF

    def servers(self, zone):
        """The addresses of all its name servers."""
        second = {'good': table.FAULTY, 'lame': table.LATE, 'silent': table.NOBODY4, 'late': table.LATE}
        word = kinds.ZONES[self.kind[zone]].second
        return [self.server(zone), *([second[word]] if word else [])]

    def text(self, zone):
        kind = kinds.ZONES[self.kind[zone]]
        return apex(zone, self.servers(zone), kind) + '\n'.join(self.lines[zone]) + '\n'


def apex(zone, addresses, kind=kinds.ZONES['signed']):
    """$TTL, SOA, and NS with their addresses; "" is the root."""
    return ('$ORIGIN .\n$TTL {2.ttl}\n{0}. SOA ns.{1}. hostmaster.{1}. 1 {2.refresh} 100 1209600 60\n'
            .format(zone, zone or 'root', kind)) + delegation(zone, addresses)


def delegation(zone, addresses):
    names = ('ns', 'ns-b')
    return ''.join('{0}. NS {1}.{2}.\n{1}.{2}. A {3}\n'.format(zone, name, zone or 'root', address)
                   for name, address in zip(names, addresses))
