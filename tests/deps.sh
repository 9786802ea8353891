#!/bin/sh
# deps.sh PACKAGE...: install the Debian packages that are missing, and say so.
set -eu

missing=
for package in "$@"; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
		missing="$missing $package"
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || {
	echo "hopseal: these Debian packages are missing and there is no apt-get here:$missing" >&2
	exit 1
}
[ "$(id -u)" = 0 ] || {
	echo "hopseal: these packages are missing:$missing; run as root: apt-get install$missing" >&2
	exit 1
}
echo "hopseal: installing$missing"
log=$(mktemp)
# Test packages bring daemons of their own: none of them is to start here.
policy=/usr/sbin/policy-rc.d
made=
[ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made=yes; }
trap '[ -z "$made" ] || rm -f $policy; rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
apt-get update >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
# shellcheck disable=SC2086
apt-get install -y --no-install-recommends $missing </dev/null >"$log" 2>&1 || {
	tail -n 30 "$log" >&2
	echo "hopseal: apt-get could not install$missing" >&2
	exit 1
}
