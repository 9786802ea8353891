#!/bin/sh
# exim_manual.sh: whether hopseal-exim(7) and what exim/ ships speak of the same things.  Prints what one of them lacks.
set -u
page=man/hopseal-exim.7
shipped=$(find exim -type f ! -name '*.[ch]')
configuration=$(find exim -type f -name '*.main' -o -type f -name '*.router' -o -type f -name '*.transport')

# lacks TEXT FILES WORDS...: says which words these files do not have.
lacks() {
	text=$1 files=$2
	shift 2
	[ $# -gt 0 ] || echo "no words to look for: $text"
	for word; do
		# shellcheck disable=SC2086
		grep -qwF -- "$word" $files || echo "$word: $text"
	done
}

names() { grep -ohE '\b(HOPSEAL_[A-Z]+|(hopseal|light)_[a-z]+)\b' "$@" | sort -u; }
# Exim's options have underscores, the keys of hopseal.conf have none; DKIM's are the operator's own.
options() {
	{
		grep -oE '\bVa [a-z_ ,]+' $page | tr ' ,' '\n\n' | grep _
		sed -nE 's/^ *([a-z]+_[a-z_]+) = .*/\1/p' $page
	} | sort -u | grep -v '^dkim_'
}
drivers() { sed -nE 's/^([a-z_]+):$/\1/p' $configuration | sort -u; }
modes() { sed -nE 's/^\t\[MODE_[A-Z]+\] = \{ "([a-z]+)".*/mode=\1/p' core/wire/dialect_exim.c; }
words() { grep -ohE ' (skip|clear|sni|reason)=' core/wire/dialect_exim.c | sort -u; }
paths() { grep -ohE '/(etc|run|usr/lib|var)/[a-zA-Z0-9/._-]*hopseal[a-zA-Z0-9/._-]*[a-z]' $shipped | sort -u; }
copies() { sed -nE 's/^(#   |   +)?(cp hopseal.*)/\2/p' "$1" | tr -s ' '; }

{
	lacks "in the manual, not in exim/" "$(find exim -type f)" $(names $page) $(options)
	lacks "in exim/, not in the manual" $page $(drivers) $(for f in $shipped; do basename "$f"; done) $(paths)
	lacks "in the dialect, not in the manual" $page $(modes) $(words)
	for text in $page README.md; do
		[ "$(copies exim/hopseal.main)" = "$(copies $text)" ] || echo "$text: other cp lines than exim/hopseal.main"
	done
} | grep . && exit 1
exit 0
