#!/usr/bin/env python3
"""torture.py BUILD [EVENTS KILLS DELIVERY-KILLS [SEED]]: hopseald killed with SIGKILL again and again.  Needs root.

    the day      8 senders tell of numbered sessions, 4 over the stream, 4 by datagrams, while the daemon is killed at random
                 moments and started again at once; the sockets stay open, as systemd keeps them
    the reports  two days later: killed again while it makes and delivers the reports

Afterwards each session must have been counted once, and each report be where it was wanted: once, if that was written
down before the kill.
"""
import fcntl
import os
import pathlib
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / 'torture'))
import numbered  # noqa: E402
from books import Database, Journal  # noqa: E402
from collector import ADDRESS, CLOSED, STATES, Collector  # noqa: E402
from daemon_rig import Resolver, private  # noqa: E402
from lab import DAY_S, clock  # noqa: E402
from senders import Senders  # noqa: E402
from tap import Tap  # noqa: E402

LIFE_S, LONG_LIFE_S, SHORT_LIFE_S, BURST_S = .6, 2.2, .2, .04
DAY_LONG_ONE_IN, REPORTS_LONG_ONE_IN = 10, 2
PATIENCE_S = 40
QUEUE = 512                             # of datagrams; the kernel's own default is 10
CONFIG = '''[daemon]
state-folder = {0}/state
[listen]
socketmap = unix:{0}/map
control = unix:{0}/control
tlsrpt = unix:{0}/tlsrpt
[dns]
servers = 127.0.0.1
try = 1s
deadline = 1s
self-test-secure =
self-test-bogus =
[probe]
enabled = no
[report]
contact = {1}
mail = off
spread = 0s
'''
# The sockets as systemd hands them over, behind standard error.
HAND_OVER = 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"'


SENT_LINE = re.compile(r' delivery: .* uri="(\S+)" state=sent ')


class TxtResolver(Resolver):
    """Knows the TLSRPT record of every domain, too; nothing is slow once the day is over."""

    LABELS = b'\x05_smtp\x04_tls'

    def __init__(self):
        self.is_slow = True
        super().__init__()

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            if not self.is_slow or b'\x04slow' not in query:
                self.socket.sendto(self.answer(query), peer)

    def answer(self, query):
        name = query[12:query.index(b'\0', 12)]
        if not name.startswith(self.LABELS) or query[len(name) + 13:len(name) + 15] != b'\0\x10':
            return super().answer(query)
        labels, at = [], len(self.LABELS)
        while at < len(name):
            labels.append(name[at + 1:at + 1 + name[at]].decode())
            at += 1 + name[at]
        text = numbered.record_of('.'.join(labels)).encode()
        return (query[:2] + struct.pack('!5H', 0x8180, 1, 1, 0, 0) + query[12:len(name) + 17] +
                b'\xc0\x0c' + struct.pack('!HHIHB', 16, 1, 300, len(text) + 1, len(text)) + text)


class Daemon:
    """One hopseald after the other, at the same sockets and with one log."""

    def __init__(self, build, folder):
        self.hopseald, self.folder = build / 'hopseald', folder
        self.log_path, self.config_path = folder / 'log', folder / 'hopseal.conf'
        self.sockets = [self.bind('map', socket.SOCK_STREAM), self.bind('tlsrpt', socket.SOCK_DGRAM)]
        self.sockets[0].listen(64)
        self.lives = 0
        self.wrong = []                 # ends that were not ours

    def bind(self, name, kind):
        sock = socket.socket(socket.AF_UNIX, kind)
        sock.bind(str(self.folder / name))
        os.chmod(self.folder / name, 0o666)
        return sock

    def start(self, contact='', later_s=0):
        self.config_path.write_text(CONFIG.format(self.folder, contact))
        with open(self.log_path, 'a') as log:
            fds = [log.fileno(), log.fileno(), *(sock.fileno() for sock in self.sockets)]
            spare = [fd_above(fd, 10) for fd in fds]
            command = [*clock(later_s), 'sh', '-c', HAND_OVER, 'sh', str(self.hopseald), '-c', str(self.config_path)]
            self.pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[
                (os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(spare, 1)])
        for fd in spare:
            os.close(fd)
        self.lives += 1

    def wait(self, want):
        """want: how waitpid() must tell that it has ended."""
        status = os.waitpid(self.pid, 0)[1]
        if status != want:
            self.wrong.append('life %d: %d' % (self.lives, os.waitstatus_to_exitcode(status)))

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.wait(signal.SIGKILL)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.wait(0)

    def log(self):
        return self.log_path.read_text()


def fd_above(fd, least):
    return fcntl.fcntl(fd, fcntl.F_DUPFD, least)


def live_for_a_while(long_one_in):
    time.sleep(random.uniform(LIFE_S, LONG_LIFE_S) if random.randrange(long_one_in) == 0 else random.uniform(0, LIFE_S))


def wait_until(is_so):
    """-> whether it became so"""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(.1)
    return True


def show(some):
    """What is wrong, as far as anybody reads it."""
    return '\n'.join(map(str, sorted(some)[:20])) + '\n%d in all' % len(some)


class Torture:
    def __init__(self, daemon, folder, tap):
        self.daemon, self.folder, self.tap = daemon, folder, tap
        self.resolver = TxtResolver()
        self.journal, self.database = Journal(folder / 'state'), Database(folder / 'state')

    # ------------------------------------------------------------------ the day

    def day(self, senders, kills):
        began = time.monotonic()
        for number in range(kills):
            self.daemon.start()
            if number % 2 == 0:         # in the middle of what comes in
                time.sleep(random.uniform(0, LIFE_S))
                senders.open_gate((number + 1) / kills)
                time.sleep(random.uniform(0, BURST_S))
            elif kills // 2 <= number < kills * 2 // 3:         # much is left to those who come after
                senders.open_gate((number + 1) / kills)
                time.sleep(random.uniform(0, SHORT_LIFE_S))
            else:
                senders.open_gate((number + 1) / kills)
                live_for_a_while(DAY_LONG_ONE_IN)
            self.daemon.kill()
        took = time.monotonic() - began
        self.daemon.start()
        total = senders.per_sender * numbered.SENDERS
        self.tap.ok(senders.end(PATIENCE_S), 'every sender has told all of its sessions')
        self.tap.ok(wait_until(lambda: self.database.total() >= total and self.database.waiting() == 0),
                    'all that was told is counted, nothing waits', '%d of %d' % (self.database.total(), total))
        self.daemon.end()
        log = self.daemon.log()
        print('# events=%d kills=%d in=%.1fs, of these %d before it was ready; %d events told again, %d times datagrams found '
              'again' % (total, kills, took, kills + 1 - log.count('hopseald: ready'), senders.told_again(),
                         log.count('action="passed over')))

    def check_counts(self, per_sender):
        got = self.database.failures()
        for name, ids in (('stream', range(numbered.STREAMS)), ('datagrams', range(numbered.STREAMS, numbered.SENDERS))):
            want, _ = numbered.all_of(per_sender, ids)
            lost = [one for one in want if one not in got]
            double = [(one, got[one]) for one in want if got.get(one, 1) != 1]
            self.tap.ok(not lost, 'RPT-CNT-13 SEED-60 %s: no session is lost over kill -9' % name, show(lost))
            self.tap.ok(not double, 'RPT-CNT-13 %s: none is counted twice' % name, show(double))
        failures, sums = numbered.all_of(per_sender)
        self.tap.ok(not set(got) - failures, 'nothing else is counted', show(set(got) - failures))
        for table in 'tally_policy', 'tally_domain':
            has = self.database.sums(table)
            self.tap.ok(has == sums, 'RPT-CNT-13 the sums are exact, successes too: ' + table,
                        show(set(has.items()) ^ set(sums.items())))

    def check_disk(self, when):
        self.journal.read_new()
        self.tap.ok(self.database.is_sound(), when + ': the database is sound')
        self.tap.ok(not self.journal.damaged, when + ': the journal is readable', '\n'.join(self.journal.damaged))
        errors = [line for line in self.daemon.log().splitlines() if ': err ' in line or 'Assertion' in line]
        self.tap.ok(not errors, when + ': the log has no error', '\n'.join(errors[:20]))
        self.tap.ok(not self.daemon.wrong, when + ': it never ended by itself', '\n'.join(self.daemon.wrong))

    # ------------------------------------------------------------------ the reports

    def report(self, domains, kills):
        """-> the collector, and what was known to be sent when each life began: by the journal, and by the log"""
        self.resolver.is_slow = False
        collector, known = Collector(self.folder), []
        for number in range(kills + 1):
            self.journal.read_new()
            known.append((frozenset(self.journal.sent), frozenset(SENT_LINE.findall(self.daemon.log()))))
            is_last = number == kills
            collector.begin_life(number, 1 << 30 if is_last else max(1, 2 * domains // (kills + 1)))
            self.daemon.start('tls@plain.example', 2 * DAY_S)
            if is_last:
                break
            live_for_a_while(REPORTS_LONG_ONE_IN)
            self.daemon.kill()
            collector.settle()
        is_sent = wait_until(lambda: self.is_all_sent(domains))
        self.tap.ok(is_sent, 'all reports are sent', show(self.database.sendings().values()))
        self.daemon.end()
        collector.settle()
        return collector, known

    def is_all_sent(self, domains):
        sendings = self.database.sendings().values()
        return len(sendings) == 2 * domains and all(state == 'sent' for _, _, state in sendings)

    def check_reports(self, collector, known, sums):
        sendings, reports = self.database.sendings(), self.database.reports()
        number_of = {(report, uri): number for number, (report, uri, _) in sendings.items()}
        self.tap.ok({domain: tuple(rest) for domain, _, *rest in reports} == sums and len(reports) == len(sums),
                    'RPT-TIME-03 one report for each domain, with all of its sessions')
        posts = {}
        for post in collector.posts:
            posts.setdefault((post.report_id, post.uri), []).append(post)
        missing = set(number_of) - set(posts)
        self.tap.ok(not missing, 'every destination gets each report', show(missing))
        stray = set(posts) - set(number_of)
        self.tap.ok(not stray, 'RPT-TIME-03 a report is made once: no other one ever left', show(stray))
        again = [post for post in collector.posts if number_of.get((post.report_id, post.uri)) in known[post.life][0] or
                 post.uri in known[post.life][1]]
        self.tap.ok(not again, 'RPT-RETRY-02 and never again what it has acknowledged', show(list(map(repr, again))))
        repeated = [post for some in posts.values() for post in some[:-1]]
        twice = [post for post in repeated if post.state == CLOSED]
        self.tap.ok(not twice, 'RPT-RETRY-02 exactly once where the acknowledgement came through', show([
            '\n  '.join([*map(repr, posts[post.report_id, post.uri]), 'known to have been sent before each life: %s' % [
                number_of.get((post.report_id, post.uri)) in numbers for numbers, _ in known],
                *(line for line in self.daemon.log().splitlines() if post.uri in line)]) for post in twice]))
        self.tap.ok(sum(some[0].sessions for some in posts.values()) == 2 * sum(map(sum, sums.values())),
                    'what arrived adds up to all sessions')
        self.tell(collector, len(known) - 1, len(reports), [post.state for post in repeated])

    @staticmethod
    def tell(collector, kills, reports, repeated):
        lives = [sum(post.life == number for post in collector.posts) for number in range(kills + 1)]
        print('# reports=%d kills=%d posts=%d by life: %s' % (reports, kills, len(collector.posts), ' '.join(map(str, lives))))
        print('# posts that were repeated after a kill, by what they had come to: %s' % ', '.join(
            '%s=%d' % (state, repeated.count(state)) for state in STATES))


def prepare():
    """The collectors' address, and a queue as long as Debian makes it."""
    subprocess.run(['ip', 'address', 'add', ADDRESS[0] + '/32', 'dev', 'lo'], check=True)
    pathlib.Path('/proc/sys/net/unix/max_dgram_qlen').write_text('%d\n' % QUEUE)


def main(build, events=200000, kills=200, delivery_kills=20, seed=None):
    folder, tap = private(), Tap()
    seed = int(seed or time.time_ns())
    print('# seed=%d' % seed)
    random.seed(seed)
    prepare()
    per_sender = int(events) // numbered.SENDERS
    daemon = Daemon(pathlib.Path(build).resolve(), folder)
    senders = Senders(per_sender, folder / 'map', folder / 'tlsrpt')   # before there are threads
    torture = Torture(daemon, folder, tap)
    torture.day(senders, int(kills))
    torture.check_counts(per_sender)
    torture.check_disk('after the day')
    sums = numbered.all_of(per_sender)[1]
    torture.check_reports(*torture.report(len(sums), int(delivery_kills)), sums)
    torture.check_disk('after the reports')
    tap.end()


if __name__ == '__main__':
    main(*sys.argv[1:])
