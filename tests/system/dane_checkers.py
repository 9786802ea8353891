"""Debian's own checkers of DANE, in a host of their own in the world: danetool, ldns-dane, and Postfix's posttls-finger.

    with Checkers(lab) as checkers:
        for host, verdicts in checkers.verdicts(hosts): ...

A verdict is whether the checker is content, and its words.
"""
import concurrent.futures
import pathlib
import re
import subprocess

from mta import HERE

PACKAGES = ['postfix', 'gnutls-bin', 'ldnsutils']
PATIENCE_S = 8          # danetool waits for ever where STARTTLS is not offered
AT_ONCE = 12            # they wait more than they work
ANCHOR = '/usr/share/dns/root.key'
NAMES = '/usr/lib/danetool_names.so'
BOTH_KEYS = [['-sigalgs', 'ECDSA+SHA256'], ['-sigalgs', 'RSA-PSS+SHA256:RSA+SHA256']]
CERTIFICATE = re.compile('-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----', re.DOTALL)
TOOLS = ('danetool', 'ldns-dane', 'posttls-finger')


class Checkers:
    def __init__(self, lab):
        self.lab, self.script, self.folder, self.patience_s = lab, HERE / 'mtahost.sh', None, PATIENCE_S

    def __enter__(self):
        world = pathlib.Path(self.lab.world)
        try:
            self.folder = pathlib.Path(self.lab.run(self.script, 'up', 'bookworm', *PACKAGES).strip())
            self.lab.run(self.script, 'join', self.folder, self.lab.netns, world / 'certs/ca.crt')
            self.put(ANCHOR, (world / 'anchor.key').read_text())
            subprocess.run(['gcc', '-shared', '-fPIC', '-o', self.path(NAMES), HERE / 'danetool_names.c'], check=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.folder:
            self.lab.run(self.script, 'down', self.folder)

    def path(self, inside):
        return self.folder / 'root' / inside.lstrip('/')

    def put(self, inside, text):
        self.path(inside).parent.mkdir(parents=True, exist_ok=True)
        self.path(inside).write_text(text)

    def run(self, *command):
        """-> (status, what it said); a status of 124 is that of timeout(1)."""
        done = subprocess.run([self.script, 'run', self.folder, 'timeout', str(self.patience_s), *map(str, command)], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors='replace', check=False)
        return done.returncode, done.stdout

    def danetool(self, host):
        """At the first address that it finds, with the certificate that GnuTLS likes best."""
        status, text = self.run('env', 'LD_PRELOAD=' + NAMES, 'danetool', '--local-dns', '--check', host.name,
                                '--starttls-proto=smtp', '--port', '25')
        return status == 0 and 'Certificate matches' in text, text

    def ldns_dane(self, host):
        """It knows no STARTTLS: each chain that openssl(1) got, from each address and for each kind of key."""
        chains = {chain for _, address in host.live_addresses for options in (BOTH_KEYS if host.sink.rsa else [[]])
                  for chain in [self.chain(host, address, options)] if chain}
        said = [self.ldns_dane_of(host, number, chain) for number, chain in enumerate(sorted(chains))]
        return said != [] and all(status == 0 for status, _ in said), ''.join(text for _, text in said)

    def chain(self, host, address, options):
        server = '[%s]:25' % address if ':' in address else address + ':25'
        name = host.target if host.tlsa == 'target' else host.name
        done = subprocess.run(self.lab.inside('timeout', self.patience_s, 'openssl', 's_client', '-starttls', 'smtp', '-servername', name,
                                              '-connect', server, '-showcerts', *options),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return '\n'.join(CERTIFICATE.findall(done.stdout.decode(errors='replace')))

    def ldns_dane_of(self, host, number, chain):
        file = '/tmp/%s.%d.pem' % (host.name, number)
        self.put(file, chain + '\n')
        status, text = self.run('ldns-dane', '-r', '127.0.0.1', '-c', file, '-T', 'verify', host.name, 25)
        return (status, text) if 'dane-validated successfully' in text else (1, text)

    def posttls_finger(self, host):
        """As a sender would: each family of addresses apart."""
        said = [self.run('posttls-finger', '-c', '-l', 'dane-only', '-t', '3', '-T', '6', '-o', 'inet_protocols=' + protocol,
                         '[%s]:25' % host.name)[1]
                for protocol, rrtype in (('ipv4', 'A'), ('ipv6', 'AAAA')) if rrtype in dict(host.addresses)]
        return said != [] and all('Verified TLS connection established' in text for text in said), ''.join(said)

    def be_patient(self):
        """For a second look: a busy machine is no fault of a host."""
        self.patience_s = 5 * PATIENCE_S

    def verdicts(self, hosts):
        """-> {host: {checker: (whether it is content, its words)}}"""
        def of(host):
            return dict(zip(TOOLS, (self.danetool(host), self.ldns_dane(host), self.posttls_finger(host))))

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(hosts, pool.map(of, hosts)))
