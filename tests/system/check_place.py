"""A test world, "hopseal check" in it, and what it says of all its domains, as the tables check_*.tsv have it."""
import json
import os
import pathlib
import re
import subprocess
import sys

from lab import HERE, WORLD, Lab

sys.path.insert(0, str(WORLD))
import table  # noqa: E402

LOOK_S = 6              # the deadline of a look at an MX host
PATIENCE_S = 200
ADDRESS = re.compile(r' ([0-9a-f.:]{7,})(?:, (EC|RSA) \S+)?')


def rows(path):
    for line in path.read_text().splitlines():
        if not line.startswith('#'):
            yield line.split('\t')


class Place:
    def __init__(self, build, name):
        self.lab = Lab(build, table=name)
        self.expected = {domain: row for domain, *row in rows(HERE / ('check_%s.tsv' % name))}

    def __enter__(self):
        self.lab.__enter__()
        self.world = table.World(pathlib.Path(self.lab.world) / table.FILE)
        self.families = {address: family for host in self.world.hosts.values()
                         for (_, address), family in zip(host.addresses, [*host.families, '4b', '6b'])}
        self.config = self.lab.write_config('[probe]\ndeadline = %ds\n' % LOOK_S)
        return self

    def write_other(self, name, old, new):
        """-> another configuration."""
        path = self.config.with_name(name)
        path.write_text(self.config.read_text().replace(old, new))
        return path

    def __exit__(self, *_):
        self.lab.__exit__()

    def command(self, *args, config=None):
        return self.lab.inside(self.lab.build / 'hopseal', '-c', config or self.config, *args)

    def run(self, *args, config=None):
        """-> (status, standard output, standard error); octets that are no text are shown as \\xNN."""
        done = subprocess.run(self.command(*args, config=config), capture_output=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL,
                              env={'PATH': os.environ['PATH'], 'TERM': 'xterm', 'LC_ALL': 'C.UTF-8'})
        return done.returncode, done.stdout.decode(errors='backslashreplace'), done.stderr.decode(errors='backslashreplace')

    def tell(self, *args, config=None):
        """-> what the command says with -j."""
        return json.loads(self.run('check', '-j', *args, config=config)[1])

    def look(self):
        """At all domains, in one call; once more at those that are not as expected: a busy machine is no fault of a domain."""
        self.answer = self.tell('--sender', *(domain.name for domain in self.world.domains))
        self.seen = {one['domain']: one for one in self.answer['domains']}
        late = [domain.name for domain in self.world.domains if not self.is_as_expected(domain.name)]
        if late:
            self.seen.update((one['domain'], one) for one in self.tell('--sender', *late)['domains'])
            print('# looked at once more: %s' % ' '.join(late))

    def brief(self, about, domain):
        """"mx1.example.test 192.0.2.1, EC P-256" is "mx1/4/EC"."""
        def place(match):
            family = self.families.get(match[1], '6' if ':' in match[1] else '4')
            return '/' + family + ('/' + match[2] if match[2] else '')

        if about == domain or '//' in about:
            return '@' if about == domain else about
        return ADDRESS.sub(place, about).replace('.' + domain, '', 1)

    def findings(self, domain):
        """In one line, what is worse than a note."""
        by_word = {}
        for remark in self.seen[domain]['remarks']:
            if remark['level'] != 'note':
                by_word.setdefault(remark['word'], set()).add(self.brief(remark['about'], domain))
        return '; '.join('%s %s' % (word, ', '.join(sorted(abouts))) for word, abouts in sorted(by_word.items())) or '-'

    def is_as_expected(self, domain):
        return [self.outcome(domain), self.findings(domain)] == self.expected[domain][:2]

    def outcome(self, domain):
        return self.seen[domain]['outcome'].replace('note', 'good')

    def hosts(self):
        """-> {name: [what is said of this MX host, what is wrong with it]}, however many domains have it."""
        return {host['name']: [host, [remark for remark in one['remarks'] if remark['about'].split(' ')[0] == host['name']]]
                for one in self.seen.values() for host in one['hosts'] if 'addresses' in host}
