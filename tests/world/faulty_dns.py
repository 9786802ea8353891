"""A DNS server that passes every query on to the name server of the leaf zones, except for the
names and types that shall fail."""
import socket
import struct
import threading
import time

TYPES = {'A': 1, 'CNAME': 5, 'MX': 15, 'TXT': 16, 'AAAA': 28, 'TLSA': 52}
SERVFAIL, NOTIMP = 2, 4
ANSWER, TRUNCATED = 0x8400, 0x0200      # QR and AA; TC
SLOWNESS_S = 1.5
PATIENCE_S = 2


def question(query):
    """(name in lower case, type, end of the question section)"""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode('latin-1').lower())
        at += query[at] + 1
    return '.'.join(labels), struct.unpack_from('!H', query, at + 1)[0], at + 5


def reply(query, flags, rdata=None):
    """An answer with at most one record, of the type asked for, TTL 0."""
    _, rrtype, end = question(query)
    counts = struct.pack('!5H', ANSWER | flags, 1, rdata is not None, 0, 0)
    text = query[:2] + counts + query[12:end]
    if rdata is not None:
        text += struct.pack('!HHHIH', 0xc00c, rrtype, 1, 0, len(rdata)) + rdata
    return text


class FaultyDns:
    """faults: (owner, type or ANY, what); each holds for the owner and all names below it.

    what is the name of the method that answers, without its underscore.
    """

    def __init__(self, address, leaf, faults):
        self.leaf, self.faults, self.rolls = leaf, faults, 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, 53))

    def run(self):
        while True:
            query, client = self.sock.recvfrom(4096)
            threading.Thread(target=self._serve, args=(query, client), daemon=True).start()

    def _serve(self, query, client):
        try:
            name, rrtype, _ = question(query)
            answer = getattr(self, '_' + self._fault(name, rrtype))(query)
        except (OSError, IndexError, struct.error):
            return                      # a broken query, or the leaf server is gone
        if answer:
            self.sock.sendto(answer, client)

    def _fault(self, name, rrtype):
        for owner, kind, what in self.faults:
            if kind == 'ANY' or TYPES[kind] == rrtype:
                if name == owner or name.endswith('.' + owner):
                    return what
        return 'none'

    def _none(self, query):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(PATIENCE_S)
            sock.connect((self.leaf, 53))
            sock.send(query)
            return sock.recv(65535)

    def _slow(self, query):
        time.sleep(SLOWNESS_S)
        return self._none(query)

    def _drop(self, _query):
        return None

    def _servfail(self, query):
        return reply(query, SERVFAIL)

    def _notimp(self, query):
        return reply(query, NOTIMP)

    def _truncated(self, query):
        """Nobody listens on TCP, so that the rest cannot be had."""
        return reply(query, TRUNCATED)

    def _rolling(self, query):
        """An STS record with a new id each time."""
        self.rolls += 1
        text = b'v=STSv1; id=%d;' % self.rolls
        return reply(query, 0, bytes([len(text)]) + text)
