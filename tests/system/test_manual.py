#!/usr/bin/env python3
"""test_manual.py BUILD: every command line of hopseal that a manual page shows is one that the program takes."""
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import Tap  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
tap = Tap()


def hopseal(*args):
    return subprocess.run([BUILD / 'hopseal', *args], capture_output=True, text=True).stdout


def shown(page):
    """The command lines, each as its words: those behind a prompt, in a crontab, a plugin or a script."""
    text = subprocess.run(['mandoc', '-T', 'ascii', '-O', 'width=200', page], capture_output=True, text=True, check=True).stdout
    for line in re.sub('.\b', '', text).splitlines():
        match = re.match(r'\s*(?:\$ |[-\d*/ ]+ |\S+=/usr/bin/)?(hopseal [a-z].*)$', line)
        if match and (line.lstrip() != match[1] or ' -' in line):
            yield re.split(r'\s+[>|#]|\s+\|\||\s+2>', match[1])[0].split()[1:]


def faults(words):
    """What the program would not take of them."""
    names = [' '.join(words[:n]) for n in (2, 1) if ('usage: hopseal %s ' % ' '.join(words[:n])) in hopseal('help', *words[:n]) + ' ']
    if not names:
        return ['no such command']
    allowed = set(re.findall(r'^  (--?[A-Za-z-]+) ', hopseal('help', *names[0].split()), re.M))
    return ['no option ' + word for word in words if re.match(r'--?[A-Za-z]', word) and word.split('=')[0] not in allowed]


def main():
    count = 0
    for page in sorted(pathlib.Path('man').glob('*.[1578]')):
        for words in shown(page):
            count += 1
            wrong = faults(words)
            tap.ok(not wrong, '%s: hopseal %s' % (page.name, ' '.join(words)), wrong)
    tap.ok(count > 30, 'there are command lines to look at', count)
    tap.end()


main()
