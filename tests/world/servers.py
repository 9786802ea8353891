"""servers.py DIR: all servers of the world that are not nsd or unbound, in one process.

Started by world.py inside the namespace; creates DIR/servers.ready once everything listens.
"""
import pathlib
import selectors
import socket
import sys
import threading

import collectors
import faulty_dns
import jsonlog
import kinds
import policy_hosts
import smtp_sinks
import table
import zones

BACKLOG = 64


def listen(address, port):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.bind((address, port))
    sock.listen(BACKLOG)
    return sock


def smtp(world, directory, cert_path, sessions):
    """(address, port, server) of each MX host."""
    log = jsonlog.JsonLog(directory / 'sink.log')
    mailbox = smtp_sinks.Mailbox(directory / 'mailbox')
    for host in world.hosts.values():
        for rrtype, address in host.live_addresses:
            if host.does(rrtype) != 'refuse':
                yield address, 25, smtp_sinks.SmtpSink(
                    host, rrtype, address, cert_path, log, sessions, mailbox)


def https(world, directory, cert_path, sessions):
    """(address, port, server) of each policy host.

    One at an IPv4-mapped IPv6 address shares the listener of that IPv4 address.
    """
    log = jsonlog.JsonLog(directory / 'web.log')
    at = {}
    for domain in world.domains:
        if not domain.policy or domain.policy.does == 'refuse':
            continue
        for _, address in domain.web_addresses:
            if address != table.NOBODY6:
                sharing = at.setdefault(address.removeprefix('::ffff:'), {})
                sharing[domain.web] = policy_hosts.PolicyHost(
                    domain, address, cert_path, log, sessions, sharing)
    for address, sharing in at.items():
        yield address, 443, next(iter(sharing.values()))


def reports(_world, directory, cert_path, sessions):
    """(address, port, server) of each host that takes reports."""
    (directory / 'reports').mkdir()
    log = jsonlog.JsonLog(directory / 'reports.log')
    for name, collector in kinds.COLLECTORS.items():
        yield collector.address, 443, collectors.Collector(name, directory, cert_path, log, sessions)


def accept_forever(selector):
    while True:
        for key, _ in selector.select():
            sock, peer = key.fileobj.accept()
            threading.Thread(target=key.data.serve, args=(sock, peer[0]), daemon=True).start()


def main(directory):
    world = table.World(directory / table.FILE)
    dns = faulty_dns.FaultyDns(table.FAULTY, table.LEAF, zones.Zones(world, directory).faults)
    threading.Thread(target=dns.run, daemon=True).start()

    def cert_path(name):
        return str(directory / 'certs' / name)

    sessions = jsonlog.JsonLog(directory / 'session.log')
    selector = selectors.DefaultSelector()
    for servers in (smtp, https, reports):
        for address, port, server in servers(world, directory, cert_path, sessions):
            selector.register(listen(address, port), selectors.EVENT_READ, server)
    (directory / 'servers.ready').touch()
    accept_forever(selector)


main(pathlib.Path(sys.argv[1]))
