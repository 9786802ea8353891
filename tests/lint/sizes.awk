# Size figures of house-style: files and functions, medians, 90 %, the longest by name.  A function is "{" in column 0
# to "}" in column 0.  Fails above 900 lines a file or when more than 1.5 % of the functions pass 100 lines.
function percentile(a, n, p,    i) {
	i = int(n * p + 0.999999)
	return a[i < 1 ? 1 : i > n ? n : i]
}
function sort(a, n,    i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && a[j - 1] > a[j]; j--) {
			t = a[j]
			a[j] = a[j - 1]
			a[j - 1] = t
		}
}
function close_file() {
	if (file != "") {
		files[++nfiles] = lines
		if (lines > longest_file) {
			longest_file = lines
			longest_file_name = file
		}
	}
}
FNR == 1 {
	close_file()
	file = FILENAME
	start = 0
}
{ lines = FNR; total++ }
/^[a-z_]+\(/ { name = $0; sub(/\(.*/, "", name) }
/^\{/ { start = FNR }
/^\}/ {
	if (start) {
		body = FNR - start - 1
		functions[++nfunctions] = body
		over100 += body > 100
		over60 += body > 60
		if (body > 45)
			long[++nlong] = sprintf("%5d lines  %s:%d %s", body, FILENAME, start, name)
	}
	start = 0
}
END {
	close_file()
	sort(files, nfiles)
	sort(functions, nfunctions)
	printf "files      %4d, %d lines; median %d, 90%% %d, longest %d (%s)\n", nfiles, total,
	    percentile(files, nfiles, .5), percentile(files, nfiles, .9), longest_file, longest_file_name
	printf "functions  %4d; median %d, 90%% %d, longest %d; above 60: %d, above 100: %d\n", nfunctions,
	    percentile(functions, nfunctions, .5), percentile(functions, nfunctions, .9),
	    functions[nfunctions], over60, over100
	for (i = 1; i <= nlong; i++)
		print long[i]
	if (longest_file > 900 || over100 > nfunctions * .015)
		exit 1
}
