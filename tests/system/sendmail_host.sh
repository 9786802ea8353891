#!/bin/bash
# sendmail_host.sh: Debian's Sendmail in a throw-away host, wired to hopseald as an operator would.
#
#   dir=$(sendmail_host.sh up SUITE NETNS WORLD_DIR [debian|dane])
#                                                  install, join the test world, start
#   sendmail_host.sh send DIR ADDRESS              submit a message; prints its queue id
#   sendmail_host.sh outcome DIR QUEUEID [SECONDS] wait for its delivery attempt; prints
#                                                  STATUS DSN RELAY REASON, with tabs between
#   sendmail_host.sh send-all DIR <ADDRESSES       one a line; prints lines "QUEUEID ADDRESS"
#   sendmail_host.sh outcomes DIR [SECONDS] <LINES those lines; prints lines of
#                                                  ADDRESS STATUS DSN RELAY REASON
#   sendmail_host.sh flush DIR                     try deferred mail again; earlier outcomes
#                                                  no longer count
#   sendmail_host.sh start|stop DIR
#   sendmail_host.sh check DIR                     prints what m4 and Sendmail complain about in
#                                                  its configuration; fails if there is anything
#   sendmail_host.sh log DIR
#   sendmail_host.sh down DIR                      end and remove it; may be repeated
#
# SUITE is bookworm (Sendmail 8.17) or trixie (8.18).  The configuration is sendmail.mc.example
# of milter/sendmail/; with "debian", Debian's own sendmail.mc; with "dane", Sendmail 8.18 does
# DANE of its own beside.  hopseald's socket belongs at
# DIR/root/run/hopseal/map (hopseal.conf: socketmap = unix:DIR/root/run/hopseal/map mode=0666;
# hopseald makes the file, the folder is there).
# STATUS is sent, deferred or bounced; "none" when SECONDS (30) have passed without one, and
# then the exit status is 1.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shipped=$here/../../milter/sendmail
sender=sender@mta.example.net
submitters=8 # Sendmail asks DNS for the domain of each address before it takes the message

# ---------------------------------------------------------------- set-up

mc_plain() { cat "$shipped/sendmail.mc.example"; }
# The lines that the header of hopseal.m4 asks for, in Debian's own file.
mc_debian() {
	awk -v lines="$shipped/hopseal.m4" '
	/^MAILER_DEFINITIONS/ {
		while ((getline line <lines) > 0)
			if (sub(/^dnl    /, "", line))
				wanted[++n] = line
		for (i = 1; wanted[i] ~ /^define/; i++)
			print wanted[i]
	}
	{ print }
	END { print wanted[i] }' "$dir/debian.mc"
}
mc_dane() { mc_plain | sed "/^MAILER_DEFINITIONS/i define(\`confDANE', \`true')dnl"; }

# What only a test wants, in front of the mailers.
for_a_test() { # V4 V6
	cat "$here/sendmail-test.m4"
	cat <<-end
		CLIENT_OPTIONS(\`Family=inet, Addr=$1')dnl
		CLIENT_OPTIONS(\`Family=inet6, Addr=$2')dnl
	end
}

configure() { # LAYOUT V4 V6
	local etc=$dir/root/etc/mail
	cp "$etc/sendmail.mc" "$dir/debian.mc"
	for_a_test "$2" "$3" >"$dir/test.m4"
	"mc_$1" | sed -e "/^MAILER_DEFINITIONS/e cat $dir/test.m4" -e "s/Addr=127.0.0.1/Addr=$2/" >"$etc/sendmail.mc"
	cp "$shipped/hopseal.m4" "$etc"
	mkdir "$dir/root/run/hopseal"
	make_cf
	echo "${sender%@*}: /dev/null" >>"$dir/root/etc/aliases"
	inside newaliases >/dev/null
}

make_cf() { inside sh -c 'm4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf' 2>"$dir/m4.log"; }

# Nobody else answers at /dev/log of a host.
log_here() {
	inside python3 -c "$(<"$here/log_socket.py")" /dev/log /var/log/mail.log >/dev/null 2>&1 </dev/null &
	while [ ! -S "$dir/root/dev/log" ]; do
		sleep 0.05
	done
}

start() {
	inside sendmail -bd >"$dir/start.log" 2>&1 </dev/null && return
	cat "$dir/start.log" >&2
	exit 1
}

up() { # SUITE NETNS WORLD_DIR [LAYOUT]
	local addresses
	dir=$("$here/mtahost.sh" up "$1" sendmail-bin sendmail-cf)
	trap down EXIT
	addresses=$("$here/mtahost.sh" join "$dir" "$2" "$3/certs/ca.crt")
	log_here
	# shellcheck disable=SC2086  # two words
	configure "${4:-plain}" $addresses
	start
	trap - EXIT
	echo "$dir"
}

stop() { kill "$(head -n 1 "$dir/root/run/sendmail/mta/sendmail.pid")"; }

check() {
	local warnings
	warnings=$(
		make_cf
		cat "$dir/m4.log"
		inside sendmail -bt -d0.1 2>&1 >/dev/null </dev/null
	) || :
	! grep . <<<"$warnings"
}

# ---------------------------------------------------------------- mail

log() { cat "$dir/root/var/log/mail.log"; }

# sendmail(8) does not tell the queue id: the message is found again by its Message-ID.
submit() { # addresses on standard input; prints lines "MESSAGEID ADDRESS"
	# shellcheck disable=SC2016  # expanded inside
	inside bash -c '
		submit() {
			printf "Message-ID: <%s>\nSubject: test\n\ntest\n" "$1" |
				sendmail -Am -odb -i -f "$2" -- "$3" && echo "$1 $3"
		}
		while read -r address; do
			[ $((n += 1)) -le "$3" ] || wait -n
			submit "$1.$n@mta.example.net" "$2" "$address" &
		done
		wait' bash "$(date +%s%N)" "$sender" "$submitters"
}

# "DATE TIME NAME[PID]: QUEUEID: from=<SENDER>, ... msgid=<MESSAGEID>, ..."
taken_in() {
	awk '
	$6 ~ /^from=/ && match($0, / msgid=<[^>]*>/) {
		print substr($0, RSTART + 8, RLENGTH - 9), substr($5, 1, length($5) - 1)
	}'
}

try_again() { inside sendmail -Am -q; }

# "DATE TIME NAME[PID]: QUEUEID: to=ADDRESS, ... relay=HOST [ADDRESS], dsn=N.N.N, stat=REASON";
# what was only put into the queue has no dsn.
attempts() {
	awk '
	BEGIN {
		status[2] = "sent"
		status[4] = "deferred"
		status[5] = "bounced"
	}
	$6 ~ /^to=/ && / dsn=/ {
		sub(/:$/, "", $5)
		dsn = word("dsn")
		print $5 "\t" status[substr(dsn, 1, 1)] "\t" dsn "\t" relay() "\t" reason()
	}
	function word(name) {
		return match($0, " " name "=[^,]*") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : "none"
	}
	function relay() {
		text = word("relay")
		sub(/[.]? /, "", text)
		return text
	}
	function reason() {
		match($0, / stat=/)
		return substr($0, RSTART + RLENGTH)
	}'
}

up_words="3 4"
commands="start stop check"
. "$here/host_mail.sh"
