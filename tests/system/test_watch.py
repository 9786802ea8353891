#!/usr/bin/env python3
"""test_watch.py BUILD: domains of the test world are watched by a real hopseald: they break, heal, and that is told."""
import json
import os
import pathlib
import shutil
import socket
import sys
import time

sys.dont_write_bytecode = True
from command import GOOD, BROKEN, UNSURE  # noqa: E402
from lab import PATIENCE_S, Lab  # noqa: E402
from tap import Tap  # noqa: E402

DOMAIN, HOST = 'dane-ee.test', 'mx-good.dane-ee.test'
STRANGER = 'mx-good.none-good.test'  # whose certificate HOST may show instead
WRONG, PLAIN = 'dane-wrong.test', 'none-good.test'
HOLE = 'hole0'  # of the world: what goes there is never answered
QUIET_S = 1  # in which a command would have begun that is to be run at once
COMMAND = '''#!/bin/sh
# Keeps what it is told in a file of its own; TOLD/fail makes it fail, TOLD/hold wait.
set -e
told=$1
shift
cat >"$told/new.$$"
env | sort >"$told/env.$$"
echo "$@" >"$told/words.$$"
while [ -e "$told/hold" ]; do sleep 0.1; done
[ ! -e "$told/fail" ] || { echo failed >>"$told/failures"; echo "no route to the pager" >&2; exit 7; }
mv "$told/new.$$" "$told/done.$(date +%s%N)"
'''
tap = Tap()


class Told:
    """What the command was told."""

    def __init__(self, lab):
        self.folder = lab.folder / 'told'
        self.folder.mkdir()
        self.command = lab.folder / 'tell'
        self.command.write_text(COMMAND)
        self.command.chmod(0o755)
        self.seen = 0

    def all(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob('done.*'), key=lambda p: int(p.suffix[1:]))]

    def failures(self):
        path = self.folder / 'failures'
        return len(path.read_text().splitlines()) if path.exists() else 0

    def new(self, count):
        """The changes since the last call, once there are so many and no more come."""
        until(lambda: len(self.all()) >= self.seen + count)
        time.sleep(QUIET_S)
        changes = self.all()[self.seen:]
        self.seen += len(changes)
        return changes

    def switch(self, name, is_on):
        path = self.folder / name
        if is_on:
            path.touch()
        else:
            path.unlink()

    def any(self, what):
        return [path.read_text() for path in self.folder.glob(what + '.*')]


def until(is_so):
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def config(lab, told, domains, more=''):
    return '''[watch]
domains = %s
command = %s %s  --to ops
%s
[probe]
deadline = 1s
[listen]
metrics = unix:%s/metrics
''' % (domains, told.command, told.folder, more, lab.folder)


def reload(lab, more):
    """HUP with another configuration."""
    lab.write_config(more)
    before = lab.log().count('hopseald: reloaded')
    lab.process.send_signal(1)
    return until(lambda: lab.log().count('hopseald: reloaded') > before)


def watch(lab, *args):
    return lab.hopseal('watch', *args, check=False)


def known(lab, domain):
    """What the daemon says of a domain, without looking."""
    got = watch(lab, '-j', domain)
    return json.loads(got.stdout)['domains'][0] if got.stdout else {}


def shape(changes):
    """(outcome before and after, words and number of what appeared, what has gone) of each change."""
    def words(findings):
        return sorted({f['word'] for f in findings}), len(findings)

    return [(c['domain'], c['before'], c['outcome'], *words(c['appeared']), *words(c['gone'])) for c in changes]


def metrics(lab):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect('%s/metrics' % lab.folder)
        s.sendall(b'GET /metrics HTTP/1.0\r\n\r\n')
        lines = s.makefile().read().splitlines()
    return {line.rpartition(' ')[0].removeprefix('hopseal_'): line.rpartition(' ')[2] for line in lines}


class Certificate:
    """The EC certificate of HOST: renewed with another key, and put back."""

    def __init__(self, lab):
        self.folder, self.kept = pathlib.Path(lab.world) / 'certs', lab.folder / 'certs'
        self.kept.mkdir()
        for suffix in ('.key', '.pem'):
            shutil.copy(self.folder / (HOST + suffix), self.kept)

    def put(self, folder, name):
        for suffix in ('.key', '.pem'):  # the server looks at the second one
            new = self.folder / 'new'
            shutil.copy(folder / (name + suffix), new)
            os.replace(new, self.folder / (HOST + suffix))

    def renew(self):
        self.put(self.folder, STRANGER)

    def restore(self):
        self.put(self.kept, HOST)


# --- what is asked -----------------------------------------------------------------------------

def healthy(lab, told):
    got = watch(lab, '--now', DOMAIN)
    tap.ok(got.returncode == GOOD and got.stdout.startswith('good: %s, for ' % DOMAIN), 'SEED-22 PUB-TLSA-07 watch --now: a good domain',
           got)
    tap.ok(told.new(0) == [], 'SEED-22 a good domain is no news', told.all())
    tap.ok('watch: domain=%s outcome=good before=unknown' % DOMAIN in lab.log(), 'SEED-22 the log says what the first look came to',
           lab.log())
    got = metrics(lab)
    tap.ok(got.get('watch_outcome{domain="%s"}' % DOMAIN) == '0' and
           abs(int(got['watch_last_success_timestamp{domain="%s"}' % DOMAIN]) - time.time()) < 60, 'SEED-22 metrics of a good domain', got)
    line = lab.hopseal('status').stdout
    tap.ok('1 domain: 1 good' in line, 'SEED-22 a line in the status', line)


def breaks(lab, told, certificate):
    certificate.renew()
    got = watch(lab, '--now', DOMAIN)
    tap.ok(got.returncode == BROKEN and got.stdout.startswith('broken: %s, for ' % DOMAIN) and '\nbroken: %s: %s ' % (DOMAIN, HOST) in got.stdout and
           'RFC 7672' in got.stdout, 'SEED-22 PUB-TLSA-07 the key has changed, the record has not: broken', got)
    changes = told.new(1)
    tap.ok(shape(changes) == [(DOMAIN, 'good', 'broken', ['tlsa-no-match'], 2, [], 0)],
           'SEED-22 the command is told once, of both addresses', changes)
    finding = changes[0]['appeared'][0] if changes else {}
    tap.ok(all(finding.get(name) for name in ('level', 'word', 'about', 'seen', 'why', 'remedy', 'since')) and
           HOST in finding['about'] and finding['level'] == 'broken', 'SEED-22 with what was seen, why it matters, what to do', finding)
    env = dict(line.split('=', 1) for line in told.any('env')[0].splitlines())
    tap.ok({name: value for name, value in env.items() if name not in ('PWD', '_', 'SHLVL', 'OLDPWD')} ==
           {'HOPSEAL_DOMAIN': DOMAIN, 'HOPSEAL_OUTCOME': 'broken', 'HOPSEAL_BEFORE': 'good',
            'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'}, 'SEED-22 its environment', env)
    tap.ok(told.any('words') == ['--to ops\n'], 'SEED-22 its words', told.any('words'))
    lines = [line for line in lab.log().splitlines() if ' err watch: domain=%s finding=tlsa-no-match' % DOMAIN in line]
    tap.ok(len(lines) == 2 and all('state=appeared about="%s' % HOST in line for line in lines), 'SEED-22 a line in the log for each', lines)
    got = metrics(lab)
    tap.ok((got.get('watch_outcome{domain="%s"}' % DOMAIN), got.get('watch_findings{domain="%s",level="broken"}' % DOMAIN),
            got.get('watch_findings{domain="%s",level="advice"}' % DOMAIN)) == ('2', '2', '0'), 'SEED-22 metrics of a broken domain', got)
    watch(lab, '--now')
    tap.ok(told.new(0) == [] and lab.log().count('state=appeared') == 2, 'SEED-22 a second look tells nothing', told.all())


def restart_and_heal(lab, told, certificate, more):
    lab.stop_daemon()
    lab.daemon(more)
    value = known(lab, DOMAIN)
    tap.ok((value.get('outcome'), value.get('told'), len(value.get('findings', []))) == ('broken', 'broken', 2),
           'SEED-22 after a restart it is known, before any look', value)
    watch(lab, '--now')
    tap.ok(told.new(0) == [] and lab.log().count('state=appeared') == 2, 'SEED-22 a restart tells nothing twice', lab.log())
    certificate.restore()
    got = watch(lab, '--now', DOMAIN)
    changes = told.new(1)
    tap.ok(got.returncode == GOOD and shape(changes) == [(DOMAIN, 'broken', 'good', [], 0, ['tlsa-no-match'], 2)],
           'SEED-22 it is put right: told once', (got, changes))
    tap.ok(lab.log().count('state=gone') == 2 and 'watch: domain=%s outcome=good before=broken' % DOMAIN in lab.log(),
           'SEED-22 the log says that it has gone', lab.log())


def command_fails(lab, told, certificate, more):
    told.switch('fail', True)
    certificate.renew()
    watch(lab, '--now')
    tap.ok(until(lambda: known(lab, DOMAIN).get('failures') == 1), 'SEED-22 a command that ends with 7 has failed', known(lab, DOMAIN))
    tap.ok('watch: domain=%s command=failed reason="exit status 7: no route to the pager"' % DOMAIN in lab.log(),
           'SEED-22 the log says so, with its last words', lab.log())
    got = watch(lab)
    tap.ok(DOMAIN + ': the command has failed 1 time: exit status 7: no route to the pager' in got.stdout and
           'of 1 the command could not be told yet' in lab.hopseal('status').stdout, 'SEED-22 and watch, and the status', got)
    lab.process.send_signal(9)
    lab.process.wait()
    lab.daemon(more)
    watch(lab, '--now')
    tap.ok(until(lambda: told.failures() == 2), 'SEED-22 after a crash it is tried again', told.failures())
    told.switch('fail', False)
    reload(lab, more)
    changes = told.new(1)
    tap.ok(shape(changes) == [(DOMAIN, 'good', 'broken', ['tlsa-no-match'], 2, [], 0)], 'SEED-22 until it succeeds; nothing is lost', changes)
    tap.ok(known(lab, DOMAIN).get('is_told') is True and known(lab, DOMAIN).get('failures') == 0, 'SEED-22 then it is told', known(lab, DOMAIN))


def crash_in_run(lab, told, certificate, more):
    told.switch('hold', True)
    certificate.restore()
    begun = len(told.any('words'))
    watch(lab, '--now')
    until(lambda: len(told.any('words')) > begun)
    lab.process.send_signal(9)
    lab.process.wait()
    told.switch('hold', False)
    lab.daemon(more)
    watch(lab, '--now')  # what was not written down yet is found again
    changes = told.new(2)
    tap.ok(shape(changes) == [(DOMAIN, 'broken', 'good', [], 0, ['tlsa-no-match'], 2)] * 2,
           'SEED-22 killed during a run: one repeat', changes)
    lab.stop_daemon()
    lab.daemon(more)
    watch(lab, '--now')
    tap.ok(told.new(0) == [], 'SEED-22 and no more than one', told.all())


def hiccups(lab, told):
    """The host does not answer: once is nothing, twice is news."""
    addresses = list(sink_addresses(lab))
    for address in addresses:
        lab.run('ip', '-n', lab.netns, 'addr', 'del', address, 'dev', 'lo')
        lab.run('ip', '-n', lab.netns, 'route', 'add', address, 'dev', HOLE)
    watch(lab, '--now')
    value = known(lab, DOMAIN)
    tap.ok(told.new(0) == [] and value['outcome'] == 'good', 'SEED-22 one look that finds nobody at home is a hiccup', value)
    got = watch(lab, '--now')
    changes = told.new(1)
    tap.ok(got.returncode == UNSURE and [(c['before'], c['outcome'], c['gone']) for c in changes] == [('good', 'unsure', [])] and
           all(f['level'] == 'unsure' for f in changes[0]['appeared']), 'SEED-22 the second one in a row is news', (got, changes))
    for address in addresses:
        lab.run('ip', '-n', lab.netns, 'route', 'del', address, 'dev', HOLE)
        lab.run('ip', '-n', lab.netns, 'addr', 'add', address, 'dev', 'lo', *(['nodad'] if ':' in address else []))
    got = watch(lab, '--now')
    changes = told.new(1)
    tap.ok(got.returncode == GOOD and [(c['before'], c['outcome'], c['appeared']) for c in changes] == [('unsure', 'good', [])],
           'SEED-22 and that it is over', (got, changes))


def sink_addresses(lab):
    """The addresses of HOST, with their length."""
    for kind, length in (('A', 32), ('AAAA', 128)):
        for line in lab.run(*lab.inside('dig', '+short', HOST, kind)).split():
            yield '%s/%d' % (line, length)


def reloads(lab, told):
    tap.ok(reload(lab, config(lab, told, '%s, %s %s' % (WRONG, DOMAIN, PLAIN))) and known(lab, DOMAIN).get('outcome') == 'good',
           'SEED-22 a reload adds domains; what is known of the others stays', known(lab, DOMAIN))
    got = watch(lab, '--now')
    changes = sorted(shape(told.new(2)))
    tap.ok(got.returncode == BROKEN and [c[:3] for c in changes] == [(WRONG, 'unknown', 'broken'), (PLAIN, 'unknown', 'advice')],
           'SEED-22 the new ones are told of', (got, changes))
    tap.ok([line.split(',')[0] for line in got.stdout.splitlines() if ', looked at ' in line] ==
           ['broken: ' + WRONG, 'good: ' + DOMAIN, 'advice: ' + PLAIN], 'SEED-22 watch shows them in the order of the list', got.stdout)
    reload(lab, config(lab, told, DOMAIN))
    got = watch(lab, WRONG)
    tap.ok(got.returncode == UNSURE and 'not watched' in got.stderr, 'SEED-22 a domain taken off the list is not watched', got)
    reload(lab, config(lab, told, '%s %s %s' % (DOMAIN, WRONG, PLAIN), 'level = broken'))
    value = known(lab, WRONG)
    tap.ok(value.get('outcome') == 'unknown', 'SEED-22 and forgotten', value)
    watch(lab, '--now')
    changes = shape(told.new(1))
    tap.ok([c[:3] for c in changes] == [(WRONG, 'unknown', 'broken')] and known(lab, PLAIN).get('outcome') == 'advice' and
           known(lab, PLAIN).get('is_told') is True, 'SEED-22 level = broken: advice is known, and not told', changes)


def mistakes(lab, told):
    reload(lab, config(lab, told, DOMAIN).replace(str(told.command), '/nonexistent/tell'))
    tap.ok('warn watch: command=/nonexistent/tell reason="No such file or directory"' in lab.log(),
           'SEED-22 a command that cannot be run is heard of before the first change', lab.log())
    for more, fault in (('command = tell', '"tell" is not an absolute path'), ('command = /bin/x | y', 'no shell looks at it'),
                        ('level = bad', '"bad" is not advice, unsure or broken'), ('domains = a..b', 'empty label'), ('every = 1s', '1s')):
        refused = reload_is_refused(lab, '[watch]\n%s\n' % more)
        tap.ok(fault.replace('"', '\\"') in refused, 'SEED-22 refused: %s' % more, refused)
    reload(lab, config(lab, told, ''))
    got = watch(lab)
    tap.ok(got.returncode == UNSURE and 'no domain is watched' in got.stderr and '  watch  ' not in lab.hopseal('status').stdout,
           'SEED-22 nothing to watch', got)


def reload_is_refused(lab, more):
    lab.write_config(more)
    before = lab.log().count('reload: status=refused')
    lab.process.send_signal(1)
    until(lambda: lab.log().count('reload: status=refused') > before)
    return lab.log().splitlines()[-1]


def main():
    with Lab(sys.argv[1]) as lab:
        told, certificate = Told(lab), Certificate(lab)
        more = config(lab, told, DOMAIN)
        lab.daemon(more)
        healthy(lab, told)
        breaks(lab, told, certificate)
        restart_and_heal(lab, told, certificate, more)
        command_fails(lab, told, certificate, more)
        crash_in_run(lab, told, certificate, more)
        hiccups(lab, told)
        reloads(lab, told)
        mistakes(lab, told)


main()
tap.end()
