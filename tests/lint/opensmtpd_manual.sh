#!/bin/sh
# opensmtpd_manual.sh: whether hopseal-opensmtpd(7), its neighbours and what opensmtpd/ ships say the same.  Prints what one
# of them lacks.
set -u
page=man/hopseal-opensmtpd.7
shipped=opensmtpd/smtpd.conf

# lacks TEXT FILE: of the lines on standard input, says which this file has not.
lacks() {
	count=0
	while read -r line; do
		count=$((count + 1))
		grep -qF -- "$line" "$2" || echo "$line: $1"
	done
	[ "$count" -gt 0 ] || echo "no lines to look for: $1"
}

# Lines for smtpd.conf(5); those for users of one's own are shipped nowhere.
lines() {
	sed -E 's/^ +//; s/\$interface/lo/; s/ \$relay_options$//' "$@" |
		grep -E '^(filter hopseal|table (sealed|route)|listen on|action "(seal|open)"|match from local for (domain|any)) '
}
# For report mail they are shipped behind a "#".
report_lines() { sed -nE 's/^#((action|match) .*"report".*)$/\1/p' "$@" | sed 's/ \$relay_options$//'; }
paths() { grep -ohE '/(run|var)/[a-z/]*hopseal[a-z/.]*[a-z]' opensmtpd/smtpd.conf* opensmtpd/*.c | sort -u; }
standings() { sed -nE 's/.*X\(STANDING_(UNSEEN|FAILS|HOLDS), "[a-z]+", "(.*)"\).*/\2/p' core/wire/answer.h; }
options() { sed -nE 's/.*getopt\(argc, argv, "(.*)"\).*/\1/p' opensmtpd/filter_main.c | grep -o '[a-z]' | sed 's/^/.It Fl /'; }
folders() { grep -ohE 'install -d -o opensmtpd.*' "$@"; }

{
	for text in $page README.md; do
		[ "$(lines $text)" = "$(lines $shipped)" ] || echo "$text: other lines than $shipped"
	done
	for file in opensmtpd/smtpd.conf*; do
		report_lines "$file" | lacks "in $file, not in the manual" $page
	done
	folders $page | lacks "in the manual, not in $shipped" $shipped
	folders $shipped | lacks "in $shipped, not in the manual" $page
	paths | grep -vE '/smtpd/hopseal$' | lacks "in opensmtpd/, not in the manual" $page
	standings | lacks "in the answers, not in the manual" $page
	options | lacks "an option, not in the manual" man/filter-hopseal.8
	ls opensmtpd/smtpd.conf* | xargs -n 1 basename | lacks "shipped, not in the manual" $page
} | grep . && exit 1
exit 0
