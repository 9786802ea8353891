#!/bin/sh
# selfcheck.sh NETNS DIR: checks, inside the namespace, every line of domains.tsv. Prints TAP.
ns=$1
shift
exec ip netns exec "$ns" /usr/bin/python3 -B "$(dirname "$0")/selfcheck.py" "$@"
