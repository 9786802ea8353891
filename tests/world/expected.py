"""What the words of domains.tsv promise, in the terms of the probes. For selfcheck.py."""


def _all(words, promise):
    return dict.fromkeys(words.split(), promise)


# By kind of zone: security status of the MX lookup.
MX_STATUS = {
    **_all('signed rsa nsec3 optout slow bogus-a bogus-tlsa absent sig-soon sig-long ttl-long ttl-short refresh lame silent',
           'secure'),
    **_all('unsigned nods', 'insecure'),
    **_all('bogus bogus-mx wrong-ds expired-sig servfail refused timeout', 'error'),
}

# By TLSA word, for a host in a secure zone.
TLSA = {
    **_all('ee ee512 ta takey wrong mixed rollover many target cname econly rsaonly agility future full cert root',
           'usable'),
    **_all('drop servfail notimp truncated', 'error'),
    'unusable': 'unusable',
    **_all('- astray', 'none'),
}

# By STS word: the mode of the policy, or why there is none, as a pattern over what was found.
POLICY = {
    **_all('enforce last stranger wildcard many size-max stream chunked late rolling delegated '
           'txt-spf txt-split charset maxage0 maxage-day maxage-long v6only hole6', '^enforce$'),
    **_all('testing testing-stranger', '^testing$'),
    'none': '^none$',
    **_all('txt-absent txt-two txt-badid txt-servfail hostile', 'no record'),
    **_all('web-servfail web-absent', 'no address'),
    'web-expired': 'certificate has expired',
    'web-wrongname': 'Hostname mismatch',
    'web-selfsigned': 'self-signed certificate',
    'web-unknownca': 'self-signed certificate in certificate chain',
    **_all('web-cnonly hostile-cert', 'Hostname mismatch'),
    'web-tls10': 'SSLError|SSLEOFError',
    'web-refuse': 'ConnectionRefusedError',
    **_all('web-silent web-hang web-drip', 'timed out|too long'),
    'web-short': 'IncompleteRead',
    'web-garbage': 'BadStatusLine',
    **_all('web-private web-private6 web-loopback web-loopback6 web-mapped',
           'enforce from a refused address'),
    **{'http-%d' % status: 'status %d' % status for status in (201, 204, 301, 302, 404, 500)},
    **_all('size-over size-stream size-chunked size-big', 'body over 65536'),
    **_all('type-html hostile-type', 'type text/html'),
    'hostile-status': 'status 404',
    'type-missing': 'type none',
    **_all('text-v2 text-nomx text-typo text-bom text-case text-empty gzip-bomb '
           'hostile-text', 'invalid text'),
}

# What openssl says to mx-KIND.sinks.test when it verifies chain and name; '' = nothing is wrong.
SINK = {
    **_all('good wildcert sni v6bad aaaafail alias outalias cnonly', ''),
    'expired': 'certificate has expired',
    **_all('wrongname aliased', 'hostname mismatch'),
    **_all('selfsigned badtail', 'self-signed certificate'),
    **_all('unknownca ta taexpired tawrongname tanexthop',
           'self-signed certificate in certificate chain'),
    'tls10': r'Cipher is \(NONE\)',
    'garbage': 'wrong version number',
    **_all('drop b421', 'unexpected eof|errno|no peer certificate'),
    'refuse': 'Connection refused',
    **_all('nostarttls tls454', 'wrong version number|packet length too long'),
}
