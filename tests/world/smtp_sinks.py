"""The MX hosts: SMTP servers that take every mail, or with the fault of their kind."""
import itertools
import time

import certs
import kinds
import tls

SLOWNESS_S = 2                          # before a slow server greets
PATIENCE_S = 120                        # until a server gives a silent client up
GARBAGE = b'this is not TLS at all\r\n'
CONNECTIONS = itertools.count(1)
GREETINGS = {'b421': '421 4.3.2 go away', 'hostile421': '421 4.3.2 ' + kinds.ESCAPES}
REFUSALS = {'nostarttls': '502 5.5.1 not implemented', 'tls454': '454 4.7.0 no TLS now',
            'hostile': '454 4.7.0 ' + kinds.ESCAPES}


class Mailbox:
    """A folder of the messages to the domain of reports."""

    def __init__(self, folder):
        self.folder, self.numbers = folder, itertools.count(1)
        folder.mkdir()

    def take(self, recipients, lines):
        if any(recipient.endswith('@' + kinds.REPORTS) for recipient in recipients):
            (self.folder / ('%06d.eml' % next(self.numbers))).write_bytes(b''.join(lines))


class SmtpSink:
    """One MX host at one address. What it does is told by kinds.Sink.does."""

    def __init__(self, host, rrtype, address, cert_path, log, sessions, mailbox):
        self.host, self.does, self.address = host, host.does(rrtype), address
        self.cert_path, self.log, self.sessions, self.mailbox = cert_path, log, sessions, mailbox

    def serve(self, sock, peer):
        """Handles one connection. Runs in a thread of its own."""
        session, began = Session(self, sock), round(time.time(), 3)
        fault = None
        try:
            session.run()
        except OSError as error:
            fault = repr(error)
        finally:
            version, sni = session.tls()
            self.sessions.write(connection=session.number, began=began, host=self.host.name, ip=self.address, peer=peer,
                                tls=version, sni=sni, helo=session.helo, commands=session.commands,
                                recipients=session.all_recipients, fault=fault)
            session.close()

    def start_tls(self, sock):
        names = map(self.cert_path, certs.shown_by(self.host))
        own = tls.context(tuple(names), self.does)
        if self.does == 'sni':          # the right certificate for the right name only
            other = tls.context((self.cert_path('other'),))
            return tls.accept(sock, other, {self.host.name: own})
        return tls.accept(sock, own, {})


class Session:
    """One connection. Each on_ method answers the command of its name."""

    def __init__(self, server, sock):
        self.number, self.server, self.sock = next(CONNECTIONS), server, sock
        self.lines = sock.makefile('rb')
        self.secure = self.done = False
        self.sender, self.recipients, self.commands, self.helo = '', [], [], ''
        self.all_recipients = []

    def run(self):
        self.sock.settimeout(PATIENCE_S)
        if self.server.does == 'slow':
            time.sleep(SLOWNESS_S)
        if self.server.does in GREETINGS:
            self.say(GREETINGS[self.server.does])
            return
        self.say('220 %s ESMTP' % self.server.host.name)
        while not self.done:
            line = self.lines.readline(4096).decode('latin-1').strip()
            if not line:
                break
            verb = line.split()[0].upper()
            self.commands.append(verb)
            getattr(self, 'on_' + verb.lower(), self.on_other)(line)

    def close(self):
        self.lines.close()
        self.sock.close()

    def say(self, *lines):
        self.sock.sendall(''.join(line + '\r\n' for line in lines).encode('latin-1'))

    def tls(self):
        """TLS version and SNI; both None when the session is in the clear."""
        return (self.sock.version(), self.sock.sni) if self.secure else (None, None)

    def on_other(self, _line):
        self.say('250 2.0.0 ok')

    def on_ehlo(self, line):
        self.helo = line.partition(' ')[2]
        no_offer = self.secure or self.server.does == 'nostarttls'
        offer = [] if no_offer else ['250-STARTTLS']
        self.say('250-' + self.server.host.name, '250-8BITMIME', *offer, '250 PIPELINING')

    def on_starttls(self, _line):
        does = self.server.does
        if does in REFUSALS:
            self.say(REFUSALS[does])
            return
        # inject: clear text behind the 220, which must not be taken for an answer inside TLS.
        self.say('220 2.0.0 go', *(['250 2.0.0 injected'] if does == 'inject' else []))
        if does in ('drop', 'garbage', 'hang'):
            self.break_off(does)
        else:
            self.sock = self.server.start_tls(self.sock)
            self.lines, self.secure = self.sock.makefile('rb'), True

    def break_off(self, does):
        self.done = True
        if does != 'drop':
            self.sock.recv(65536)       # the ClientHello
        if does == 'garbage':
            self.sock.sendall(GARBAGE)
        if does == 'hang':
            self.sock.recv(1)           # until the client has had enough

    def on_mail(self, line):
        self.sender, self.recipients = path_of(line), []
        self.say('250 2.1.0 ok')

    def on_rcpt(self, line):
        self.recipients.append(path_of(line))
        self.all_recipients.append(path_of(line))
        self.say('250 2.1.5 ok')

    def on_data(self, _line):
        self.say('354 go')
        lines = []
        while (line := self.lines.readline()) not in (b'.\r\n', b''):
            lines.append(line.removeprefix(b'.'))
        if line:
            server, (version, sni) = self.server, self.tls()
            server.mailbox.take(self.recipients, lines)
            server.log.write(connection=self.number, mx=server.host.name, ip=server.address, tls=version, sni=sni,
                             sender=self.sender, recipients=self.recipients, size=sum(map(len, lines)))
            self.say('250 2.0.0 queued')

    def on_quit(self, _line):
        self.done = True
        self.say('221 2.0.0 bye')


def path_of(line):
    """The address between < and > of MAIL FROM or RCPT TO."""
    return line.partition('<')[2].partition('>')[0]
