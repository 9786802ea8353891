"""Configurations of nsd (root and test. / all leaf zones) and of unbound (validating / not)."""
import shutil

import kinds
import signing
import table

NSD = '''\
server:
 ip-address: {address}
 port: 53
 username: ""
 zonesdir: "{dir}/zones"
 pidfile: "{dir}/{name}.pid"
 database: ""
 xfrdfile: "{dir}/{name}.xfrd"
 xfrdir: "{dir}"
 zonelistfile: "{dir}/{name}.list"
 logfile: "{dir}/{name}.log"
 server-count: 1
 rrl-ratelimit: 0
 rrl-whitelist-ratelimit: 0
remote-control:
 control-enable: no
'''

# Small lifetimes for hosts and denials: else a server once found dead stays dead for 15 minutes.
# The first wait is longer than faulty_dns.SLOWNESS_S: else no answer of a slow zone is in time.
UNBOUND = '''\
server:
{interfaces}
 access-control: 127.0.0.0/8 allow
 access-control: ::1 allow
 do-daemonize: no
 username: ""
 chroot: ""
 directory: "{dir}"
 pidfile: "{dir}/{name}.pid"
 logfile: "{dir}/{name}.log"
 use-syslog: no
 module-config: "{modules}"
 root-hints: "{dir}/root.hints"
{anchor}
 trust-anchor-signaling: no
 val-log-level: 2
 local-zone: "test." nodefault
 qname-minimisation: no
 num-threads: 1
 cache-max-negative-ttl: 2
 infra-host-ttl: 2
 unknown-server-time-limit: 2000
remote-control:
 control-enable: no
'''


def _nsd(directory, name, address, files):
    text = NSD.format(name=name, address=address, dir=directory)
    for zone, file in files:
        text += 'zone:\n name: "%s"\n zonefile: "%s"\n' % (zone, file)
    (directory / (name + '.conf')).write_text(text)
    return ['nsd', '-d', '-c', directory / (name + '.conf')]


def _unbound(directory, name, addresses, modules, anchor=''):
    interfaces = '\n'.join(' interface: ' + address for address in addresses)
    (directory / (name + '.conf')).write_text(UNBOUND.format(
        name=name, dir=directory, interfaces=interfaces, modules=modules, anchor=anchor))
    return [directory / 'resolver', '-d', '-c', directory / (name + '.conf')]


def _leaf_files(leaves):
    for zone, word in leaves.kind.items():
        kind = kinds.ZONES[word]
        if kind.served == 'yes':
            yield zone, zone + ('.signed' if kind.algorithm else '')
        elif kind.served == 'empty':
            yield zone, 'no-such-file'


def _late_files(directory, leaves):
    """Copies, so that one may change without the other."""
    for zone, word in leaves.kind.items():
        if kinds.ZONES[word].second == 'late':
            shutil.copy(directory / 'zones' / (zone + '.signed'), directory / 'zones' / (zone + '.late'))
            yield zone, zone + '.late'


def configure(directory, leaves):
    """Writes all configurations; returns the command of each daemon."""
    shutil.copy(signing.root_key(directory / 'zones'), directory / 'anchor.key')
    # Debian's AppArmor profile binds /usr/sbin/unbound to /etc/unbound, but not a copy of it.
    shutil.copy(shutil.which('unbound'), directory / 'resolver')
    (directory / 'root.hints').write_text('. 3600 NS ns.root.\nns.root. 3600 A %s\n' % table.TOP)
    (directory / 'resolv.conf').write_text('nameserver 127.0.0.1\noptions edns0 trust-ad\n')
    top = [('.', signing.file_name('.') + '.signed'), ('test', 'test.signed')]
    anchor = ' trust-anchor-file: "%s/anchor.key"' % directory
    return [_nsd(directory, 'nsd-top', table.TOP, top),
            _nsd(directory, 'nsd-leaf', table.LEAF, _leaf_files(leaves)),
            _nsd(directory, 'nsd-late', table.LATE, _late_files(directory, leaves)),
            _unbound(directory, 'unbound', table.RESOLVER, 'validator iterator', anchor),
            _unbound(directory, 'unbound-plain', [table.PLAIN_RESOLVER], 'iterator')]
