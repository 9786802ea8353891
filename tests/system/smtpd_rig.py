"""smtpd(8) and hopseald as far as filter-hopseal and table-hopseal see them: one socket pair, one socket."""
import atexit
import os
import pathlib
import select
import socket
import subprocess
import threading
import time

PATIENCE_S = 60
HANGING_MAX = 300   # connections that never get an answer, before descriptors run out here


class Program:
    """One of the two, as smtpd starts it: standard input and output are one socket pair, stderr is read by smtpd."""

    def __init__(self, command, log):
        self.log_path = pathlib.Path(log)
        ours, its = socket.socketpair()
        with open(log, 'w') as err:
            self.process = subprocess.Popen([str(word) for word in command], stdin=its, stdout=its, stderr=err)
        its.close()
        self.socket = ours
        self.said = b''
        self.taken = 0      # octets of said that a test has seen
        atexit.register(self.kill)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def send(self, data):
        """All of it; what the program says meanwhile is read, as smtpd does.  False: it takes no more."""
        self.socket.setblocking(False)
        view = memoryview(data)
        while view:
            can_read, can_write, _ = select.select([self.socket], [self.socket], [], PATIENCE_S)
            try:
                if can_read:
                    self.read_some()
                if can_write:
                    view = view[self.socket.send(view[:1 << 20]):]
            except OSError:
                return False
            if not can_read and not can_write:
                return False
        return True

    def read_some(self):
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return True
        except OSError:
            data = b''
        self.said += data
        return data != b''

    def hear(self, want):
        """Read until this much is said behind what was heard before; -> that, and whatever came with it."""
        end = time.monotonic() + PATIENCE_S
        while len(self.said) - self.taken < want and time.monotonic() < end:
            if select.select([self.socket], [], [], 1)[0] and not self.read_some():
                break
        heard = self.said[self.taken:]
        self.taken = len(self.said)
        return heard

    def hear_text(self, text):
        return self.hear(len(text)).decode(errors='replace')

    def is_alive(self):
        return self.process.poll() is None

    def rss_kib(self):
        for line in pathlib.Path('/proc/%d/status' % self.process.pid).read_text().splitlines():
            if line.startswith('VmRSS:'):
                return int(line.split()[1])
        return 0

    def cpu_s(self):
        fields = pathlib.Path('/proc/%d/stat' % self.process.pid).read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def end(self):
        """The input ends; -> the exit status."""
        self.socket.setblocking(True)
        self.socket.shutdown(socket.SHUT_WR)
        while self.read_some():
            pass
        self.socket.close()
        return self.process.wait(PATIENCE_S)

    def log(self):
        return self.log_path.read_text(errors='replace')


class FakeDaemon(threading.Thread):
    """A socketmap door.  answer(request) -> the reply's payload; bytes are sent as they are; None: never an answer."""

    def __init__(self, path, answer, backlog=512):
        super().__init__(daemon=True)
        self.path = str(path)
        self.answer = answer
        self.requests = []
        self.open = []
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(backlog)
        self.start()

    def run(self):
        while True:
            try:
                peer = self.listener.accept()[0]
                self.serve(peer)
            except OSError:
                return

    def serve(self, peer):
        data = b''
        while b':' not in data or len(data) < len(data.split(b':')[0]) + 2 + int(data.split(b':')[0]):
            more = peer.recv(65536)
            if not more:
                peer.close()
                return
            data += more
        request = data.partition(b':')[2][:-1].decode(errors='replace')
        self.requests.append(request)
        reply = self.answer(request)
        if reply is None:
            self.open.append(peer)
            if len(self.open) > HANGING_MAX:
                self.open.pop(0).close()
            return
        try:
            peer.sendall(reply if isinstance(reply, bytes) else b'%d:%s,' % (len(reply), reply.encode()))
        except OSError:
            pass
        peer.close()

    def wait_for(self, count):
        end = time.monotonic() + PATIENCE_S
        while len(self.requests) < count and time.monotonic() < end:
            time.sleep(.01)
        return len(self.requests) >= count

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(PATIENCE_S)
        os.unlink(self.path)
        for peer in self.open:
            peer.close()
