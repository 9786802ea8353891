# Completion of hopseal(1) for bash: what may stand where is asked of hopseal itself.
_hopseal() {
	local cur=${COMP_WORDS[COMP_CWORD]} word
	local -a before=() found

	# bash makes three words of --record=FILE.
	[ "$cur" != "=" ] || cur=
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[ "$word" = "=" ] || before+=("$word")
	done
	mapfile -t found < <("${COMP_WORDS[0]}" complete -- "${before[@]}" 2>/dev/null | cut -f 1)
	COMPREPLY=()
	for word in "${found[@]}"; do
		if [ "$word" = FILE ]; then
			compopt -o filenames 2>/dev/null
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
		elif [[ $word == "$cur"* && ($word != -* || $cur == -*) ]]; then
			COMPREPLY+=("$word")
		fi
	done
}
complete -F _hopseal hopseal
