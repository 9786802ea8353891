#!/usr/bin/env python3
"""test_report_page.py BUILD: the pages of "hopseal report", looked at in a real browser as wide as a phone and as a desk."""
import datetime
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from command import NO, USAGE, YES  # noqa: E402
import daemon_rig  # noqa: E402
import terminal  # noqa: E402
from browser import Browser  # noqa: E402
from daemon_rig import Daemon, Resolver  # noqa: E402
from png import Picture  # noqa: E402
from tap import Tap  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
PAGES = BUILD / 'pages'
CORPUS = HERE.parent / 'fuzz' / 'corpus' / 'tls_report'
STATE = pathlib.Path('/var/lib/hopseal')
INBOX = STATE / 'inbox'
MEASURE = (HERE / 'page_measure.js').read_text()
CONFIG = '[listen]\nsocketmap = unix:/run/map\ncontrol = unix:/run/control\n'
DAY_S = 86400
TODAY = int(time.time()) // DAY_S * DAY_S
WINDOWS = ((360, 740), (412, 915), (1280, 900))
PICTURE_MAX = 4000      # pixels from the top
PAGE_MAX = 256 << 10    # octets, whatever is reported
CONTRAST_MIN = 4.5      # WCAG 2.1, 1.4.3
FONT_MIN = 12
tap = Tap()


# --- reports ---------------------------------------------------------------------------------------------

def day_of(days_ago):
    return datetime.datetime.fromtimestamp(TODAY - days_ago * DAY_S, datetime.timezone.utc).strftime('%Y-%m-%d')


def policy(good, failures=(), domain='example.net', kind='sts'):
    """failures: (type, host, address, code, sessions) each"""
    return {'policy': {'policy-type': kind, 'policy-domain': domain, 'policy-string': ['version: STSv1']},
            'summary': {'total-successful-session-count': good,
                        'total-failure-session-count': sum(f[-1] for f in failures)},
            'failure-details': [{'result-type': result, 'receiving-mx-hostname': host, 'receiving-ip': address,
                                 'failure-reason-code': code, 'failed-session-count': sessions}
                                for result, host, address, code, sessions in failures]}


def report(who, day, *policies):
    return {'organization-name': who, 'contact-info': 'tls@them.example', 'report-id': '%s %s' % (who[:50], day),
            'date-range': {'start-datetime': day + 'T00:00:00Z', 'end-datetime': day + 'T23:59:59Z'},
            'policies': list(policies)}


EXPIRED = ('certificate-expired', 'mx2.example.net', '203.0.113.2', 'X509_V_ERR_CERT_HAS_EXPIRED')
NO_STARTTLS = ('starttls-not-supported', 'mx1.example.net', '2001:db8:85a3:1234:5678:8a2e:370:7334', '')
FETCH = ('sts-policy-fetch-error', '', '', 'timeout')
SILENT = (9, 10, 20)    # days ago that nobody reports on


def thirty_days():
    """A certificate expires eight days before the end; now and then something else fails."""
    for ago in range(30, 0, -1):
        if ago in SILENT:
            continue
        for who, volume in (('Google Inc.', 4000), ('Microsoft Corporation', 1500), ('VK', 90), ('Example Org', 20)):
            failures = []
            if ago <= 8 and who != 'VK':
                failures.append((*EXPIRED, volume // 40 + ago))
            if ago == 25 and who == 'Google Inc.':
                failures.append((*NO_STARTTLS, 1))
            if ago % 7 == 3 and who == 'Microsoft Corporation':
                failures.append((*FETCH, 7))
            policies = [policy(volume - volume * (ago * 7 % 10) // 20, failures)]
            if who == 'Example Org':
                policies.append(policy(12, domain='mx1.example.net', kind='tlsa'))
            yield report(who, day_of(ago), *policies)


def one_in_a_million():
    for ago in (3, 2, 1):
        yield report('Them', day_of(ago), policy(999999 if ago == 2 else 1000000, [(*EXPIRED, 1)] if ago == 2 else ()))


def many():
    """A thousand hosts and more than two hundred organizations in more than a year."""
    for n in range(420):
        failures = [('validation-failure', 'mx%d.mail.hosting.example' % (n * 7 % 1000 + k), '192.0.2.%d' % k, 'code %d' % n, k + 1)
                    for k in range(5)]
        yield report('Organization %d' % (n % 210), day_of(420 - n), policy(n * 10, failures, 'domain%d.example' % n))


BIDI, WIDE = '\u202emoc.live\u2066\u200f', '\U0001f4e7\ufdfd' * 60
NASTY = ('<script>document.title="owned"</script>', '"><img src="http://tracker.example/x.png" onerror="owned()">',
         '</style></svg><style>*{display:none}</style>', BIDI, '\u05d0\u05d1\u05d2.example', 'x' * (1 << 20), '\x00\x1b[31m\r\n\x07',
         'a' + '\u0301\u0322' * 400, '&#60;b&#62;', WIDE, '\udb40\udc41'.encode('utf-16', 'surrogatepass').decode('utf-16'), '-' * 250)


def hostile():
    """Whoever mails a report chooses every text in it."""
    for i, text in enumerate(NASTY):
        other = NASTY[(i + 1) % len(NASTY)]
        yield report(text, day_of(2 + i % 4), policy(10 ** 12, [(text, other, text, other, 10 ** 12 - i)], other, text))


SETS = (
    ('real', lambda: [json.loads((CORPUS / ('%s.json' % name)).read_text()) for name in ('google', 'microsoft', 'mailru', 'ours')]),
    ('one', lambda: [report('Google Inc.', '2024-11-06', policy(40, [(*EXPIRED, 2)]))]),
    ('thirty', thirty_days),
    ('million', one_in_a_million),
    ('many', many),
    ('hostile', hostile),
    ('good', lambda: [report('Them', day_of(n), policy(n * 10)) for n in (1, 2, 4)]),
)


# --- pages -------------------------------------------------------------------------------------------------

def hopseal(*args, code=YES, stdin=b''):
    got = subprocess.run([BUILD / 'hopseal', '-s', 'unix:/run/control', '-c', os.environ['HOPSEAL_PRIVATE'] + '/hopseal.conf',
                          'report', *map(str, args)], input=stdin, capture_output=True, check=False, timeout=60)
    if got.returncode != code:
        tap.ok(False, 'hopseal report %s' % ' '.join(map(str, args))[:80], 'status %d\n%s' % (got.returncode, got.stderr.decode()))
    return got


def make_pages(folder):
    """One page of report read for each set -> name: file."""
    made = {}
    for name, reports in SETS:
        files = []
        for n, value in enumerate(reports()):
            files.append(folder / ('%s-%d.json' % (name, n)))
            files[-1].write_text(json.dumps(value))
        made[name] = PAGES / (name + '.html')
        hopseal('read', *files, '--html', made[name])
    return made


def words_of(path):
    """What stands on the page, without its tags."""
    text = re.sub(r'<(style|svg).*?</\1>', ' ', path.read_text(), flags=re.S)
    text = re.sub(r'<(?!/?(bdi|time|span)\b)[^>]*>', ' ', text)
    return re.sub(r'[ \n]+', ' ', re.sub(r'<[^>]*>', '', text))


# --- looking -----------------------------------------------------------------------------------------------

def same_colour(a, b):
    return all(abs(x - y) <= 12 for x, y in zip(a, b))


def pale(chart, ground, picture):
    """Rectangles whose middle has not their colour in the picture, or the ground's."""
    wrong = []
    for column in chart['columns']:
        for rect in column['rects']:
            x, y = rect['x'] + rect['w'] / 2 - chart['x'], rect['y'] + rect['h'] / 2 - chart['y']
            seen = picture.at(min(int(x), picture.width - 1), min(int(y), picture.height - 1))
            if not same_colour(seen, rect['fill'][:3]) or same_colour(seen, ground[:3]):
                wrong.append((column['words'], rect, seen))
    return wrong


def faults_of_chart(chart):
    """What a column's words and its rectangles do not say alike; a chart without any bar."""
    faults = []
    for column in chart['columns']:
        kinds = {r['kind']: r for r in column['rects'] if r['w'] >= 1 and r['h'] >= 2.5}
        good, bad = (re.search(r'(\S+) %s' % word, column['words']) for word in ('successful', 'failed'))
        want = {'none'} if 'no report' in column['words'] else {
            kind for kind, number in (('good', good), ('bad', bad)) if number and number.group(1) != '0'}
        if set(kinds) != want:
            faults.append((column, want))
    if not any(r['kind'] in ('good', 'bad') for c in chart['columns'] for r in c['rects']):
        faults.append('an empty chart')
    return faults


def thinnest(bars):
    """Those that have the least to show."""
    return sorted(bars, key=lambda bar: min((r['w'] for r in bar['rects']), default=0))[:4]


def faults_of_bar(bar, picture):
    """Parts of a bar that are no number but nothing, and are not seen either."""
    line = [picture.at(x, picture.height // 2) for x in range(picture.width)]
    for rect in bar['rects']:
        if sum(same_colour(seen, rect['fill'][:3]) for seen in line) < 1:
            yield bar['numbers'], rect
    if len(bar['rects']) != sum(number != '0' for number in bar['numbers']):
        yield bar['numbers'], 'not as many parts as numbers'


def look(browser, name, page, width, height, is_dark, label):
    """Show it, measure it, keep a picture -> what was measured."""
    browser.open(page, width, height, is_dark)
    seen = browser.run(MEASURE)
    scheme = 'dark' if is_dark else 'light'
    browser.picture(PAGES / ('%s-%d-%s.png' % (name, width, scheme)), min(seen['size'][2], PICTURE_MAX))
    where = '%s, %d pixels, %s' % (label, width, scheme)
    tap.ok(seen['size'][:2] == [width, width], where + ': nothing is to be scrolled sideways', seen['size'])
    tap.ok(not seen['overlaps'], where + ': no text on another', seen['overlaps'][:5])
    tap.ok(not seen['beyond'] and not seen['cut'] and seen['smallest'] >= FONT_MIN, where + ': nothing cut off, nothing too small',
           (seen['beyond'][:5], seen['cut'][:5], seen['smallest']))
    tap.ok(seen['least']['ratio'] >= CONTRAST_MIN, where + ': every text stands out from its ground', seen['least'])
    if seen['chart']:
        picture = Picture(browser.clip(seen['chart']))
        faults = faults_of_chart(seen['chart']) + pale(seen['chart'], seen['ground'], picture)
        tap.ok(not faults, where + ': every column is seen, and what is not known is another thing than nothing', faults[:3])
    if seen['bars']:
        faults = [fault for bar in thinnest(seen['bars']) for fault in faults_of_bar(bar, Picture(browser.clip(bar)))]
        tap.ok(not faults, where + ': no empty bar', faults[:3])
    return seen


def every_page(browser, made):
    for name, page in made.items():
        label = 'SEED-70 SEED-71 PUB-RPT-03 page "%s"' % name
        for width, height in WINDOWS:
            seen = look(browser, name, page, width, height, False, label)
        look(browser, name, page, 360, 740, True, label)
        requests, complaints = browser.requests(), browser.complaints()
        tap.ok(requests == [page.as_uri()] and not complaints and seen['scripts'] == 0,
               label + ': asks for nothing, runs nothing, and the browser has no complaint', (requests, complaints))
        tap.ok(seen['tables'] == [] or all(seen['tables']), label + ': every table says what it is of', seen['tables'])
        tap.ok(page.stat().st_size < PAGE_MAX, label + ': is not big', page.stat().st_size)


# --- what they say -----------------------------------------------------------------------------------------

SAYS = (
    ('real', 'SEED-71 PUB-RPT-03 reports of real senders', ('4 reports of 4 organizations', 'Google Inc.', 'Microsoft Corporation')),
    ('one', 'SEED-70 PUB-RPT-03 one report: who, how, how often, since when',
     ('2 of 42 sessions failed: 4.8\xa0%', 'Who mx2.example.net 203.0.113.2', 'How certificate-expired: the certificate is out of date',
      'How often 2 sessions', 'When 2024-11-06')),
    ('thirty', 'SEED-70 PUB-RPT-03 thirty days: since when the certificate is out of date',
     ('Who mx2.example.net 203.0.113.2', 'When since %s, last %s' % (day_of(8), day_of(1)), 'Besides 2 others', 'example.net',
      '%d reports of 4 organizations' % (4 * (30 - len(SILENT))))),
    ('million', 'SEED-70 PUB-RPT-03 one in a million', ('1 of 3,000,000 sessions failed', 'How often 1 session')),
    ('many', 'SEED-70 PUB-RPT-03 the worst of many, and how many more there are', ('420 reports of 210 organizations', 'and 190 more')),
    ('hostile', 'SEED-71 RPT-SEC-03 what strangers write is text', ('&lt;script&gt;document.title=&quot;owned&quot;&lt;/script&gt;',)),
    ('good', 'SEED-70 PUB-RPT-03 nothing failed', ('All 70 sessions succeeded',)),
)


def what_they_say(browser, made):
    for name, label, texts in SAYS:
        words = words_of(made[name])
        tap.ok(all(text in words for text in texts), label, (texts, words[:1500]))
    raw = made['hostile'].read_text()
    tap.ok(not re.search('[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x09\x0b-\x1f\x7f-\x9f]', raw) and 'x' * 200 not in raw,
           'RPT-SEC-03 SEED-71 no control character, no megabyte, and nothing turned around')
    browser.open(made['hostile'], 360, 740)
    tap.ok(browser.run('document.title') == 'TLS reports we received' and browser.run('document.images.length') == 0 and
           browser.run('document.querySelectorAll("style").length') == 1, 'RPT-SEC-03 no element and no script of strangers')
    browser.open(made['thirty'], 1280, 900)
    columns = browser.run(MEASURE)['chart']['columns']
    tap.ok([c['words'] for c in columns if 'no report' in c['words']] ==
           [day_of(ago) + ': no report' for ago in sorted(SILENT, reverse=True)], 'SEED-70 days that nobody reported on', columns)
    browser.open(made['thirty'], 794, 1123, media='print')
    printed = browser.run(MEASURE)
    tap.ok(not printed['overlaps'] and not printed['cut'] and printed['ground'][:3] == [255, 255, 255], 'it can be printed',
           (printed['overlaps'], printed['cut']))


# --- where they come from ------------------------------------------------------------------------------------

def eventually(is_so):
    end = time.monotonic() + daemon_rig.PATIENCE_S
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()


def empty_ones(browser):
    """Before anything has come in."""
    for name, args, text in (('empty-inbox', ('inbox', '--html'), 'No report of others has come in'),
                             ('empty-sent', ('html',), 'No report was made for these days')):
        page = PAGES / (name + '.html')
        hopseal(*args, page)
        label = 'SEED-70 PUB-RPT-03 page "%s"' % name
        for width, height in WINDOWS:
            seen = look(browser, name, page, width, height, False, label)
        tap.ok(any(text in t for t in seen['texts']) and not seen['chart'] and not seen['tables'],
               label + ': says so in words, without an empty chart', seen['texts'])


def from_the_inbox(browser):
    """The same thirty days, but come in by mail."""
    for n, value in enumerate(thirty_days()):
        (INBOX / ('r%d.tmp' % n)).write_text(json.dumps(value))
        (INBOX / ('r%d.tmp' % n)).rename(INBOX / ('r%d' % n))
    peer = daemon_rig.Peer('/run/map')
    peer.ask('inbox any')
    peer.close()
    want = 4 * (30 - len(SILENT))
    eventually(lambda: json.loads(hopseal('inbox', '-j').stdout)['count'] == want)
    page = PAGES / 'inbox.html'
    hopseal('inbox', '--days', 30, 'example.net', '--html', page)
    words = words_of(page)
    tap.ok('TLS reports we received: example.net' in words and '%d reports of 4 organizations' % want in words and
           'When since %s, last %s' % (day_of(8), day_of(1)) in words and 'How certificate-expired' in words,
           'SEED-70 PUB-RPT-03 report inbox --html: who failed, how, how often, since when', words[:1000])
    label = 'SEED-70 PUB-RPT-03 page "inbox"'
    seen = look(browser, 'inbox', page, 360, 740, False, label)
    look(browser, 'inbox', page, 1280, 900, True, label)
    tap.ok(len(seen['chart']['columns']) == 30, 'SEED-70 as many days as were asked for', len(seen['chart']['columns']))
    text = hopseal('inbox', '--days', 30).stdout.decode()
    tap.ok(all(part in text for part in ('mx2.example.net', 'certificate-expired', day_of(8), day_of(1), 'Google Inc.')),
           'SEED-70 PUB-RPT-03 report inbox in text: who failed, how, how often, since when', text)
    tap.ok(hopseal('inbox', '-n', '--days', 30, 'example.net', '--html', '-').stdout == page.read_bytes(),
           'report inbox -n --html -: the same without the daemon, on standard output')


# Tables of the database, as closing a day leaves them: report, tally_policy, tally_detail.
def sent_ones():
    base = sqlite3.connect(STATE / 'hopseal.db')
    for ago in range(40, 0, -1):
        for domain, failed in (('good.example', 0), ('bad.example', 3)):
            day, good = TODAY - ago * DAY_S, 100 + ago
            base.execute('insert into report(id, day, domain, made, record, file_name, successes, failures, bytes) '
                         "values(?, ?, ?, ?, 'v=TLSRPTv1', 'x', ?, ?, 'x')", ('%s.%d' % (domain, ago), day, domain, day + DAY_S, good, failed))
            base.execute("insert into tally_policy values(?, ?, 1, 2, ?, ?, ?, 1, '', '')", (day, domain, domain, good, failed))
            if failed:
                base.execute("insert into tally_detail values(?, ?, 1, 202, '', '192.0.2.1', '203.0.113.9', 'mx.bad.example', 'us', ?)",
                             (day, domain, failed))
    base.commit()
    base.close()


def what_we_sent(browser):
    sent_ones()
    page = PAGES / 'sent.html'
    hopseal('html', page)
    words = words_of(page)
    tap.ok('TLS reports we sent' in words and '60 reports to 2 domains' in words and 'Who mx.bad.example 203.0.113.9' in words and
           'How certificate-host-mismatch' in words and 'How often 90 sessions' in words and 'since ' + day_of(30) in words,
           'SEED-70 PUB-RPT-03 report html: what we told others, 30 days', words[:1000])
    label = 'PUB-RPT-03 page "sent"'
    for width, height in WINDOWS:
        seen = look(browser, 'sent', page, width, height, False, label)
    tap.ok(len(seen['chart']['columns']) == 30, 'report html: 30 columns', len(seen['chart']['columns']))
    tap.ok(hopseal('html', '--days', 30).stdout == page.read_bytes(), 'report html --days 30: standard output')
    hopseal('html', page, '--days', 7, 'good.example')
    tap.ok('All %d sessions succeeded' % sum(100 + n for n in range(1, 8)) in words_of(page), 'report html --days 7 DOMAIN', words_of(page)[:500])


def files(folder):
    one = CORPUS / 'google.json'
    page = folder / 'page.html'
    page.write_text('before')
    os.umask(0o027)
    hopseal('read', one, '--html', page)
    tap.ok(page.stat().st_mode & 0o777 == 0o640 and page.read_text().endswith('</html>\n') and
           [p.name for p in folder.iterdir() if 'page.html' in p.name] == ['page.html'], 'a page takes the place of the one before, whole')
    tap.ok(hopseal('read', one, '--html', '-').stdout == page.read_bytes(), '--html -: standard output')
    for name, args, part in (('a folder that is not there', (one, '--html', '/nonexistent/x.html'), b'/nonexistent/x.html'),
                             ('a device is not replaced', (one, '--html', '/dev/null'), b'is no file'),
                             ('not beside -j', (one, '-j', '--html', page), b'one at a time')):
        got = hopseal('read', *args, code=USAGE)
        tap.ok(part in got.stderr, '--html: ' + name, got.stderr)
    got = hopseal('read', CORPUS / 'truncated.json', one, '--html', page, code=NO)
    tap.ok(b'truncated.json' in got.stderr and '1 report of' in words_of(page), 'PUB-RPT-03 a broken report is told, the others make the page')
    tap.ok(b'not of one' in hopseal('inbox', 1, '--html', page, code=USAGE).stderr, 'report inbox NUMBER --html: there is no such page')
    tap.ok(b'no number of days' in hopseal('html', page, '--days', '0', code=USAGE).stderr, 'report html --days 0')


def pictures(browser):
    """Those of README."""
    for width, height in ((1000, 780), (360, 740)):
        browser.open(PAGES / 'inbox.html', width, height)
        browser.picture(PAGES / ('window-%d.png' % width), height)
    command = 'hopseal report inbox --days 30 example.net'
    ours = [str(BUILD / 'hopseal'), '-s', 'unix:/run/control', *command.split()[1:]]
    text = terminal.shown(ours, 96)
    (PAGES / 'terminal.svg').write_text(terminal.picture(command, text, 96))
    browser.open(PAGES / 'terminal.svg', 900, 600)
    browser.picture(PAGES / 'terminal.png', 600)
    tap.ok('\x1b[' in text and 'certificate-expired' in text, 'pictures are there', text)


def main():
    if not shutil.which('chromium'):
        tap.skip('pages of reports', 'there is no chromium to look at them')
        tap.end()
    folder = daemon_rig.private()
    Resolver()
    STATE.mkdir()
    os.chown(STATE, daemon_rig.uid(), -1)
    PAGES.mkdir(exist_ok=True)
    daemon = Daemon(BUILD, folder, CONFIG)
    if not daemon.wait_for('hopseald: ready'):
        raise RuntimeError(daemon.log())
    browser = Browser()
    made = make_pages(folder)
    every_page(browser, made)
    what_they_say(browser, made)
    empty_ones(browser)
    from_the_inbox(browser)
    pictures(browser)
    what_we_sent(browser)
    files(folder)
    browser.close()
    tap.ok(daemon.end() == 0, 'the daemon ends', daemon.log())
    tap.end()


main()
