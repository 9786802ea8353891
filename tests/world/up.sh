#!/bin/sh
# up.sh NETNS: brings the test world up; prints the directory that down.sh wants. Needs root.
exec /usr/bin/python3 -B "$(dirname "$0")/world.py" up "$@"
