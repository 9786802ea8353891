#!/bin/bash
# exim_host.sh: Debian's Exim in a throw-away host, wired to hopseald as an operator would.
#
#   dir=$(exim_host.sh up SUITE NETNS WORLD_DIR MODULE [split])
#                                                  install, join the test world, start
#   exim_host.sh send DIR ADDRESS                  submit a message; prints its id
#   exim_host.sh outcome DIR ID [SECONDS]          wait for its delivery attempt; prints
#                                                  STATUS DSN RELAY REASON, with tabs between
#   exim_host.sh send-all DIR <ADDRESSES           one a line; prints lines "ID ADDRESS"
#   exim_host.sh outcomes DIR [SECONDS] <LINES     those lines; prints lines of
#                                                  ADDRESS STATUS DSN RELAY REASON
#   exim_host.sh flush DIR                         forget retry times and try deferred mail
#                                                  again; earlier outcomes no longer count
#   exim_host.sh start|stop|reload DIR
#   exim_host.sh check DIR                         prints what Exim warns about in its
#                                                  configuration; fails if there is any
#   exim_host.sh rotate DIR                        rename the log, start a new one
#   exim_host.sh log DIR                           prints the log, also what was rotated
#   exim_host.sh down DIR                          end and remove it; may be repeated
#
# SUITE is bookworm (Exim 4.96) or trixie (4.98).  MODULE is the file hopseal.so for
# exim4-daemon-heavy, or the word "light" for exim4-daemon-light, which can load none.  The
# configuration is exim4.conf.example of exim/; with "split", Debian's own in conf.d/.
# hopseald's socket belongs at DIR/root/run/hopseal/map (hopseal.conf: socketmap =
# unix:DIR/root/run/hopseal/map mode=0666; hopseald makes the file, the folder is there), its
# spool is DIR/root/var/spool/hopseal/exim.spool.
# STATUS is sent, deferred or bounced; "none" when SECONDS (30) have passed without one, and
# then the exit status is 1.  DSN is what the reason begins with, else N.0.0: Exim logs none.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shipped=$here/../../exim
sender=sender@mta.example.net

# ---------------------------------------------------------------- set-up

# The words of exim-test.conf as options, where no configuration of Debian's does it.
one_file() { # KIND V4 V6
	cat "$here/exim-test.conf"
	cat <<-end
		log_selector = MAIN_LOG_SELECTOR
		ignore_bounce_errors_after = MAIN_IGNORE_BOUNCE_ERRORS_AFTER
		local_interfaces = <; $2 ; $3
	end
	sed "s,/hopseal\.\(main\|router\|transport\)$,/$1.\1," "$shipped/exim4.conf.example"
}

configure_plain() { # KIND V4 V6
	cp "$shipped/$1".{main,router,transport} "$etc"
	one_file "$@" >"$etc/exim4.conf"
}

# As the header of hopseal.main says.
configure_split() { # KIND V4 V6
	cp "$here/exim-test.conf" "$etc/conf.d/main/00_exim-test"
	cp "$shipped/$1.main" "$etc/conf.d/main/00_hopseal"
	cp "$shipped/$1.router" "$etc/conf.d/router/190_hopseal"
	cp "$shipped/$1.transport" "$etc/conf.d/transport/30_hopseal"
	sed -i -e "s/^\(dc_eximconfig_configtype\)=.*/\1='internet'/" \
		-e "s/^\(dc_use_split_config\)=.*/\1='true'/" \
		-e "s/^\(dc_local_interfaces\)=.*/\1='$2 ; $3'/" "$etc/update-exim4.conf.conf"
	inside update-exim4.conf
}

configure() { # LAYOUT KIND V4 V6
	local etc=$dir/root/etc/exim4
	cat - "$here/exim-test.local" >"$etc/hopseal.local" <<<"interface = <; $3 ; $4"
	mkdir "$dir/root/run/hopseal"
	inside install -d -o Debian-exim -g Debian-exim -m 2770 /var/spool/hopseal
	"configure_$1" "${@:2}"
}

start() {
	inside exim4 -bd -q30m >"$dir/start.log" 2>&1 </dev/null && return
	cat "$dir/start.log" >&2
	exit 1
}

up() { # SUITE NETNS WORLD_DIR MODULE [LAYOUT]
	local addresses package=exim4-daemon-heavy kind=hopseal
	[ "$4" != light ] || package=exim4-daemon-light kind=light
	dir=$("$here/mtahost.sh" up "$1" "$package")
	trap down EXIT
	addresses=$("$here/mtahost.sh" join "$dir" "$2" "$3/certs/ca.crt")
	[ "$4" = light ] || install -m 644 "$4" "$dir/root/usr/lib/exim4/hopseal.so"
	# shellcheck disable=SC2086  # two words
	configure "${5:-plain}" "$kind" $addresses
	start
	trap - EXIT
	echo "$dir"
}

# It writes its process id when it listens.
daemon_pid() { cat "$dir/root/run/exim4/exim.pid"; }

stop() {
	kill "$(daemon_pid)"
	rm -f "$dir/root/run/exim4/exim.pid"
}

reload() { kill -HUP "$(daemon_pid)"; }

check() {
	local warnings
	warnings=$(
		inside exim4 -bV 2>&1 >/dev/null
		inside exim4 -bP transports 2>&1 >/dev/null
		cat "$dir/root/var/log/exim4/paniclog" 2>/dev/null
	) || :
	! grep . <<<"$warnings"
}

# ---------------------------------------------------------------- mail

# The new file may not be there yet.
log() {
	local name=$dir/root/var/log/exim4/mainlog
	cat "$name.1" "$name" 2>/dev/null || :
}

# As logrotate(8) does it: each process opens the log anew.
rotate() { mv "$dir/root/var/log/exim4/mainlog" "$dir/root/var/log/exim4/mainlog.1"; }

# exim4 does not tell the message's id: it is found again by its Message-ID.
submit() { # addresses on standard input; prints lines "MESSAGEID ADDRESS"
	# shellcheck disable=SC2016  # expanded inside
	inside bash -c 'while read -r address; do
			id=$1.$((n += 1))@mta.example.net
			printf "Message-ID: <%s>\nSubject: test\n\ntest\n" "$id" |
				exim4 -odb -oi -f "$2" -- "$address"
			echo "$id $address"
		done' bash "$(date +%s%N)" "$sender"
}

# "DATE TIME [PID] ID <= SENDER ... id=MESSAGEID ..."
taken_in() {
	awk '
	$5 == "<=" {
		for (i = 6; i <= NF; i++)
			if (sub(/^id=/, "", $i))
				print $i, $4
	}'
}

try_again() {
	rm -f "$dir"/root/var/spool/exim4/db/{retry,wait-}*
	inside exim4 -qff
}

# "ID => ADDRESS ... H=HOST [ADDRESS] ... C="REPLY"", "ID == ADDRESS ... defer (ERRNO)...: REASON",
# "ID ** ADDRESS ...: REASON"
attempts() {
	awk '
	BEGIN {
		status["=>"] = "sent"
		status["->"] = "sent"
		status["=="] = "deferred"
		status["**"] = "bounced"
		class["sent"] = 2
		class["deferred"] = 4
		class["bounced"] = 5
	}
	$5 in status {
		why = reason(status[$5])
		print $4 "\t" status[$5] "\t" dsn(class[status[$5]], why) "\t" relay() "\t" why
	}
	function reason(what) {
		if (what == "sent" && match($0, / C=".*"/))
			return substr($0, RSTART + 4, RLENGTH - 5)
		return match($0, /: .*/) ? substr($0, RSTART + 2) : "-"
	}
	function dsn(digit, text) {
		if (match(text, digit "[.][0-9]+[.][0-9]+"))
			return substr(text, RSTART, RLENGTH)
		return digit ".0.0"
	}
	function relay() {
		if (!match($0, / H=[^ ]+ (DS )?\[[^]]*\](:[0-9]+)?/))
			return "none"
		text = substr($0, RSTART + 3, RLENGTH - 3)
		sub(/ (DS )?/, "", text)
		return text
	}'
}

up_words="4 5"
commands="start stop reload check rotate"
. "$here/host_mail.sh"
