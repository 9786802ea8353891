"""A hopseald of its own on a loopback of its own: what test_daemon.py starts, asks and ends.

private() puts the whole test into new mount and network namespaces with copies of /etc, /run and /var/lib, so
that default paths can be tried and nothing of the machine is touched.
"""
import atexit
import os
import pathlib
import pwd
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE_S = 20
USER = 'hopseal'
SET_UP = '''
set -e
ip link set lo up
mount -t tmpfs tmpfs "$1"
cp -a /etc "$1/etc"
rm -f "$1/etc/resolv.conf"
echo nameserver 127.0.0.1 >"$1/etc/resolv.conf"
getent passwd hopseal >/dev/null || echo 'hopseal:x:64853:64853::/nonexistent:/usr/sbin/nologin' >>"$1/etc/passwd"
getent group hopseal >/dev/null || echo 'hopseal:x:64853:' >>"$1/etc/group"
rm -rf "$1/etc/hopseal"
chmod 755 "$1"
mount --bind "$1/etc" /etc
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
shift
exec "$@"
'''


def private():
    """Start the calling script again inside; returns the folder that is there for its files."""
    if 'HOPSEAL_PRIVATE' in os.environ:
        return pathlib.Path(os.environ['HOPSEAL_PRIVATE'])
    folder = tempfile.mkdtemp(prefix='hopseald-test-')
    env = dict(os.environ, HOPSEAL_PRIVATE=folder)
    done = subprocess.run(['unshare', '--mount', '--net', '--propagation', 'private', 'sh', '-c', SET_UP, 'sh', folder,
                           sys.executable, *sys.argv], env=env, check=False)
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(done.returncode)


def netstring(text):
    data = text if isinstance(text, bytes) else text.encode()
    return b'%d:%s,' % (len(data), data)


class Resolver(threading.Thread):
    """A name server on 127.0.0.1: unsigned records for plain.example, no answer for slow.*, SERVFAIL for the rest."""

    HEAD = struct.Struct('!HHHHHH')
    RECORDS = {1: bytes((192, 0, 2, 1)), 15: b'\0\x0a\x02mx\xc0\x0c'}  # A; MX 10 mx.<the name asked for>

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 53))
        self.start()

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            if b'\x04slow' not in query:
                self.socket.sendto(self.answer(query), peer)

    def answer(self, query):
        end = query.index(b'\0', 12) + 5
        number, kind = struct.unpack('!H', query[:2])[0], struct.unpack('!H', query[end - 4:end - 2])[0]
        if b'\x05plain\x07example\0' not in query:
            return self.HEAD.pack(number, 0x8182, 1, 0, 0, 0) + query[12:end]
        data = self.RECORDS.get(kind)
        record = b'' if data is None else b'\xc0\x0c' + struct.pack('!HHIH', kind, 1, 300, len(data)) + data
        return self.HEAD.pack(number, 0x8180, 1, 1 if record else 0, 0, 0) + query[12:end] + record


class Peer:
    """A connection to one of the daemon's sockets."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))  # waits for a place in the queue
        self.socket.settimeout(PATIENCE_S)
        self.buffer = b''

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, text):
        self.send(netstring(text))
        return self.reply()

    def reply(self):
        """The next reply's text; None when the daemon has closed."""
        while True:
            head, colon, rest = self.buffer.partition(b':')
            if colon and len(rest) > int(head):
                text, comma = rest[:int(head)], rest[int(head):int(head) + 1]
                if comma != b',':
                    raise ValueError('no netstring: %r' % self.buffer)
                self.buffer = rest[int(head) + 1:]
                return text.decode()
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.buffer += data

    def close(self):
        self.socket.close()


class Daemon:
    """hopseald with a configuration; its log goes to a file."""

    def __init__(self, build, folder, config=None, env=None, wrap=(), args=(), inherit=()):
        self.folder = folder
        self.log_path = folder / 'log'
        self.config_path = folder / 'hopseal.conf'
        command = [str(build / 'hopseald'), *args]
        if config is not None:
            self.configure(config)
            command += ['-c', str(self.config_path)]
        with open(self.log_path, 'w') as log:
            self.process = subprocess.Popen([*wrap, *command], stderr=log, stdout=log, pass_fds=inherit,
                                            env=dict(os.environ, **(env or {})))
        atexit.register(self.discard)

    def discard(self):
        """Whatever became of the test, no daemon stays behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def configure(self, text):
        self.config_path.write_text(text)

    def log(self):
        return self.log_path.read_text()

    def count(self, text):
        return self.log().count(text)

    def wait_for(self, text, times=1):
        """True when the log shows this text; False when the daemon is silent or gone."""
        end = time.monotonic() + PATIENCE_S
        while self.count(text) < times:
            if self.process.poll() is not None or time.monotonic() > end:
                return self.count(text) >= times
            time.sleep(0.02)
        return True

    def reload(self, text=None):
        """HUP; -> True when the new configuration was taken, False when it was refused."""
        if text is not None:
            self.configure(text)
        before = self.count('hopseald: reloaded'), self.count('reload: status=refused')
        self.process.send_signal(1)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.count('hopseald: reloaded') > before[0]:
                return True
            if self.count('reload: status=refused') > before[1]:
                return False
            time.sleep(0.02)
        raise TimeoutError('no word of a reload\n' + self.log())

    def end(self, signal=15):
        """-> the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal)
        return self.process.wait(PATIENCE_S)

    def status(self, field):
        for line in pathlib.Path('/proc/%d/status' % self.process.pid).read_text().splitlines():
            name, _, value = line.partition(':')
            if name == field:
                return value.split()
        raise KeyError(field)


def uid():
    return pwd.getpwnam(USER).pw_uid
