"""The sessions that are told: numbered, and each to be known again in the books.

Sender S tells of the sessions N = 0, 1, ...  Each has a host's name of its own, so that a failure becomes a row of its
own; a success is only in the sums of its domain.
"""
import json

SENDERS = 8
STREAMS = SENDERS // 2          # these use the stream, the others datagrams
PER_DOMAIN = 200
RECORD = 'v=TLSRPTv1; rua=https://%s.plain.example/%s,https://%s.plain.example/%s'
COLLECTORS = 8


def is_success(number):
    return number % 5 == 0


def domain_of(sender, number):
    """One in ten has no answers from DNS: its sessions wait for what cannot be known."""
    chunk = number // PER_DOMAIN
    return 'd%d.s%d.%splain.example' % (chunk, sender, 'slow.' if chunk % 10 == 3 else '')


def name_of(sender, number):
    return 'n%d.s%d' % (number, sender)


def record_of(domain):
    """Where the domain wants its reports: two of the collectors."""
    first = sum(domain.encode()) % COLLECTORS
    names = 'collect%d' % first, 'collect%d' % ((first + 1) % COLLECTORS)
    return RECORD % (names[0], domain, names[1], domain)


def event(sender, number):
    """For the map "event"; the same when it is told again."""
    domain = domain_of(sender, number)
    return json.dumps({
        'source': 'exim', 'id': name_of(sender, number), 'next-hop': domain, 'host': 'mx.' + domain, 'remote': '192.0.2.1',
        'helo': name_of(sender, number), 'tls': 'up' if is_success(number) else 'not-offered'})


def datagram(sender, number):
    """As libtlsrpt writes it; "seq" makes successes differ, too."""
    domain, is_good = domain_of(sender, number), is_success(number)
    policy = {'policy-type': 9, 'policy-domain': domain, 't': 0 if is_good else 1, 'f': 0 if is_good else 1}
    if not is_good:
        policy['failure-details'] = [{'c': 201, 's': '192.0.2.7', 'n': 'mx.' + domain, 'r': '192.0.2.1',
                                      'h': '250-%s\r\n250 8BITMIME' % name_of(sender, number)}]
    return json.dumps({'dpv': '1', 'd': domain, 'pr': record_of(domain), 'seq': number, 'policies': [policy]}).encode()


def all_of(per_sender, senders=range(SENDERS)):
    """-> the names of all failures, and {domain: (successes, failures)}"""
    failures, sums = set(), {}
    for sender in senders:
        for number in range(per_sender):
            domain, good = domain_of(sender, number), is_success(number)
            if not good:
                failures.add((domain, name_of(sender, number)))
            successes, failed = sums.get(domain, (0, 0))
            sums[domain] = successes + good, failed + (not good)
    return failures, sums
