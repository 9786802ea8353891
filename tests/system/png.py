"""Pixels of a PNG as a browser writes it: eight bits, no interlacing."""
import struct
import zlib

CHANNELS = {2: 3, 6: 4}


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def unfilter(kind, line, before, size):
    """One line, in place (PNG, 9.2)."""
    for i in range(len(line)):
        a = line[i - size] if i >= size else 0
        c = before[i - size] if i >= size else 0
        b = before[i]
        line[i] = (line[i] + (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]) & 255 if kind else line[i]
    return line


class Picture:
    def __init__(self, data):
        self.width, self.height, depth, colour, _, _, interlaced = struct.unpack('>IIBBBBB', data[16:29])
        if data[:8] != b'\x89PNG\r\n\x1a\n' or depth != 8 or interlaced:
            raise ValueError('no such PNG')
        self.size = CHANNELS[colour]
        raw, self.lines = zlib.decompress(b''.join(self.chunks(data))), []
        stride = self.width * self.size
        before = bytearray(stride)
        for y in range(self.height):
            at = y * (stride + 1)
            before = unfilter(raw[at], bytearray(raw[at + 1:at + 1 + stride]), before, self.size)
            self.lines.append(before)

    @staticmethod
    def chunks(data):
        at = 8
        while at < len(data):
            length, kind = struct.unpack('>I4s', data[at:at + 8])
            if kind == b'IDAT':
                yield data[at + 8:at + 8 + length]
            at += length + 12

    def at(self, x, y):
        """-> red, green, blue"""
        return tuple(self.lines[y][x * self.size:x * self.size + 3])
