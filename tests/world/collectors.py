"""Where TLS reports go: HTTPS hosts that take a POST, or have the fault of their kind."""
import threading
import time

import kinds
import policy_hosts
import tls

BODY_MAX = 16 << 20
STREAM_S = 30


class Collector:
    """One host. Bodies that it has acknowledged are files in DIR/reports, named in DIR/reports.log."""

    def __init__(self, name, directory, cert_path, log, sessions):
        self.kind, self.host = kinds.COLLECTORS[name], '%s.%s' % (name, kinds.REPORTS)
        self.folder, self.cert_path, self.log, self.sessions = directory / 'reports', cert_path, log, sessions
        self.lock, self.seen, self.kept = threading.Lock(), set(), 0

    def serve(self, sock, peer):
        """Handles one connection. Runs in a thread of its own."""
        sock.settimeout(policy_hosts.PATIENCE_S)
        try:
            sock = tls.accept(sock, tls.context((self.cert_path(self.host),)), {})
            self.answer(sock, peer)
            sock.unwrap()
        except OSError as error:
            self.sessions.write(host=self.host, ip=self.kind.address, peer=peer, fault=repr(error))
        finally:
            sock.close()

    def answer(self, sock, peer):
        method, path, headers, body = read_request(sock)
        status = self.status(path)
        entry = {'host': self.host, 'peer': peer, 'sni': sock.sni, 'method': method, 'path': path, 'status': status,
                 'headers': headers, 'file': None}
        if status.startswith('2'):
            entry['file'] = self.keep(body)
        self.log.write(**entry)         # before the answer: it is what a killed client may not have seen
        if self.kind.does == 'hang':
            sock.recv(1)
        head = 'HTTP/1.1 %s\r\nConnection: close\r\nLocation: https://%s/else\r\n' % (status, self.host)
        if self.kind.does == 'stream':
            stream(sock, head)
        else:
            sock.sendall((head + 'Content-Length: 6\r\n\r\nnoted\n').encode())

    def status(self, path):
        with self.lock:
            is_new = path not in self.seen
            self.seen.add(path)
        return '500 Internal Server Error' if self.kind.does == 'flaky' and is_new else self.kind.status

    def keep(self, body):
        with self.lock:
            self.kept += 1
            name = '%s-%06d' % (self.host, self.kept)
        (self.folder / name).write_bytes(body)
        return name


def read_request(sock):
    """(method, path, headers, body)"""
    data = b''
    while b'\r\n\r\n' not in data:
        data += some(sock)
    head, _, body = data.partition(b'\r\n\r\n')
    method, path, headers = policy_hosts.parse_head(head.decode('latin-1'))
    length = int(headers.get('content-length', 0))
    while len(body) < min(length, BODY_MAX):
        body += some(sock)
    return method, path, headers, body


def some(sock):
    data = sock.recv(65536)
    if not data:
        raise OSError('no request')
    return data


def stream(sock, head):
    """An answer without end: whoever reads all of it sits here."""
    sock.sendall((head + '\r\n').encode())
    end = time.monotonic() + STREAM_S
    while time.monotonic() < end:
        sock.sendall(b'noted ' * 1000)
