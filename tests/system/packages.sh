#!/bin/bash
# packages.sh SUITE PKG...: install packages of one Debian release.
#
# Runs inside a throw-away host (mtahost.sh), never on the machine itself.  A release
# other than the machine's own is found through the machine's own apt configuration:
# the entry for Debian's main archive is copied with the other release's name in it, so
# mirrors, proxies and keys stay what the operator of the machine chose.
set -euo pipefail
suite=$1
shift
# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
export DEBIAN_FRONTEND=noninteractive

apt() {
	apt-get -q -y -o Dpkg::Use-Pty=0 -o Acquire::Languages=none \
		-o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold \
		"$@" </dev/null
}

# Prints "FILE NAME": the sources file with Debian's main archive of this machine's
# release, and what the release is called in it ("bookworm", but also "stable").
own_entry() {
	# shellcheck disable=SC2016  # the dollars are apt's
	apt-get indextargets --format '$(CREATED_BY) $(CODENAME) $(COMPONENT) $(RELEASE) $(SOURCESENTRY) $(ORIGIN)' |
		awk -v own="$own" '$1 == "Packages" && $2 == own && $3 == "main" && $NF == "Debian" {
			sub(/:[0-9]+$/, "", $5); print $5, $4; exit }'
}

# The same entry for another release, in the syntax of the file it comes from.
translated() { # FILE NAME
	case $1 in
	*.sources) awk -v RS= -v was="$2" -v suite="$suite" '
		(" " suites($0) " ") ~ (" " was " ") {
			sub(/Suites:[^\n]*/, "Suites: " suite)
			sub(/Components:[^\n]*/, "Components: main")
			print $0 "\n"
		}
		function suites(stanza) {
			return match(stanza, /Suites:[^\n]*/) ? substr(stanza, RSTART + 7, RLENGTH - 7) : ""
		}' "$1" ;;
	*) awk -v was="$2" -v suite="$suite" '$1 == "deb" {
			for (i = 2; i <= NF; i++)
				if ($i == was) {
					$i = suite
					print
				}
		}' "$1" ;;
	esac
}

# Everything of the other release stays below the machine's own (500): only what is
# asked for by -t, and what that needs, comes from there.
add_suite() {
	local file name
	read -r file name < <(own_entry) || {
		echo "packages.sh: no entry for Debian's main archive of $own in apt's sources" >&2
		return 1
	}
	translated "$file" "$name" >"/etc/apt/sources.list.d/$suite.${file##*.}"
	printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n' "$suite" \
		>"/etc/apt/preferences.d/$suite"
	apt update
}

# Debian's MTA packages write their TLS settings only where this key exists.
snakeoil() {
	[ -f /etc/ssl/private/ssl-cert-snakeoil.key ] || ! command -v make-ssl-cert >/dev/null ||
		make-ssl-cert generate-default-snakeoil
}

rm -f /var/lib/man-db/auto-update # nobody reads manuals here
apt update
snakeoil
if [ "$suite" = "$own" ]; then
	apt install --no-install-recommends "$@"
else
	add_suite
	apt install --no-install-recommends -t "$suite" "$@"
fi
