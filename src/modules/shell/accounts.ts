import type { ShellFunction } from '../../transport/transport.ts';

/**
 * `kb_account passwd|group NAME` sets kb_id to the number of that user or group (a number stands for itself) and fails
 * where there is none. The files are read first, which costs no process; getent knows the rest (LDAP, systemd).
 */
export const account: ShellFunction = {
  name: 'kb_account',
  text: `kb_account() {
  case $2 in *[!0-9]*|'') ;; *) kb_id=$2; return 0 ;; esac
  while IFS=: read -r kb_n kb_x kb_id kb_x; do
    [ "$kb_n" = "$2" ] && return 0
  done < "/etc/$1"
  kb_id=$(getent "$1" "$2" 2>/dev/null) || { kb_id=; return 1; }
  kb_id=\${kb_id#*:*:} kb_id=\${kb_id%%:*}
}`,
};
