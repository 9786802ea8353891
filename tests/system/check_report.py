#!/usr/bin/env python3
"""check_report.py FILE...: reports, JSON or gzip, against tlsrpt.schema.json and what a schema cannot say.  TAP.

    faults(name, octets)   for other tests: [(what is shown, what is wrong), ...]; "" is nothing
"""
import gzip
import ipaddress
import json
import pathlib
import sys
from datetime import datetime, timedelta, timezone

import jsonschema

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from tap import Tap  # noqa: E402

SCHEMA = json.loads((pathlib.Path(__file__).parent / 'tlsrpt.schema.json').read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
GZIP_MAX = 10_000_000


def strict(text):
    """I-JSON: no member twice, whole numbers only, none of NaN and its like."""
    def refuse(what):
        raise ValueError('%s in the report' % what)

    def members(pairs):
        names = [name for name, value in pairs]
        if len(names) != len(set(names)):
            refuse('a member twice: %r' % names)
        return dict(pairs)

    return json.loads(text, object_pairs_hook=members, parse_float=refuse, parse_constant=refuse)


def unpack(octets):
    return gzip.decompress(octets) if octets[:2] == b'\x1f\x8b' else octets


def schema_faults(report):
    return '\n'.join('%s: %s' % (error.json_path, error.message) for error in VALIDATOR.iter_errors(report))


def moment(report, which):
    return datetime.strptime(report['date-range'][which], '%Y-%m-%dT%H:%M:%SZ').replace(tzinfo=timezone.utc)


def day_faults(report):
    begin, end = moment(report, 'start-datetime'), moment(report, 'end-datetime')
    is_day = begin.time() == datetime.min.time() and end - begin == timedelta(days=1, seconds=-1)
    return '' if is_day else 'from %s to %s' % (begin, end)


def details(report):
    return [(entry, detail) for entry in report['policies'] for detail in entry.get('failure-details', [])]


def address_faults(report):
    wrong = []
    for _, detail in details(report):
        for text in (detail[key] for key in ('sending-mta-ip', 'receiving-ip') if key in detail):
            address = ipaddress.ip_address(text)
            if str(address) != text or getattr(address, 'ipv4_mapped', None):
                wrong.append(text)
    return ' '.join(wrong)


def merge_faults(report):
    """Each policy once, and under it each failure once."""
    def key(thing):
        return json.dumps({name: thing[name] for name in thing if name != 'failed-session-count'}, sort_keys=True)

    policies = [key(entry['policy']) for entry in report['policies']]
    failures = [key(entry['policy']) + key(detail) for entry, detail in details(report)]
    return '\n'.join(sorted({k for k in policies + failures if (policies + failures).count(k) > 1}))


def count_faults(report):
    """No kind of failure has more sessions than there were; a session may have several."""
    wrong = []
    for entry, detail in details(report):
        most = sum(entry['summary'].values())
        if detail['failed-session-count'] > most:
            wrong.append('%s: %d of %d' % (detail['result-type'], detail['failed-session-count'], most))
    return '\n'.join(wrong)


def name_faults(name, report):
    """sender!policy-domain!begin!end!unique.json.gz"""
    stem = name.removesuffix('.gz').removesuffix('.json')
    want = [report['contact-info'].rpartition('@')[2], None,
            *(str(int(moment(report, which).timestamp())) for which in ('start-datetime', 'end-datetime'))]
    got = stem.split('!')
    if len(got) not in (4, 5) or any(w not in (None, g) for w, g in zip(want, got)):
        return '%s: want %s' % (name, want)
    return '' if len(got) == 4 or got[4].isalnum() else 'unique part: ' + got[4]


def faults(name, octets):
    try:
        report = strict(unpack(octets).decode('utf-8', 'strict'))
    except (ValueError, OSError, EOFError) as error:
        return [('RPT-JSON-01 I-JSON', str(error))]
    shown = [('RPT-JSON-01 I-JSON', ''),
             ('RPT-JSON-02 RPT-JSON-04 RPT-JSON-06 RPT-JSON-07 RPT-JSON-08 RPT-JSON-09 RPT-JSON-10 RPT-JSON-11 '
              'RPT-JSON-13 RPT-JSON-18 RPT-JSON-20 RPT-JSON-21 the schema of RFC 8460', schema_faults(report))]
    if shown[-1][1]:
        return shown  # the rest stands on it
    shown += [('RPT-JSON-03 RPT-TIME-01 one UTC day', day_faults(report)),
              ('RPT-JSON-14 RPT-JSON-17 addresses in canonical form', address_faults(report)),
              ('RPT-JSON-12 RPT-JSON-22 nothing stands there twice', merge_faults(report)),
              ('RPT-CNT-04 no failure has more sessions than its policy', count_faults(report))]
    if '!' in name:
        is_gzip = octets[:2] == b'\x1f\x8b'
        shown += [('RPT-FILE-01 RPT-FILE-04 the file name follows from the report', name_faults(name, report)),
                  ('RPT-FILE-02 gzip, and named so', '' if is_gzip == name.endswith('.gz') else name)]
    shown += [('RPT-FILE-03 below 10 MB', '' if len(octets) < GZIP_MAX else '%d octets' % len(octets))]
    return shown


def main():
    tap = Tap()
    for path in map(pathlib.Path, sys.argv[1:]):
        for shown, wrong in faults(path.name, path.read_bytes()):
            tap.ok(not wrong, '%s: %s' % (shown, path.name), wrong)
    tap.end()


if __name__ == '__main__':
    main()
