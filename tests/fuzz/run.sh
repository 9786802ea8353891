#!/bin/sh
# run.sh FOLDER SECONDS TARGET...: every fuzz program for that long, from its corpus; new inputs stay in
# FOLDER/grown, findings in FOLDER/findings.  One TAP line each.
set -u
folder=$1
seconds=$2
shift 2
n=0
failed=0
for target in "$@"; do
	n=$((n + 1))
	grown=$folder/grown/$target
	mkdir -p "$grown" "$folder/findings"
	log=$folder/$target.log
	if "$folder/$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
		-artifact_prefix="$folder/findings/$target-" "$grown" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
		verdict=ok
	else
		verdict="not ok"
		failed=$((failed + 1))
		tail -n 30 "$log" | sed 's/^/# /'
	fi
	rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
	units=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	corpus=$(find "$grown" "tests/fuzz/corpus/$target" -type f | wc -l)
	echo "$verdict $n - fuzz $target: ${units:-0} runs, ${rate:-0}/s, corpus $corpus"
done
echo "1..$n"
exit $failed
