"""What the MTAs can tell of their sessions, and in which words; hopseal-tlsrpt(7) and the manual of each say the same.

POSTFIX, EXIM, OPENSMTPD and SENDMAIL, each by the suite.  For report_oracle.py.
"""
import itertools
import re
from dataclasses import dataclass, field

PROBED = ' (probe)'                     # behind what hopseal has seen itself
EXPIRED, MISMATCH, NOT_TRUSTED = 'certificate-expired', 'certificate-host-mismatch', 'certificate-not-trusted'
HANDSHAKE = 'tls-handshake-failure'


def asks_for_tls(seen):
    """Before its first mail: who takes a connection over for another one may ask once more."""
    return 'STARTTLS' in itertools.takewhile(lambda command: command != 'MAIL', seen['commands'])


def with_second(sessions):
    """Behind a handshake that failed, open mail goes over a second connection, in the clear: one session."""
    made, broken = [], {}
    for seen in sessions:
        first = None if asks_for_tls(seen) else broken.pop(seen['ip'], None)
        if first:
            first.update(commands=first['commands'] + seen['commands'], recipients=seen['recipients'])
            continue
        made.append(dict(seen))
        if seen['tls'] is None and asks_for_tls(seen):
            broken[seen['ip']] = made[-1]
    return made


@dataclass(frozen=True)
class Sender:
    """How a version of an MTA tells of a session."""
    refused: str                        # its log of a question that was answered with "later": domain, perhaps why
    of_failure: frozenset               # what it says of a session that failed for it: remote, where it went;
    of_success: frozenset               # self, sending-mta-ip and what the server called itself; and of one that did not
    tells_clear: bool = False           # of sessions that went on in the clear
    tells_chain: bool = False           # what certificates it was shown, so that hopseal need not look itself
    faults: frozenset = frozenset({EXPIRED, MISMATCH, NOT_TRUSTED})     # why it refuses one; else hopseal looks itself
    leaves_dane: bool = False           # to hopseal, which looks itself
    misses: frozenset = frozenset()     # kinds of certificates that match TLSA records, and it does not see it
    sends_sni: bool = True
    without_session: frozenset = frozenset()       # verdicts under which it may ask in vain, and that is no failure of TLS
    passed_over: str = ''               # its log of a host without a session, as its TLSA records could not be had: domain, host
    handshake: dict = field(default_factory=dict)  # its words for a broken handshake, by what the server does
    bound: dict = field(default_factory=dict)      # the same of sessions under a policy that binds only
    codes: dict = field(default_factory=dict)      # reasons that it cannot tell, and what it says instead

    def refusals(self, mail_log):
        """(domain, why, or nothing) of each."""
        for line in mail_log:
            if found := re.search(self.refused, line):
                yield found[1], found[2] if len(found.groups()) > 1 else ''

    def connections(self, sessions, mail_log):
        """Sessions of the world's servers, as it counts them."""
        return sessions


NOTHING, REMOTE, ALL = frozenset(), frozenset({'remote'}), frozenset({'remote', 'self'})

# ---------------------------------------------------------------- Postfix

CLIENT_TLS = r'to=<[^@>]*@([^>]*)>, relay=none, .*client TLS configuration problem'
POSTFIX = {
    # By datagram.
    'trixie': Sender(CLIENT_TLS, of_failure=ALL, of_success=NOTHING),
    # By its log; the library's words for what is no TLS are those of bookworm's OpenSSL.
    'bookworm': Sender(CLIENT_TLS, of_failure=REMOTE, of_success=REMOTE,
                       passed_over=r'TLS policy lookup for ([^/ ]*)/(\S*): TLSA lookup error',
                       handshake={'garbage': 'wrong version number', 'tls10': 'tlsv1 alert protocol version'},
                       codes={'X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN': 'untrusted issuer'}),
}

# ---------------------------------------------------------------- Exim

# Where the connection ends, GnuTLS says one or the other.
CUT_OFF = ('Error in the pull function.', 'The TLS connection was non-properly terminated.')
# Its other words; what Exim says of clear text behind the 220.
GNUTLS = {'drop': CUT_OFF[0], 'garbage': 'An unexpected TLS packet was received.', 'hang': 'timed out',
          'inject': 'synch error before connect'}


def _exim(**words):
    return Sender(r' == [^@ ]*@(\S*) R=hopseal defer .* in hopseal router: hopseal: (.*)', of_failure=ALL, of_success=ALL,
                  tells_clear=True, tells_chain=True, handshake={**GNUTLS, **words})


EXIM = {
    'trixie': _exim(tls10='rxd alert: Error in protocol version'),
    'bookworm': _exim(tls10='Error in protocol version'),
}

# ---------------------------------------------------------------- OpenSMTPD

ENVELOPE = r' smtp envelope evpid=0*(\w+) .* to=<[^@>]*@([^>]*)>'
WITHOUT_HOST = r'Failed to retrieve smarthost for envelope 0*(\w+)'


class OpenSmtpd(Sender):
    def refusals(self, mail_log):
        """Envelopes for which no host was named."""
        domains = dict(re.findall(ENVELOPE, '\n'.join(mail_log)))
        return [(domains[envelope], '') for envelope in re.findall(self.refused, '\n'.join(mail_log))]

    def connections(self, sessions, mail_log):
        """Of the two that it opens, one for each kind of address, it says goodbye to the one that it has no mail for: none."""
        return [seen for seen in with_second(sessions) if seen['recipients'] or 'QUIT' not in seen['commands']]


def _opensmtpd(faults, bound, **more):
    """hopseald may have no host for it by DANE, or have had no time."""
    return OpenSmtpd(WITHOUT_HOST, of_failure=ALL, of_success=ALL, tells_clear=True, faults=frozenset(faults), bound=bound,
                     without_session=frozenset({'dane-verify', 'encrypt', 'sts-verify'}), **more)


# A look, which does not mind TLS 1.0.
LOOK = {'garbage': 'wrong version number' + PROBED, 'tls10': None}
OPENSMTPD = {
    'trixie': _opensmtpd((), LOOK),
    'bookworm': _opensmtpd((), LOOK, sends_sni=False),
}
# The same when hopseal follows its log.
OPENSMTPD_LOG = {
    'trixie': _opensmtpd((EXPIRED, MISMATCH, NOT_TRUSTED),
                         {'garbage': 'wrong version number', 'tls10': 'tlsv1 alert protocol version'}),
    'bookworm': _opensmtpd((MISMATCH,), {'garbage': 'wrong version number', 'tls10': 'legacy sigalg disallowed or unsupported'},
                           sends_sni=False),
}

# ---------------------------------------------------------------- Sendmail

ALL_SKIPPED = r' (\w+): to=<?[^@ ]*@([^>,]*)>?, .* stat=Deferred: clt_features=TEMPFAIL'
NOT_OVER_THIS = r'ruleset=tls_rcpt, arg1=<?([^>, ]*)>?, relay=([^, ]*), reject='


def apart(sessions):
    """A second attempt that is kept tries STARTTLS once more for the next message: where that fails, that is a session, too."""
    for seen in sessions:
        if 'MAIL' in seen['commands'] and seen['commands'][-1] == 'STARTTLS':
            yield {**seen, 'commands': seen['commands'][:-1]}
            seen = {**seen, 'commands': ['EHLO', 'STARTTLS'], 'recipients': []}
        yield seen


class OfSendmail(Sender):
    def refusals(self, mail_log):
        """Messages for which all hosts were skipped."""
        text = '\n'.join(mail_log)
        return [(domain, ' '.join(re.findall(r' %s: hopseal:skip_(.*)' % message, text)).replace('_', ' '))
                for message, domain in re.findall(ALL_SKIPPED, text)]

    def connections(self, sessions, mail_log):
        """A recipient whom a connection was not good enough for has used it, too."""
        made = with_second(apart(sessions))
        for recipient, host in re.findall(NOT_OVER_THIS, '\n'.join(mail_log)):
            used = [seen for seen in made if seen['host'] == host.rstrip('.')][-1]
            used['recipients'] = [*used['recipients'], recipient]
        return made


def _sendmail(**more):
    """Why a handshake fails it does not say, nor why a certificate is bad."""
    return OfSendmail('', of_failure=REMOTE, of_success=REMOTE, tells_clear=True, leaves_dane=True,
                      faults=frozenset({MISMATCH}), **more)


# Its own DANE is off, as in the shipped example; where clear text comes behind the 220, a look of hopseal's ends.
SENDMAIL = dict.fromkeys(('trixie', 'bookworm'), _sendmail(bound={'inject': 'certificate-not-verified'}))
# Its own DANE is on, to which the next-hop is no name of the host.
SENDMAIL_DANE = {'trixie': _sendmail(misses=frozenset({'tanexthop'}))}
