#!/usr/bin/python3
"""conformance.py TABLE TAPDIR: which item of the standards is shown by which passing test.

TABLE (tab-separated): ID, "claimed" or "n/a", the reason for n/a or a note.  A claimed item must be named by at least one passing
test in TAPDIR, and every ID that a test names must stand in the table.  Last line: "N claimed, N shown, N not applicable".
"""
import pathlib
import re
import sys

ID = re.compile(r'\b(?:PUB-TLSA|DNS|MX|NAME|STS-(?:DNS|FETCH|POL|CACHE|APP|REP)|DANE-MX|BASE|TLSA|AUTH|REF|AGIL|DTLS|MAND|MIX|RTLS|RPT-(?:DNS|CNT|TYPE|JSON|TIME|FILE|MAIL|DKIM|HTTP|RETRY|SEC))-\d\d\b')
LINE = re.compile(r'^(ok|not ok)\b[ \d]*(?:- )?(.*)$')


def read_table(path):
    table = {}
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if not line or line.startswith('#'):
            continue
        fields = line.split('\t')
        if len(fields) < 2 or fields[1] not in ('claimed', 'n/a') or (fields[1] == 'n/a' and len(fields) < 3):
            sys.exit('%s:%d: want "ID<TAB>claimed" or "ID<TAB>n/a<TAB>reason"' % (path, number))
        if fields[0] in table:
            sys.exit('%s:%d: %s stands here twice' % (path, number, fields[0]))
        table[fields[0]] = (fields[1], fields[2] if len(fields) > 2 else '')
    return table


def expand(text):
    """IDs named in a test's name; "DNS-02, -03" names both."""
    found = []
    for match in ID.finditer(text):
        found.append(match[0])
        prefix, rest = match[0].rsplit('-', 1)[0], text[match.end():]
        while more := re.match(r'(?:, ?| and )-(\d\d)\b', rest):
            found.append('%s-%s' % (prefix, more[1]))
            rest = rest[more.end():]
    return found


def read_tests(folder):
    shown, broken = {}, {}
    for path in sorted(pathlib.Path(folder).glob('*.tap')):
        for line in path.read_text(errors='replace').splitlines():
            match = LINE.match(line)
            if not match or re.search(r'# skip', line, re.I):
                continue
            for item in expand(match[2]):
                target = shown if match[1] == 'ok' else broken
                target.setdefault(item, []).append('%s: %s' % (path.stem, match[2]))
    return shown, broken


def main():
    table = read_table(sys.argv[1])
    shown, broken = read_tests(sys.argv[2])
    faults = []
    for item, (kind, note) in table.items():
        if kind == 'n/a':
            print('%-14s not applicable: %s' % (item, note))
        elif item in shown:
            print('%-14s %2d test%s  %s' % (item, len(shown[item]), ' ' if len(shown[item]) == 1 else 's', shown[item][0]))
        else:
            faults.append('%s is claimed, but no passing test names it' % item)
        for test in broken.get(item, []):
            faults.append('%s: this test fails: %s' % (item, test))
    for item in sorted(set(shown) | set(broken)):
        if item not in table:
            faults.append('%s is named by a test, but not in the table' % item)
    for fault in faults:
        print('FAULT: ' + fault)
    claimed = [i for i, (kind, _) in table.items() if kind == 'claimed']
    print('%d claimed, %d shown, %d not applicable'
          % (len(claimed), sum(i in shown for i in claimed), len(table) - len(claimed)))
    sys.exit(bool(faults))


main()
