import type { ShellFunction } from '../../transport/transport.ts';

/**
 * `kb_told NAME LINES` finds the line `NAME//TEXT` and leaves TEXT in kb_told; false where there is none. What a batch was
 * answered is kept in such lines. Line by line, since dash takes milliseconds to look for a pattern in a long text.
 */
export const told: ShellFunction = {
  name: 'kb_told',
  text: `kb_told() {
  kb_told= kb_ifs=$IFS IFS='
'
  set -f
  for kb_line in $2; do
    case $kb_line in "$1//"*)
      kb_told=\${kb_line#"$1//"}
      break ;;
    esac
  done
  set +f
  IFS=$kb_ifs
  [ "$kb_told" ]
}`,
};
