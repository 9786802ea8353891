#!/bin/sh
# lint.sh: what a reader should not have to check.  Prints one line per finding and a TAP line per rule.
set -u
sources=$(git ls-files 'core/*.[ch]' 'milter/*.[ch]' 'exim/*.[ch]' 'opensmtpd/*.[ch]')
tests=$(git ls-files 'tests/*.[ch]')
failed=0
n=0

# rule TEXT COMMAND...: passes when the command does.
rule() {
	text=$1
	shift
	n=$((n + 1))
	if out=$("$@" 2>&1); then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
		failed=$((failed + 1))
	fi
	[ -z "$out" ] || printf '%s\n' "$out" | sed 's/^/# /'
}

layers() { awk -f tests/lint/layers.awk $sources; }
formatted() {
	bad=$(clang-format --dry-run --Werror $sources $tests 2>&1 | grep -c 'error:')
	[ "$bad" -eq 0 ] || {
		clang-format --dry-run --Werror $sources $tests 2>&1 | grep 'error:' |
			cut -d: -f1 | sort | uniq -c
		return 1
	}
}
manual() { mandoc -T lint -W warning man/*.[1578]; }
metrics() {
	names=$(grep -oE '(X|head)\((out, )?"[a-z_]+"' core/control/metrics.c | cut -d'"' -f2 | sort -u)
	[ "$(echo "$names" | wc -l)" -gt 30 ] || return 1
	for name in $names; do
		grep -qE "^\.Li.*\b$name\b" man/hopseald.8 || echo "$name is not in hopseald(8)"
	done | grep . && return 1
	return 0
}
commands() {
	names=$(sed -n '/^static const struct command commands/,/^};/s/^\t{ "\([a-z ]*\)".*/\1/p' core/cli/main.c | grep -vx help)
	[ "$(echo "$names" | wc -l)" -gt 15 ] || return 1
	echo "$names" | while read -r name; do
		grep -q "^\.It Cm $name\b" man/hopseal.1 || echo "$name is not in hopseal(1)"
	done | grep . && return 1
	return 0
}
# Each remark has a word of its own; hopseal-publish(7) has all of them, with their levels, and no other.
remarks() {
	known=$(cat core/*/*.c | tr '\n\t' '  ' | grep -oE 'REMARK_(NOTE|ADVICE|UNSURE|BROKEN), *"[a-z0-9-]+"' |
		sed -E 's/REMARK_([A-Z]+), *"(.*)"/\2 \L\1/' | sort)
	told=$(sed -nE 's/^\.It Li ([a-z0-9-]+) Pq (note|advice|unsure|broken)$/\1 \2/p' man/hopseal-publish.7 | sort)
	[ "$(echo "$known" | wc -l)" -gt 100 ] || return 1
	{
		echo "$known" | cut -d' ' -f1 | uniq -d | sed 's/$/: two remarks have this word/'
		echo "$told" | cut -d' ' -f1 | uniq -d | sed 's/$/ is in hopseal-publish(7) twice/'
		printf '%s\n' "$known" "$told" "$told" | sort | uniq -c | awk '
			$1 == 1 { print $2 " (" $3 ") is not in hopseal-publish(7)" }
			$1 == 2 { print $2 " (" $3 ") is in hopseal-publish(7), and nowhere else" }'
	} | grep . && return 1
	return 0
}
shell_syntax() {
	for f in $(git ls-files '*.sh' .ci/run); do
		shell=sh
		head -n 1 "$f" | grep -q bash && shell=bash
		$shell -n "$f" || return 1
	done
}
python_syntax() {
	for f in $(git ls-files '*.py'); do
		python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$f" || return 1
	done
}
top_level() {
	git ls-files | cut -d/ -f1 | sort -u |
		grep -vxE 'Makefile|README\.md|LICENSE|core|milter|exim|opensmtpd|tests|man|\..*' && return 1
	return 0
}
no_leftovers() {
	git grep -nE '\b(TODO|FIXME|XXX)\b' -- core milter exim opensmtpd man README.md && return 1
	return 0
}
sizes() { awk -f tests/lint/sizes.awk $(git ls-files 'core/*.c' 'milter/*.c' 'exim/*.c' 'opensmtpd/*.c'); }

rule "includes run one way, libraries stay in their folders" layers
rule "formatting is clang-format's" formatted
rule "manual pages are clean" manual
rule "every metric is in the manual" metrics
rule "every command is in the manual" commands
rule "every remark is in the manual, and has a word of its own" remarks
rule "hopseal-exim(7) and exim/ agree" sh tests/lint/exim_manual.sh
rule "hopseal-opensmtpd(7) and opensmtpd/ agree" sh tests/lint/opensmtpd_manual.sh
rule "hopseal-sendmail(7) and milter/sendmail/ agree" sh tests/lint/sendmail_manual.sh
rule "hopseal-milter(8) and milter/ agree" sh tests/lint/milter_manual.sh
rule "shell scripts parse" shell_syntax
rule "Python parses" python_syntax
rule "the top level holds what it should" top_level
rule "no leftovers" no_leftovers
rule "files and functions keep to their size" sizes
echo "1..$n"
exit $failed
