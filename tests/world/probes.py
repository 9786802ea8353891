"""What can be seen of the world from inside: DNS answers, policies, SMTP sessions.

For selfcheck.py. DNS is asked with dig and SMTP with openssl: no server's code judges itself.
"""
import http.client
import io
import re
import socket
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

AT_ONCE = 8
DIG = ['dig', '+noall', '+comments', '+question', '+answer', '+time=2']
REQUEST = 'GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: %s\r\n\r\n'
BODY_LIMIT = 65536                      # RFC 8461, section 3.3
WAIT_S = {'fetch': 2.5, 'session': 1.5}
MORE = 6


def be_patient():
    """Makes all waits longer, for a second look: a busy machine is no broken world."""
    for what in WAIT_S:
        WAIT_S[what] *= MORE


def at_once(function, arguments, workers=AT_ONCE):
    """The results of function for each argument tuple, in order."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda some: function(*some), arguments))


@dataclass(frozen=True)
class Answer:
    """A DNS answer; rcode "" means there was none."""
    rcode: str = ''
    ad: bool = False
    records: tuple = ()                 # data of the records of the type asked for
    aliases: tuple = ()                 # CNAME targets on the way

    @property
    def status(self):
        """secure, insecure or error (RFC 7672, section 2.1.1)"""
        if self.rcode not in ('NOERROR', 'NXDOMAIN'):
            return 'error'
        return 'secure' if self.ad else 'insecure'


def _parse(block):
    """((name, type), Answer) of one answer as dig prints it."""
    rcode = re.search(r'status: (\w+)', block)[1]
    flags = re.search(r';; flags: ([a-z ]*)', block)[1].split()
    name, rrtype = re.search(r'QUESTION SECTION:\n;(\S*)\.\s+IN\s+(\S+)', block).groups()
    found = {rrtype: [], 'CNAME': []}
    for line in re.findall(r'(?m)^[^;\s].*$', block):
        _, _, _, kind, data = line.split(None, 4)
        found.setdefault(kind, []).append(data)
    aliases = () if rrtype == 'CNAME' else tuple(found['CNAME'])
    return (name or '.', rrtype), Answer(rcode, 'ad' in flags, tuple(found[rrtype]), aliases)


def dig(questions, server='127.0.0.1', tries=2):
    """{(name, type): Answer} from one dig process; questions without answer are not in it."""
    batch = ''.join('%s %s\n' % question for question in questions)
    done = subprocess.run(DIG + ['@' + server, '+tries=%d' % tries, '-f', '-'], input=batch,
                          text=True, stdout=subprocess.PIPE, check=False)
    return dict(_parse(block) for block in done.stdout.split(';; Got answer:')[1:])


def resolve(questions, slow):
    """Asks all questions, each slow one in a process of its own.

    slow      question -> number of tries
    """
    answers = dict.fromkeys(questions, Answer())
    quick = [question for question in questions if question not in slow]
    with ThreadPoolExecutor(len(slow) + AT_ONCE) as pool:
        parts = [pool.submit(dig, [question], tries=slow[question]) for question in slow]
        parts += [pool.submit(dig, quick[n::AT_ONCE]) for n in range(AT_ONCE)]
        for part in parts:
            answers.update(part.result())
    return answers


class _Canned:
    """A socket that has been read to its end, for http.client."""

    def __init__(self, data):
        self.data = data

    def makefile(self, _mode):
        return io.BytesIO(self.data)


def _read_all(sock, deadline, limit):
    data = b''
    while len(data) <= limit:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError('the answer takes too long')
        sock.settimeout(left)
        piece = sock.recv(65536)
        if not piece:
            break
        data += piece
    return data


def _tls_context(ca_file):
    ctx = ssl.create_default_context(cafile=ca_file)
    ctx.minimum_version = ssl.TLSVersion.TLSv1_2
    ctx.hostname_checks_common_name = False
    return ctx


def fetch(name, addresses, ca_file):
    """One policy fetch as RFC 8461, section 3.3 asks: (text, '') or (None, why not)."""
    deadline, error = time.monotonic() + WAIT_S['fetch'], OSError('no address')
    context = _tls_context(ca_file)
    for address in addresses:
        left = max(.1, deadline - time.monotonic())
        try:
            with socket.create_connection((address, 443), left) as plain, \
                    context.wrap_socket(plain, server_hostname=name) as sock:
                sock.sendall((REQUEST % name).encode())
                return _judge_http(_read_all(sock, deadline, 2 * BODY_LIMIT))
        except (OSError, http.client.HTTPException) as failed:
            error = failed
    return None, '%s %s' % (type(error).__name__, error)


def _judge_http(data):
    answer = http.client.HTTPResponse(_Canned(data), method='GET')
    answer.begin()
    body = answer.read()
    media_type = answer.headers.get('Content-Type', 'none').partition(';')[0].lower()
    for wrong, why in ((answer.status != 200, 'status %d' % answer.status),
                       (media_type != 'text/plain', 'type ' + media_type),
                       (len(body) > BODY_LIMIT, 'body over %d' % BODY_LIMIT)):
        if wrong:
            return None, why
    return body.decode(errors='replace'), ''


def greeting(address):
    """The code that an SMTP server greets with, or why there is none."""
    try:
        with socket.create_connection((address, 25), WAIT_S['session']) as sock:
            return sock.recv(512)[:3].decode('latin-1')
    except OSError as error:
        return type(error).__name__


def starttls(address, name, *options):
    """(success, output) of a handshake after STARTTLS; options say what is verified."""
    server = ('[%s]:25' if ':' in address else '%s:25') % address
    command = ['timeout', str(WAIT_S['session']), 'openssl', 's_client', '-starttls', 'smtp',
               '-connect', server, '-servername', name, '-no-CApath', '-no-CAstore', *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0, done.stdout.decode(errors='replace')
