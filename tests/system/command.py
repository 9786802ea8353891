"""hopseal as a command: what it is given, and what is wanted of it."""
import os
import subprocess

# Its exit statuses: of commands, and of checks as Nagios has them.
YES, NO, USAGE, FAILED = GOOD, ADVICE, BROKEN, UNSURE = range(4)


class Command:
    """hopseal, here or in the world."""

    def __init__(self, *before):
        self.before = list(before)

    def __call__(self, *args, stdin=''):
        """-> (status, standard output, standard error)"""
        done = subprocess.run([*self.before, *map(str, args)], input=stdin, capture_output=True, text=True, timeout=60,
                              env={'PATH': os.environ['PATH'], 'TERM': 'xterm'})
        return done.returncode, done.stdout, done.stderr


def checker(tap):
    def check(name, got, want_code, *want_texts, stream=1):
        missing = [text for text in want_texts if text not in got[stream]]
        tap.ok(got[0] == want_code and not missing, name,
               'status %d, want %d; missing: %r\nstdout: %s\nstderr: %s' % (got[0], want_code, missing, got[1], got[2]))
    return check
