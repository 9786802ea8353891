"""Writes and signs all zones, leaves first, since the parent needs their DS records."""
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import kinds
import table
import zones

AT_ONCE = 8
DAY_S = 86400


def _run(directory, *command):
    done = subprocess.run(command, cwd=directory, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError('%s: %s' % (' '.join(map(str, command)), done.stderr or done.stdout))
    return done.stdout.strip()


def _spoil(path, rrtype):
    """Makes a zone bogus after signing: changes one character of each signature over rrtype.

    Not over the addresses of name servers, or the resolver would sooner or later ask none of them about anything.
    """
    pattern = r'(?m)^((?!ns\.)\S+\s+\d+\s+IN\s+RRSIG\s+%s\s.*\s)(\S)(\S+)$' % rrtype

    def other(match):
        return match[1] + ('B' if match[2] != 'B' else 'C') + match[3]

    text, count = re.subn(pattern, other, path.read_text())
    if not count:
        raise RuntimeError('%s: no signature over %s' % (path, rrtype))
    path.write_text(text)


def file_name(zone):
    return 'root' if zone == '.' else zone


def _sign(directory, zone, kind):
    """Leaves the signed zone in FILE.signed and returns its DS record."""
    bits = '2048' if kind.algorithm.startswith('RSA') else '256'
    key = _run(directory, 'ldns-keygen', '-a', kind.algorithm, '-b', bits, '-k',
               '-r', '/dev/urandom', zone)
    signed = directory / (file_name(zone) + '.signed')
    begins, ends = (time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() + day * DAY_S)) for day in kind.days)
    _run(directory, 'ldns-signzone', '-f', signed, '-o', zone, '-i', begins, '-e', ends, *kind.options, file_name(zone), key)
    if kind.spoil:
        _spoil(signed, kind.spoil)
    return (directory / (key + '.ds')).read_text()


def _wrong(ds):
    """The same DS with another digest."""
    return re.sub(r'\S{8}\s*$', '00000000\n', ds)


def sign(directory, zone, text, kind=kinds.ZONES['signed']):
    """Writes a zone, signs it if it is of that kind, returns the DS for its parent or ''."""
    (directory / file_name(zone)).write_text(text)
    ds = _sign(directory, zone, kind) if kind.algorithm else ''
    return {'good': ds, 'bad': _wrong(ds), '': ''}[kind.ds]


def sign_all(directory, leaves):
    """Writes every zone file of the world into directory. leaves is a zones.Zones."""
    def leaf(zone):
        return sign(directory, zone, leaves.text(zone), kinds.ZONES[leaves.kind[zone]])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        records = dict(zip(leaves.kind, pool.map(leaf, leaves.kind)))
    text = zones.apex('test', [table.TOP])
    for zone, ds in records.items():
        text += zones.delegation(zone, leaves.servers(zone)) + ds
    ds = sign(directory, 'test', text)
    sign(directory, '.', zones.apex('', [table.TOP]) + zones.delegation('test', [table.TOP]) + ds)


def root_key(directory):
    """The file with the DNSKEY of the root."""
    return next(directory.glob('K.+*.key'))
