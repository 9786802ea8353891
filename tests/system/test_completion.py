#!/usr/bin/env python3
"""test_completion.py BUILD: bash and zsh complete "hopseal": every command and option that "hopseal help" shows, values, files."""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from tap import Tap  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
COMPLETION = pathlib.Path('core/cli/completion').resolve()
FILE = 'some.pem'
tap = Tap()


class Terminal:
    """A shell that somebody types to."""

    def __init__(self, folder, *command):
        self.seen = ''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, {**os.environ, 'TERM': 'dumb', 'PS1': '> ', 'HOME': str(folder)})

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait(self, is_there):
        """Read until is_there(); False after ten seconds."""
        ends = time.monotonic() + 10
        while not is_there() and time.monotonic() < ends:
            if select.select([self.fd], [], [], 0.1)[0]:
                self.seen += os.read(self.fd, 65536).decode(errors='replace')
        return is_there()

    def end(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def complete_by_bash(folder, lines):
    """What bash would offer behind each of these lines; the last word is the one that is being typed."""
    script = '. "$1"\nwhile mapfile -t -d "" -n 1 line && [ ${#line[@]} -eq 1 ]; do\n' \
        '    IFS=" " read -r -a COMP_WORDS <<<"$line"; [[ $line == *" " ]] && COMP_WORDS+=("")\n' \
        '    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _hopseal; printf "%s\\n" "${COMPREPLY[@]}"; printf "\\0"\ndone'
    done = subprocess.run(['bash', '-c', script, 'bash', COMPLETION / 'hopseal.bash'], cwd=folder, check=True, text=True,
                          input=''.join(line + '\0' for line in lines), capture_output=True)
    return [set(answer.split('\n')) - {''} for answer in done.stdout.split('\0')[:-1]]


# The widget completes what is in the file "line"; all that would be offered goes to "offered".
ZSH_SETUP = r"""
fpath=(%s $fpath); autoload -Uz compinit && compinit -u -D
compadd() {
	local -a hits
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)* ]]; then builtin compadd "$@"; return; fi
	builtin compadd -A hits "$@"; print -rl -- $hits >>offered
}
ask() { BUFFER=$(<line; print x); BUFFER=${BUFFER%%$'\n'x}; BUFFER=${BUFFER%%x}; CURSOR=$#BUFFER; zle complete-word; BUFFER=; print -r -- --end-- >>offered }
zle -N ask; bindkey '^T' ask
"""


def complete_by_zsh(folder, lines):
    (folder / 'setup').write_text(ZSH_SETUP % COMPLETION)
    offered = folder / 'offered'
    zsh = Terminal(folder, 'zsh', '-f', '-i')
    zsh.type('. ./setup; echo se"t up"\n')
    if not zsh.wait(lambda: 'set up' in zsh.seen):
        raise SystemExit('zsh: ' + zsh.seen)
    answers = []
    for line in lines:
        offered.write_text('')
        (folder / 'line').write_text(line)
        zsh.type('\x14')
        if not zsh.wait(lambda: '--end--' in offered.read_text()):
            raise SystemExit('zsh: nothing said about "%s": %s' % (line, zsh.seen[-500:]))
        answers.append(set(offered.read_text().split('\n')) - {'', '--end--'})
    zsh.end()
    return answers


def hopseal(*args):
    return subprocess.run([BUILD / 'hopseal', *args], capture_output=True, text=True, check=True).stdout


def commands():
    """name -> usage, as "hopseal help" has them"""
    return dict(re.findall(r'^  hopseal ([a-z]+(?: [a-z]+)*)(?: (.*))?$', hopseal('help'), re.M))


def options(name):
    return set(re.findall(r'^  (--?[A-Za-z-]+) ', hopseal('help', *name.split()), re.M))


def wanted():
    """(what is shown, line, words that must be offered)"""
    usages = commands()
    for name in usages:
        first, _, second = name.partition(' ')
        yield name, 'hopseal ', {first}
        if second:
            yield name, 'hopseal %s ' % first, {second}
            yield 'help %s' % name, 'hopseal help %s ' % first, {second}
        yield 'options of %s' % name, 'hopseal %s -' % name, options(name)
    for name in (name for name, usage in usages.items() if re.search(r'(?:^|\] )(?:FILE|CURRENT)', usage)):
        yield 'a file for %s' % name, 'hopseal %s so' % name, {FILE}
    actions = re.search(r'ACTION is one of (.*)', hopseal('help', 'override', 'add'))[1].split()
    yield 'actions', 'hopseal override add example.org ', set(actions)
    yield 'dialects', 'hopseal query -d ', {'postfix', 'postfix-tlsrpt', 'exim', 'opensmtpd', 'sendmail', 'json'}
    yield 'modes of a policy', 'hopseal sts make --mode ', {'testing', 'enforce', 'none'}
    yield 'kinds of TLSA records', 'hopseal tlsa make -t ', {'311', '211'}
    yield 'a file behind an option', 'hopseal -c s', {FILE}
    yield 'a file behind a long option', 'hopseal sts lint --record s', {FILE}
    yield 'an option before the command', 'hopseal -j query -', {'-d', '-n'}


def check_all(shell, complete, folder):
    rows = list(wanted())
    tap.ok(len(rows) > 100, '%s: there is enough to complete' % shell, len(rows))
    lines = list(dict.fromkeys(line for _, line, _ in rows))
    offered = dict(zip(lines, complete(folder, lines)))
    for what, line, words in rows:
        tap.ok(words and words <= offered[line], '%s: %s' % (shell, what), '%r: want %s\noffered %s' % (
            line, sorted(words - offered[line]), sorted(offered[line])))
    nothing = complete(folder, ['hopseal tlsa make --live ', 'hopseal nonsense ', 'hopseal sts match a b '])
    tap.ok(not any(nothing), '%s: nothing where nothing is known' % shell, nothing)


def check_typed(shell, folder, setup, *command):
    """As somebody types it: a few letters and TAB, twice; then the program must have run."""
    terminal = Terminal(folder, *command)
    terminal.type('%s; echo rea"dy"\n' % setup)
    terminal.wait(lambda: 'ready' in terminal.seen)
    terminal.type('hopseal cac\tsho\t-h\n')
    tap.ok(terminal.wait(lambda: 'usage: hopseal cache show' in terminal.seen), '%s: typed with TAB' % shell, terminal.seen)
    terminal.end()


def main():
    os.environ['PATH'] = '%s:%s' % (BUILD, os.environ['PATH'])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / FILE).touch()
        check_all('bash', complete_by_bash, folder)
        got = complete_by_bash(folder, ['hopseal sts lint --record = so', 'hopseal sts lint --record ='])
        tap.ok(got[0] == {FILE} and FILE in got[1], 'bash: a file behind --record=', got)
        check_typed('bash', folder, '. %s/hopseal.bash' % COMPLETION, 'bash', '--norc', '--noprofile', '-i')
        check_all('zsh', complete_by_zsh, folder)
        check_typed('zsh', folder, 'fpath=(%s $fpath); autoload -Uz compinit && compinit -u -D' % COMPLETION, 'zsh', '-f', '-i')
    tap.end()


main()
