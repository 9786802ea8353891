#!/bin/sh
# run.sh FOLDER SECONDS TARGET...: every fuzz program for that long, from its corpus, as many at once as there are
# processors; new inputs stay in FOLDER/grown, findings in FOLDER/findings.  One TAP line each.
set -u
folder=$1
seconds=$2
shift 2

# fuzz TARGET: its line, behind what went wrong.
fuzz() {
	grown=$folder/grown/$1
	corpus=tests/fuzz/corpus/$1
	log=$folder/$1.log
	mkdir -p "$grown" "$folder/findings"
	if "$folder/$1" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
		-artifact_prefix="$folder/findings/$1-" "$grown" "$corpus" >"$log" 2>&1; then
		verdict=ok
	else
		verdict="not ok"
		tail -n 30 "$log" | sed 's/^/# /'
	fi
	rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
	units=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	count=$(find "$grown" "$corpus" -type f | wc -l)
	echo "$verdict - fuzz $1: ${units:-0} runs, ${rate:-0}/s, corpus $count"
}

case $# in
1)
	echo "$(fuzz "$1")"
	;;
*)
	printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh "$0" "$folder" "$seconds" | awk '
		/^(not )?ok - / { sub(/ - /, " " ++n " - ") }
		/^not ok/ { failed++ }
		{ print }
		END { print "1.." n; exit failed > 0 }'
	;;
esac
