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
	sed -i "s,^ExecStart=,&$dest/usr/sbin/," "$dest"/usr/lib/systemd/system/*.service
	systemd-analyze verify --man=no "$dest"/usr/lib/systemd/system/*
}
zsh_finds() { zsh -fc 'print -l $fpath' | sed "s,^,$dest," | xargs -I{} find {} -name "$1" 2>/dev/null | grep -q .; }
find_names() { find "$dest" -name "$1" -type f | grep -q .; }
so=$(sed -n 's/^HOPSEAL_SO = //p' exim/hopseal.main)
functions=$(cat exim/hopseal.* | grep -oE '\{hopseal_[a-z]+\}' | tr -d '{}' | sort -u)
offers() { nm -D --defined-only "$dest$so" | grep -q " T $1\$"; }

# A build of its own kind is installed: SAN comes from the environment of the tests.
make -s O="$O" install DESTDIR="$dest" PREFIX=/usr >/dev/null || echo "not ok - make install"
check "the command runs where it was put" runs "$1"
check "the daemon is in sbin" test -x "$dest/usr/sbin/hopseald"
check "every manual page is there" pages
check "the milter is in sbin" test -x "$dest/usr/sbin/hopseal-milter"
for unit in hopseal-milter.service hopseald.service hopseald.socket hopseald-postfix.socket hopseald-tlsrpt.socket; do
	check "$unit is there" test -f "$dest/usr/lib/systemd/system/$unit"
done
command -v systemd-analyze >/dev/null && check "units are good" good_units
check "the user's description is there" test -f "$dest/usr/lib/sysusers.d/hopseal.conf"
check "the length of the datagrams' queue is there" find_names hopseal.sysctl
for example in hopseal.conf.example hopseal-milter.conf.example; do
	check "the example configuration $example is there" find_names "$example"
done
for fragment in main.cf.postfix-3.4 main.cf.postfix-3.10 main.cf.milter tls_policy; do
	check "Postfix's $fragment is there" find_names "$fragment"
done
check "Sendmail's hopseal-milter.m4 is there" find_names hopseal-milter.m4
for page in publish tlsrpt postfix exim opensmtpd; do
	check "hopseal-$page(7) is there" test -f "$dest/usr/share/man/man7/hopseal-$page.7"
done
check "Exim's module is where its configuration looks for it" test -f "$dest$so"
for function in $functions; do
	check "Exim's module has $function" offers "$function"
done
# What the page for Exim calls by a name without a folder is ours to install.
for name in $(sed -nE 's/^\.(It )?Pa ([a-z][a-z0-9.]*\.(main|router|transport|acl|example))\>.*/\2/p' man/hopseal-exim.7 | sort -u); do
	check "$name, which hopseal-exim(7) names, is there" test -f "$dest/usr/share/doc/hopseal/exim/$name"
done
libexec=$(sed -n '/^\.It Pa .*-hopseal$/{s/^\.It Pa //;p;q}' man/filter-hopseal.8)
for program in filter-hopseal table-hopseal; do
	check "$program is where OpenSMTPD looks for it" test -x "$dest${libexec%/*}/$program"
	check "$program(8) is there" test -f "$dest/usr/share/man/man8/$program.8"
done
for name in $(sed -nE 's/^\.(It )?Pa (smtpd\.conf[a-z.]*)$/\2/p' man/hopseal-opensmtpd.7 | sort -u); do
	check "$name, which hopseal-opensmtpd(7) names, is there" test -f "$dest/usr/share/doc/hopseal/opensmtpd/$name"
done
check "bash finds its completion" test -f "$dest/usr/share/bash-completion/completions/hopseal.bash"
check "zsh finds its completion" zsh_finds _hopseal
make -s O="$O" uninstall DESTDIR="$dest" PREFIX=/usr >/dev/null || echo "not ok - make uninstall"
check "uninstall leaves no file" gone
echo "1..$n"
