#!/bin/bash
# mtahost.sh: a throw-away copy of the running system for one MTA.
#
# Debian's MTA packages conflict with each other, so each gets a "host" of its own: an
# overlay of / whose changes live on a tmpfs.  Nothing is written to the machine.
#
#   dir=$(mtahost.sh up SUITE PKG...)       make one with these packages of a Debian release
#   mtahost.sh join DIR NETNS CAFILE        put it into a test world; prints its addresses
#   mtahost.sh run DIR COMMAND...           run a command in it
#   mtahost.sh down DIR                     end what runs in it and remove it; may be repeated
#
# DIR/root is its root directory.  Installed hosts are kept in $HOPSEAL_TEST_CACHE
# (default: ${XDG_CACHE_HOME:-/var/cache}/hopseal-tests) and rebuilt when missing.
# Needs root, and the packages iproute2 and zstd.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${HOPSEAL_TEST_CACHE:-${XDG_CACHE_HOME:-/var/cache}/hopseal-tests}
cache_days=14 # then built again, so that the tests see the archive's point releases
hostname=mta.example.net
# shellcheck disable=SC2016  # expanded by sh, in a uts namespace of its own
enter='hostname "$1" && shift && exec chroot "$@"'
label=hopseal-mtahost # names our tmpfs in the mount table: down touches nothing else

fail() {
	echo "mtahost.sh: $*" >&2
	exit 1
}

# ---------------------------------------------------------------- making one

# Everything below DIR is a private mount: on a machine where / is shared, an unmount in
# here would otherwise travel to the machine's own mounts.  For the same reason nothing
# of the machine is bound into the host; it has a /dev and a /proc of its own.
make_room() {
	mount -t tmpfs -o size=2g,mode=755 "$label" "$dir"
	mount --make-private "$dir"
	mkdir "$dir/changes" "$dir/work" "$dir/root"
}

mount_root() {
	mount -t overlay -o "lowerdir=/,upperdir=$dir/changes,workdir=$dir/work" "$label" "$dir/root"
	[ -s "$dir/root/var/lib/dpkg/status" ] ||
		fail "/usr and /var must be on the same file system as / here"
	mount -t proc proc "$dir/root/proc"
	mount -t tmpfs -o size=1m,mode=755 "$label" "$dir/root/dev"
	make_devices "$dir/root/dev"
}

make_devices() { # DEV
	local name major minor
	while read -r name major minor; do
		mknod -m 666 "$1/$name" c "$major" "$minor"
	done <<-end
		null 1 3
		zero 1 5
		full 1 7
		random 1 8
		urandom 1 9
		tty 5 0
	end
	ln -s /proc/self/fd "$1/fd"
	mkdir -m 1777 "$1/shm"
}

# The file may be a link out of the host (resolv.conf often is): replace, never follow.
put_file() { # PATH, text on standard input
	rm -f "$dir/root$1"
	cat >"$dir/root$1"
}

# A name that resolves without DNS spares each postinst some seconds of waiting.
settle() {
	# shellcheck disable=SC2094  # two files
	put_file /etc/resolv.conf </etc/resolv.conf
	printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s %s\n' \
		"$hostname" "${hostname%%.*}" | put_file /etc/hosts
	echo "$hostname" | put_file /etc/hostname
	printf '#!/bin/sh\nexit 101\n' | put_file /usr/sbin/policy-rc.d
	chmod 755 "$dir/root/usr/sbin/policy-rc.d"
}

# With a process table of its own: a maintainer script that ends "all sendmail" must not
# find the machine's.
install() { # SUITE PKG...
	unshare --mount --propagation private --pid --fork --kill-child \
		--mount-proc="$dir/root/proc" --uts \
		sh -c "$enter" sh "$hostname" \
		"$dir/root" bash -c "$(<"$here/packages.sh")" packages.sh "$@" \
		>"$dir/install.log" 2>&1 </dev/null || {
		tail -n 40 "$dir/install.log" >&2
		fail "cannot install $*"
	}
}

# ---------------------------------------------------------------- the cache

# One key per base system, packages, release and way of installing.
layer_file() { # SUITE PKG...
	printf '%s/%s.tar.zst\n' "$cache" "$( (
		cat /var/lib/dpkg/status "$here/mtahost.sh" "$here/packages.sh"
		echo "$@"
	) | sha256sum | cut -c1-40)"
}

# Deleted files are 0/0 devices and replaced directories trusted.* attributes: keep both.
save() { # FILE
	if tar -C "$dir/changes" --exclude=./var/cache/apt --exclude=./var/lib/apt/lists \
		--xattrs --xattrs-include='trusted.*' -cf - . | zstd -1 -q -f -o "$1.$$"; then
		mv "$1.$$" "$1"
	else
		rm -f "$1.$$"
	fi
}

restore() { # FILE
	[ -s "$1" ] || return 1
	zstd -dcq "$1" | tar -C "$dir/changes" --xattrs --xattrs-include='trusted.*' -xf - && return
	rm -rf "$1" "$dir/changes"
	mkdir "$dir/changes"
	return 1
}

# ---------------------------------------------------------------- commands

up() { # SUITE PKG...
	[ $# -ge 2 ] || usage
	local layer
	mkdir -p "$cache"
	find "$cache" -name '*.tar.zst*' -mtime "+$cache_days" -delete
	layer=$(layer_file "$@")
	dir=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/mta.XXXXXX")")
	trap down EXIT
	make_room
	exec 9>"$layer.lock" # two tests that want the same host: one installs, one waits
	flock 9
	if restore "$layer"; then
		mount_root
		settle
	else
		mount_root
		settle
		install "$@"
		save "$layer"
	fi
	trap - EXIT
	echo "$dir"
}

# The world's resolver, the world's CA as the only one trusted, and addresses of its own.
join() { # NETNS CAFILE
	[ $# = 2 ] || usage
	local n
	for n in $(seq 200 249); do
		ip -n "$1" addr add "192.0.2.$n/32" dev lo 2>/dev/null && break
	done
	ip -n "$1" addr add "2001:db8::$n/128" dev lo nodad ||
		fail "no free address in $1"
	echo "$1 192.0.2.$n 2001:db8::$n" >"$dir/joined"
	printf 'nameserver 127.0.0.1\noptions edns0 trust-ad\n' | put_file /etc/resolv.conf
	put_file /etc/ssl/certs/ca-certificates.crt <"$2"
	echo "192.0.2.$n 2001:db8::$n"
}

leave() {
	local netns v4 v6
	[ -s "$dir/joined" ] || return 0
	read -r netns v4 v6 <"$dir/joined"
	[ -e "/run/netns/$netns" ] || return 0 # the world went first
	ip -n "$netns" addr del "$v4/32" dev lo
	ip -n "$netns" addr del "$v6/128" dev lo
}

# Not "ip netns exec": it makes a mount namespace, and mounts live on in its copies.
run() { # COMMAND...
	local netns=
	[ ! -s "$dir/joined" ] || read -r netns _ <"$dir/joined"
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		exec ${netns:+nsenter "--net=/run/netns/$netns"} unshare --uts \
		sh -c "$enter" sh "$hostname" "$dir/root" "$@"
}

# find complains about processes that end while it looks.
inmates() {
	{ find /proc/[0-9]*/root -maxdepth 0 -lname "$dir/root*" -printf '%h\n' 2>/dev/null || :; } |
		sed 's,/proc/,,'
}

end_inmates() {
	local pids tries=100
	while pids=$(inmates) && [ -n "$pids" ]; do
		[ $((tries -= 1)) -gt 0 ] || fail "cannot end $pids"
		# shellcheck disable=SC2086  # one word per process
		kill -KILL $pids 2>/dev/null || :
		sleep 0.05
	done
}

down() {
	[ -d "$dir" ] || return 0
	if [ "$(findmnt -n -o SOURCE --mountpoint "$dir")" = "$label" ]; then
		end_inmates
		leave
		# A daemon outside may still hold a socket it made in here.
		umount -R "$dir" 2>/dev/null || umount -R -l "$dir"
	fi
	rmdir "$dir"
}

usage() {
	sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

command=${1-}
shift || usage
case $command in
up) up "$@" ;;
join | run | down)
	dir=$(realpath -m "${1:?DIR}")
	shift
	"$command" "$@"
	;;
*) usage ;;
esac
