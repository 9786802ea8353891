"""Somebody else at the socket of hopseald: silent, talking nonsense, or gone in the middle.

    with Impostor(path, answer):
        ...

answer("MAP KEY") -> bytes to send, after which the connection is closed unless they are a whole netstring; or None: nothing
ever.  While it is there, a socket that was at the path lies beside it, and can still be asked with ask(path + '.real', ...).
"""
import os
import pathlib
import socket
import threading

CHUNK = 65536


def netstring(text):
    data = text if isinstance(text, bytes) else text.encode()
    return b'%d:%s,' % (len(data), data)


def read_netstring(sock):
    """-> its text; b'' when the other side has had enough."""
    data = b''
    while b':' not in data:
        more = sock.recv(CHUNK)
        if not more:
            return b''
        data += more
    length, _, text = data.partition(b':')
    while len(text) <= int(length):
        more = sock.recv(CHUNK)
        if not more:
            return b''
        text += more
    return text[:int(length)]


def is_whole(reply):
    text = reply.partition(b':')[2]
    return bool(text) and reply == netstring(text[:-1])


def ask(path, question):
    """Ask a real one; -> its reply as it came."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        sock.sendall(netstring(question))
        return netstring(read_netstring(sock))


class Impostor:
    def __init__(self, path, answer):
        self.path, self.real, self.answer = pathlib.Path(path), pathlib.Path(str(path) + '.real'), answer
        self.held = []

    def __enter__(self):
        if self.path.exists():
            self.path.rename(self.real)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        os.chmod(self.path, 0o666)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.path.unlink()
        if self.real.exists():
            self.real.rename(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in self.held:
            sock.close()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        try:
            while question := read_netstring(sock):
                reply = self.answer(question.decode('latin-1'))
                if reply is None:
                    self.held.append(sock)
                    return
                sock.sendall(reply)
                if not is_whole(reply):
                    break
        except OSError:
            pass                        # it would not wait for all of it
        sock.close()
