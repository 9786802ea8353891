#!/bin/sh
# sendmail_manual.sh: whether hopseal-sendmail(7), the rulesets, and what hopseald answers them say the same.  Prints what one
# of them lacks.
set -u
page=man/hopseal-sendmail.7
rules=milter/sendmail/hopseal.m4
example=milter/sendmail/sendmail.mc.example

# lacks TEXT FILE: of the lines on standard input, says which this file has not.
lacks() {
	count=0
	while read -r line; do
		count=$((count + 1))
		grep -qF -- "$line" "$2" || echo "$line: $1"
	done
	[ "$count" -gt 0 ] || echo "no lines to look for: $1"
}

# What an operator puts into sendmail.mc.
setup() { sed -nE "s/^dnl    ((define|include)\(.*)/\1/p" $rules; }
names() { grep -ohE '\bHOPSEAL_[A-Z]+\b' "$@" | sort -u; }
paths() { grep -ohE '/(run|etc)/[a-z/]*hopseal[a-z/.0-9]*[a-z0-9]' $rules $example | sort -u; }
# The words at which the rulesets go on, or do something.
words() { sed -nE 's/^R(\$\* \$\| )?(PASS|SKIP|DEFER|USE)\b.*/\2/p' $rules | sort -u; }
answers() { grep -ohE '"(PASS|SKIP|DEFER|USE)\b' core/wire/*sendmail* core/daemon/sendmail_talk.c | tr -d '"' | sort -u; }
log_lines() { sed -nE 's/.*\$: "450 (hopseal: [a-z ]+[a-z])" *$/\1/p' $rules; }

{
	setup | lacks "in $rules, not in the manual" $page
	setup | lacks "in $rules, not in the example" $example
	names $rules | lacks "in $rules, not in the manual" $page
	names $page | lacks "in the manual, not in $rules" $rules
	paths | lacks "shipped, not in the manual" $page
	words | lacks "a word of the rulesets, not in the manual" $page
	[ "$(words)" = "$(answers)" ] || echo "the rulesets know other words than hopseald says"
	log_lines | lacks "in $rules, not in the manual" $page
	ls milter/sendmail/* | xargs -n 1 basename | lacks "shipped, not in the manual" $page
} | grep . && exit 1
exit 0
