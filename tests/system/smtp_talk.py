"""smtp_talk.py HOST [tls] <COMMANDS: say them, one a line, and print each reply as [code, text].

"DATA" sends a message, "DATA PATH" the one in that file.
With "tls" all but the greeting is said inside TLS; nothing is verified.
"""
import json
import pathlib
import smtplib
import ssl
import sys

PATIENCE_S = 60


def reply_to(client, command):
    verb, _, path = command.partition(' ')
    if verb == 'DATA':
        code, text = client.data(pathlib.Path(path).read_bytes() if path else 'Subject: test\r\n\r\ntest\r\n')
    else:
        code, text = client.docmd(command)
    return code, text.decode('latin-1')


def main(host, *how):
    with smtplib.SMTP(host, timeout=PATIENCE_S, local_hostname='client.example.org') as client:
        if 'tls' in how:
            client.starttls(context=ssl._create_unverified_context())
        client.ehlo()
        print(json.dumps([reply_to(client, command) for command in sys.stdin.read().splitlines()]))


main(*sys.argv[1:])
