#!/bin/sh
# down.sh NETNS DIR: ends every process in the namespace, removes namespace and directory.
exec /usr/bin/python3 -B "$(dirname "$0")/world.py" down "$@"
