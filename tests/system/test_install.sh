#!/bin/sh
# test_install.sh BUILD: what is installed is there, and uninstalling leaves nothing.
set -u
O=$(dirname "$1")
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
n=0

# check TEXT COMMAND...
check() {
	text=$1
	shift
	n=$((n + 1))
	if "$@" >/dev/null 2>&1; then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
	fi
}
gone() { [ -z "$(find "$dest" -type f)" ]; }
runs() { [ "$("$dest/usr/bin/hopseal" -V)" = "$("$1/hopseal" -V)" ]; }
pages() { [ "$(find "$dest/usr/share/man" -type f | wc -l)" -eq "$(ls man/*.[1578] | wc -l)" ]; }
find_names() { find "$dest" -name "$1" -type f | grep -q .; }

# A build of its own kind is installed: SAN comes from the environment of the tests.
make -s O="$O" install DESTDIR="$dest" PREFIX=/usr >/dev/null || echo "not ok - make install"
check "the command runs where it was put" runs "$1"
check "the daemon is in sbin" test -x "$dest/usr/sbin/hopseald"
check "every manual page is there" pages
check "units and the user's description are there" find_names hopseald.service
check "the sockets are there" find_names hopseald-postfix.socket
check "the user's description is there" test -f "$dest/usr/lib/sysusers.d/hopseal.conf"
check "the example configuration is there" find_names hopseal.conf.example
check "the Postfix fragments are there" find_names main.cf.postfix-3.10
make -s O="$O" uninstall DESTDIR="$dest" PREFIX=/usr >/dev/null || echo "not ok - make uninstall"
check "uninstall leaves no file" gone
echo "1..$n"
