"""A log of JSON objects, one a line, whole lines only."""
import json
import threading
import time


class JsonLog:
    def __init__(self, path):
        self._file = open(path, 'a', buffering=1, encoding='utf-8')
        self._lock = threading.Lock()

    def write(self, **entry):
        with self._lock:
            self._file.write(json.dumps({'time': round(time.time(), 3), **entry}) + '\n')
