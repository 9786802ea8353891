#!/bin/bash
# postfix_host.sh: Debian's Postfix in a throw-away host, wired to hopseald as an operator would.
#
#   dir=$(postfix_host.sh up SUITE NETNS WORLD_DIR)   install, join the test world, start
#   postfix_host.sh send DIR ADDRESS                  submit a message; prints its queue id
#   postfix_host.sh outcome DIR QUEUEID [SECONDS]     wait for its delivery attempt; prints
#                                                     STATUS DSN RELAY REASON, with tabs between
#   postfix_host.sh send-all DIR <ADDRESSES           one a line; prints lines "QUEUEID ADDRESS"
#   postfix_host.sh outcomes DIR [SECONDS] <LINES     those lines; prints lines of
#                                                     ADDRESS STATUS DSN RELAY REASON
#   postfix_host.sh flush DIR                         try deferred mail again; earlier
#                                                     outcomes no longer count
#   postfix_host.sh start|stop|reload DIR
#   postfix_host.sh check DIR                         prints what Postfix warns about in its
#                                                     configuration; fails if there is any
#   postfix_host.sh rotate DIR                        rename the mail log, start a new one
#   postfix_host.sh log DIR                           prints the mail log, also what was rotated
#   postfix_host.sh down DIR                          end and remove it; may be repeated
#
# SUITE is bookworm (Postfix 3.7) or trixie (3.10).  hopseald's socket belongs at
# DIR/root/var/spool/postfix/hopseal/policy.
# STATUS is Postfix's word: sent, deferred or bounced; "none" when SECONDS (30) have passed
# without one, and then the exit status is 1.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
fragments=$here/../../milter/postfix
sender=sender@mta.example.net

# ---------------------------------------------------------------- set-up

fragment() {
	case $version in
	3.[4-9].*) echo "$fragments/main.cf.postfix-3.4" ;;
	3.*) echo "$fragments/main.cf.postfix-3.10" ;;
	esac
}

# Debian's main.cf, then what only a test wants, then the fragment as its header says.
configure() { # ADDRESSES
	local etc=$dir/root/etc/postfix settings
	mapfile -t settings < <(grep -v -e '^#' -e '^$' "$here/postfix-test.cf")
	inside postconf -e "${settings[@]}" "inet_interfaces = $1"
	inside postconf -# smtp_tls_security_level smtp_tls_CAfile
	cat "$(fragment)" >>"$etc/main.cf"
	cp "$fragments/tls_policy" "$etc/tls_policy"
	inside install -d -g postfix -m 2750 /var/spool/postfix/hopseal
	# Postfix waits until its main.cf is two seconds old.
	touch -d '10 seconds ago' "$etc/main.cf"
}

# As Debian's unit does it.  Since 3.9 "postfix start" itself prepares the chroot.
boot() {
	case $version in
	3.[4-8].*) inside /usr/lib/postfix/configure-instance.sh - || return ;;
	esac
	inside postfix start
}

start() {
	version=$(inside postconf -dh mail_version)
	boot >"$dir/start.log" 2>&1 </dev/null && return
	cat "$dir/start.log" >&2
	exit 1
}

up() { # SUITE NETNS WORLD_DIR
	local addresses
	dir=$("$here/mtahost.sh" up "$1" postfix ssl-cert)
	trap down EXIT
	addresses=$("$here/mtahost.sh" join "$dir" "$2" "$3/certs/ca.crt")
	version=$(inside postconf -dh mail_version)
	configure "$addresses"
	start
	trap - EXIT
	echo "$dir"
}

stop() { inside postfix stop >/dev/null 2>&1; }
reload() { inside postfix reload >/dev/null 2>&1; }

# postconf(1) warns on standard error, "postfix check" in the log.
check() {
	local warnings
	warnings=$(
		inside sh -c 'postconf -n && postconf -M && postfix check' 2>&1 >/dev/null
		log
	)
	! grep -h -e 'postconf: warning' -e 'postfix-script.*warning' <<<"$warnings" | sort -u
}

# ---------------------------------------------------------------- mail

# The new file may not be there yet.
log() {
	local name=$dir/root/var/log/mail.log
	cat "$name.1" "$name" 2>/dev/null || :
}

# As logrotate(8) does it: Postfix writes on until it is told.
rotate() {
	mv "$dir/root/var/log/mail.log" "$dir/root/var/log/mail.log.1"
	reload
}

# sendmail(1) does not tell the queue id: the message is found again by its Message-ID.
submit() { # addresses on standard input; prints lines "MESSAGEID ADDRESS"
	# shellcheck disable=SC2016  # expanded inside
	inside bash -c 'while read -r address; do
			id=$1.$((n += 1))@mta.example.net
			printf "Message-ID: <%s>\nSubject: test\n\ntest\n" "$id" |
				sendmail -i -f "$2" -- "$address"
			echo "$id $address"
		done' bash "$(date +%s%N)" "$sender"
}

# "DATE TIME HOST postfix/cleanup[PID]: QUEUEID: message-id=<MESSAGEID>"
taken_in() {
	awk '
	$7 ~ /^message-id=/ {
		sub(/:$/, "", $6)
		print substr($7, 13, length($7) - 13), $6
	}'
}

try_again() { inside postqueue -f; }

attempts() {
	awk '
	$7 ~ /^to=</ {
		sub(/:$/, "", $6)
		print $6 "\t" word("status") "\t" word("dsn") "\t" word("relay") "\t" reason()
	}
	function word(name) {
		match($0, " " name "=[^, ]*")
		return substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
	}
	function reason() {
		match($0, / status=[a-z]+ \(/)
		return substr($0, RSTART + RLENGTH, length($0) - RSTART - RLENGTH)
	}'
}

up_words=3
commands="start stop reload check rotate"
. "$here/host_mail.sh"
