"""A real browser without a screen: Debian's chromium, told what to do through a pipe (its DevTools protocol)."""
import base64
import json
import os
import shutil
import subprocess
import tempfile

PATIENCE_S = 60


class Browser:
    """One process; pages are files of this machine, and every request for anything else is noted."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='hopseal-browser-')
        to_browser, self.out = os.pipe()
        self.back, from_browser = os.pipe()
        self.process = subprocess.Popen(
            ['sh', '-c', 'exec 3<&%d 4>&%d; exec chromium "$@"' % (to_browser, from_browser), 'sh', '--headless', '--no-sandbox',
             '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-sync',
             '--hide-scrollbars', '--user-data-dir=' + self.folder, '--remote-debugging-pipe', 'about:blank'],
            pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=dict(os.environ, HOME=self.folder))
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.events, self.session = b'', 0, [], None
        target = self.do('Target.createTarget', url='about:blank')['targetId']
        self.session = self.do('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for domain in ('Page', 'Network', 'Log', 'Runtime'):
            self.do(domain + '.enable')

    def message(self):
        while b'\0' not in self.buffer:
            data = os.read(self.back, 1 << 20)
            if not data:
                raise RuntimeError('the browser is gone')
            self.buffer += data
        text, _, self.buffer = self.buffer.partition(b'\0')
        return json.loads(text)

    def do(self, method, **params):
        """One command -> its result; what happens meanwhile is kept in events."""
        self.number += 1
        command = {'id': self.number, 'method': method, 'params': params}
        if self.session:
            command['sessionId'] = self.session
        os.write(self.out, json.dumps(command).encode() + b'\0')
        while (got := self.message()).get('id') != self.number:
            self.events.append(got)
        if 'error' in got:
            raise RuntimeError('%s: %s' % (method, got['error']))
        return got['result']

    def open(self, path, width, height, is_dark=False, media=''):
        """Show a page: in a window of this size, in one of both schemes, on a screen or (media='print') on paper."""
        self.events.clear()
        self.do('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.do('Emulation.setEmulatedMedia', media=media,
                features=[{'name': 'prefers-color-scheme', 'value': 'dark' if is_dark else 'light'}])
        self.do('Page.navigate', url=path.resolve().as_uri())
        while not any(e.get('method') == 'Page.loadEventFired' for e in self.events):
            self.events.append(self.message())

    def run(self, script):
        """What the script's last expression is, in the page as it stands: its own policy forbids it scripts, not us."""
        got = self.do('Runtime.evaluate', expression=script, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in got:
            raise RuntimeError(got['exceptionDetails'])
        return got['result'].get('value')

    def clip(self, box):
        """A part of the page as PNG."""
        clip = {'x': box['x'], 'y': box['y'], 'width': box['w'], 'height': box['h'], 'scale': 1}
        got = self.do('Page.captureScreenshot', format='png', captureBeyondViewport=True, clip=clip)
        return base64.b64decode(got['data'])

    def picture(self, path, height):
        """So much of the page from its top, into a file."""
        path.write_bytes(self.clip({'x': 0, 'y': 0, 'w': self.run('innerWidth'), 'h': height}))

    def requests(self):
        """Addresses that the page asked for since it was opened."""
        return [e['params']['request']['url'] for e in self.events if e.get('method') == 'Network.requestWillBeSent']

    def complaints(self):
        """What the console says of the page."""
        return [e['params'] for e in self.events if e.get('method') in ('Log.entryAdded', 'Runtime.exceptionThrown')]

    def close(self):
        os.close(self.out)
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.back)
        shutil.rmtree(self.folder, ignore_errors=True)
