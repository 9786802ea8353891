"""What a command shows on a terminal, as a picture (SVG) for who reads about it."""
import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import termios

GLYPH, LINE, EDGE = 8.43, 19, 16    # pixels, of the font below
COLOURS = {'31': '#ff7b72', '32': '#56d364', '33': '#e3b341'}
STYLES = {'1': 'font-weight="700"', '2': 'fill="#9aa4af"'}
HEAD = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %(w)d %(h)d" width="%(w)d" height="%(h)d" role="img">\n'
        '<title>%(title)s</title>\n<rect width="100%%" height="100%%" rx="8" fill="#14171a"/>\n'
        '<g font-family="ui-monospace,\'DejaVu Sans Mono\',Menlo,Consolas,monospace" font-size="14" fill="#e4e7ea">\n')


def shown(command, columns):
    """All that it writes on a terminal that is so wide, escape sequences and all."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack('HHHH', 50, columns, 0, 0))
    env = {**os.environ, 'TERM': 'xterm', 'LC_ALL': 'C.UTF-8'}
    env.pop('NO_COLOR', None)
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=env)
    os.close(its)
    text = b''
    try:
        while data := os.read(ours, 65536):
            text += data
    except OSError:     # the other side is closed
        pass
    os.close(ours)
    process.wait()
    return text.decode().replace('\r\n', '\n')


def spans(line):
    """A line's text, cut where its look changes and where it has a gap -> (column, text, attributes)"""
    column, looks = 0, []
    for code, text in re.findall(r'(?:\x1b\[([\d;]*)m)?([^\x1b]*)', line):
        if code in ('', '0'):
            looks = [] if code else looks
        for one in filter(None, code.split(';')):
            looks = looks + ['fill="%s"' % COLOURS[one] if one in COLOURS else STYLES[one]] if one != '0' else []
        for words in re.finditer(r'\S+(?: \S+)*', text):
            yield column + words.start(), words.group(), ' '.join(looks)
        column += len(text)


def picture(words, text, columns):
    """The command as it was typed, and what came."""
    lines = ['\x1b[2m$\x1b[0m \x1b[1m%s\x1b[0m' % words] + text.rstrip('\n').split('\n')
    out = [HEAD % {'w': columns * GLYPH + 2 * EDGE, 'h': len(lines) * LINE + 2 * EDGE, 'title': html.escape(words)}]
    for n, line in enumerate(lines):
        for column, part, look in spans(line):
            out.append('<text x="%.1f" y="%d" textLength="%.1f" %s>%s</text>\n' % (
                EDGE + column * GLYPH, EDGE + n * LINE + 14, len(part) * GLYPH, look, html.escape(part)))
    return ''.join(out) + '</g>\n</svg>\n'
