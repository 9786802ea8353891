#!/usr/bin/env bash
# host_mail.sh: what the hosts of all MTAs share: mail into them, what became of it, and the
# command line.  Read by *_host.sh as their last line; they have defined before
#
#   submit       addresses on standard input; sends a message to each, and prints lines
#                "MARK ADDRESS", by which the message is found in the log
#   log          prints it
#   taken_in     lines of the log on standard input; prints lines "MARK QUEUEID"
#   attempts     the same; prints lines of QUEUEID STATUS DSN RELAY REASON with tabs between.
#                The last one counts; "QUEUEID ADDRESS" in the first place is about that one only
#   try_again    what was deferred
#   up_words     how many words "up" takes
#   up commands  and those, which are functions, too
# shellcheck shell=bash
patience_s=30

inside() { "$here/mtahost.sh" run "$dir" "$@"; }
down() { "$here/mtahost.sh" down "$dir"; }

patiently() { # SECONDS COMMAND...: until it succeeds; prints what it printed last
	local end=$((SECONDS + $1)) text
	shift
	until text=$("$@"); do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "$text"
			return 1
		fi
		sleep 0.1
	done
	echo "$text"
}

# ---------------------------------------------------------------- into the queue

queue_ids() { # lines of submit; fails while one of them is not in the log
	awk '
	NR == FNR {
		mark[NR] = $1
		address[NR] = $2
		next
	}
	{ queue_id[$1] = $2 }
	END {
		for (i = 1; i in address; i++) {
			if (!(mark[i] in queue_id))
				exit 1
			print queue_id[mark[i]], address[i]
		}
	}' <(echo "$1") <(log | taken_in)
}

send_all() { patiently "$patience_s" queue_ids "$(submit)"; }

send() { # ADDRESS
	local queue_id
	if ! read -r queue_id _ < <(send_all <<<"$1"); then
		echo "${0##*/}: the message to $1 did not enter the queue" >&2
		return 1
	fi
	echo "$queue_id"
}

# ---------------------------------------------------------------- out of it

# Log lines before the mark are of an attempt that the test has asked to be repeated.
flush() {
	log | wc -l >"$dir/mark"
	try_again
}

since_mark() { tail -n "+$(($(cat "$dir/mark" 2>/dev/null || echo 0) + 1))"; }

deliveries() { # lines "QUEUEID ADDRESS"; fails while one of them was not tried
	awk -F '\t' '
	NR == FNR {
		split($0, words, " ")
		queue_id[NR] = words[1]
		address[NR] = words[2]
		next
	}
	{ outcome[$1] = substr($0, length($1) + 2) }
	END {
		for (i = 1; i in address; i++) {
			if ((key = queue_id[i] " " address[i]) in outcome || (key = queue_id[i]) in outcome)
				print address[i] "\t" outcome[key]
			else {
				print address[i] "\tnone\t-\t-\tno delivery attempt"
				missing = 1
			}
		}
		exit missing
	}' <(echo "$1") <(log | since_mark | attempts)
}

outcomes() { patiently "${1:-$patience_s}" deliveries "$(cat)"; }
outcome() { outcomes "${2-}" <<<"$1 -" | cut -f 2-; }

# ---------------------------------------------------------------- the command line

usage() {
	sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

command=${1-}
shift || usage
case " $command " in
" up ")
	[[ " $up_words " == *" $# "* ]] || usage
	up "$@"
	;;
*)
	[[ " send outcome send-all outcomes flush log down $commands " == *" $command "* ]] || usage
	dir=${1:?DIR}
	shift
	"${command/-/_}" "$@"
	;;
esac
