"""smtp_talk.py HOST [tls] <COMMANDS: say them, one a line, and print each reply as [code, text]; "DATA" sends a message.

With "tls" all but the greeting is said inside TLS; nothing is verified.
"""
import json
import smtplib
import ssl
import sys

PATIENCE_S = 60


def reply_to(client, command):
    code, text = client.data('Subject: test\r\n\r\ntest\r\n') if command == 'DATA' else client.docmd(command)
    return code, text.decode('latin-1')


def main(host, *how):
    with smtplib.SMTP(host, timeout=PATIENCE_S, local_hostname='client.example.org') as client:
        if 'tls' in how:
            client.starttls(context=ssl._create_unverified_context())
        client.ehlo()
        print(json.dumps([reply_to(client, command) for command in sys.stdin.read().splitlines()]))


main(*sys.argv[1:])
