"""Where all reports go: an HTTPS server that remembers every POST, and in which life of the daemon it came.

In a life it answers only so many; the rest is left waiting, so that each kill meets deliveries under way.
"""
import dataclasses
import gzip
import json
import random
import socket
import ssl
import subprocess
import threading
import time

ADDRESS = '192.0.2.1', 443
PATIENCE_S = 60
SLOWLY_S = .03
TCP_CLOSE_WAIT = 8                      # <netinet/tcp.h>
REPLY = b'HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

# What a post had come to when its connection ended.  CLOSED: with a goodbye, so the answer has been read and written down.  READ:
# without, but nothing was left unread: the kill fell between the two, and nobody could know.
UNANSWERED, UNREAD, READ, CLOSED = STATES = 'unanswered', 'answered', 'answer read', 'acknowledged and closed'


@dataclasses.dataclass
class Post:
    report_id: str
    uri: str
    sessions: int
    life: int
    state: str = UNANSWERED             # how far it got before the daemon was killed


def make_context(folder):
    """Any certificate will do (RFC 8460, section 3)."""
    path = folder / 'collector.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', path,
                    '-out', path.with_suffix('.crt'), '-subj', '/CN=collect'], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path.with_suffix('.crt'), path)
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF     # which takes the end of a killed process for a goodbye
    return context


def read_request(sock):
    """-> path, host, body"""
    data = b''
    while b'\r\n\r\n' not in data:
        data += some(sock)
    head, _, body = data.partition(b'\r\n\r\n')
    lines = head.decode().split('\r\n')
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(':') for line in lines[1:])}
    while len(body) < int(headers['content-length']):
        body += some(sock)
    return lines[0].split(' ')[1], headers['host'].partition(':')[0], body


def some(sock):
    data = sock.recv(65536)
    if not data:
        raise ConnectionResetError
    return data


def sessions_of(report):
    return sum(policy['summary'][name] for policy in report['policies']
               for name in ('total-successful-session-count', 'total-failure-session-count'))


def ending_of(tls):
    try:
        tls.recv(1)
    except OSError:                     # a reset: it died before, or with our words unread before it
        state = tls.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        return READ if state == TCP_CLOSE_WAIT else UNREAD
    return CLOSED


class Collector:
    def __init__(self, folder):
        self.context = make_context(folder)
        self.lock = threading.Lock()
        self.life, self.left = 0, 0
        self.posts = []
        self.open, self.over = 0, set()
        self.listener = socket.create_server(ADDRESS, backlog=256)
        threading.Thread(target=self.accept, daemon=True).start()

    def begin_life(self, number, answers):
        with self.lock:
            self.life, self.left = number, answers

    def accept(self):
        while True:
            sock, peer = self.listener.accept()
            with self.lock:
                self.open += 1
            threading.Thread(target=self.serve, args=(sock, peer), daemon=True).start()

    def serve(self, sock, peer):
        sock.settimeout(PATIENCE_S)
        try:
            with self.context.wrap_socket(sock, server_side=True, suppress_ragged_eofs=False) as tls:
                self.answer(tls)
        except OSError:
            pass                        # whoever was there has been killed
        finally:
            sock.close()
            with self.lock:
                self.open -= 1
                self.over.add(peer)

    def answer(self, tls):
        path, host, body = read_request(tls)
        report = json.loads(gzip.decompress(body))
        with self.lock:
            post = Post(report['report-id'], 'https://%s%s' % (host, path), sessions_of(report), self.life)
            self.posts.append(post)
            self.left -= 1
            is_answered = self.left >= 0
        if is_answered:
            time.sleep(random.random() * SLOWLY_S)
            tls.sendall(REPLY)
            post.state = UNREAD
        state = ending_of(tls)
        if is_answered:
            post.state = state

    def settle(self):
        """The daemon is dead: wait until all that it began has been seen.  Connections are accepted in their order."""
        with socket.create_connection(ADDRESS) as mine:
            me = mine.getsockname()
        deadline = time.monotonic() + PATIENCE_S
        while self.open > 0 or me not in self.over:
            if time.monotonic() > deadline:
                raise TimeoutError('the collector still has %d connections' % self.open)
            time.sleep(.002)
