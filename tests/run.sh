#!/bin/sh
# run.sh BUILD PART...: run the tests of these parts (unit corpus scenario system), keep their TAP
# in BUILD/tap, show what failed, and end with "N passed, N failed, N skipped".  UNITS="store" and SYSTEM="daemon"
# name the unit and system tests to run; unset: all.
set -u
build=$1
shift
tap=$build/tap
rm -rf "$tap"
mkdir -p "$tap"
export CMOCKA_MESSAGE_OUTPUT=TAP

# run NAME COMMAND...: one program that speaks TAP; dying without a plan or with failures fails.
run() {
	name=$1
	shift
	twin=
	[ ! -e "$tap/$name.tap" ] || twin=.twin
	name=$name$twin
	began=$(date +%s)
	"$@" >"$tap/$name.tap" 2>"$tap/$name.err"
	rc=$?
	failed=$(grep -c '^not ok' "$tap/$name.tap")
	[ -z "$twin" ] || echo "not ok - another test has this name" >>"$tap/$name.tap"
	if [ $rc -ne 0 ] && [ "$failed" -eq 0 ]; then
		echo "not ok - $name ended with status $rc" >>"$tap/$name.tap"
	elif ! grep -qE '^1\.\.[0-9]+' "$tap/$name.tap"; then
		echo "not ok - $name printed no plan" >>"$tap/$name.tap"
	fi
	awk -v name="$name" -v took=$(($(date +%s) - began)) '
		/^ok .*# [Ss][Kk][Ii][Pp]/ { skip++; next }
		/^ok/ { ok++ }
		/^not ok/ { bad++ }
		END { printf "%-28s %4d passed %3d failed %3d skipped %4d s\n", name, ok, bad, skip, took }
	' "$tap/$name.tap"
	grep -E '^not ok|^ok .*# [Ss][Kk][Ii][Pp]' "$tap/$name.tap" | sed 's/^/    /'
	if grep -q '^not ok' "$tap/$name.tap"; then
		grep -vE '^(ok|not ok|1\.\.)' "$tap/$name.tap" | tail -n 20 | sed 's/^/    | /'
		tail -n 20 "$tap/$name.err" | sed 's/^/    ! /'
	fi
}

# chosen "NAME NAME" FILE...: the files that these names stand for, or all.
chosen() {
	names=$1
	shift
	for file in "$@"; do
		name=$(basename "$file" | sed 's/^test_//; s/\.[a-z]*$//')
		case " ${names:-$name} " in
		*" $name "*) echo "$file" ;;
		esac
	done
}

part_unit() {
	for t in $(chosen "${UNITS-}" "$build"/tests/test_*); do
		run "$(basename "$t")" "$t"
	done
}
part_corpus() {
	for t in "$build"/tests/replay_*; do
		name=$(basename "$t")
		run "$name" "$t" "tests/fuzz/corpus/${name#replay_}"
	done
}
part_scenario() {
	for t in "$build"/tests/scenario_*; do
		run "$(basename "$t")" "$t"
	done
}
# They wait more than they work: two at a time, each in namespaces of its own.
part_system() {
	chosen "${SYSTEM-}" tests/system/test_* >"$tap/queue"
	work_off &
	work_off
	wait
}
work_off() {
	while t=$(next_in_queue) && [ -n "$t" ]; do
		echo "$(run "$(basename "$t" | sed 's/\.[a-z]*$//')" "$t" "$build")"
	done
}
next_in_queue() {
	(
		flock 9
		sed -n 1p "$tap/queue"
		sed -i 1d "$tap/queue"
	) 9>"$tap/queue.lock"
}

for part in "$@"; do
	"part_$part"
done

cat "$tap"/*.tap | awk '
	/^ok .*# [Ss][Kk][Ii][Pp]/ { skip++; next }
	/^ok/ { ok++ }
	/^not ok/ { bad++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", ok, bad, skip
		exit (bad > 0 || ok == 0)
	}'
