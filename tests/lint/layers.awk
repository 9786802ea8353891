# Fails when a file includes a header of a layer above its own, or names a library that
# belongs to another folder.  One line per folder: what it may include.
BEGIN {
	may["base"]    = " base "
	may["wire"]    = " base wire "
	may["net"]     = " base wire net "
	may["policy"]  = " base wire policy "
	may["store"]   = " base wire store "
	may["lookup"]  = " base wire net policy store lookup "
	may["report"]  = may["lookup"] "report "
	may["audit"]   = may["lookup"] "audit "
	may["publish"] = may["audit"] "publish "
	may["watch"]   = may["audit"] "watch "
	may["config"]  = may["report"] "audit watch config "
	may["control"] = may["config"] "control "
	may["show"]    = " base wire show "
	may["client"]  = " base wire client "
	may["daemon"]  = may["control"] "daemon "
	may["cli"]     = may["control"] "client publish show cli "
	may["milter"] = may["exim"] = may["opensmtpd"] = " base wire client "

	# Library header (prefix) -> the only places that may name it, as beginnings of paths.  A
	# header that names one is for the files of its own beginning.
	home["ares.h"]     = " core/net/dns "
	home["curl/"]      = " core/net/https core/net/mail core/net/curl "
	home["event2/"]    = " core/net/ "
	home["sqlite3.h"]  = " core/store/ "
	home["idn2.h"]     = " core/wire/idn.c "
	home["ini.h"]      = " core/config/ "
	home["openssl/"]   = " core/policy/ core/net/ core/report/dkim "
	home["json-c/"]    = " core/wire/ core/control/ core/cli/ core/watch/watch_json "
	home["zlib.h"]     = " core/wire/gzip.c "
	home["libmilter/"] = " milter/ "
}
FNR == 1 {
	n = split(FILENAME, part, "/")
	me = part[1] == "core" ? part[2] : part[1]
}
/^#[ \t]*include[ \t]*"/ {
	split($0, q, "\"")
	split(q[2], r, "/")
	if (index(q[2], "/") && !index(may[me], " " r[1] " ")) {
		printf "%s:%d: %s may not include %s\n", FILENAME, FNR, me, q[2]
		bad = 1
	}
}
/^#[ \t]*include[ \t]*</ {
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*/, "", header)
	for (prefix in home) {
		if (index(header, prefix) != 1)
			continue
		ok = 0
		n = split(home[prefix], places, " ")
		for (i = 1; i <= n; i++)
			ok = ok || index(FILENAME, places[i]) == 1
		if (!ok) {
			printf "%s:%d: <%s> belongs to%s\n", FILENAME, FNR, header, home[prefix]
			bad = 1
		}
	}
}
END { exit bad }
