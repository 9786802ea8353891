#!/bin/sh
# milter_manual.sh: hopseal-milter(8) and the example have every key of milter/settings.c, and no other.
set -u
page=man/hopseal-milter.8
example=milter/hopseal-milter.conf.example

keys() { sed -n 's/^\tKEY("\([a-z-]*\)",.*/\1/p' milter/settings.c | sort; }
described() { sed -n 's/^\.It Va \([a-z-]*\) No = .*/\1/p' "$page" | sort; }
shown() { sed -n 's/^#\([a-z-]*\) =.*/\1/p' "$example" | sort; }

[ "$(keys | wc -l)" -gt 10 ] || exit 1
[ "$(described)" = "$(keys)" ] || { echo "$page: its keys are not those of milter/settings.c"; exit 1; }
[ "$(shown)" = "$(keys)" ] || { echo "$example: its keys are not those of milter/settings.c"; exit 1; }
