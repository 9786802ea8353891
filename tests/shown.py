#!/usr/bin/python3
"""shown.py TABLE TAPDIR: which row of a table is shown by which passing test.

TABLE (tab-separated): ID, kind, text.  Kinds: "claimed" or, for capabilities, the sides O (what happens when mail goes out),
P (the tool of who publishes) or both; "n/a", with the reason; D, shown by documentation.  Every row but those of the last two must
be named by a passing test in TAPDIR, and every ID of the table's families that a test names must stand in the table.
Last line: "N claimed, N shown, N not to be tested".
"""
import pathlib
import re
import sys

NEEDS_TEST = {'claimed': True, 'O': True, 'P': True, 'O, P': True, 'n/a': False, 'D': False}
LINE = re.compile(r'^(ok|not ok)\b[ \d]*(?:- )?(.*)$')


def read_table(path):
    table = {}
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if not line or line.startswith('#'):
            continue
        item, kind, text = (line.split('\t') + ['', ''])[:3]
        if kind not in NEEDS_TEST or (kind != 'claimed' and not text):
            sys.exit('%s:%d: want ID, one of %s, and a text behind all but "claimed"' % (path, number, ' | '.join(NEEDS_TEST)))
        if item in table:
            sys.exit('%s:%d: %s stands here twice' % (path, number, item))
        table[item] = (kind, text)
    return table


def id_pattern(table):
    """IDs of all families that the table has: "STS-DNS-02" is one of STS-DNS."""
    families = sorted({item.rsplit('-', 1)[0] for item in table})
    return re.compile(r'(?<![\w-])(?:%s)-\d\d\b' % '|'.join(families))


def expand(pattern, text):
    """IDs named in a test's name; "DNS-02, -03" names both."""
    found = []
    for match in pattern.finditer(text):
        found.append(match[0])
        prefix, rest = match[0].rsplit('-', 1)[0], text[match.end():]
        while more := re.match(r'(?:, ?| and )-(\d\d)\b', rest):
            found.append('%s-%s' % (prefix, more[1]))
            rest = rest[more.end():]
    return found


def read_tests(folder, pattern):
    shown, broken = {}, {}
    for path in sorted(pathlib.Path(folder).glob('*.tap')):
        for line in path.read_text(errors='replace').splitlines():
            match = LINE.match(line)
            if not match or re.search(r'# skip', line, re.I):
                continue
            for item in expand(pattern, match[2]):
                target = shown if match[1] == 'ok' else broken
                target.setdefault(item, []).append((path.stem, match[2]))
    return shown, broken


def print_row(item, kind, text, tests):
    """The row, and the first test of each program that names it."""
    print(('%-14s %-7s %s' % (item, kind, text)).rstrip())
    first = {}
    for program, name in tests:
        first.setdefault(program, name)
    for program, name in first.items():
        print('%22s %s: %s' % ('', program, name))
    if len(tests) > len(first):
        print('%22s and %d more' % ('', len(tests) - len(first)))


def find_faults(table, shown, broken):
    for item, (kind, _) in table.items():
        if NEEDS_TEST[kind] and item not in shown:
            yield '%s is in the table, but no passing test names it' % item
        for program, name in broken.get(item, []):
            yield '%s: this test fails: %s: %s' % (item, program, name)
    for item in sorted(set(shown) | set(broken)):
        if item not in table:
            yield '%s is named by a test, but not in the table' % item


def main():
    table = read_table(sys.argv[1])
    shown, broken = read_tests(sys.argv[2], id_pattern(table))
    for item, (kind, text) in table.items():
        print_row(item, kind, text, shown.get(item, []))
    faults = list(find_faults(table, shown, broken))
    for fault in faults:
        print('FAULT: ' + fault)
    claimed = [item for item, (kind, _) in table.items() if NEEDS_TEST[kind]]
    print('%d claimed, %d shown, %d not to be tested'
          % (len(claimed), sum(item in shown for item in claimed), len(table) - len(claimed)))
    sys.exit(bool(faults))


main()
