"""Who tells of sessions, each in a process of its own, over all lives of the daemon.

The gate is how many sessions each may have told of by now: the driver opens it from life to life.
"""
import multiprocessing
import os
import random
import socket
import time

import numbered
from daemon_rig import Peer, netstring

AT_ONCE = 100
PAUSE_ONE_IN, PAUSE_S = 40, .05


def pause():
    """Now and then: what is told meets every moment of a life."""
    if random.randrange(PAUSE_ONE_IN) == 0:
        time.sleep(random.random() * PAUSE_S)


def wait_for_gate(gate, number, parent):
    while gate.value <= number:
        if os.getppid() != parent:
            raise SystemExit('the driver is gone')
        time.sleep(.002)


class Adapter:
    """Tells, and tells again until it is acknowledged."""

    def __init__(self, path, again):
        self.path, self.again = path, again
        self.peer = None

    def tell(self, batch):
        """False: the daemon has died; what is left of the batch is not acknowledged."""
        try:
            self.peer = self.peer or Peer(self.path)
            self.peer.send(b''.join(netstring('event ' + text) for text in batch))
            while batch:
                reply = self.peer.reply()
                if reply is None:
                    raise ConnectionResetError
                if reply != 'OK counted':
                    raise SystemExit('refused: %s: %s' % (reply, batch[0]))
                batch.pop(0)
        except OSError:
            if self.peer:
                self.peer.close()
            self.peer = None
            self.again.value += len(batch)
            return False
        return True


def stream(sender, count, path, gate, again):
    adapter, parent, number = Adapter(path, again), os.getppid(), 0
    while number < count:
        wait_for_gate(gate, number, parent)
        end = min(count, gate.value, number + random.randint(1, AT_ONCE))
        batch = [numbered.event(sender, n) for n in range(number, end)]
        while not adapter.tell(batch):
            time.sleep(.001)
        number = end
        pause()


def datagrams(sender, count, path, gate, _):
    """The socket outlives the daemon, and send() waits while it is full."""
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect(str(path))
        for number in range(count):
            wait_for_gate(gate, number, parent)
            sock.send(numbered.datagram(sender, number))
            pause()


class Senders:
    def __init__(self, per_sender, map_path, tlsrpt_path):
        self.per_sender = per_sender
        self.gate = multiprocessing.Value('q', 0)
        self.again = [multiprocessing.Value('q', 0) for _ in range(numbered.SENDERS)]
        kinds = [(stream, map_path)] * numbered.STREAMS + [(datagrams, tlsrpt_path)] * (numbered.SENDERS - numbered.STREAMS)
        self.processes = [
            multiprocessing.Process(target=kind, args=(n, per_sender, path, self.gate, self.again[n]), daemon=True)
            for n, (kind, path) in enumerate(kinds)]
        for process in self.processes:
            process.start()

    def open_gate(self, part):
        self.gate.value = int(self.per_sender * min(part, 1))

    def told_again(self):
        return sum(value.value for value in self.again)

    def end(self, seconds):
        """True when each has told all; the reasons of those that have not are on standard error."""
        deadline = time.monotonic() + seconds
        for process in self.processes:
            process.join(max(0, deadline - time.monotonic()))
        return [process.exitcode for process in self.processes] == [0] * len(self.processes)
