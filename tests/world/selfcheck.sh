#!/bin/sh
# selfcheck.sh NETNS DIR [table]: checks, inside the namespace, every line of the table, and what is beside it. Prints TAP.
ns=$1
shift
exec ip netns exec "$ns" /usr/bin/python3 -B "$(dirname "$0")/selfcheck.py" "$@"
