"""What hopseald has counted, against what report_oracle.py says.

    books = Books(tap, lab, mta, sender)   before the mail; mta: a host of the lab; sender: what it is to the oracle;
                                           name: what it is called, if not after its version
    books.check(domains)                   all that it has done since, field by field
"""
import report_oracle
from lab import PROBE_HELO, rows

ROWS = {row['domain']: row for row in rows()}
IDS = {
    'starttls-not-supported': 'RPT-TYPE-01', 'certificate-host-mismatch': 'RPT-TYPE-02', 'certificate-expired': 'RPT-TYPE-03',
    'certificate-not-trusted': 'RPT-TYPE-04', 'validation-failure': 'RPT-TYPE-05', 'tlsa-invalid': 'RPT-TYPE-06',
    'dnssec-invalid': 'RPT-TYPE-07', 'sts-policy-fetch-error': 'RPT-CNT-12 RPT-TYPE-09',
    'sts-policy-invalid': 'RPT-CNT-12 RPT-TYPE-10', 'sts-webpki-invalid': 'RPT-CNT-12 RPT-TYPE-11',
}


def ids(policies):
    """What the report of a domain shows."""
    shown = {'RPT-CNT-05'} if len({entry['policy']['policy-type'] for entry in policies}) > 1 else set()
    for entry in policies:
        failures, details = entry['summary']['total-failure-session-count'], entry.get('failure-details', [])
        shown.update({'RPT-CNT-03', 'SEED-82'} if failures else {'RPT-CNT-02'})
        shown.update(IDS[detail['result-type']] for detail in details)
        if sum(detail['failed-session-count'] for detail in details) > failures:
            shown.add('RPT-CNT-04')
    return ' '.join(sorted(shown)) or 'RPT-CNT-15'


def difference(report, want):
    """Field by field; "" when there is none."""
    has, must = report_oracle.canonical(report['policies'] if report else []), report_oracle.canonical(want)
    return '\n'.join(['got  ' + line for line in has if line not in must] + ['want ' + line for line in must if line not in has])


class Books:
    def __init__(self, tap, lab, mta, sender, name=''):
        self.tap, self.lab, self.mta, self.sender = tap, lab, mta, sender
        self.name = name or '%s %s' % (type(mta).__name__, mta.version)
        self.sessions_before, self.lines_before = len(lab.sessions()), len(mta.log().splitlines())

    def none_of(self, wrong, name):
        """One test of many things: nothing is wrong with any of them."""
        self.tap.ok(not wrong, name, '\n'.join(map(str, wrong)))

    def sessions(self):
        """Of this MTA, since."""
        return [seen for seen in self.lab.sessions()[self.sessions_before:] if self.mta.has_made(seen)]

    def looks(self):
        """Of hopseal itself, since."""
        return [seen for seen in self.lab.sessions()[self.sessions_before:]
                if seen['helo'] == PROBE_HELO and 'MAIL' not in seen['commands']]

    def expected(self, free):
        lines = self.mta.log().splitlines()[self.lines_before:]
        return report_oracle.expect(self.lab.world, self.sender, self.sessions() + self.looks(), lines, free)

    def check(self, domains, free=()):
        """free: domains that the operator wants no policy for.  -> the reports that would be made now"""
        self.mta.wait_until_idle()
        self.tap.ok(self.lab.wait_until_counted(), 'RPT-CNT-13 %s: all that was told is counted' % self.name, self.lab.status())
        want, untold = self.expected(free)
        got = self.lab.previews(sorted({*ROWS, *want}))
        wrong = {name: difference(report, want.get(name, [])) for name, report in got.items()}
        for name in domains:
            why = ' (%s)' % untold[name] if name in untold else ''
            self.tap.ok(not wrong[name], '%s %s, %s: %s%s' % (
                ids(want.get(name, [])), self.name, name, ROWS[name]['shows'], why), wrong[name])
        self.none_of([name for name in set(ROWS) - set(domains) if wrong[name]],
                     'RPT-CNT-15 %s: no report about others' % self.name)
        self.none_of(['%s\n%s' % (name, wrong[name]) for name in sorted(set(want) - set(ROWS)) if wrong[name]],
                     'RPT-DNS-10 RPT-JSON-22 %s: the operators of MX hosts, an entry for each policy' % self.name)
        return {name: report for name, report in got.items() if report}
