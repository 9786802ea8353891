"""From what the probes saw to verdicts and outcomes: the rules once more, as short as possible.

With it a line of domains.tsv cannot promise what its own records, policy and servers do not keep.
"""
import ipaddress
import re

REFUSED_NETWORKS = [ipaddress.ip_network(net) for net in (
    '10.0.0.0/8', '127.0.0.0/8', 'fc00::/7', '::1/128', '::ffff:0:0/96')]
RECORD = re.compile(r'v=STSv1;\s*id=[A-Za-z0-9]{1,32};?')
POLICY_LINE = re.compile(r'[A-Za-z0-9][A-Za-z0-9_.-]{0,31}:[ \t]*[!-~]([ -~]*[!-~])?[ \t]*')
USABLE = re.compile(r'[23] [01] (0 [0-9A-F]+|1 [0-9A-F]{64}|2 [0-9A-F]{128})', re.IGNORECASE)


def sts_record(texts):
    """Whether the TXT records (strings not yet joined) hold exactly one MTA-STS record."""
    joined = [''.join(re.findall(r'"([^"]*)"', text)) for text in texts]
    records = [text for text in joined if text.startswith('v=STSv1;')]
    return len(records) == 1 and bool(RECORD.fullmatch(records[0]))


def may_fetch_from(address):
    return not any(ipaddress.ip_address(address) in net for net in REFUSED_NETWORKS)


def sts_policy(text):
    """(mode, patterns), or None if the text is no valid policy (RFC 8461, section 3.2)."""
    lines = text.split('\r\n')
    if lines.pop() or not all(POLICY_LINE.fullmatch(line) for line in lines):
        return None
    pairs = [(key, value.strip()) for key, _, value in (line.partition(':') for line in lines)]
    first = dict(reversed(pairs))
    patterns = [value for key, value in pairs if key == 'mx']
    valid = (first.get('version') == 'STSv1' and first.get('mode') in ('enforce', 'testing', 'none')
             and first.get('max_age', '').isdigit() and (patterns or first['mode'] == 'none'))
    return (first['mode'], patterns) if valid else None


def matches(pattern, host):
    """RFC 8461, section 4.1: a wildcard stands for exactly one label."""
    if pattern.startswith('*.'):
        return host.partition('.')[2] == pattern[2:]
    return host == pattern


def dane(host, dns):
    """(usable, unusable, none, error or noaddress; base domain; records), RFC 7672, section 2.2."""
    both = [dns[host, rrtype] for rrtype in ('A', 'AAAA')]
    families = [answer for answer in both if answer.status != 'error']
    if not families:
        return 'error', host, ()
    found = [answer for answer in families if answer.records]
    if not found:
        return 'noaddress', host, ()
    secure = all(answer.status == 'secure' for answer in found)
    if secure:
        bases = [alias.rstrip('.') for alias in found[0].aliases[-1:]] + [host]
    else:
        bases = [host] if found[0].aliases and dns[host, 'CNAME'].status == 'secure' else []
    for base in bases:
        answer = dns['_25._tcp.' + base, 'TLSA']
        if answer.status == 'error':
            return 'error', base, ()
        if answer.status == 'secure' and answer.records:
            usable = [tidy for tidy in map(_tidy, answer.records) if USABLE.fullmatch(tidy)]
            return 'usable' if usable else 'unusable', base, tuple(usable)
    return 'none', host, ()


def _tidy(data):
    """TLSA data with the blanks removed that dig puts into long hex strings."""
    usage, selector, kind, digest = data.split(None, 3)
    return '%s %s %s %s' % (usage, selector, kind, digest.replace(' ', ''))


def verdict(mx_status, tlsa, sts, host):
    """One row of the table of RFC 7672 with RFC 8461. sts is (mode, patterns) or None."""
    enforced = sts is not None and sts[0] == 'enforce'
    inside = enforced and any(matches(pattern, host) for pattern in sts[1])
    if mx_status == 'error':
        return 'defer'
    if tlsa in ('error', 'noaddress'):
        return 'skip'
    if enforced and not inside and (tlsa != 'usable' or mx_status == 'insecure'):
        return 'skip'
    if tlsa == 'usable':
        return 'dane-verify'
    if enforced:
        return 'sts-verify'
    return 'encrypt' if tlsa == 'unusable' else 'may'


def outcome(verdicts, hosts, reaches):
    """(what becomes of the mail, who takes it). reaches(host, verdict) tries a session."""
    if verdicts == ['reject']:
        return 'bounced', '-'
    for host, word in zip(hosts, verdicts):
        if word not in ('skip', 'defer') and reaches(host, word):
            return 'delivered', host
    return 'deferred', '-'
