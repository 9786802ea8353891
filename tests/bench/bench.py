#!/usr/bin/env python3
"""bench.py BUILD [WORD...]: hopseald beside a raw echo server and beside Debian's postfix-mta-sts-resolver.

Prints one table and writes BUILD/bench.json. Ends with 1 only when something could not be measured: whether a goal
is met depends on the machine and what else it does. Needs root, for namespaces of its own.  Words choose the groups that have one in
their name.
"""
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
import exim
import lab
import measure
import milter
import opensmtpd
import reporting
import rows

GROUPS = [
    ('cached answers', measure.cached),
    ('cached answers during cold questions', measure.during_cold),
    ('one domain, many first questions', measure.first_questions),
    ('idle connections', measure.idle_connections),
    ('a million policies', measure.many_policies),
    ('sessions', reporting.sessions),
    ('a day', reporting.small_day),
    ('a big day', reporting.big_day),
    ('the Exim module', exim.calls),
    ('messages through Exim', exim.messages),
    ('messages through OpenSMTPD', opensmtpd.messages),
    ('messages through the milter', milter.messages),
]


def inside(build, words):
    """The groups, in the namespaces. One that fails does not stop the others."""
    found, failures = [], []
    machine = {'cpus': len(lab.CPUS), 'kernel': os.uname().release, 'load_average': os.getloadavg()[0]}
    lab.take_precedence()
    with lab.Lab(build) as world:
        for name, group in ((name, group) for name, group in GROUPS if not words or any(word in name for word in words)):
            print('bench: ' + name, file=sys.stderr)
            try:
                found += group(world)
            except (lab.Unmeasured, OSError, subprocess.SubprocessError) as error:
                failures.append('%s: %s' % (name, error))
    print('hopseald beside others on %(cpus)d CPUs, Linux %(kernel)s, load average before %(load_average).1f' % machine)
    print('ratio: ours / other, the median of rounds taken in turn\n')
    print(rows.table(found))
    for failure in failures:
        print('NOT MEASURED ' + failure)
    (build / 'bench.json').write_text(json.dumps({
        'machine': machine, 'rows': [row.as_json() for row in found], 'not_measured': failures}, indent=1) + '\n')
    return 1 if failures else 0


def main(arguments):
    if len(arguments) > 1 and arguments[0] == '--inside':
        return inside(pathlib.Path(arguments[1]), arguments[2:])
    if not arguments:
        sys.exit(__doc__)
    if os.geteuid() != 0:
        sys.exit('bench: needs root')
    exim.prepare()
    opensmtpd.prepare()
    milter.prepare()
    return subprocess.call(lab.enter_command(
        [sys.executable, '-B', __file__, '--inside', pathlib.Path(arguments[0]).resolve(), *arguments[1:]]))


try:
    sys.exit(main(sys.argv[1:]))
except KeyboardInterrupt:
    sys.exit(130)
