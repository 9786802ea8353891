"""dns_server.py ADDRESS LOG: a DNS server that knows every domain, for as many cold questions as a benchmark likes.

Any DOMAIN has the MX host mx.DOMAIN, the STS record at _mta-sts.DOMAIN and the policy host mta-sts.DOMAIN, both hosts
at HOST_ADDRESS, and wants reports at a host of that kind. All names below "dane..." come with the AD bit and have a TLSA record. The LOG gets one
line "TYPE NAME" for each question.
"""
import socket
import struct
import sys

HOST_ADDRESS = '192.0.2.1'
TTL = 3600
QR_RD_RA, AD = 0x8180, 0x0020
TYPES = {1: 'A', 6: 'SOA', 15: 'MX', 16: 'TXT', 28: 'AAAA', 52: 'TLSA'}
TO_QUESTION = b'\xc0\x0c'               # a pointer to the name in the question
HOSTS = ('mx', 'mta-sts')
TEXTS = {'_mta-sts': b'v=STSv1; id=20240101000000Z;', '_smtp': b'v=TLSRPTv1; rua=https://mta-sts.collect.test/'}


def labels(query):
    """-> the labels of the name, in lower case, and where the name ends"""
    found, at = [], 12
    while query[at]:
        found.append(query[at + 1:at + 1 + query[at]].decode('latin-1').lower())
        at += query[at] + 1
    return found, at + 1


def rdata(name, kind):
    """The one record of this type, None if there is none. Host names point into the question."""
    if kind == 'A' and name[0] in HOSTS:
        return socket.inet_aton(HOST_ADDRESS)
    if kind == 'MX' and name[0] not in HOSTS:
        return struct.pack('!H', 10) + b'\x02mx' + TO_QUESTION
    if kind == 'TXT' and name[0] in TEXTS:
        text = TEXTS[name[0]]
        return bytes([len(text)]) + text
    if kind == 'TLSA' and name[:3] == ['_25', '_tcp', 'mx'] and name[3].startswith('dane'):
        return b'\x03\x01\x01' + bytes(range(32))
    return None


def record(owner, number, data):
    return owner + struct.pack('!HHIH', number, 1, TTL, len(data)) + data


def reply(query, name, end, number):
    data = rdata(name, TYPES.get(number))
    flags = QR_RD_RA | (AD if any(label.startswith('dane') for label in name) else 0)
    text = query[:2] + struct.pack('!5H', flags, 1, data is not None, data is None, 0) + query[12:end + 4]
    if data is not None:
        return text + record(TO_QUESTION, number, data)
    soa = b'\x00\x00' + struct.pack('!5I', 1, 3600, 600, 86400, TTL)
    return text + record(b'\x00', 6, soa)


def main(address, log_path):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 53))
    with open(log_path, 'w', buffering=1, encoding='latin-1') as log:
        while True:
            query, client = sock.recvfrom(4096)
            name, end = labels(query)
            number, = struct.unpack_from('!H', query, end)
            log.write('%s %s\n' % (TYPES.get(number, number), '.'.join(name)))
            sock.sendto(reply(query, name, end, number), client)


main(*sys.argv[1:])
