"""What the daemon has on disk, read without its help: the journal and the database of a state folder."""
import contextlib
import sqlite3
import struct

HEAD = struct.Struct('<IIIQ')           # core/report/journal_record.h
MAGIC = b'hopseal1'
SENT = 5
KINDS = range(1, SENT + 1)


def make_table():
    table = []
    for octet in range(256):
        for _ in range(8):
            octet = octet >> 1 ^ (0x82f63b78 if octet & 1 else 0)
        table.append(octet)
    return table


TABLE = make_table()


def crc32c(data):
    total = 0xffffffff
    for octet in data:
        total = total >> 8 ^ TABLE[(total ^ octet) & 0xff]
    return total ^ 0xffffffff


class Damaged(Exception):
    pass


def records(data):
    """-> (kind, bytes) of each whole record; what is cut off at the end is what nobody was told of."""
    at = len(MAGIC)
    if not MAGIC.startswith(data[:at]):
        raise Damaged('it begins with %r' % data[:at])
    while len(data) - at >= HEAD.size:
        total, length, kind, _ = HEAD.unpack_from(data, at)
        end = at + HEAD.size + length
        if kind not in KINDS or (end <= len(data) and crc32c(data[at + 4:end]) != total):
            raise Damaged('at %d' % at)
        if end > len(data):
            return
        yield kind, data[at + HEAD.size:end]
        at = end


class Journal:
    """The segments that are there.  They never change once their writer is dead, so each is read once."""

    def __init__(self, state):
        self.state = state
        self.read = set()
        self.sent = set()               # numbers of what destinations have acknowledged
        self.damaged = []

    def read_new(self):
        for path in set(self.state.glob('events.*')) - self.read:
            self.read.add(path)
            try:
                for kind, data in records(path.read_bytes()):
                    if kind == SENT:
                        self.sent.add(int.from_bytes(data, 'little'))
            except Damaged as error:
                self.damaged.append('%s: %s' % (path.name, error))


class Database:
    def __init__(self, state):
        self.uri = 'file:%s?mode=ro' % (state / 'hopseal.db')

    def rows(self, question, *values):
        with contextlib.closing(sqlite3.connect(self.uri, uri=True, timeout=20)) as db:
            return db.execute(question, values).fetchall()

    def total(self):
        return self.rows('select coalesce(sum(successes + failures), 0) from tally_day')[0][0]

    def waiting(self):
        return self.rows('select count(*) from waiting')[0][0]

    def is_sound(self):
        return self.rows('pragma integrity_check') == [('ok',)]

    def failures(self):
        """-> {(domain, name): count}; a name is counted in one row, or in several"""
        return {(domain, name): count for domain, name, count in
                self.rows('select domain, helo, sum(count) from tally_detail group by domain, helo')}

    def sums(self, table):
        """-> {domain: (successes, failures)} over all days"""
        return {domain: tuple(sums) for domain, *sums in self.rows(
            'select domain, sum(successes), sum(failures) from %s group by domain' % table)}

    def sendings(self):
        """-> {number: (report id, uri, state)}"""
        return {number: tuple(rest) for number, *rest in self.rows(
            'select sending.id, report.id, uri, state from sending join report on report.number = sending.report')}

    def reports(self):
        """-> [(domain, report id, successes, failures)] of those that were made"""
        return self.rows("select domain, id, successes, failures from report where file_name <> ''")
