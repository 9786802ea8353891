"""senders.py HOST PORT COUNT <ADDRESSES: a message to each of them, over COUNT connections that share them and are open at once.

Prints how many seconds it took from the first connection until the last message was taken.  What SMTP lets a client say
without waiting (RFC 2920) it does not wait for.
"""
import asyncio
import sys
import time

ENVELOPE = 'MAIL FROM:<sender@mta.example.net>\r\nRCPT TO:<%s>\r\nDATA\r\n'
# As a short mail of a person's looks.
HEADER = '''From: A Sender <sender@mta.example.net>
To: %s
Subject: The figures of last week
Date: Mon, 5 Jan 2026 10:11:12 +0100
Message-ID: <%d.%d@client.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
User-Agent: senders/1

'''
BODY = 'What has been said before needs not be said again; it makes a line.\n' * 20
TEXT = (HEADER + BODY + '.\n').replace('\n', '\r\n')


async def expect(reader, *codes):
    """Whole replies (RFC 5321, 4.2) with these codes."""
    for code in codes:
        while (line := await reader.readline())[3:4] == b'-':
            pass
        if line[:3].decode() != code:
            raise RuntimeError('%r instead of %s' % (line, code))


async def submit(host, port, addresses, number):
    reader, writer = await asyncio.open_connection(host, port)
    await expect(reader, '220')
    writer.write(b'EHLO client.example.org\r\n')
    await expect(reader, '250')
    for count, address in enumerate(addresses):
        writer.write((ENVELOPE % address).encode())
        await expect(reader, '250', '250', '354')
        writer.write((TEXT % (address, number, count)).encode())
        await expect(reader, '250')
    taken = time.monotonic()
    writer.write(b'QUIT\r\n')
    await expect(reader, '221')
    writer.close()
    return taken


async def main(host, port, count):
    addresses = sys.stdin.read().split()
    share, rest = divmod(len(addresses), int(count))
    assert rest == 0
    began = time.monotonic()
    taken = await asyncio.gather(*(submit(host, port, addresses[at:at + share], at) for at in range(0, len(addresses), share)))
    print(max(taken) - began)


asyncio.run(main(*sys.argv[1:]))
