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
# The tool looks for the daemon where the unit says, not in DESTDIR.
good_units() {
	sed -i "s,^ExecStart=,&$dest/usr/sbin/," "$dest/usr/lib/systemd/system/hopseald.service"
	systemd-analyze verify --man=no "$dest"/usr/lib/systemd/system/*
}
find_names() { find "$dest" -name "$1" -type f | grep -q .; }

# A build of its own kind is installed: SAN comes from the environment of the tests.
make -s O="$O" install DESTDIR="$dest" PREFIX=/usr >/dev/null || echo "not ok - make install"
check "the command runs where it was put" runs "$1"
check "the daemon is in sbin" test -x "$dest/usr/sbin/hopseald"
check "every manual page is there" pages
for unit in hopseald.service hopseald.socket hopseald-postfix.socket hopseald-tlsrpt.socket; do
	check "$unit is there" test -f "$dest/usr/lib/systemd/system/$unit"
done
command -v systemd-analyze >/dev/null && check "units are good" good_units
check "the user's description is there" test -f "$dest/usr/lib/sysusers.d/hopseal.conf"
check "the length of the datagrams' queue is there" find_names hopseal.sysctl
check "the example configuration is there" find_names hopseal.conf.example
for fragment in main.cf.postfix-3.4 main.cf.postfix-3.10 tls_policy; do
	check "Postfix's $fragment is there" find_names "$fragment"
done
check "the page about reports is there" test -f "$dest/usr/share/man/man7/hopseal-tlsrpt.7"
make -s O="$O" uninstall DESTDIR="$dest" PREFIX=/usr >/dev/null || echo "not ok - make uninstall"
check "uninstall leaves no file" gone
echo "1..$n"
