"""Server side TLS of the SMTP sinks and policy hosts."""
import functools
import os
import ssl


def context(certs, does='ok'):
    """certs: paths without suffix. Certificates of different key types serve side by side; those that change are read again."""
    return _context(certs, does, tuple(os.stat(path + '.pem').st_mtime_ns for path in certs))


@functools.lru_cache(maxsize=None)
def _context(certs, does, _changed):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if does in ('tls10', 'lax'):        # else no old version, no short key, no old digest
        ctx.set_ciphers('ALL:@SECLEVEL=0')
    for path in certs:
        ctx.load_cert_chain(path + '.pem', path + '.key')
    if does == 'tls10':
        ctx.minimum_version = ctx.maximum_version = ssl.TLSVersion.TLSv1
    ctx.sni_callback = _on_server_name
    return ctx


def _on_server_name(sock, name, _ctx):
    sock.sni = name
    if name in sock.by_name:
        sock.context = sock.by_name[name]


def accept(sock, ctx, by_name):
    """Does the handshake; the result has the name asked for in .sni (None if there was none).

    by_name   contexts whose certificates are shown instead of ctx's, by the name asked for
    Raises OSError (ssl.SSLError is one) when the handshake fails.
    """
    sock = ctx.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
    sock.by_name = by_name
    sock.sni = None
    try:
        sock.do_handshake()
    except OSError:
        sock.close()
        raise
    return sock
