"""hopseal-milter, and an MTA as far as a milter sees it (libmilter's protocol, version 6)."""
import atexit
import json
import pathlib
import signal
import socket
import struct
import subprocess
import time

PATIENCE_S = 30
ACTIONS, STEPS = 0x1ff, 0x1fffff        # what Sendmail 8.17 and Postfix offer
NO_REPLY = {'C': 0x1000, 'H': 0x2000, 'M': 0x4000, 'R': 0x8000, 'T': 0x10000, 'L': 0x80, 'N': 0x40000, 'B': 0x80000}
SPARED = {'C': 0x1, 'H': 0x2, 'M': 0x4, 'R': 0x8, 'B': 0x10, 'L': 0x20, 'N': 0x40, 'U': 0x100, 'T': 0x200}
LEADING_BLANK = 0x100000
STAGES = 'connect', 'helo', 'mail', 'rcpt', 'data', 'eom', 'eoh'


class Milter:
    """A hopseal-milter in the foreground, with a configuration; its log goes to a file."""

    def __init__(self, build, folder, config=None, options=(), wrap=(), env=None):
        self.socket = folder / 'milter.sock'
        self.log_path = folder / 'milter.log'
        self.config_path = folder / 'hopseal-milter.conf'
        self.pid_path = folder / 'milter.pid'
        self.configure(config or '')
        command = [build / 'hopseal-milter', '-f', '-p', 'local:%s' % self.socket, '-P', self.pid_path,
                   '-x', self.config_path, *options]
        with open(self.log_path, 'w') as log:
            self.process = subprocess.Popen([*wrap, *map(str, command)], stdout=log, stderr=log, env=env)
        atexit.register(self.kill)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def configure(self, text):
        self.config_path.write_text(text)

    def log(self):
        return self.log_path.read_text(errors='replace')

    def wait_for(self, text, times=1):
        """True when the log shows this text; False when the milter is silent or gone."""
        end = time.monotonic() + PATIENCE_S
        while self.log().count(text) < times and self.process.poll() is None and time.monotonic() < end:
            time.sleep(.01)
        return self.log().count(text) >= times

    def is_ready(self):
        return self.wait_for('status=ready')

    def reload(self, text, number=signal.SIGHUP):
        """-> True when the new configuration was taken."""
        self.configure(text)
        before = self.log().count('reload: status=done'), self.log().count('reload: status=refused')
        self.process.send_signal(number)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            if self.log().count('reload: status=done') > before[0]:
                return True
            if self.log().count('reload: status=refused') > before[1]:
                return False
            time.sleep(.01)
        raise TimeoutError('no word of a reload\n' + self.log())

    def end(self, number=signal.SIGTERM):
        """-> the exit status, and how many seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_S), time.monotonic() - began

    def threads(self):
        return len(list(pathlib.Path('/proc/%d/task' % self.process.pid).iterdir()))


class Mta:
    """One connection to a milter.  Methods of SMTP's steps -> the reply's letter and text; '' where none is to be."""

    def __init__(self, path, actions=ACTIONS, steps=STEPS):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))  # waits for a place in the queue
        self.socket.settimeout(PATIENCE_S)
        self.send('O', struct.pack('!III', 6, actions, steps))
        kind, data = self.reply()
        if kind != 'O':
            raise ValueError('%r instead of a negotiation' % kind)
        _, self.actions, self.steps = struct.unpack('!III', data[:12])
        self.offered = steps
        self.macros = {}
        data = data[12:]
        while data:
            stage, (text, _, data) = struct.unpack('!I', data[:4])[0], data[4:].partition(b'\0')
            self.macros[STAGES[stage]] = text.decode().split()

    def send(self, kind, data=b''):
        self.socket.sendall(struct.pack('!I', len(data) + 1) + kind.encode() + data)

    def receive(self, size):
        data = b''
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError('the milter has closed')
            data += more
        return data

    def reply(self):
        size = struct.unpack('!I', self.receive(4))[0]
        data = self.receive(size)
        return chr(data[0]), data[1:]

    def is_spared(self, kind):
        return bool(self.steps & SPARED.get(kind, 0))

    def step(self, kind, *words, macros=(), data=None):
        """Tell the macros and the step, and read the reply if there is to be one."""
        if self.is_spared(kind):
            return '', ''
        if macros:
            self.send('D', kind.encode() + b''.join(part.encode() + b'\0' for item in dict(macros).items() for part in item))
        self.send(kind, b''.join(word.encode() + b'\0' for word in words) if data is None else data)
        if self.steps & self.offered & NO_REPLY.get(kind, 0):
            return '', ''
        letter, text = self.reply()
        return letter, text.rstrip(b'\0').decode()

    def connect(self, address='192.0.2.9', name='client.example', **macros):
        family = b'6' if ':' in address else b'4'
        data = name.encode() + b'\0' + family + struct.pack('!H', 40000) + address.encode() + b'\0'
        return self.step('C', data=data, macros=macros or {'j': 'mx.own.example'})

    def helo(self, name='client.example', **macros):
        return self.step('H', name, macros={'{%s}' % key: value for key, value in macros.items()})

    def mail(self, *arguments, sender='<a@client.example>'):
        return self.step('M', sender, *arguments)

    def rcpt(self, address, mailer='smtp', host=None):
        macros = {'{rcpt_addr}': address}
        if mailer is not None:
            macros['{rcpt_mailer}'] = mailer
            macros['{rcpt_host}'] = address.rpartition('@')[2] if host is None else host
        return self.step('R', '<%s>' % address, macros=macros)

    def content(self, headers, chunks=(), queue_id='4XyZ'):
        """Header, body and the end; -> the reply to the end."""
        for name, value in headers:
            self.step('L', name, value)
        self.step('N')
        for chunk in chunks:
            self.step('B', data=chunk)
        return self.step('E', data=b'', macros={'i': queue_id} if queue_id else {})

    def message(self, recipients, headers=((' Subject', ' test'),), chunks=(), **more):
        """A whole one, of which every recipient is taken; -> the reply to its end."""
        self.mail()
        for recipient in recipients:
            self.rcpt(recipient)
        return self.content(headers, chunks, **more)

    def quit(self):
        self.send('Q')
        self.socket.close()

    def close(self):
        self.socket.close()


def spooled(path):
    """The events in a spool, which is removed."""
    if not path.exists():
        return []
    data, events, at = path.read_bytes(), [], 0
    path.unlink()
    while at < len(data):
        colon = data.index(b':', at)
        end = colon + 1 + int(data[at:colon])
        events.append(json.loads(data[colon + 1:end]))
        at = end + len(',\n')
    return events
