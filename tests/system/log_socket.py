#!/usr/bin/env python3
"""log_socket.py SOCKET FILE: what syslog(3) sends to SOCKET is appended to FILE, without its priority."""
import os
import re
import socket
import sys

LINE_MAX = 65536


def main(path, name):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock, open(name, 'ab', buffering=0) as log:
        sock.bind(path)
        os.chmod(path, 0o666)
        while True:
            log.write(re.sub(rb'^<\d+>', b'', sock.recv(LINE_MAX)).rstrip(b'\n\0') + b'\n')


main(*sys.argv[1:])
