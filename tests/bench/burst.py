"""burst.py HOST <ADDRESSES: a message to each of them, each over a connection of its own; all are open at once.

Prints when the first one was begun, as time.time() says it.
"""
import asyncio
import sys
import time

PORT = 25
OPENING = 4             # connections that smtpd(8) has not greeted yet: it has room for five
LATER_S = .1            # when a recipient is tried again of whom it could not say yet
HELLO = 'EHLO client.example.org', 'MAIL FROM:<sender@mta.example.net>'
TEXT = 'Subject: test\r\n\r\ntest\r\n.'


async def reply(reader):
    """The code of a whole reply (RFC 5321, 4.2)."""
    while (line := await reader.readline())[3:4] == b'-':
        pass
    return line[:3].decode()


async def say(streams, command, wanted):
    """Whether the reply is as wanted; if it is not, it must be 451."""
    reader, writer = streams
    writer.write(command.encode() + b'\r\n')
    code = await reply(reader)
    if code not in (wanted, '451'):
        raise RuntimeError('%s: %s' % (command, code))
    return code == wanted


async def submit(streams, address):
    for command in HELLO:
        await say(streams, command, '250')
    while not await say(streams, 'RCPT TO:<%s>' % address, '250'):
        await asyncio.sleep(LATER_S)
    await say(streams, 'DATA', '354')
    await say(streams, TEXT, '250')
    await say(streams, 'QUIT', '221')
    streams[1].close()


async def connect(host, turns):
    async with turns:
        streams = await asyncio.open_connection(host, PORT)
        await reply(streams[0])
        return streams


async def main(host):
    addresses, turns = sys.stdin.read().split(), asyncio.Semaphore(OPENING)
    print(time.time())
    connections = await asyncio.gather(*(connect(host, turns) for _ in addresses))
    await asyncio.gather(*map(submit, connections, addresses))


asyncio.run(main(*sys.argv[1:]))
