/**
 * The text that a shell reads. Each asks `k8s-bm complete -- WORDS` with the words behind `k8s-bm` up to the cursor, and takes
 * its own completion of file names where nothing comes back.
 */
export const shells = {
  bash: `_k8s_bm() {
  local IFS=$'\\n'
  COMPREPLY=($(k8s-bm complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _k8s_bm k8s-bm
`,
  zsh: `#compdef k8s-bm
_k8s_bm() {
  local -a found
  found=("\${(@f)$(k8s-bm complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n $found[1] ]] && compadd -a found || _files
}
[[ $funcstack[1] = _k8s-bm ]] && _k8s_bm "$@" || compdef _k8s_bm k8s-bm
`,
  fish: `complete -c k8s-bm -a '(k8s-bm complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
} as const;
