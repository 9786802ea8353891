"""TAP for the tests in this folder: numbered as they come, the plan at the end."""
import sys


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, is_ok, name, detail=''):
        """One test; detail is shown when it failed."""
        self.count += 1
        print('%s %d - %s' % ('ok' if is_ok else 'not ok', self.count, name))
        if not is_ok:
            self.failed += 1
            for line in str(detail).splitlines():
                print('# ' + line)
        sys.stdout.flush()
        return is_ok

    def skip(self, name, reason):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name, reason))

    def end(self):
        """Print the plan and leave with 0 or 1."""
        print('1..%d' % self.count)
        sys.exit(1 if self.failed else 0)
