#!/bin/bash
# smtpd_host.sh: Debian's OpenSMTPD in a throw-away host, wired to hopseald as an operator would.
#
#   dir=$(smtpd_host.sh up SUITE NETNS WORLD_DIR BUILD [static])
#                                                  install, join the test world, start
#   smtpd_host.sh send DIR ADDRESS                 submit a message; prints its id
#   smtpd_host.sh outcome DIR ID [SECONDS]         wait for its delivery attempt; prints
#                                                  STATUS DSN RELAY REASON, with tabs between
#   smtpd_host.sh send-all DIR <ADDRESSES          one a line; prints lines "ID ADDRESS"
#   smtpd_host.sh outcomes DIR [SECONDS] <LINES    those lines; prints lines of
#                                                  ADDRESS STATUS DSN RELAY REASON
#   smtpd_host.sh flush DIR                        forget penalties and try deferred mail
#                                                  again; earlier outcomes no longer count
#   smtpd_host.sh forgive DIR                      forget penalties
#   smtpd_host.sh start|stop DIR
#   smtpd_host.sh check DIR                        prints what OpenSMTPD complains about in its
#                                                  configuration; fails if there is anything
#   smtpd_host.sh log DIR
#   smtpd_host.sh down DIR                         end and remove it; may be repeated
#
# SUITE is bookworm (OpenSMTPD 6.8) or trixie (7.6).  filter-hopseal and table-hopseal are
# taken from BUILD; the configuration is smtpd.conf of opensmtpd/, with "static" smtpd.conf.static.
# hopseald's socket belongs at DIR/root/run/hopseal/map (hopseal.conf: socketmap =
# unix:DIR/root/run/hopseal/map mode=0666; hopseald makes the file, the folder is there), its
# spool is DIR/root/var/spool/smtpd/hopseal/events.
# STATUS is sent, deferred, bounced, or refused: OpenSMTPD did not take it and keeps nothing
# (the ID says so too); "none" when SECONDS (30) have passed without one, and then the exit
# status is 1.  DSN is what the reason begins with, else N.0.0.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shipped=$here/../../opensmtpd
sender=sender # @ the host, and a number behind "+"
hostname=mta.example.net
submitters=8 # a recipient of whom nothing is known yet may wait for some seconds

# ---------------------------------------------------------------- set-up

# As the header of smtpd.conf says.
configure() { # BUILD FILE
	local programs=$dir/root/usr/libexec/opensmtpd
	cat "$here/smtpd-test.conf" "$shipped/$2" >"$dir/root/etc/smtpd.conf"
	install -m 755 "$1/filter-hopseal" "$1/table-hopseal" "$programs"
	mkdir -p "$dir/root/run/hopseal" "$dir/root/etc/hopseal"
	echo sealed.invalid >"$dir/root/etc/hopseal/sealed.txt"
	install -d -m 711 "$dir/root/var/spool/smtpd"
	inside install -d -o opensmtpd -g opensmtpd -m 700 /var/spool/smtpd/hopseal
}

# No source address of its own: with one of each kind OpenSMTPD takes them in turn, and gives
# up when the next one is of the other kind than the host's.
smtpd() { # OPTION...
	local v4
	read -r _ v4 _ <"$dir/joined"
	inside smtpd -D "interface=$v4" -D "relay_options=helo $(suite).$hostname" "$@"
}

suite() { cat "$dir/suite"; }

answers() { inside smtpctl show status; }

# In the foreground, for its log; it has no file with its process id.
start() {
	local tries=100
	smtpd -d >>"$dir/smtpd.log" 2>&1 </dev/null &
	until answers >"$dir/start.log" 2>&1; do
		[ $((tries -= 1)) -gt 0 ] || {
			tail "$dir/smtpd.log" >&2
			exit 1
		}
		sleep 0.1
	done
}

up() { # SUITE NETNS WORLD_DIR BUILD [static]
	dir=$("$here/mtahost.sh" up "$1" opensmtpd)
	trap down EXIT
	echo "$1" >"$dir/suite"
	"$here/mtahost.sh" join "$dir" "$2" "$3/certs/ca.crt" >/dev/null
	configure "$4" "smtpd.conf${5:+.$5}"
	start
	trap - EXIT
	echo "$dir"
}

# The one whose parent is none of them.
main_pid() {
	local pid
	for pid in $(pgrep -x smtpd); do
		[ "$(readlink "/proc/$pid/root")" = "$dir/root" ] || continue
		[ "$(cat "/proc/$(ps -o ppid= -p "$pid" | tr -d ' ')/comm")" = smtpd ] || echo "$pid"
	done
}

stop() {
	local pid
	pid=$(main_pid)
	[ -z "$pid" ] || kill "$pid"
	while [ -n "$(main_pid)" ]; do
		sleep 0.1
	done
}

check() { ! smtpd -n 2>&1 | grep -v '^configuration OK$'; }

# ---------------------------------------------------------------- mail

log() { cat "$dir/smtpd.log"; }

# sendmail does not tell the message's id: it is found again by its sender.
submit() { # addresses on standard input; prints lines "SENDER ADDRESS", or "refused ADDRESS"
	# shellcheck disable=SC2016  # expanded inside
	inside bash -c '
		submit() {
			printf "Subject: test\n\ntest\n" | sendmail -i -f "$1" -- "$2" 2>/dev/null &&
				echo "$1 $2" || echo "refused $2"
		}
		while read -r address; do
			[ $((n += 1)) -le "$2" ] || wait -n
			submit "$1.$n@$3" "$address" &
		done
		wait' bash "$sender+$(date +%s%N)" "$submitters" "$hostname"
}

# "SESSION smtp envelope evpid=ID from=<SENDER> to=<ADDRESS>"
taken_in() {
	awk '
	BEGIN { print "refused refused" }
	$2 " " $3 == "smtp envelope" {
		sub(/^evpid=0*/, "", $4) # not all lines have these
		print substr($5, 7, length($5) - 7), $4
	}'
}

# "NUMBER. [] <-> ADDRESS (NAME) FLAGS nconn=0 nerror=0 penalty=1 timeout=14s"
forgive() {
	# shellcheck disable=SC2016  # expanded inside
	inside sh -c 'smtpctl show routes | sed -n "s/\. .* timeout=[0-9].*//p" |
		while read -r route; do
			smtpctl resume route "$route" || : # it may be gone by now
		done' >/dev/null
}

try_again() {
	forgive
	inside smtpctl schedule all >/dev/null
}

# "SESSION mta delivery evpid=ID ... relay="ADDRESS (NAME)" ... result="WORD" stat="REASON"";
# "warn: Failed to retrieve smarthost for envelope ID";
# "SESSION smtp failed-command command="RCPT TO:<ADDRESS> " result="REASON""
attempts() {
	awk '
	BEGIN {
		status["Ok"] = "sent"
		status["TempFail"] = "deferred"
		status["PermFail"] = "bounced"
		class["sent"] = 2
		class["deferred"] = class["refused"] = 4
		class["bounced"] = 5
	}
	$2 " " $3 == "mta delivery" {
		sub(/^evpid=0*/, "", $4)
		say($4, status[word("result")], word("relay"), word("stat"))
	}
	/^warn: Failed to retrieve smarthost for envelope / {
		say($NF, "deferred", "none", "Cannot retrieve smarthost")
	}
	$2 " " $3 == "smtp failed-command" && match($0, /TO:<[^>]*>/) {
		say("refused " substr($0, RSTART + 4, RLENGTH - 5), "refused", "none", word("result"))
	}
	function say(id, what, relay, why) {
		print id "\t" what "\t" dsn(class[what], why) "\t" relay "\t" why
	}
	function word(name) {
		match($0, " " name "=\".*")
		text = substr($0, RSTART + length(name) + 3)
		return substr(text, 1, index(text, "\"") - 1)
	}
	function dsn(digit, text) {
		if (match(text, digit "[.][0-9]+[.][0-9]+"))
			return substr(text, RSTART, RLENGTH)
		return digit ".0.0"
	}'
}

up_words="4 5"
commands="forgive start stop check"
. "$here/host_mail.sh"
