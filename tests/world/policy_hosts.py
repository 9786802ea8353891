"""The policy hosts: HTTPS servers with an MTA-STS policy, or with the fault of their kind."""
import gzip
import itertools
import time

import tls

PATIENCE_S = 120                        # until a server gives a silent client up
HEAD_MAX = 16384
CHUNK = 4096
PAD = 64
REQUESTS = itertools.count(1)           # to hosts whose policy changes each time


def patterns(domain):
    """The mx patterns of the domain's policy."""
    hosts = [host.name for host in domain.hosts]
    return {'hosts': hosts,
            'last': hosts[-1:],
            'wildcard': ['*.' + domain.name],
            'stranger': ['mx.elsewhere.test', '*.elsewhere.test'],
            'many': ['mx%d.%s' % (n, domain.name) for n in range(199)] + hosts,
            'none': []}[domain.policy.patterns]


def pad(octets):
    """One line of an unknown field."""
    return b'pad: ' + b'x' * (octets - 7) + b'\r\n'


def text(domain):
    """The body of the policy, filled up with an unknown field to the size that is asked for."""
    policy = domain.policy
    if policy.does == 'empty':
        return b''
    lines = ['version: ' + policy.version, 'mode: ' + policy.mode]
    lines += ['%s: %s' % (policy.key, pattern) for pattern in patterns(domain)]
    lines += ['max_age: %d' % policy.max_age]
    body = (policy.prefix + ''.join(line + '\r\n' for line in lines)).encode()
    lines, rest = divmod(policy.size - len(body), PAD)
    if lines > 0:
        body += pad(PAD) * (lines - 1) + pad(PAD + rest)
    return body


class PolicyHost:
    """One policy host at one address.

    sharing   all policy hosts at this address, by name; the client's SNI tells which is meant
    """

    def __init__(self, domain, address, cert_path, log, sessions, sharing):
        self.domain, self.policy, self.address = domain, domain.policy, address
        self.does = domain.policy.does
        self.cert_path, self.log, self.sessions = cert_path, log, sessions
        self.sharing = sharing
        self.body = text(domain)

    def context(self):
        return tls.context((self.cert_path(self.domain.web),), self.does)

    def serve(self, sock, peer):
        """Handles one connection. Runs in a thread of its own."""
        sock.settimeout(PATIENCE_S)
        try:
            if self.does == 'silent':
                while sock.recv(CHUNK):
                    pass
                return
            by_name = {name: host.context() for name, host in self.sharing.items()}
            sock = tls.accept(sock, self.context(), by_name)
            self.sharing.get(sock.sni, self).answer(sock, peer)
        except OSError as error:
            self.sessions.write(host=self.domain.web, ip=self.address, peer=peer,
                                fault=repr(error))
        finally:
            sock.close()

    def answer(self, sock, peer):
        head = read_head(sock)
        method, path, headers = parse_head(head)
        self.log.write(domain=self.domain.name, ip=self.address, peer=peer, sni=sock.sni,
                       tls=sock.version(), host=headers.get('host'), method=method, path=path,
                       headers=headers)
        time.sleep(self.policy.delay)
        if self.does == 'hang':
            sock.recv(1)
        elif self.does == 'garbage':
            sock.sendall(b'\x00\x01garbage\r\n\r\n')
        else:
            self.send(sock, path)
            sock.unwrap()               # a body without length ends properly with the end of TLS

    def send(self, sock, path):
        status, body, policy = self.policy.status, self.body, self.policy
        if policy.location and path != '/.well-known/mta-sts.txt':
            status = '200 OK'           # where the redirect leads to
        if self.does == 'rolling':
            body += b'request: %d\r\n' % next(REQUESTS)
        headers = ['HTTP/1.1 ' + status, 'Connection: close']
        if policy.media_type:
            headers.append('Content-Type: ' + policy.media_type)
        if policy.location and status != '200 OK':
            headers.append('Location: ' + policy.location)
        FRAMINGS[policy.framing](sock, headers, b'' if status.startswith('204') else body)


def read_head(sock):
    head = b''
    while b'\r\n\r\n' not in head:
        data = sock.recv(CHUNK)
        if not data or len(head) > HEAD_MAX:
            raise OSError('no request')
        head += data
    return head.partition(b'\r\n\r\n')[0].decode('latin-1')


def parse_head(head):
    """(method, path, headers with names in lower case)"""
    first, *rest = head.split('\r\n')
    method, path, *_ = first.split(' ') + ['', '']
    pairs = (line.partition(':') for line in rest)
    return method, path, {name.strip().lower(): value.strip() for name, _, value in pairs}


def send_head(sock, headers):
    sock.sendall(('\r\n'.join(headers) + '\r\n\r\n').encode('latin-1'))


def send_length(sock, headers, body):
    send_head(sock, headers + ['Content-Length: %d' % len(body)])
    sock.sendall(body)


def send_stream(sock, headers, body):
    """No Content-Length: only counting stops it."""
    send_head(sock, headers)
    sock.sendall(body)


def send_chunked(sock, headers, body):
    send_head(sock, headers + ['Transfer-Encoding: chunked'])
    for start in range(0, len(body), CHUNK):
        piece = body[start:start + CHUNK]
        sock.sendall(b'%x\r\n%s\r\n' % (len(piece), piece))
    sock.sendall(b'0\r\n\r\n')


def send_gzip(sock, headers, body):
    send_length(sock, headers + ['Content-Encoding: gzip'], gzip.compress(body))


def send_short(sock, headers, body):
    """The connection ends in the middle of the body."""
    send_head(sock, headers + ['Content-Length: %d' % (len(body) + 100)])
    sock.sendall(body)


def send_drip(sock, headers, body):
    """One octet a second: only a limit for the whole fetch stops it."""
    send_head(sock, headers + ['Content-Length: %d' % len(body)])
    for octet in body:
        sock.sendall(bytes([octet]))
        time.sleep(1)


FRAMINGS = {'length': send_length, 'stream': send_stream, 'chunked': send_chunked,
            'gzip': send_gzip, 'short': send_short, 'drip': send_drip}
