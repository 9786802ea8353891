"""What the words of domains.tsv promise, in the terms of the probes. For selfcheck.py."""

MX_STATUS = {'unsigned': 'insecure', 'nods': 'insecure',
             **dict.fromkeys(('signed', 'rsa', 'nsec3', 'optout', 'slow', 'bogus-a', 'bogus-tlsa', 'absent'), 'secure'),
             **dict.fromkeys(('bogus', 'bogus-mx', 'wrong-ds', 'expired-sig', 'servfail', 'refused', 'timeout'),
                             'error')}

TLSA = {'-': 'none', 'unusable': 'unusable',
        **dict.fromkeys(('drop', 'servfail', 'notimp', 'truncated'), 'error'),
        **dict.fromkeys(('ee', 'ee512', 'ta', 'takey', 'wrong', 'mixed', 'rollover', 'many', 'target', 'cname'),
                        'usable')}

# Why there is no policy, as a pattern over what probes and judge say. Words that are not here have one.
NO_POLICY = {
    **dict.fromkeys(('txt-absent', 'txt-two', 'txt-badid', 'txt-servfail'), 'no record'),
    **dict.fromkeys(('web-servfail', 'web-absent'), 'no address'),
    'web-expired': 'certificate has expired',
    'web-wrongname': 'Hostname mismatch',
    'web-selfsigned': 'self-signed certificate',
    'web-unknownca': 'self-signed certificate in certificate chain',
    'web-cnonly': 'Hostname mismatch',
    'web-tls10': 'SSLError|SSLEOFError',
    'web-refuse': 'ConnectionRefusedError',
    'web-silent': 'timed out',
    'web-hang': 'timed out|too long',
    'web-drip': 'timed out|too long',
    'web-short': 'IncompleteRead',
    'web-garbage': 'BadStatusLine',
    **dict.fromkeys(('web-private', 'web-private6', 'web-loopback', 'web-loopback6', 'web-mapped'),
                    'enforce from a refused address'),
    **{'http-%d' % status: 'status %d' % status for status in (201, 204, 301, 302, 404, 500)},
    **dict.fromkeys(('size-over', 'size-stream', 'size-chunked', 'size-big'), 'body over 65536'),
    'type-html': 'type text/html',
    'type-missing': 'type none',
    **dict.fromkeys(('text-v2', 'text-nomx', 'text-typo', 'text-bom', 'text-case', 'text-empty', 'gzip-bomb'),
                    'invalid text'),
}
MODE = {'testing': 'testing', 'testing-stranger': 'testing', 'none': 'none'}

# What openssl says to mx-KIND.sinks.test when it verifies chain and name; '' = nothing is wrong.
SINK = {
    **dict.fromkeys(('good', 'wildcert', 'sni', 'v6bad', 'aaaafail', 'alias', 'outalias'), ''),
    'expired': 'certificate has expired',
    'wrongname': 'hostname mismatch',
    'selfsigned': 'self-signed certificate',
    **dict.fromkeys(('unknownca', 'ta', 'taexpired', 'tawrongname', 'tanexthop'),
                    'self-signed certificate in certificate chain'),
    'tls10': r'Cipher is \(NONE\)',
    'garbage': 'wrong version number',
    **dict.fromkeys(('drop', 'b421'), 'unexpected eof|errno|write:|no peer certificate'),
    'refuse': 'Connection refused',
    **dict.fromkeys(('nostarttls', 'tls454'), 'wrong version number|packet length too long'),
}
